//! Failures that say which file, line and item they are about.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong while reading a file of the kernel.
#[derive(Debug)]
pub enum Error {
    /// The file could not be read.
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file's content is not what the kernel documents.
    Parse {
        /// The file; empty when only bytes were given.
        path: PathBuf,
        /// The item that is missing or malformed, e.g. `MemTotal`.
        item: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A malformed or missing item.
    pub fn parse(item: impl Into<String>, problem: &'static str) -> Self {
        Error::Parse { path: PathBuf::new(), item: item.into(), problem }
    }

    /// A file that could not be read.
    pub fn io(path: &Path, source: io::Error) -> Self {
        Error::Io { path: path.to_owned(), source }
    }

    /// The same failure, naming the file it happened in.
    pub fn at(self, path: &Path) -> Self {
        match self {
            Error::Parse { item, problem, .. } => {
                Error::Parse { path: path.to_owned(), item, problem }
            }
            other => other,
        }
    }

    /// Whether the thing is gone: the file does not exist, or its process has ended meanwhile.
    pub fn is_gone(&self) -> bool {
        match self {
            Error::Io { source, .. } => {
                source.kind() == io::ErrorKind::NotFound
                    || source.raw_os_error() == Some(libc::ESRCH)
            }
            Error::Parse { .. } => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Error::Parse { path, item, problem } => {
                write!(f, "cannot parse {}: {item}: {problem}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            Error::Parse { .. } => None,
        }
    }
}
