//! The command line.

use crate::failure::Failure;
use std::ffi::OsString;
use std::str::FromStr;

/// What is left of the command line.
#[derive(Debug)]
pub struct Arguments {
    left: Vec<OsString>,
}

impl Arguments {
    /// The arguments after the program's name.
    pub fn new(arguments: impl Iterator<Item = OsString>) -> Self {
        Arguments { left: arguments.collect() }
    }

    /// Takes the next word.
    pub fn command(&mut self) -> Result<Option<String>, Failure> {
        if self.left.is_empty() {
            return Ok(None);
        }
        text("command", self.left.remove(0)).map(Some)
    }

    /// Takes `--name`.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.left.len();
        self.left.retain(|argument| argument != name);
        self.left.len() < before
    }

    /// Takes `--name VALUE` or `--name=VALUE`.
    pub fn option(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let prefix = format!("{name}=");
        if let Some(at) = self.left.iter().position(|argument| argument == name) {
            self.left.remove(at);
            if at == self.left.len() {
                return Err(Failure::usage(format!("{name} needs a value")));
            }
            return text(name, self.left.remove(at)).map(Some);
        }
        let with_value = |argument: &OsString| {
            argument.to_str().and_then(|text| text.strip_prefix(&prefix)).map(str::to_owned)
        };
        let Some((at, value)) =
            self.left.iter().enumerate().find_map(|(at, a)| Some((at, with_value(a)?)))
        else {
            return Ok(None);
        };
        self.left.remove(at);
        Ok(Some(value))
    }

    /// As [`Arguments::option`], a number or another type that reads from text.
    pub fn parsed<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, Failure> {
        let Some(text) = self.option(name)? else { return Ok(None) };
        let value = text
            .parse()
            .map_err(|_| Failure::usage(format!("{name}: `{text}` is not a valid value")))?;
        Ok(Some(value))
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), Failure> {
        match self.left.first() {
            None => Ok(()),
            Some(extra) => {
                Err(Failure::usage(format!("unexpected argument `{}`", extra.to_string_lossy())))
            }
        }
    }
}

fn text(name: &str, value: OsString) -> Result<String, Failure> {
    value.into_string().map_err(|_| Failure::usage(format!("{name} is not valid UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Arguments {
        Arguments::new(text.split(' ').map(OsString::from))
    }

    #[test]
    fn takes_words_flags_and_options_in_any_order() {
        let mut arguments = of("profile --json --hz 49 --scope=cgroup:/a=b");
        assert_eq!(arguments.command().unwrap().as_deref(), Some("profile"));
        assert_eq!(arguments.option("--scope").unwrap().as_deref(), Some("cgroup:/a=b"));
        assert_eq!(arguments.parsed::<u32>("--hz").unwrap(), Some(49));
        assert!(arguments.flag("--json") && !arguments.flag("--json"));
        arguments.end().unwrap();
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let message = |outcome: Result<(), Failure>| outcome.unwrap_err().to_string();
        assert!(message(of("--what").end()).contains("--what"));
        assert!(message(of("--hz").option("--hz").map(drop)).contains("--hz needs a value"));
        assert!(message(of("--hz x").parsed::<u32>("--hz").map(drop)).contains("`x`"));
    }
}
