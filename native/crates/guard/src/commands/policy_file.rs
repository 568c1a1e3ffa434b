//! Reads a policy from a file.

use crate::failure::fail;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_policy::{Mistake, Origin, Parsed, Policy, MAX_BYTES};
use std::io::Read;
use std::path::Path;

/// Reads the file, never more of it than a policy may have: the policy, or its mistakes.
pub(super) fn load(path: &Path) -> Result<Result<Parsed, Vec<Mistake>>, WireError> {
    let cannot = |error: std::io::Error| {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => ErrorCode::NotFound,
            _ => ErrorCode::Internal,
        };
        fail(code, format!("cannot read {}: {error}", path.display()))
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        fail(ErrorCode::InvalidArgument, format!("{} is not UTF-8", path.display()))
    })?;
    Ok(Policy::parse(&text, Origin::Node))
}

/// Reads the policy of a command; prints warnings, and all mistakes before it gives up.
pub(super) fn required(path: Option<&Path>) -> Result<Policy, WireError> {
    let Some(path) = path else { return Ok(Policy::default()) };
    match load(path)? {
        Ok(parsed) => {
            for warning in &parsed.warnings {
                eprintln!("{}:{warning}", path.display());
            }
            Ok(parsed.policy)
        }
        Err(mistakes) => {
            for mistake in &mistakes {
                eprintln!("{}:{mistake}", path.display());
            }
            let text = format!("{} has {} mistakes", path.display(), mistakes.len());
            Err(fail(ErrorCode::InvalidArgument, text))
        }
    }
}
