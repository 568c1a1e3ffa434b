//! Rules about processes.

use crate::pattern::Pattern;

/// What a rule can look at. Names can be faked; the other fields are harder to.
pub(crate) const FIELDS: [&str; 7] =
    ["name", "exe", "cmdline", "cgroup", "unit", "uid", "container"];

/// A process as rules see it.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// `comm`.
    pub name: String,
    /// Path of the executable, empty where it is unknown.
    pub exe: String,
    /// Arguments joined by spaces.
    pub cmdline: String,
    /// Its cgroup in every hierarchy.
    pub cgroups: Vec<String>,
    /// Effective uid.
    pub uid: u32,
}

/// Which policy a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The node's own.
    Node,
    /// The central one.
    Central,
}

/// Conditions that must all hold.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) conditions: Vec<(&'static str, Condition)>,
    pub(crate) origin: Origin,
    /// As written, e.g. `name=python uid=1000`.
    pub(crate) text: String,
}

/// One condition.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Text(Pattern),
    Uid(u32),
}

impl Rule {
    /// Whether all conditions hold for the process.
    pub fn matches(&self, subject: &Subject) -> bool {
        !self.conditions.is_empty()
            && self.conditions.iter().all(|(field, condition)| holds(field, condition, subject))
    }

    /// As written, e.g. `name=python`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which policy it comes from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Whether one of its conditions is about this field.
    pub fn looks_at(&self, field: &str) -> bool {
        self.conditions.iter().any(|(name, _)| *name == field)
    }

    /// Whether it matches every process.
    pub fn matches_everything(&self) -> bool {
        self.conditions.iter().all(|(_, condition)| match condition {
            Condition::Text(pattern) => pattern.matches_everything(),
            Condition::Uid(_) => false,
        })
    }
}

fn holds(field: &str, condition: &Condition, subject: &Subject) -> bool {
    let pattern = match condition {
        Condition::Uid(uid) => return *uid == subject.uid,
        Condition::Text(pattern) => pattern,
    };
    let cgroups = || subject.cgroups.iter().map(String::as_str);
    match field {
        "name" => {
            let file = subject.exe.rsplit('/').next().filter(|file| !file.is_empty());
            pattern.matches(&subject.name) || file.is_some_and(|file| pattern.matches(file))
        }
        "exe" => !subject.exe.is_empty() && pattern.matches(&subject.exe),
        "cmdline" => pattern.matches(&subject.cmdline),
        "cgroup" => cgroups().any(|path| pattern.matches(path)),
        "unit" => cgroups().flat_map(units).any(|unit| pattern.matches(unit)),
        "container" => cgroups().flat_map(containers).any(|id| pattern.matches(id)),
        _ => false,
    }
}

/// Units of systemd that a cgroup path names: services, scopes and slices.
fn units(path: &str) -> impl Iterator<Item = &str> {
    let unit = |part: &&str| {
        [".service", ".scope", ".slice", ".socket", ".mount"]
            .iter()
            .any(|kind| part.ends_with(kind))
    };
    path.split('/').filter(unit)
}

/// Ids of containers in a cgroup path: a component that holds 32 or more hexadecimal digits in a
/// row, as Docker, containerd, CRI-O and Podman name them.
fn containers(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '-', '.', ':', '_'])
        .filter(|part| part.len() >= 32 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_units_and_containers() {
        let path = "/system.slice/docker-0123456789abcdef0123456789abcdef.scope";
        assert_eq!(units(path).count(), 2);
        assert_eq!(containers(path).next(), Some("0123456789abcdef0123456789abcdef"));
        assert_eq!(containers("/user.slice/app").count(), 0);
    }
}
