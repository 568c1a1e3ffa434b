//! The guard: the only process that ever signals another one.
//!
//! Two ways lead to a signal and both run the same plan through the same [`engine`]: the
//! [`reflex`], which acts by itself at level critical, and an [`order`] from a runbook, which is
//! journalled so that it is carried out at most once however often it is sent.

pub mod assess;
mod callers;
mod claims;
pub mod commands;
pub mod engine;
mod failure;
mod guard;
mod id;
pub mod options;
pub mod order;
mod plan;
mod process_fd;
mod reason;
mod record;
pub mod reflex;
mod scope_locks;
mod service;
mod shrink;

pub use guard::Guard;
