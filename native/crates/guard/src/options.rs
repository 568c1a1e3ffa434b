//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: pitcrew-guard run [--policy FILE] [--scope SCOPE] [--journal DIR] [--socket PATH] [--observe]
       pitcrew-guard victims [--policy FILE] [--scope SCOPE] [--target AMOUNT] [--json]
                             [--root DIR]
       pitcrew-guard check FILE [--json]

  run        watches SCOPE and, at level critical, ends processes as the policy says, until
             SIGTERM; prints a JSON line for each intervention
  victims    who would be ended now, in which order, and who is protected
  check      the mistakes of a policy file, with line and column

  --policy FILE     the node's policy (YAML); needed to act, optional with --observe
  --scope SCOPE     `node` (default) or `cgroup:/path` below the memory controller's mount
  --journal DIR     where orders and interventions are recorded; needed for orders
  --socket PATH     a Unix socket for the node runner
  --observe         never acts on its own; orders for a cgroup with a limit are carried out
  --target AMOUNT   headroom to reach, e.g. 20% or 512MiB
  --root DIR        `victims` of the machine whose /proc and /sys lie below DIR: another mount
                    namespace's, or a copy made for a test; nothing is ever signalled there
  --json            one JSON object instead of a table
  --version         prints the version";

/// A command with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Watch and act.
    Run(Run),
    /// Show who would be ended.
    Victims(Victims),
    /// Check a policy.
    Check {
        /// The policy file.
        file: PathBuf,
        /// JSON instead of text.
        json: bool,
    },
    /// Print the usage.
    Help,
    /// Print the version.
    Version,
}

/// Options of `run`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The policy file.
    pub policy: Option<PathBuf>,
    /// What to watch.
    pub scope: String,
    /// Where to record.
    pub journal: Option<PathBuf>,
    /// Where to listen.
    pub socket: Option<PathBuf>,
    /// Never act on its own.
    pub observe: bool,
}

/// Options of `victims`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Victims {
    /// The policy file.
    pub policy: Option<PathBuf>,
    /// Whose victims.
    pub scope: String,
    /// Headroom to reach.
    pub target: Option<String>,
    /// JSON instead of a table.
    pub json: bool,
    /// Where the machine's `/proc` and `/sys` lie.
    pub root: PathBuf,
}

/// Reads the arguments.
///
/// # Errors
/// One sentence saying what is wrong.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    let (first, rest) = arguments.split_first().ok_or("a command is missing")?;
    let wants_help = rest.iter().any(|argument| matches!(argument.as_str(), "--help" | "-h"));
    match first.as_str() {
        "help" | "--help" | "-h" => Ok(Command::Help),
        "--version" | "-V" => Ok(Command::Version),
        "run" | "victims" | "check" if wants_help => Ok(Command::Help),
        "run" => run(rest),
        "victims" => victims(rest),
        "check" => check(rest),
        other => Err(format!("unknown command {other:?}")),
    }
}

fn run(arguments: &[String]) -> Result<Command, String> {
    let mut run = Run { scope: "node".to_owned(), ..Run::default() };
    each(arguments, |flag, value| {
        match flag {
            "--policy" => run.policy = Some(value()?.into()),
            "--scope" => run.scope = value()?,
            "--journal" => run.journal = Some(value()?.into()),
            "--socket" => run.socket = Some(value()?.into()),
            "--observe" => run.observe = true,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if run.policy.is_none() && !run.observe {
        return Err("acting needs an explicit --policy FILE; or add --observe".to_owned());
    }
    Ok(Command::Run(run))
}

fn victims(arguments: &[String]) -> Result<Command, String> {
    let mut victims = Victims { scope: "node".to_owned(), root: "/".into(), ..Victims::default() };
    each(arguments, |flag, value| {
        match flag {
            "--policy" => victims.policy = Some(value()?.into()),
            "--scope" => victims.scope = value()?,
            "--target" => victims.target = Some(value()?),
            "--root" => victims.root = value()?.into(),
            "--json" => victims.json = true,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Command::Victims(victims))
}

fn check(arguments: &[String]) -> Result<Command, String> {
    let mut file: Option<PathBuf> = None;
    let mut json = false;
    for argument in arguments {
        match argument.as_str() {
            "--json" => json = true,
            flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
            path if file.is_none() => file = Some(path.into()),
            more => return Err(format!("check takes one file, {more:?} is another")),
        }
    }
    Ok(Command::Check { file: file.ok_or("check needs a policy file")?, json })
}

/// A flag, and a way to get its value; answers whether the flag is known.
type Take<'a> = &'a mut dyn FnMut() -> Result<String, String>;

/// Goes through flags, given as `--flag value` or `--flag=value`.
fn each(
    arguments: &[String],
    mut set: impl FnMut(&str, Take) -> Result<bool, String>,
) -> Result<(), String> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (flag, mut attached) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        let mut value = || {
            let found = attached.take().or_else(|| rest.next().cloned());
            found.ok_or_else(|| format!("{flag} needs a value"))
        };
        if !set(flag, &mut value)? {
            return Err(format!("unknown option {flag}"));
        }
        if attached.is_some() {
            return Err(format!("{flag} takes no value"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Command, String> {
        parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn reads_both_forms_of_values() {
        let expected = Command::Victims(Victims {
            policy: Some("p".into()),
            scope: "cgroup:/a".to_owned(),
            target: None,
            json: true,
            root: "/".into(),
        });
        assert_eq!(of("victims --policy p --scope=cgroup:/a --json"), Ok(expected));
    }

    #[test]
    fn wrong_use_is_explained() {
        assert!(of("run").unwrap_err().contains("--policy"));
        assert!(of("run --observe=yes").unwrap_err().contains("no value"));
        assert!(of("run --policy").unwrap_err().contains("needs a value"));
        assert!(of("victims --bogus").unwrap_err().contains("--bogus"));
        assert!(of("check").unwrap_err().contains("file"));
        assert!(of("kill 1").unwrap_err().contains("unknown command"));
        assert_eq!(of("run --help"), Ok(Command::Help));
    }
}
