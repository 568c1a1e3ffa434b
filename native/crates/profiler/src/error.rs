//! Why there is no profile.

use std::fmt;

/// Why there is no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The machine or the permissions lack something; retrying is useless.
    Unsupported {
        /// What was refused, and by whom.
        reason: String,
        /// What it would take.
        hint: String,
    },
    /// The process or cgroup does not exist.
    NotFound(String),
    /// The caller did not want to wait any longer.
    Cancelled,
    /// Anything else.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unsupported { reason, hint } => write!(f, "{reason}; {hint}"),
            Error::NotFound(what) | Error::Internal(what) => f.write_str(what),
            Error::Cancelled => f.write_str("cancelled while sampling"),
        }
    }
}

impl std::error::Error for Error {}
