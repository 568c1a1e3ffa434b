//! `pitcrew-load`: a program that misbehaves on purpose, for demos and tests.
//!
//! It prints one JSON line once its memory is in place (`leak` and `spin`: at once) and then goes
//! on until it is killed or, with `--die-with-stdin`, its standard input ends.

mod cpu;
mod memory;
mod options;

use options::{Command, Options};
use std::io::{Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match options::parse(&arguments) {
        Ok(None) => {
            println!("{}", options::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Some(options)) => match run(&options) {
            Ok(never) => match never {},
            Err(error) => {
                eprintln!("pitcrew-load: {error}");
                ExitCode::FAILURE
            }
        },
        Err(problem) => {
            eprintln!("pitcrew-load: {problem}\n\n{}", options::USAGE);
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> std::io::Result<std::convert::Infallible> {
    if let Some(name) = &options.name {
        // SAFETY: `name` is a NUL-terminated string that outlives the call.
        unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr()) };
    }
    if options.ignore_term {
        // SAFETY: ignoring a signal installs no handler of ours.
        unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
    }
    match &options.command {
        Command::Leak { rate, max } => {
            watch_stdin(options);
            ready(&[])?;
            memory::leak(*rate, *max)
        }
        Command::Hold(hold) => {
            // Forked before the first thread exists.
            let held = memory::hold(hold)?;
            watch_stdin(options);
            ready(held.children())?;
            cpu::serve_forever(held.words(), hold.busy)
        }
        Command::Spin => {
            watch_stdin(options);
            ready(&[])?;
            cpu::spin_forever()
        }
    }
}

fn ready(children: &[i32]) -> std::io::Result<()> {
    let children: Vec<String> = children.iter().map(i32::to_string).collect();
    let (pid, children) = (std::process::id(), children.join(","));
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{{\"pid\":{pid},\"children\":[{children}]}}")?;
    stdout.flush()
}

/// Whoever holds the other end of standard input decides how long this lives.
fn watch_stdin(options: &Options) {
    if options.die_with_stdin {
        std::thread::spawn(|| {
            let mut buffer = [0u8; 256];
            while std::io::stdin().read(&mut buffer).is_ok_and(|n| n > 0) {}
            std::process::exit(0);
        });
    }
}
