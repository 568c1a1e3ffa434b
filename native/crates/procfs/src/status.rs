//! `/proc/PID/status`.

use crate::error::{Error, Result};
use crate::text::{key_value, kilobytes, lines, number, words};

/// Owner and memory of a process, cheap to read (14–18 µs).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    /// Effective uid.
    pub uid: u32,
    /// Resident set size.
    pub rss: u64,
    /// Resident anonymous memory.
    pub rss_anon: u64,
    /// Resident file mappings.
    pub rss_file: u64,
    /// Resident shared memory, tmpfs files included.
    pub rss_shmem: u64,
    /// Anonymous memory swapped out.
    pub swap: u64,
    /// Page tables.
    pub page_tables: u64,
    /// Whether it has memory of its own at all; a kernel thread or a zombie has not.
    pub has_memory: bool,
}

impl Status {
    /// Parses the file's content.
    ///
    /// # Errors
    /// When the uids are missing.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut status = Status::default();
        let mut uid = None;
        for line in lines(bytes) {
            let Some((key, value)) = key_value(line) else { continue };
            let size = || kilobytes(value).unwrap_or(0);
            match key {
                // The name comes first and is escaped by the kernel, so it cannot fake a line.
                b"Uid" => uid = words(value).nth(1).and_then(number),
                b"VmRSS" => {
                    status.rss = size();
                    status.has_memory = true;
                }
                b"RssAnon" => status.rss_anon = size(),
                b"RssFile" => status.rss_file = size(),
                b"RssShmem" => status.rss_shmem = size(),
                b"VmSwap" => status.swap = size(),
                b"VmPTE" => status.page_tables = size(),
                _ => {}
            }
        }
        status.uid = uid.ok_or_else(|| Error::parse("Uid", "missing or malformed"))?;
        Ok(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_effective_uid_and_sizes() {
        let text = b"Name:\tx\nUid:\t1000\t1001\t1000\t1000\nVmRSS:\t 12 kB\nRssAnon:\t 8 kB\n\
            RssShmem:\t 4 kB\nVmSwap:\t 2 kB\n";
        let status = Status::parse(text).unwrap();
        assert_eq!(status.uid, 1001);
        assert_eq!((status.rss, status.rss_anon), (12 << 10, 8 << 10));
        assert_eq!((status.rss_shmem, status.swap), (4 << 10, 2 << 10));
        assert!(status.has_memory);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Status::parse(&bytes);
        }
    }
}
