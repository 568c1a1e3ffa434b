//! Pressure stall information: `/proc/pressure/*` and `*.pressure` of cgroup v2.

use crate::error::{Error, Result};
use crate::text::{lines, number, words};

/// Share of time in which tasks waited for a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pressure {
    /// At least one task waited.
    pub some: Stall,
    /// All tasks waited; absent for CPU on older kernels.
    pub full: Option<Stall>,
}

/// One line of a pressure file.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stall {
    /// Per cent of the last 10 s.
    pub avg10: f64,
    /// Per cent of the last 60 s.
    pub avg60: f64,
    /// Per cent of the last 300 s.
    pub avg300: f64,
    /// µs since boot.
    pub total_us: u64,
}

impl Pressure {
    /// Parses the file's content.
    ///
    /// # Errors
    /// When the `some` line is missing or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut some = None;
        let mut full = None;
        for line in lines(bytes) {
            match words(line).next() {
                Some(b"some") => some = Stall::parse(line),
                Some(b"full") => full = Stall::parse(line),
                _ => {}
            }
        }
        let some = some.ok_or_else(|| Error::parse("some", "missing or malformed"))?;
        Ok(Pressure { some, full })
    }
}

impl Stall {
    fn parse(line: &[u8]) -> Option<Self> {
        let mut stall = Stall::default();
        let mut seen = 0;
        for word in words(line).skip(1) {
            let equals = word.iter().position(|b| *b == b'=')?;
            let value = &word[equals + 1..];
            let per_cent = || number::<f64>(value).filter(|v| v.is_finite());
            match &word[..equals] {
                b"avg10" => stall.avg10 = per_cent()?,
                b"avg60" => stall.avg60 = per_cent()?,
                b"avg300" => stall.avg300 = per_cent()?,
                b"total" => stall.total_us = number(value)?,
                _ => continue,
            }
            seen += 1;
        }
        (seen == 4).then_some(stall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_both_lines() {
        let text = b"some avg10=1.50 avg60=0.20 avg300=0.00 total=42\n\
            full avg10=0.50 avg60=0.00 avg300=0.00 total=7\n";
        let pressure = Pressure::parse(text).unwrap();
        assert_eq!(pressure.some.avg10, 1.5);
        assert_eq!(pressure.full.unwrap().total_us, 7);
    }

    #[test]
    fn a_missing_full_line_is_fine_and_a_missing_some_line_is_not() {
        let some = b"some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
        assert_eq!(Pressure::parse(some).unwrap().full, None);
        assert!(Pressure::parse(b"").is_err());
        assert!(Pressure::parse(b"some avg10=x").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "(some|full)?[ =a-z0-9.\n]{0,80}") {
            let _ = Pressure::parse(text.as_bytes());
        }
    }
}
