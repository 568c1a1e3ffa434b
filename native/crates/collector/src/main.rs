//! `pitcrew-collector`: profiles, the memory panorama and the GPU state of one host.
//!
//! Each command works by itself; `collect` serves them on a Unix socket. It never signals a process
//! other than its own helpers.

mod arguments;
mod collect;
mod commands;
mod failure;
mod files;
mod gpu;
mod isolated;
mod panorama;
mod profile;
mod service;
mod status;

use arguments::Arguments;
use failure::Failure;
use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage:
  pitcrew-collector collect [--data-dir DIR] [--socket PATH] [--gpu-helper PATH]
  pitcrew-collector status [--json]
  pitcrew-collector panorama [--scope node|cgroup:/PATH] [--json]
  pitcrew-collector profile --seconds S [--hz HZ] [--pid PID] [--scope node|cgroup:/PATH]
                            [--pprof FILE] [--collapsed FILE] [--json]
  pitcrew-collector gpu status [--gpu-helper PATH] [--json]
  pitcrew-collector --version
";

fn main() -> ExitCode {
    match run(Arguments::new(env::args_os().skip(1))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("pitcrew-collector: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(mut arguments: Arguments) -> Result<(), Failure> {
    if arguments.flag("--help") || arguments.flag("-h") {
        print!("{USAGE}");
        return Ok(());
    }
    match arguments.command()?.as_deref() {
        Some("collect") => collect::run(arguments),
        Some("status") => commands::status(arguments),
        Some("panorama") => commands::panorama(arguments),
        Some("profile") => commands::profile(arguments),
        Some("gpu") => match arguments.command()?.as_deref() {
            Some("status") => commands::gpu_status(arguments),
            _ => Err(Failure::usage("gpu: expected `status`")),
        },
        // The service's own helper: one task, in a process that can be given up.
        Some("isolated") => isolated::serve(arguments),
        Some("--version" | "-V") => {
            println!("pitcrew-collector {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Some(other) => Err(Failure::usage(format!("unknown command `{other}`"))),
        None => Err(Failure::usage("a command is missing")),
    }
}
