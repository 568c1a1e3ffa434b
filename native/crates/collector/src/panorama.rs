//! The memory panorama, with the memory of devices beside it.

use crate::failure::{internal, invalid};
use crate::files;
use crate::gpu::{self, Gpu};
use pitcrew_cgroup::{CgroupPath, Scope};
use pitcrew_contract::collector::{
    GpuStatus, Panorama, PanoramaParams, PanoramaResult, Part, ProcessMemory,
};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::MissingSource;
use pitcrew_contract::time;
use pitcrew_panorama::{Budget, Error, Machine};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Memory of devices is worth waiting for, but not for long: a rescue may hang on this.
const GPU_LIMIT: Duration = Duration::from_millis(1000);
/// Processes in the short answer.
const TOP: usize = 5;

/// Reads the machine.
///
/// # Errors
/// `not_found` for a cgroup that does not exist, `internal` without `/proc/meminfo`.
pub fn read(scope: &Scope, gpu: &Gpu) -> Result<Panorama, WireError> {
    let captured_at = time::now();
    let start = Instant::now();
    let (explained, status) = thread::scope(|threads| {
        let status =
            gpu::has_driver().then(|| threads.spawn(|| gpu.status_within(GPU_LIMIT, &|| true)));
        let explained = Machine::below(Path::new("/")).explain(scope, Budget::default());
        (explained, status.and_then(|thread| thread.join().ok()))
    });
    let mut explained = explained.map_err(|error| match error {
        Error::NoSuchCgroup(_) => WireError::new(ErrorCode::NotFound, error.to_string()),
        Error::Meminfo(_) => internal(error.to_string()),
    })?;
    if let Some(reason) = without_gpu(status.as_ref()) {
        explained.missing.push(MissingSource { source: "gpu".to_owned(), reason });
    }
    Ok(Panorama {
        captured_at,
        elapsed_ms: u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX),
        scope: scope.to_string(),
        total_bytes: explained.total_bytes,
        parts: explained.parts,
        residual_bytes: explained.residual_bytes,
        missing: explained.missing,
        processes: explained.processes,
        cgroups: explained.cgroups,
        scope_cgroup: explained.scope_cgroup,
        devices: status.as_ref().map(gpu::memory).unwrap_or_default(),
    })
}

/// Reads the machine and writes the whole into `outDir`.
///
/// # Errors
/// As [`read`], and `invalid_argument` for a scope that is none.
pub fn capture(params: &PanoramaParams, gpu: &Gpu) -> Result<PanoramaResult, WireError> {
    let scope = Scope::parse(&params.scope).map_err(invalid)?;
    let dir = files::out_dir(&params.out_dir)?;
    let whole = read(&scope, gpu)?;
    let text = serde_json::to_vec(&whole).map_err(|error| internal(error.to_string()))?;
    let file = files::write(&dir.join("panorama.json"), "panorama", "application/json", &text)?;
    Ok(PanoramaResult {
        captured_at: whole.captured_at,
        elapsed_ms: whole.elapsed_ms,
        file,
        total_bytes: whole.total_bytes,
        residual_bytes: whole.residual_bytes,
        parts: whole.parts.into_iter().map(|part| Part { children: Vec::new(), ..part }).collect(),
        top: top(&scope, whole.processes),
        missing: whole.missing,
    })
}

/// The largest processes of the scope.
fn top(scope: &Scope, processes: Vec<ProcessMemory>) -> Vec<ProcessMemory> {
    let counts = |process: &ProcessMemory| match scope.cgroup() {
        None => true,
        Some(path) => CgroupPath::parse(&process.cgroup).is_ok_and(|own| path.contains(&own)),
    };
    processes.into_iter().filter(|process| process.pid != 0 && counts(process)).take(TOP).collect()
}

fn without_gpu(status: Option<&GpuStatus>) -> Option<String> {
    match status {
        None => Some("no NVIDIA driver".to_owned()),
        Some(status) if status.available => None,
        Some(status) => Some(status.reason.clone().unwrap_or_default()),
    }
}
