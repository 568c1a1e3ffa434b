//! The kernel's shared object, which has no file: a copy of our own, as all processes of a machine
//! have the same.

use crate::maps::{parse_maps, Backing};
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::PathBuf;

/// A copy that can be opened like a file.
#[derive(Debug)]
pub(crate) struct Vdso {
    copy: File,
}

impl Vdso {
    /// Copies it; `None` where this machine has none.
    pub fn copy() -> Option<Self> {
        let maps = parse_maps(&fs::read("/proc/self/maps").ok()?);
        let vdso = maps.iter().find(|mapping| mapping.backing == Backing::Vdso)?;
        let length = usize::try_from(vdso.end - vdso.start).ok()?;
        // SAFETY: the kernel maps this range readable for as long as the process lives.
        let image = unsafe { std::slice::from_raw_parts(vdso.start as *const u8, length) };
        // SAFETY: the name is a C string; the result is checked before it is used.
        let fd = unsafe { libc::memfd_create(c"vdso".as_ptr(), libc::MFD_CLOEXEC) };
        if fd < 0 {
            return None;
        }
        // SAFETY: the descriptor is new and nobody else's.
        let mut copy = unsafe { File::from_raw_fd(fd) };
        copy.write_all(image).ok()?;
        Some(Vdso { copy })
    }

    /// Where it can be opened.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.copy.as_raw_fd()))
    }
}
