//! `/proc/PID/mountinfo`.

use crate::text::{lines, number, words};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The filesystem's device as `(major, minor)`.
    pub device: (u32, u32),
    /// Which directory of the filesystem is mounted.
    pub root: PathBuf,
    /// Where it is mounted.
    pub point: PathBuf,
    /// Type of the filesystem, e.g. `cgroup2`.
    pub kind: String,
    /// Options of the superblock, e.g. `rw,memory`.
    pub super_options: String,
}

/// Parses the file's content; malformed lines are ignored.
pub fn parse_mountinfo(bytes: &[u8]) -> Vec<Mount> {
    lines(bytes).filter_map(parse_line).collect()
}

/// `36 35 98:0 /root /point options optional... - type source superoptions`
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = words(line);
    let device = fields.nth(2)?;
    let colon = device.iter().position(|b| *b == b':')?;
    let device = (number(&device[..colon])?, number(&device[colon + 1..])?);
    let (root, point) = (fields.next()?, fields.next()?);
    let mut tail = fields.skip_while(|word| *word != b"-").skip(1);
    let (kind, _source) = (tail.next()?, tail.next()?);
    let super_options = tail.next().unwrap_or_default();
    Some(Mount {
        device,
        root: unescape(root),
        point: unescape(point),
        kind: String::from_utf8_lossy(kind).into_owned(),
        super_options: String::from_utf8_lossy(super_options).into_owned(),
    })
}

/// Space, tab, newline and backslash are printed as three octal digits.
fn unescape(word: &[u8]) -> PathBuf {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, tail)) = rest.split_first() {
        let octal = (*first == b'\\')
            .then(|| tail.get(..3).and_then(|digits| std::str::from_utf8(digits).ok()))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(byte) => {
                out.push(byte);
                rest = &tail[3..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    PathBuf::from(OsString::from_vec(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_escaped_paths_and_optional_fields() {
        let text =
            b"36 35 98:0 / /mnt/a\\040b rw,noatime master:1 shared:2 - ext4 /dev/x rw,quota\n\
            40 35 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        let mounts = parse_mountinfo(text);
        assert_eq!(mounts[0].point, PathBuf::from("/mnt/a b"));
        assert_eq!((mounts[0].device, mounts[0].kind.as_str()), ((98, 0), "ext4"));
        assert_eq!(mounts[1].super_options, "rw,memory");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, text in "[0-9:/ \\\\\\-a\n]{0,100}") {
            let _ = (parse_mountinfo(&bytes), parse_mountinfo(text.as_bytes()));
        }
    }
}
