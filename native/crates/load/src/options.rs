//! The command line.

use crate::memory::Hold;
use pitcrew_policy::Amount;
use std::ffi::CString;
use std::path::PathBuf;

pub const USAGE: &str = "\
usage: pitcrew-load leak [--rate 20MiB/s] [--max 400MiB] [OPTIONS]
       pitcrew-load hold [--bytes 64MiB] [--shm FILE] [--children N --own BYTES]
                         [--busy 25%] [OPTIONS]
       pitcrew-load spin [OPTIONS]

  leak        touches private memory at a steady rate, and keeps it once --max is reached
  hold        touches --bytes and keeps them: private memory, or the file --shm mapped shared;
              --children fork off with it and write --own bytes of their copy each; --busy share
              of one CPU goes into pitcrew_service_work, which reads the memory again and again
  spin        burns one CPU in pitcrew_spin_hot_function

  --name NAME         what `comm` shows, at most 15 bytes
  --ignore-term       ignores SIGTERM
  --die-with-stdin    ends when standard input ends";

/// What to do.
pub enum Command {
    /// Bytes per second, and the most.
    Leak {
        rate: u64,
        max: u64,
    },
    Hold(Hold),
    Spin,
}

/// The whole command line.
pub struct Options {
    pub command: Command,
    pub name: Option<CString>,
    pub ignore_term: bool,
    pub die_with_stdin: bool,
}

/// Reads the arguments; `None` asks for help.
pub fn parse(arguments: &[String]) -> Result<Option<Options>, String> {
    let (command, rest) = match arguments.split_first() {
        None => return Err("a command is missing".to_owned()),
        Some((first, _)) if matches!(first.as_str(), "--help" | "-h" | "help") => return Ok(None),
        Some((first, rest)) => (first.as_str(), rest),
    };
    let mut options = Options {
        command: match command {
            "leak" => Command::Leak { rate: 20 << 20, max: 400 << 20 },
            "hold" => {
                Command::Hold(Hold { bytes: 64 << 20, shm: None, children: 0, own: 0, busy: 0.0 })
            }
            "spin" => Command::Spin,
            other => return Err(format!("unknown command {other:?}")),
        },
        name: None,
        ignore_term: false,
        die_with_stdin: false,
    };
    let mut rest = rest.iter();
    while let Some(flag) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{flag} needs a value"));
        match (flag.as_str(), &mut options.command) {
            ("--name", _) => {
                let name = CString::new(value()?.as_str());
                options.name = Some(name.map_err(|_| "--name holds a NUL".to_owned())?);
            }
            ("--ignore-term", _) => options.ignore_term = true,
            ("--die-with-stdin", _) => options.die_with_stdin = true,
            ("--rate", Command::Leak { rate, .. }) => {
                *rate = bytes(value()?.trim_end_matches("/s"))?;
            }
            ("--max", Command::Leak { max, .. }) => *max = bytes(value()?)?,
            ("--bytes", Command::Hold(hold)) => hold.bytes = bytes(value()?)?,
            ("--shm", Command::Hold(hold)) => hold.shm = Some(PathBuf::from(value()?)),
            ("--own", Command::Hold(hold)) => hold.own = bytes(value()?)?,
            ("--busy", Command::Hold(hold)) => hold.busy = share(value()?)?,
            ("--children", Command::Hold(hold)) => {
                let count = value()?.parse().ok().filter(|n| *n <= 64);
                hold.children = count.ok_or("--children must be 0 to 64")?;
            }
            ("--help" | "-h", _) => return Ok(None),
            (other, _) => return Err(format!("{command} does not know {other:?}")),
        }
    }
    Ok(Some(options))
}

fn share(text: &str) -> Result<f64, String> {
    match Amount::parse(text)? {
        Amount::Percent(percent) if percent > 0.0 => Ok(percent / 100.0),
        _ => Err(format!("{text:?} is no share such as 25%")),
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    match Amount::parse(text)? {
        Amount::Bytes(bytes) if bytes > 0 => Ok(bytes),
        _ => Err(format!("{text:?} is no number of bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Option<Options>, String> {
        parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_service_works_with_a_share_of_one_cpu() {
        let Ok(Some(Options { command: Command::Hold(hold), .. })) = of("hold --busy 25%") else {
            panic!("not understood");
        };
        assert_eq!(hold.busy, 0.25);
        for wrong in ["hold --busy 25", "hold --busy 0%", "hold --busy 101%", "spin --busy 9%"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
