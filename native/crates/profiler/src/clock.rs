//! The ticks: a software clock event on every CPU.

use crate::{program, Error};
use libbpf_rs::{Link, ProgramMut};
use libbpf_sys::perf_event_attr;
use std::fs;
use std::io;
use std::mem::size_of;

const PERF_TYPE_SOFTWARE: u32 = 1;
const PERF_COUNT_SW_CPU_CLOCK: u64 = 0;
const PERF_FLAG_FD_CLOEXEC: libc::c_ulong = 8;

/// Numbers of the CPUs that are online.
///
/// # Errors
/// [`Error::Internal`] when sysfs does not tell.
pub(crate) fn online_cpus() -> Result<Vec<i32>, Error> {
    let path = "/sys/devices/system/cpu/online";
    let text = fs::read_to_string(path)
        .map_err(|error| Error::Internal(format!("cannot read {path}: {error}")))?;
    parse_cpu_list(text.trim())
        .ok_or_else(|| Error::Internal(format!("{path} holds no list of CPUs: {text}")))
}

/// Runs the program `hz` times a second on each of the CPUs, until the links are dropped.
///
/// # Errors
/// [`Error::Unsupported`] without the permission.
pub(crate) fn attach(program: &ProgramMut, cpus: &[i32], hz: u32) -> Result<Vec<Link>, Error> {
    let mut links = Vec::with_capacity(cpus.len());
    for cpu in cpus {
        let event = match open(*cpu, hz) {
            Ok(event) => event,
            // Went offline since the list was read.
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => continue,
            Err(error) => return Err(refused(&error)),
        };
        // From here on the link owns the event and closes it.
        links.push(program.attach_perf_event(event).map_err(|error| {
            program::unsupported("the kernel refused to attach the sampler", &error)
        })?);
    }
    Ok(links)
}

fn open(cpu: i32, hz: u32) -> io::Result<i32> {
    let mut attributes = perf_event_attr {
        type_: PERF_TYPE_SOFTWARE,
        size: size_of::<perf_event_attr>() as u32,
        config: PERF_COUNT_SW_CPU_CLOCK,
        ..Default::default()
    };
    attributes.__bindgen_anon_1.sample_freq = u64::from(hz);
    attributes.set_freq(1);
    attributes.set_exclude_idle(1);
    let (every_process, no_group) = (-1, -1);
    // SAFETY: the attributes live through the call and say their own size.
    let event = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            every_process,
            cpu,
            no_group,
            PERF_FLAG_FD_CLOEXEC,
        )
    };
    if event < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(event as i32)
}

fn refused(error: &io::Error) -> Error {
    let hint = match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) => {
            "run the collector as root or with CAP_PERFMON (kernel.perf_event_paranoid forbids it \
             otherwise)"
        }
        Some(libc::EMFILE) => "raise the limit of open files: one is needed for each CPU",
        _ => "a kernel with perf events (CONFIG_PERF_EVENTS) is needed",
    };
    Error::Unsupported {
        reason: format!("perf_event_open refused a CPU clock: {error}"),
        hint: hint.to_owned(),
    }
}

/// Parses `0-3,8`.
fn parse_cpu_list(text: &str) -> Option<Vec<i32>> {
    let mut cpus = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.parse::<u16>().ok()?, last.parse::<u16>().ok()?);
        cpus.extend((first..=last).map(i32::from));
    }
    Some(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_of_cpus() {
        assert_eq!(parse_cpu_list("0-2,8"), Some(vec![0, 1, 2, 8]));
        assert_eq!(parse_cpu_list("0"), Some(vec![0]));
        assert_eq!(parse_cpu_list(""), None);
    }
}
