//! Length-prefixed JSON over a Unix socket, as `pitcrew_contract::envelope` defines it.
//!
//! [`Server`] is blocking and bounded: so many connections, so many calls at once, frames of a
//! limited size, only peers of the same user (or root). Each call gets a [`CallContext`] that
//! tells when it was cancelled, ran out of time or lost its caller. [`Events`] is a bounded
//! broadcast: a slow reader never holds anybody up, it gets a `gap` event instead.

mod client;
mod connection;
mod context;
mod events;
mod frame;
mod listener;
mod server;

pub use client::{CallError, Client, Message};
pub use context::{CallContext, Stop};
pub use events::{Events, Subscription};
pub use frame::{read_frame, write_frame, FrameError};
pub use listener::Listener;
pub use server::{Limits, Server, Service};
