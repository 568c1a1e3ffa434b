//! Devices and their processes, through NVML.

use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};
use pitcrew_contract::collector::{GpuDevice, GpuProcess, GpuStatus};
use std::collections::BTreeMap;
use std::path::Path;

/// Asks the driver. A device that does not answer is left out and named in `reason`.
pub fn read(library: &Path) -> GpuStatus {
    match Nvml::builder().lib_path(library.as_os_str()).init() {
        Ok(nvml) => ask(&nvml).unwrap_or_else(|error| unavailable(explain(&error))),
        Err(error) => unavailable(explain(&error)),
    }
}

fn ask(nvml: &Nvml) -> Result<GpuStatus, NvmlError> {
    let mut devices = Vec::new();
    let mut silent = Vec::new();
    for index in 0..nvml.device_count()? {
        match nvml.device_by_index(index).and_then(|device| describe(index, &device)) {
            Ok(device) => devices.push(device),
            Err(error) => silent.push(format!("GPU {index}: {error}")),
        }
    }
    Ok(GpuStatus {
        available: true,
        reason: (!silent.is_empty()).then(|| silent.join("; ")),
        driver_version: nvml.sys_driver_version().ok(),
        devices,
    })
}

fn describe(index: u32, device: &Device<'_>) -> Result<GpuDevice, NvmlError> {
    let memory = device.memory_info()?;
    Ok(GpuDevice {
        index,
        uuid: device.uuid()?,
        name: device.name()?,
        memory_total_bytes: memory.total,
        memory_used_bytes: memory.used,
        // Not every card and driver measures these.
        utilization_percent: device.utilization_rates().ok().map(|rates| rates.gpu),
        temperature_c: device.temperature(TemperatureSensor::Gpu).ok(),
        power_w: device.power_usage().ok().map(|milliwatts| f64::from(milliwatts) / 1000.0),
        processes: processes(device),
    })
}

/// Each process once, though it may compute and draw.
fn processes(device: &Device<'_>) -> Vec<GpuProcess> {
    let computing = device.running_compute_processes().unwrap_or_default();
    let drawing = device.running_graphics_processes().unwrap_or_default();
    let mut found: BTreeMap<i32, Option<u64>> = BTreeMap::new();
    for process in computing.into_iter().chain(drawing) {
        let Ok(pid) = i32::try_from(process.pid) else { continue };
        let bytes = match process.used_gpu_memory {
            UsedGpuMemory::Used(bytes) => Some(bytes),
            UsedGpuMemory::Unavailable => None,
        };
        let known = found.entry(pid).or_default();
        *known = (*known).max(bytes);
    }
    found.into_iter().map(|(pid, memory_bytes)| GpuProcess { pid, memory_bytes }).collect()
}

fn explain(error: &NvmlError) -> String {
    match error {
        NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound => "no NVIDIA driver".to_owned(),
        NvmlError::DriverNotLoaded => "no NVIDIA driver is loaded".to_owned(),
        other => format!("the NVIDIA driver answered: {other}"),
    }
}

fn unavailable(reason: String) -> GpuStatus {
    GpuStatus { available: false, reason: Some(reason), driver_version: None, devices: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_library_there_is_no_driver() {
        let found = read(Path::new("/no/such/libnvidia-ml.so.1"));
        assert_eq!(found, unavailable("no NVIDIA driver".to_owned()));
    }

    #[test]
    fn a_file_that_is_no_library_is_no_driver_either() {
        let found = read(Path::new("/etc/hostname"));
        assert!(!found.available && found.devices.is_empty());
    }
}
