//! Reads `/proc`.
//!
//! [`Procfs`] takes its root, so that a temporary directory is a test machine. Every parser is a
//! pure function over the file's bytes: names in there are chosen by whoever started the process,
//! so nothing is assumed to be UTF-8 and nothing panics. Sizes are bytes, whatever the kernel's
//! own unit is.

mod error;
mod meminfo;
mod mountinfo;
mod pressure;
mod process;
mod root;
mod smaps;
mod stat;
mod status;
mod text;

pub use error::{Error, Result};
pub use meminfo::Meminfo;
pub use mountinfo::{parse_mountinfo, Mount};
pub use pressure::{Pressure, Stall};
pub use process::{parse_cgroups, CgroupMembership, Process};
pub use root::Procfs;
pub use smaps::{parse_smaps, Mapping, Rollup};
pub use stat::Stat;
pub use status::Status;
pub use text::{escape, escape_limited};
