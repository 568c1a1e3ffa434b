//! The one funnel from failures to what a person reads and a script checks.

use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_profiler::Error as ProfilerError;
use std::fmt;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// What a client on the socket would get.
    pub error: WireError,
    is_usage: bool,
}

impl Failure {
    /// The command line does not fit.
    pub fn usage(message: impl Into<String>) -> Self {
        let hint = "`pitcrew-collector --help` lists the commands";
        let error = WireError::new(ErrorCode::InvalidArgument, message).hint(hint);
        Failure { error, is_usage: true }
    }

    /// 1 failed, 2 wrong use, 3 not found, 4 refused, 5 cannot reach, 130 interrupted.
    pub fn exit_code(&self) -> u8 {
        match self.error.code {
            _ if self.is_usage => 2,
            ErrorCode::InvalidArgument | ErrorCode::UnknownMethod => 2,
            ErrorCode::NotFound => 3,
            ErrorCode::Refused => 4,
            ErrorCode::Cancelled => 130,
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error.message)?;
        match &self.error.hint {
            Some(hint) => write!(f, "\n  {hint}"),
            None => Ok(()),
        }
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Failure { error, is_usage: false }
    }
}

/// Parameters that do not fit.
pub fn invalid(message: impl Into<String>) -> WireError {
    WireError::new(ErrorCode::InvalidArgument, message)
}

/// Anything that is nobody's mistake.
pub fn internal(message: impl Into<String>) -> WireError {
    WireError::new(ErrorCode::Internal, message)
}

/// What the profiler says, on the wire.
pub fn of_profiler(error: ProfilerError) -> WireError {
    match error {
        ProfilerError::Unsupported { reason, hint } => {
            WireError::new(ErrorCode::Unsupported, reason).hint(hint)
        }
        ProfilerError::NotFound(what) => WireError::new(ErrorCode::NotFound, what),
        ProfilerError::Cancelled => WireError::new(ErrorCode::Cancelled, error.to_string()),
        ProfilerError::Internal(what) => internal(what),
    }
}
