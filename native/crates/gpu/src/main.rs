//! `pitcrew-gpu`: asks the NVIDIA driver and answers with one JSON object on stdout.
//!
//! The collector starts it on demand. It is a process of its own because a call into the driver can
//! hang or crash: the collector then kills it and says so.

mod status;

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The driver's library as its packages install it; the name without a version exists only where
/// its development files do.
const LIBRARY: &str = "libnvidia-ml.so.1";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let library = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["status"] => PathBuf::from(LIBRARY),
        ["status", "--library", path] => PathBuf::from(path),
        _ => {
            eprintln!("usage: pitcrew-gpu status [--library PATH]");
            return ExitCode::from(2);
        }
    };
    let answer = status::read(&library);
    let written = serde_json::to_string(&answer)
        .map_err(io::Error::from)
        .and_then(|text| writeln!(io::stdout(), "{text}"));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the answer: {error}");
            ExitCode::FAILURE
        }
    }
}
