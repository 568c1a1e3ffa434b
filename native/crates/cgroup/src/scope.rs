//! What a question or an order is about: the whole node or one cgroup.

use crate::path::{CgroupPath, PathError};
use std::fmt;

/// `node`, or `cgroup:/path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The whole machine.
    Node,
    /// A cgroup with everything below it.
    Cgroup(CgroupPath),
}

impl Scope {
    /// Parses the text that contracts and command lines use.
    ///
    /// # Errors
    /// When it is neither `node` nor `cgroup:` followed by a path that stays in the hierarchy.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "node" {
            return Ok(Scope::Node);
        }
        let Some(path) = text.strip_prefix("cgroup:") else {
            return Err(format!(
                "unknown scope {:?}: expected `node` or `cgroup:/path`",
                text.chars().take(80).collect::<String>()
            ));
        };
        CgroupPath::parse(path).map(Scope::Cgroup).map_err(|e: PathError| e.to_string())
    }

    /// The cgroup, when it is one.
    pub fn cgroup(&self) -> Option<&CgroupPath> {
        match self {
            Scope::Node => None,
            Scope::Cgroup(path) => Some(path),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Node => f.write_str("node"),
            Scope::Cgroup(path) => write!(f, "cgroup:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        for text in ["node", "cgroup:/", "cgroup:/a/b"] {
            assert_eq!(Scope::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Scope::parse("cgroup:a").unwrap().to_string(), "cgroup:/a");
        assert!(Scope::parse("cgroup:/a/../b").unwrap_err().contains(".."));
        assert!(Scope::parse("Node").unwrap_err().contains("expected"));
    }
}
