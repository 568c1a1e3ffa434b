//! An append-only file that survives being cut off anywhere.
//!
//! Each entry is one line: a CRC-32 in hex, a space, JSON. An entry is on the disk when
//! [`Journal::append`] returns. A line that was cut by a crash, or damaged later, is skipped; the
//! others count.

mod checksum;

use checksum::crc32;
use serde::de::DeserializeOwned;
use serde::Serialize;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const NAME: &str = "journal";
/// Longest line that is read; anything longer is damage.
const MAX_LINE: u64 = 4 << 20;

/// A journal in a directory of its own, held by one process at a time.
pub struct Journal {
    dir: PathBuf,
    file: File,
    bytes: u64,
    /// Whether the file may end in the middle of a line.
    torn: bool,
    _lock: File,
}

impl Journal {
    /// Opens the journal in `dir`, making both if need be (0700 and 0600).
    ///
    /// # Errors
    /// When another process holds it or the directory cannot be written.
    pub fn open(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let lock = lock(&dir.join("lock"))?;
        let file = open_append(&dir.join(NAME))?;
        // What a crash cut off was never acknowledged; completing its line later would bring it
        // back to life after decisions were taken without it.
        let bytes = whole_lines(&dir.join(NAME))?;
        file.set_len(bytes)?;
        Ok(Journal { dir: dir.to_owned(), file, bytes, torn: false, _lock: lock })
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes an entry and waits until it is on the disk.
    ///
    /// # Errors
    /// When it is not; the entry may then be there or not.
    pub fn append(&mut self, entry: &impl Serialize) -> io::Result<()> {
        let mut line = Vec::new();
        if self.torn {
            line.push(b'\n');
        }
        line.extend(encode(entry)?);
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        self.torn = written.is_err();
        self.bytes = self.file.metadata().map_or(self.bytes + line.len() as u64, |m| m.len());
        written
    }

    /// Calls `each` for every intact entry of type `T`, oldest first; returns how many lines were
    /// damaged or of another type.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read<T: DeserializeOwned>(&self, mut each: impl FnMut(T)) -> io::Result<usize> {
        self.read_at(|entry, _| each(entry))
    }

    /// As [`Journal::read`], with the bytes that follow each entry.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read_at<T: DeserializeOwned>(&self, mut each: impl FnMut(T, u64)) -> io::Result<usize> {
        let mut reader = BufReader::with_capacity(16 * 1024, File::open(self.dir.join(NAME))?);
        let mut damaged = 0;
        let mut line = Vec::new();
        let mut passed = 0;
        loop {
            line.clear();
            if (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(damaged);
            }
            passed += line.len() as u64;
            match decode(&line) {
                Some(entry) => each(entry, self.bytes.saturating_sub(passed)),
                None if line == b"\n" => {}
                None => damaged += 1,
            }
        }
    }

    /// Writes the journal anew, entry by entry, at once or not at all: `keep` is given each intact
    /// entry of type `T`, oldest first, with the bytes that follow it, and returns what stays of
    /// it. No more than one entry is in memory at a time.
    ///
    /// # Errors
    /// When the new file cannot be written; the old one then stays.
    pub fn rewrite<T: Serialize + DeserializeOwned>(
        &mut self,
        mut keep: impl FnMut(T, u64) -> Option<T>,
    ) -> io::Result<()> {
        let next = self.dir.join("journal.new");
        let _ = std::fs::remove_file(&next);
        let file = open_append(&next)?;
        let mut failed = None;
        self.read_at(|entry, following| {
            let kept = if failed.is_none() { keep(entry, following) } else { None };
            let Some(kept) = kept else { return };
            failed = encode(&kept).and_then(|line| (&file).write_all(&line)).err();
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        file.sync_all()?;
        std::fs::rename(&next, self.dir.join(NAME))?;
        File::open(&self.dir)?.sync_all()?;
        self.bytes = file.metadata()?.len();
        self.file = file;
        self.torn = false;
        Ok(())
    }
}

fn encode(entry: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(entry)?;
    let mut line = format!("{:08x} ", crc32(&json)).into_bytes();
    line.extend(json);
    line.push(b'\n');
    Ok(line)
}

fn decode<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let line = line.strip_suffix(b"\n")?;
    let (sum, json) = (line.get(..8)?, line.get(9..)?);
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?, 16).ok()?;
    (line[8] == b' ' && sum == crc32(json)).then(|| serde_json::from_slice(json).ok())?
}

fn open_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

/// Length of the file up to its last newline.
fn whole_lines(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut end = file.metadata()?.len();
    let mut block = [0u8; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let part = &mut block[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(path)?;
    // SAFETY: the descriptor is open as long as `file` lives.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
        return Ok(file);
    }
    let error = io::Error::last_os_error();
    Err(match error.kind() {
        io::ErrorKind::WouldBlock => io::Error::new(
            io::ErrorKind::AddrInUse,
            format!("another process already uses the journal of {}", path.display()),
        ),
        _ => error,
    })
}

#[cfg(test)]
mod tests;
