//! Turns failures of the sources into answers.

use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_procfs::Error;

/// A failure with a code.
pub(crate) fn fail(code: ErrorCode, message: impl Into<String>) -> WireError {
    WireError::new(code, message)
}

/// A source that could not be read.
pub(crate) fn unreadable(error: &Error) -> WireError {
    let code = if error.is_gone() { ErrorCode::NotFound } else { ErrorCode::Unsupported };
    fail(code, error.to_string())
}
