//! `/proc/PID/smaps_rollup` and `/proc/PID/smaps`.

use crate::error::{Error, Result};
use crate::text::{key_value, kilobytes, lines, number, words};

/// Memory of a process or of one mapping, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rollup {
    /// Resident set size.
    pub rss: u64,
    /// Proportional set size: pages shared by n processes count 1/n.
    pub pss: u64,
    /// Its anonymous part.
    pub pss_anon: u64,
    /// Its file part.
    pub pss_file: u64,
    /// Its shared-memory part.
    pub pss_shmem: u64,
    /// Dirty pages that only this process maps.
    pub private_dirty: u64,
    /// Clean pages that only this process maps.
    pub private_clean: u64,
    /// Clean pages mapped elsewhere too.
    pub shared_clean: u64,
    /// Dirty pages mapped elsewhere too.
    pub shared_dirty: u64,
    /// Anonymous pages.
    pub anonymous: u64,
    /// Pages the process already gave back with MADV_FREE.
    pub lazy_free: u64,
    /// Swapped out.
    pub swap: u64,
    /// Swapped out, shared pages counted proportionally.
    pub swap_pss: u64,
    /// Locked.
    pub locked: u64,
}

/// One mapping of `/proc/PID/smaps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// First address behind it.
    pub end: u64,
    /// The file's device as `(major, minor)`; `(0, 0)` when there is none.
    pub device: (u32, u32),
    /// The file's inode, 0 without one.
    pub inode: u64,
    /// Path or pseudo-path (`[heap]`, `/memfd:x (deleted)`), as the kernel prints it.
    pub path: Vec<u8>,
    /// Its memory.
    pub memory: Rollup,
}

impl Mapping {
    /// Whether the file's last link is gone, so that its pages die with their last user.
    pub fn is_deleted(&self) -> bool {
        self.path.ends_with(b" (deleted)")
    }
}

impl Rollup {
    /// Parses `smaps_rollup`.
    ///
    /// # Errors
    /// When `Rss` is missing.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut rollup = Rollup::default();
        let mut found = false;
        for line in lines(bytes).skip(1) {
            if let Some((key, value)) = key_value(line) {
                found |= key == b"Rss";
                rollup.set(key, value);
            }
        }
        if found {
            Ok(rollup)
        } else {
            Err(Error::parse("Rss", "missing"))
        }
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        let field = match key {
            b"Rss" => &mut self.rss,
            b"Pss" => &mut self.pss,
            b"Pss_Anon" => &mut self.pss_anon,
            b"Pss_File" => &mut self.pss_file,
            b"Pss_Shmem" => &mut self.pss_shmem,
            b"Private_Dirty" => &mut self.private_dirty,
            b"Private_Clean" => &mut self.private_clean,
            b"Shared_Clean" => &mut self.shared_clean,
            b"Shared_Dirty" => &mut self.shared_dirty,
            b"Anonymous" => &mut self.anonymous,
            b"LazyFree" => &mut self.lazy_free,
            b"Swap" => &mut self.swap,
            b"SwapPss" => &mut self.swap_pss,
            b"Locked" => &mut self.locked,
            _ => return,
        };
        *field = kilobytes(value).unwrap_or(0);
    }
}

/// Parses `smaps`; lines that are neither a header nor a known field are ignored.
pub fn parse_smaps(bytes: &[u8]) -> Vec<Mapping> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for line in lines(bytes) {
        if let Some(mapping) = parse_header(line) {
            mappings.push(mapping);
        } else if let (Some(last), Some((key, value))) = (mappings.last_mut(), key_value(line)) {
            last.memory.set(key, value);
        }
    }
    mappings
}

/// `start-end perms offset major:minor inode   path`
fn parse_header(line: &[u8]) -> Option<Mapping> {
    let hex = |bytes: &[u8]| u64::from_str_radix(std::str::from_utf8(bytes).ok()?, 16).ok();
    let mut rest = line;
    let mut next = || {
        let start = rest.iter().position(|b| *b != b' ')?;
        let word_end = rest[start..].iter().position(|b| *b == b' ').map(|at| start + at);
        let word = &rest[start..word_end.unwrap_or(rest.len())];
        rest = &rest[word_end.unwrap_or(rest.len())..];
        Some(word)
    };
    let range = next()?;
    let dash = range.iter().position(|b| *b == b'-')?;
    let (start, end) = (hex(&range[..dash])?, hex(&range[dash + 1..])?);
    let (_permissions, _offset, device, inode) = (next()?, next()?, next()?, next()?);
    let colon = device.iter().position(|b| *b == b':')?;
    let device = (hex(&device[..colon])? as u32, hex(&device[colon + 1..])? as u32);
    let inode = number(words(inode).next()?)?;
    let name_start = rest.iter().position(|b| *b != b' ').unwrap_or(rest.len());
    Some(Mapping {
        start,
        end,
        device,
        inode,
        path: rest[name_start..].to_vec(),
        memory: Rollup::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_rollup() {
        let text = b"00400000-7ffe ---p 00000000 00:00 0    [rollup]\nRss:   100 kB\nPss:  50 kB\n\
            Pss_Anon: 40 kB\nPrivate_Dirty:  30 kB\nSwap: 8 kB\n";
        let rollup = Rollup::parse(text).unwrap();
        assert_eq!((rollup.rss, rollup.private_dirty, rollup.swap), (102400, 30720, 8192));
        assert!(Rollup::parse(b"x\n").is_err());
    }

    #[test]
    fn reads_mappings_with_spaces_in_their_paths() {
        let text = b"7f00-7f10 rw-s 00000000 00:19 5    /dev/shm/a b (deleted)\n\
            Rss:    4 kB\nPrivate_Dirty: 4 kB\nVmFlags: rd wr\n\
            7f20-7f30 rw-p 00000000 00:00 0 \nRss: 8 kB\n";
        let mappings = parse_smaps(text);
        assert_eq!(mappings.len(), 2);
        assert_eq!(mappings[0].path, b"/dev/shm/a b (deleted)");
        assert_eq!((mappings[0].device, mappings[0].inode), ((0, 0x19), 5));
        assert!(mappings[0].is_deleted());
        assert_eq!(mappings[0].memory.private_dirty, 4096);
        assert_eq!((mappings[1].memory.rss, mappings[1].path.len()), (8192, 0));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, text in "[0-9a-f:\\- \nRsPkB]{0,120}") {
            let _ = (Rollup::parse(&bytes), parse_smaps(&bytes), parse_smaps(text.as_bytes()));
        }
    }
}
