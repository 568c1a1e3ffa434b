//! The guard's policy file: who is protected, who goes first, when to act, and how much to free.
//!
//! [`Policy::parse`] reads the YAML and collects every mistake with line, column and a hint.
//! [`Policy::merge`] puts a central policy on top of the node's own, so that protection only grows.

mod amount;
mod document;
mod fields;
mod mistake;
mod pattern;
mod policy;
mod rule;
mod thresholds;

pub use amount::{parse_duration, size_text, Amount};
pub use mistake::Mistake;
pub use policy::{Parsed, Policy, MAX_BYTES};
pub use rule::{Origin, Rule, Subject};
pub use thresholds::{Sensitivity, Thresholds};
