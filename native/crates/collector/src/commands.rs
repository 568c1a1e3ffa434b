//! The commands that answer once.

use crate::arguments::Arguments;
use crate::failure::{internal, invalid, Failure};
use crate::gpu::Gpu;
use crate::panorama as memory;
use crate::profile as cpu;
use crate::status::Capabilities;
use pitcrew_cgroup::Scope;
use pitcrew_contract::collector::{Panorama, ProfileResult};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const DEFAULT_HZ: u32 = 99;

/// `status`: what works here.
///
/// # Errors
/// Wrong use.
pub fn status(mut arguments: Arguments) -> Result<(), Failure> {
    let json = arguments.flag("--json");
    arguments.end()?;
    let status = Capabilities::new().status();
    let mut text = format!("pitcrew-collector {}\n", status.version);
    for name in &status.capabilities {
        let _ = writeln!(text, "  works    {name}");
    }
    for missing in &status.missing {
        let _ = writeln!(text, "  missing  {}: {}", missing.source, missing.reason);
    }
    answer(json, &status, &text)
}

/// `panorama`: where the memory is.
///
/// # Errors
/// Wrong use, or a cgroup that does not exist.
pub fn panorama(mut arguments: Arguments) -> Result<(), Failure> {
    let json = arguments.flag("--json");
    let scope = arguments.option("--scope")?.unwrap_or_else(|| "node".to_owned());
    arguments.end()?;
    let scope = Scope::parse(&scope).map_err(invalid)?;
    let found = memory::read(&scope, &Gpu::new(None))?;
    answer(json, &found, &panorama_text(&found))
}

/// `profile`: who is on the CPU.
///
/// # Errors
/// Wrong use, or what the machine does not allow.
pub fn profile(mut arguments: Arguments) -> Result<(), Failure> {
    let json = arguments.flag("--json");
    let scope = arguments.option("--scope")?.unwrap_or_else(|| "node".to_owned());
    let pid = arguments.parsed("--pid")?;
    let hz = arguments.parsed("--hz")?.unwrap_or(DEFAULT_HZ);
    let seconds = arguments
        .parsed("--seconds")?
        .ok_or_else(|| Failure::usage("profile needs --seconds S"))?;
    let outputs = cpu::Outputs {
        pprof: arguments.option("--pprof")?.map(PathBuf::from),
        collapsed: arguments.option("--collapsed")?.map(PathBuf::from),
    };
    arguments.end()?;
    let options = cpu::options(&scope, pid, seconds, hz)?;
    let found = cpu::run(&options, &outputs, &|| true)?;
    answer(json, &found, &profile_text(&found))
}

/// `gpu status`: the cards and who uses them.
///
/// # Errors
/// Wrong use.
pub fn gpu_status(mut arguments: Arguments) -> Result<(), Failure> {
    let json = arguments.flag("--json");
    let helper = arguments.option("--gpu-helper")?;
    arguments.end()?;
    let found = Gpu::new(helper.as_deref().map(Path::new)).status(&|| true);
    let mut text = String::new();
    for device in &found.devices {
        let _ = writeln!(
            text,
            "{} {}: {} of {} in use, {} processes",
            device.index,
            device.name,
            size(device.memory_used_bytes as i64),
            size(device.memory_total_bytes as i64),
            device.processes.len()
        );
    }
    if let Some(reason) = &found.reason {
        let _ = writeln!(text, "{reason}");
    }
    answer(json, &found, &text)
}

fn answer(json: bool, value: &impl serde::Serialize, text: &str) -> Result<(), Failure> {
    let text = if json {
        serde_json::to_string(value).map_err(|error| internal(error.to_string()))? + "\n"
    } else {
        text.to_owned()
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| internal(format!("cannot write: {error}")).into()),
    }
}

fn panorama_text(found: &Panorama) -> String {
    let mut text =
        format!("{} in all, read in {} ms\n", size(found.total_bytes as i64), found.elapsed_ms);
    for part in &found.parts {
        let _ = writeln!(text, "{:>12}  {}", size(part.bytes as i64), part.title);
    }
    let _ = writeln!(text, "{:>12}  not explained by any counter", size(found.residual_bytes));
    text.push_str("\nlargest processes (proportional; resident where that is not known)\n");
    for process in found.processes.iter().take(10) {
        let bytes = process.pss_bytes.unwrap_or(process.rss_bytes);
        let _ = writeln!(text, "{:>12}  {} {}", size(bytes as i64), process.pid, process.name);
    }
    for missing in &found.missing {
        let _ = writeln!(text, "missing: {}: {}", missing.source, missing.reason);
    }
    text
}

fn profile_text(found: &ProfileResult) -> String {
    let mut text = format!(
        "{} samples, {} lost, {:.1} % of frames unknown\n   self  total  function\n",
        found.samples,
        found.lost,
        found.unknown_frames * 100.0
    );
    for hot in found.top.iter().take(20) {
        let _ = writeln!(
            text,
            "{:>7}{:>7}  {}  ({})",
            hot.self_samples, hot.total, hot.function, hot.module
        );
    }
    text
}

fn size(bytes: i64) -> String {
    let magnitude = bytes.unsigned_abs() as f64;
    let (unit, divisor) = match magnitude {
        m if m >= (1u64 << 30) as f64 => ("GiB", (1u64 << 30) as f64),
        m if m >= (1u64 << 20) as f64 => ("MiB", (1u64 << 20) as f64),
        _ => ("KiB", 1024.0),
    };
    format!("{:.1} {unit}", bytes as f64 / divisor)
}
