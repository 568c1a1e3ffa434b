//! `/proc/PID/stat`.

use crate::error::{Error, Result};
use crate::text::{number, words};

/// `PF_KTHREAD` of the kernel's `include/linux/sched.h`.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// What identifies a process and what it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Process id.
    pub pid: i32,
    /// `comm` as it is: at most 15 bytes, chosen by the process, any byte but NUL.
    pub comm: Vec<u8>,
    /// `R`, `S`, `D`, `Z` …
    pub state: u8,
    /// Parent's pid.
    pub parent: i32,
    /// Process group.
    pub group: i32,
    /// Session.
    pub session: i32,
    /// The kernel's task flags.
    pub flags: u64,
    /// Clock ticks in user mode.
    pub user_ticks: u64,
    /// Clock ticks in kernel mode.
    pub system_ticks: u64,
    /// Number of threads.
    pub threads: i64,
    /// Clock ticks since boot; together with the pid it identifies the process.
    pub start_time: u64,
}

impl Stat {
    /// Parses the file's content.
    ///
    /// # Errors
    /// When a field is missing or no number.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let broken = |item: &'static str| move || Error::parse(item, "missing or malformed");
        // comm may contain spaces and parentheses, so it ends at the last one.
        let open = bytes.iter().position(|b| *b == b'(').ok_or_else(broken("comm"))?;
        let close = bytes.iter().rposition(|b| *b == b')').ok_or_else(broken("comm"))?;
        let comm = bytes.get(open + 1..close).ok_or_else(broken("comm"))?.to_vec();
        let pid = number(&bytes[..open]).ok_or_else(broken("pid"))?;

        let rest = bytes[close + 1..].strip_suffix(b"\n").unwrap_or(&bytes[close + 1..]);
        let mut fields = words(rest);
        let state = *fields.next().and_then(|f| f.first()).ok_or_else(broken("state"))?;
        // Positions count from the field after `state`, which is number 4 in proc(5).
        let fields: Vec<&[u8]> = fields.take(19).collect();
        let field = |index: usize, item: &'static str| -> Result<i128> {
            fields.get(index).and_then(|f| number::<i128>(f)).ok_or_else(broken(item))
        };
        let unsigned = |index, item| -> Result<u64> {
            u64::try_from(field(index, item)?).map_err(|_| broken(item)())
        };
        let small = |index, item| -> Result<i32> {
            i32::try_from(field(index, item)?).map_err(|_| broken(item)())
        };
        Ok(Stat {
            pid,
            comm,
            state,
            parent: small(0, "ppid")?,
            group: small(1, "pgrp")?,
            session: small(2, "session")?,
            flags: unsigned(5, "flags")?,
            user_ticks: unsigned(10, "utime")?,
            system_ticks: unsigned(11, "stime")?,
            threads: i64::from(small(16, "num_threads")?),
            start_time: unsigned(18, "starttime")?,
        })
    }

    /// Whether this is a thread of the kernel: it has no memory to free and cannot be signalled.
    pub fn is_kernel_thread(&self) -> bool {
        self.flags & KERNEL_THREAD != 0
    }

    /// Whether it has ended and only waits for its parent to look.
    pub fn is_zombie(&self) -> bool {
        matches!(self.state, b'Z' | b'X')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TAIL: &str = "S 7 42 42 0 -1 4194560 1 2 3 4 11 12 5 6 20 0 3 0 9876 1000 25 99\n";

    #[test]
    fn survives_a_name_made_to_confuse() {
        let text = format!("42 (a) R 1 (b\n) {TAIL}");
        let stat = Stat::parse(text.as_bytes()).unwrap();
        assert_eq!(stat.comm, b"a) R 1 (b\n");
        assert_eq!((stat.pid, stat.parent, stat.state), (42, 7, b'S'));
        assert_eq!((stat.user_ticks, stat.system_ticks, stat.threads), (11, 12, 3));
        assert_eq!(stat.start_time, 9876);
        assert!(!stat.is_kernel_thread());
    }

    #[test]
    fn a_cut_line_names_the_missing_field() {
        let error = Stat::parse(b"42 (x) S 7 42").unwrap_err();
        assert!(error.to_string().contains("session"), "{error}");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Stat::parse(&bytes);
        }

        #[test]
        fn every_name_comes_back(name in proptest::collection::vec(1u8..=255, 0..16)) {
            let mut bytes = b"42 (".to_vec();
            bytes.extend(&name);
            bytes.extend(b") ");
            bytes.extend(TAIL.as_bytes());
            prop_assert_eq!(Stat::parse(&bytes).unwrap().comm, name);
        }
    }
}
