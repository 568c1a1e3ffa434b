//! `pitcrew-guard`.

use pitcrew_guard::{commands, options};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match options::parse(&arguments) {
        Ok(command) => commands::execute(command),
        Err(problem) => {
            eprintln!("pitcrew-guard: {problem}\n\n{}", options::USAGE);
            ExitCode::from(2)
        }
    }
}
