//! The files behind mappings, held open.

use crate::maps::{Backing, Mapping};
use pitcrew_procfs::Process;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Files held open at most; the soft limit of open files is often 1024.
const FILES_MAX: usize = 512;
/// Reading line tables of a larger file would cost too much memory; its symbol table is used.
const DEBUG_INFO_BYTES_MAX: u64 = 256 << 20;

/// Every file once, by device and inode.
#[derive(Debug, Default)]
pub(crate) struct Files {
    open: HashMap<Backing, Option<Held>>,
}

/// A file held open.
#[derive(Debug)]
pub(crate) struct Held {
    /// Where it can be opened again: by name if that is still the same file (so that separate
    /// debug files beside it are found), else through our own descriptor.
    pub path: PathBuf,
    /// Whether line tables may be read.
    pub use_debug_info: bool,
    _file: File,
}

impl Files {
    /// Opens the file behind a mapping of a living process, unless it is open already.
    pub fn hold(&mut self, process: &Process, mapping: &Mapping) {
        if self.open.len() < FILES_MAX && !self.open.contains_key(&mapping.backing) {
            self.open.insert(mapping.backing, open(process, mapping));
        }
    }

    /// The file, if it could be opened.
    pub fn get(&self, backing: Backing) -> Option<&Held> {
        self.open.get(&backing)?.as_ref()
    }
}

fn open(process: &Process, mapping: &Mapping) -> Option<Held> {
    let Backing::File { inode, .. } = mapping.backing else { return None };
    // The kernel's own link leads to the very file, deleted or in another mount namespace; it
    // takes a capability that the path does not.
    let link = process.dir().join(format!("map_files/{:x}-{:x}", mapping.start, mapping.end));
    let name = Path::new(OsStr::from_bytes(&mapping.path));
    let inside = process.dir().join("root").join(name.strip_prefix("/").ok()?);
    let file = [link, inside].iter().find_map(|path| {
        let file = regular(path)?;
        // Another file may stand there by now.
        (file.metadata().ok()?.ino() == inode).then_some(file)
    })?;
    let metadata = file.metadata().ok()?;
    let is_same =
        name.metadata().is_ok_and(|m| (m.dev(), m.ino()) == (metadata.dev(), metadata.ino()));
    let path = if is_same {
        name.to_owned()
    } else {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    };
    Some(Held { path, use_debug_info: metadata.len() <= DEBUG_INFO_BYTES_MAX, _file: file })
}

/// Opens a regular file; a pipe that somebody put in its place must not make us wait.
fn regular(path: &Path) -> Option<File> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(file)
}
