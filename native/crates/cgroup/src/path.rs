//! Paths of cgroups, made safe to append to a mount point.

use std::fmt;
use std::path::{Path, PathBuf};

/// Longest path the kernel would accept.
const MAX_BYTES: usize = 4096;

/// A normalised path below the memory controller's root: it starts with `/`, has no empty, `.` or
/// `..` component and no control character, so it cannot leave the hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CgroupPath(String);

/// Why a text is no cgroup path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathError {
    /// There is nothing to go by.
    Empty,
    /// `.` or `..` occurs as a component.
    Relative,
    /// A control character occurs.
    Control,
    /// Longer than a path may be.
    TooLong,
}

impl CgroupPath {
    /// The hierarchy's root.
    pub fn root() -> Self {
        CgroupPath("/".to_owned())
    }

    /// Normalises a path; a missing leading slash is added, doubled and trailing ones are dropped.
    ///
    /// # Errors
    /// When the path is empty, too long, or holds `.`, `..` or a control character.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(PathError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PathError::Control);
        }
        let mut path = String::with_capacity(text.len() + 1);
        for component in text.split('/').filter(|component| !component.is_empty()) {
            if matches!(component, "." | "..") {
                return Err(PathError::Relative);
            }
            path.push('/');
            path.push_str(component);
        }
        if path.is_empty() {
            path.push('/');
        }
        Ok(CgroupPath(path))
    }

    /// The path as text, e.g. `/system.slice/sshd.service`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the hierarchy's root.
    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// Whether `other` is this cgroup or lies below it.
    pub fn contains(&self, other: &CgroupPath) -> bool {
        self.is_root()
            || other.0 == self.0
            || other.0.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// This cgroup's parent, `None` for the root.
    pub fn parent(&self) -> Option<CgroupPath> {
        if self.is_root() {
            return None;
        }
        match self.0.rfind('/') {
            Some(0) | None => Some(Self::root()),
            Some(at) => Some(CgroupPath(self.0[..at].to_owned())),
        }
    }

    /// The directory of this cgroup below `mount`.
    pub fn below(&self, mount: &Path) -> PathBuf {
        mount.join(&self.0[1..])
    }

    /// The child with this name.
    ///
    /// # Errors
    /// As [`CgroupPath::parse`].
    pub fn child(&self, name: &str) -> Result<CgroupPath, PathError> {
        Self::parse(&format!("{}/{name}", self.0))
    }
}

impl fmt::Display for CgroupPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PathError::Empty => "the cgroup path is empty",
            PathError::Relative => "a cgroup path must not contain `.` or `..`",
            PathError::Control => "a cgroup path must not contain control characters",
            PathError::TooLong => "the cgroup path is longer than 4096 bytes",
        })
    }
}

impl std::error::Error for PathError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn normalises() {
        assert_eq!(CgroupPath::parse("a//b/").unwrap().as_str(), "/a/b");
        assert_eq!(CgroupPath::parse("///").unwrap(), CgroupPath::root());
        assert_eq!(CgroupPath::parse("/a/b").unwrap().parent().unwrap().as_str(), "/a");
        assert_eq!(CgroupPath::parse("/a").unwrap().parent(), Some(CgroupPath::root()));
        assert_eq!(CgroupPath::root().parent(), None);
    }

    #[test]
    fn refuses_what_leaves_the_hierarchy() {
        assert_eq!(CgroupPath::parse("/a/../../etc"), Err(PathError::Relative));
        assert_eq!(CgroupPath::parse("/./a"), Err(PathError::Relative));
        assert_eq!(CgroupPath::parse("/a\n"), Err(PathError::Control));
        assert_eq!(CgroupPath::parse(""), Err(PathError::Empty));
        assert_eq!(CgroupPath::parse("/..a/b..").unwrap().as_str(), "/..a/b..");
    }

    #[test]
    fn a_sibling_with_the_same_prefix_is_not_inside() {
        let a = CgroupPath::parse("/a").unwrap();
        assert!(a.contains(&a));
        assert!(a.contains(&CgroupPath::parse("/a/b").unwrap()));
        assert!(!a.contains(&CgroupPath::parse("/ab").unwrap()));
        assert!(CgroupPath::root().contains(&a));
    }

    proptest! {
        #[test]
        fn never_leaves_the_mount(text in "[a./\\\\\u{0}-\u{20}]{0,40}") {
            if let Ok(path) = CgroupPath::parse(&text) {
                let full = path.below(Path::new("/mnt"));
                prop_assert!(full.starts_with("/mnt"));
                prop_assert!(full.components().all(|c| c != std::path::Component::ParentDir));
                prop_assert_eq!(&CgroupPath::parse(path.as_str()).unwrap(), &path);
            }
        }
    }
}
