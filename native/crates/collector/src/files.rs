//! Files for whoever asked, written whole or not at all.

use crate::failure::{internal, invalid};
use pitcrew_contract::collector::OutFile;
use pitcrew_contract::envelope::WireError;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A directory to write into, made if it does not exist (mode 0700).
///
/// # Errors
/// `invalid_argument` when it is not absolute, `internal` when it cannot be made.
pub fn out_dir(text: &str) -> Result<PathBuf, WireError> {
    let dir = PathBuf::from(text);
    if !dir.is_absolute() {
        return Err(invalid(format!("outDir must be an absolute path, not `{text}`")));
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&dir)
        .map_err(|error| internal(format!("cannot make {}: {error}", dir.display())))?;
    Ok(dir)
}

/// Writes a file (mode 0600) under its final name only once it is complete; a second try replaces
/// the first one's.
///
/// # Errors
/// `internal`, naming the file.
pub fn write(
    path: &Path,
    kind: &str,
    media_type: &str,
    bytes: &[u8],
) -> Result<OutFile, WireError> {
    let failed = |error: io::Error| internal(format!("cannot write {}: {error}", path.display()));
    let name = path.file_name().ok_or_else(|| invalid(format!("{} is no file", path.display())))?;
    let mut partial = name.to_owned();
    partial.push(format!(".{}.part", std::process::id()));
    let partial = path.with_file_name(partial);
    // Whatever lies there is a leftover of a process that had our pid.
    let _ = fs::remove_file(&partial);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&partial, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&partial);
        return Err(failed(error));
    }
    Ok(OutFile {
        path: path.to_string_lossy().into_owned(),
        kind: kind.to_owned(),
        media_type: media_type.to_owned(),
        bytes: bytes.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn files_are_private_and_leave_no_parts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        for text in ["first", "second"] {
            assert_eq!(write(&path, "k", "t", text.as_bytes()).unwrap().bytes, text.len() as u64);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_in_the_way_is_replaced_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (target, path) = (dir.path().join("target"), dir.path().join("a.json"));
        fs::write(&target, "precious").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        write(&path, "k", "t", b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }

    #[test]
    fn an_unwritable_place_is_named() {
        let error = write(Path::new("/proc/nothing/x"), "k", "t", b"").unwrap_err();
        assert!(error.message.contains("/proc/nothing/x"), "{error}");
        assert!(out_dir("relative").unwrap_err().message.contains("absolute"));
    }
}
