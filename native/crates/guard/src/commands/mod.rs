//! The subcommands.

mod check;
mod policy_file;
mod run;
mod shutdown;
mod victims;

use crate::options::{Command, USAGE};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use std::process::ExitCode;

/// Exit code for wrong use, a broken policy included.
const WRONG_USE: u8 = 2;

/// Runs a command and tells how it ended: 0 done, 1 failed, 2 wrong use, 3 not found, 4 refused.
pub fn execute(command: Command) -> ExitCode {
    let result = match command {
        Command::Run(options) => run::run(&options),
        Command::Victims(options) => victims::victims(&options),
        Command::Check { file, json } => check::check(&file, json),
        Command::Help => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Command::Version => {
            println!("pitcrew-guard {}", env!("CARGO_PKG_VERSION"));
            Ok(ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| {
        match &error.hint {
            Some(hint) => eprintln!("pitcrew-guard: {error} ({hint})"),
            None => eprintln!("pitcrew-guard: {error}"),
        }
        exit_code(&error)
    })
}

fn exit_code(error: &WireError) -> ExitCode {
    ExitCode::from(match error.code {
        ErrorCode::InvalidArgument => WRONG_USE,
        ErrorCode::NotFound => 3,
        ErrorCode::Refused => 4,
        _ => 1,
    })
}
