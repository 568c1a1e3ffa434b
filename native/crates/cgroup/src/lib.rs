//! Finds the hierarchy that holds the memory controller and reads a cgroup's figures, v1 and v2.
//!
//! Paths are relative to the memory controller's mount, so the same text works for both versions
//! and inside containers. The root is injectable: a temporary directory can stand for a machine.

mod controller;
mod figures;
mod path;
mod scope;

pub use controller::{Controller, Version};
pub use figures::{Constraint, MemoryStat};
pub use path::{CgroupPath, PathError};
pub use scope::Scope;
