//! Names for the addresses of stacks, also of processes that have ended.
//!
//! A process is looked at once while it lives ([`Symbols::look_at`]): its executable mappings are
//! kept and the files behind them held open, so that it may end, its binary may be replaced, or it
//! may live in a container, and its stacks still get their names.

mod files;
mod maps;
mod perf_map;
mod symbols;
mod vdso;

pub use maps::{parse_maps, Backing, Mapping};
pub use symbols::{AddressSpace, Symbols};
