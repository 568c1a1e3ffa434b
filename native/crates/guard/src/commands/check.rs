//! `check`: the mistakes of a policy file.

use super::policy_file::load;
use super::WRONG_USE;
use pitcrew_contract::envelope::WireError;
use pitcrew_policy::Mistake;
use serde_json::{json, Value};
use std::path::Path;
use std::process::ExitCode;

pub(super) fn check(file: &Path, as_json: bool) -> Result<ExitCode, WireError> {
    let (errors, warnings) = match load(file)? {
        Ok(parsed) => (Vec::new(), parsed.warnings),
        Err(mistakes) => (mistakes, Vec::new()),
    };
    if as_json {
        let list = |mistakes: &[Mistake]| mistakes.iter().map(shown).collect::<Vec<_>>();
        let ok = errors.is_empty();
        println!("{}", json!({ "ok": ok, "errors": list(&errors), "warnings": list(&warnings) }));
    } else {
        errors.iter().for_each(|mistake| println!("{}:{mistake}", file.display()));
        warnings.iter().for_each(|mistake| println!("{}:{mistake} [warning]", file.display()));
        if errors.is_empty() {
            println!("{}: fine", file.display());
        }
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WRONG_USE) })
}

fn shown(mistake: &Mistake) -> Value {
    json!({
        "line": mistake.line,
        "column": mistake.column,
        "message": mistake.message,
        "hint": mistake.hint,
    })
}
