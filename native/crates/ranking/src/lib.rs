//! Who would be killed, in which order, and what that would free.
//!
//! [`collect`] reads a [`Snapshot`] from the machine; [`plan`] is a pure function of it, so a dry
//! run, an order and the reflex cannot disagree.

mod collect;
mod family;
mod machine;
mod plan;
mod score;
mod snapshot;

pub use collect::{collect, recheck, Depth, Recheck};
pub use machine::Machine;
pub use plan::{plan, Goal, MIN_FREED};
pub use score::{frees, frees_by_mapping, Frees};
pub use snapshot::{Facts, Identity, Snapshot};
