//! Perf maps: the names that runtimes with a just-in-time compiler write for their code.
//!
//! The file lies in the target's own `/tmp` and is written by it, so it is read with suspicion.

use pitcrew_procfs::Process;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

const BYTES_MAX: u64 = 64 << 20;

/// Names of code made at run time, by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PerfMap {
    /// Sorted by start: start, end, name.
    entries: Vec<(u64, u64, String)>,
}

impl PerfMap {
    /// Reads the map of a process. The file must be a regular one owned by the process's user, or
    /// anybody could lend names to a stranger's code.
    pub fn of(process: &Process) -> Option<Self> {
        let owner = process.status().ok()?.uid;
        let inner = innermost_pid(process)?;
        let path = process.dir().join(format!("root/tmp/perf-{inner}.map"));
        let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_CLOEXEC;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?;
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || metadata.uid() != owner {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(BYTES_MAX).read_to_end(&mut bytes).ok()?;
        Some(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut entries: Vec<_> =
            bytes.split(|byte| *byte == b'\n').filter_map(parse_line).collect();
        // A later line about the same address replaces an earlier one: code was compiled anew.
        entries.sort_by_key(|(start, ..)| *start);
        PerfMap { entries }
    }

    /// The name of the code at an address.
    pub fn name(&self, address: u64) -> Option<&str> {
        let after = self.entries.partition_point(|(start, ..)| *start <= address);
        let (_, end, name) = self.entries.get(after.checked_sub(1)?)?;
        (address < *end).then_some(name)
    }
}

/// `START SIZE name`, hexadecimal; JDK 17 writes the numbers with `0x`.
fn parse_line(line: &[u8]) -> Option<(u64, u64, String)> {
    let line = String::from_utf8_lossy(line);
    let mut parts = line.splitn(3, ' ');
    let mut hex = || u64::from_str_radix(parts.next()?.trim_start_matches("0x"), 16).ok();
    let (start, size) = (hex()?, hex()?);
    let name = parts.next()?.trim();
    (!name.is_empty()).then(|| (start, start.saturating_add(size), name.to_owned()))
}

/// The pid by which the process knows itself.
fn innermost_pid(process: &Process) -> Option<i32> {
    let status = std::fs::read_to_string(process.dir().join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    line.map_or(Some(process.pid()), |pids| pids.split_whitespace().last()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_names_with_and_without_the_prefix() {
        let map = PerfMap::parse(b"0x2000 0x10 Lcom/acme/Hot;::spin\n1000 20 a b\nbroken\n");
        assert_eq!(map.name(0x2008), Some("Lcom/acme/Hot;::spin"));
        assert_eq!(map.name(0x101f), Some("a b"));
        assert_eq!(map.name(0x1020), None);
        assert_eq!(map.name(0xfff), None);
    }

    #[test]
    fn the_latest_line_about_an_address_wins() {
        let map = PerfMap::parse(b"1000 20 slow\n1000 20 fast\n");
        assert_eq!(map.name(0x1000), Some("fast"));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, address: u64) {
            let _ = PerfMap::parse(&bytes).name(address);
        }
    }
}
