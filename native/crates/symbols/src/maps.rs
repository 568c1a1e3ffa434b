//! `/proc/PID/maps`, executable mappings only.

/// An executable mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// First address behind it.
    pub end: u64,
    /// Offset of `start` in the file.
    pub offset: u64,
    /// Path or pseudo-path as the kernel prints it; empty for anonymous memory.
    pub path: Vec<u8>,
    /// What is mapped there.
    pub backing: Backing,
}

/// What a mapping shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backing {
    /// A file, by device (major, minor) and inode.
    File {
        /// Device number.
        device: (u32, u32),
        /// Inode number.
        inode: u64,
    },
    /// The kernel's own shared object.
    Vdso,
    /// Memory without a file: code made at run time.
    Anonymous,
}

/// Parses `maps` and keeps what can be executed; malformed lines are ignored.
pub fn parse_maps(bytes: &[u8]) -> Vec<Mapping> {
    bytes.split(|byte| *byte == b'\n').filter_map(parse_line).collect()
}

/// `start-end perms offset major:minor inode   path`
fn parse_line(line: &[u8]) -> Option<Mapping> {
    let mut rest = line;
    let mut word = || {
        let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
        let word = std::str::from_utf8(&rest[..end]).ok();
        rest = rest.get(end + 1..).unwrap_or_default();
        word
    };
    let (start, end) = word()?.split_once('-')?;
    let permissions = word()?;
    let offset = hex(word()?)?;
    let (major, minor) = word()?.split_once(':')?;
    let inode: u64 = word()?.parse().ok()?;
    if permissions.as_bytes().get(2) != Some(&b'x') {
        return None;
    }
    let path = rest.iter().position(|byte| *byte != b' ').map_or(&[][..], |at| &rest[at..]);
    let backing = if inode != 0 {
        Backing::File { device: (hex(major)? as u32, hex(minor)? as u32), inode }
    } else if path == b"[vdso]" {
        Backing::Vdso
    } else {
        Backing::Anonymous
    };
    Some(Mapping { start: hex(start)?, end: hex(end)?, offset, path: path.to_vec(), backing })
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_executable_mappings_with_their_offset_and_file() {
        let text = b"5500-5600 r--p 00000000 fd:01 42     /usr/bin/a b (deleted)\n\
            5600-5700 r-xp 00000100 fd:01 42     /usr/bin/a b (deleted)\n\
            7000-7100 rwxp 00000000 00:00 0 \n\
            7f00-7f10 r-xp 00000000 00:00 0      [vdso]\n\
            nonsense\n";
        let maps = parse_maps(text);
        assert_eq!(maps.len(), 3);
        assert_eq!((maps[0].start, maps[0].end, maps[0].offset), (0x5600, 0x5700, 0x100));
        assert_eq!(maps[0].path, b"/usr/bin/a b (deleted)");
        assert_eq!(maps[0].backing, Backing::File { device: (0xfd, 1), inode: 42 });
        assert_eq!(maps[1].backing, Backing::Anonymous);
        assert_eq!(maps[2].backing, Backing::Vdso);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, text in "[0-9a-f:\\- rxp/\n]{0,120}") {
            let _ = (parse_maps(&bytes), parse_maps(text.as_bytes()));
        }
    }
}
