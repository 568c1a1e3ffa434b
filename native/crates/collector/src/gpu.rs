//! The GPU's state, asked by a helper process.

use pitcrew_child::{Failure, Helper};
use pitcrew_contract::collector::{DeviceMemory, GpuStatus};
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A driver that was not in use takes a second or two to wake.
const STATUS_LIMIT: Duration = Duration::from_secs(5);
const OUTPUT_MAX: usize = 1 << 20;

/// Asks the helper `pitcrew-gpu`.
#[derive(Debug, Clone)]
pub struct Gpu {
    helper: Helper,
}

impl Gpu {
    /// With the helper at a path, or the one that lies beside this executable.
    pub fn new(helper: Option<&Path>) -> Self {
        let program = helper.map_or_else(beside_us, Path::to_owned);
        Gpu { helper: Helper::new(&program, &["status"], OUTPUT_MAX) }
    }

    /// What the driver says; without an answer, why there is none.
    pub fn status(&self, go_on: &dyn Fn() -> bool) -> GpuStatus {
        self.status_within(STATUS_LIMIT, go_on)
    }

    /// As [`Gpu::status`], with a limit of its own.
    pub fn status_within(&self, limit: Duration, go_on: &dyn Fn() -> bool) -> GpuStatus {
        match self.helper.run(b"", limit, go_on) {
            Ok(answer) => serde_json::from_slice(&answer)
                .unwrap_or_else(|_| unavailable("the GPU helper's answer made no sense".into())),
            Err(Failure::TimedOut(limit)) => {
                unavailable(format!("the NVIDIA driver did not answer within {limit:?}"))
            }
            Err(Failure::Stuck) => {
                unavailable("an earlier question still hangs in the NVIDIA driver".into())
            }
            Err(failure) => unavailable(format!("the GPU helper failed: {failure}")),
        }
    }
}

/// Whether a driver is there to be asked; looking costs no process.
pub fn has_driver() -> bool {
    ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"]
        .iter()
        .any(|path| Path::new(path).exists())
}

/// VRAM, for the panorama.
pub fn memory(status: &GpuStatus) -> Vec<DeviceMemory> {
    let memory = |device: &pitcrew_contract::collector::GpuDevice| DeviceMemory {
        id: device.uuid.clone(),
        name: device.name.clone(),
        total_bytes: device.memory_total_bytes,
        used_bytes: device.memory_used_bytes,
    };
    status.devices.iter().map(memory).collect()
}

fn beside_us() -> PathBuf {
    let own = env::current_exe().unwrap_or_default();
    own.with_file_name("pitcrew-gpu")
}

fn unavailable(reason: String) -> GpuStatus {
    GpuStatus { available: false, reason: Some(reason), driver_version: None, devices: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn answer_of(script: &str) -> GpuStatus {
        let dir = tempfile::tempdir().unwrap();
        let helper = dir.path().join("helper");
        fs::write(&helper, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o700)).unwrap();
        Gpu::new(Some(&helper)).status_within(Duration::from_millis(300), &|| true)
    }

    #[test]
    fn a_helper_that_hangs_or_raves_is_no_gpu() {
        let reason = |script| {
            let status = answer_of(script);
            assert!(!status.available && status.devices.is_empty());
            status.reason.unwrap()
        };
        assert!(reason("exec sleep 600").contains("did not answer within 300ms"));
        assert!(reason("echo '{\"available\": maybe'").contains("made no sense"));
        assert!(reason("kill -SEGV $$").contains("failed"));
        let absent = Gpu::new(Some(Path::new("/no/such/helper"))).status(&|| true);
        assert!(absent.reason.unwrap().contains("could not be started"));
    }

    #[test]
    fn what_the_driver_said_is_passed_on() {
        let status = answer_of(
            "echo '{\"available\":true,\"reason\":null,\"driverVersion\":\"570.1\",\"devices\":[\
             {\"index\":0,\"uuid\":\"GPU-1\",\"name\":\"Card\",\"memoryTotalBytes\":80,\
             \"memoryUsedBytes\":8,\"utilizationPercent\":null,\"temperatureC\":40,\
             \"powerW\":70.5,\"processes\":[{\"pid\":7,\"memoryBytes\":null}]}]}'",
        );
        assert!(status.available);
        assert_eq!(memory(&status)[0].used_bytes, 8);
    }
}
