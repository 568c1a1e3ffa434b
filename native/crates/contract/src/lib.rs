//! The types that cross the Unix sockets between the node runner and the native processes.
//!
//! They are the source: `native/contract/*.ts` and `*.schema.json` are generated from them
//! (`deno task generate`) and checked for staleness. Sizes are bytes, times are ISO 8601 UTC with
//! three decimals unless the name ends with a unit.

pub mod collector;
pub mod envelope;
pub mod guard;
pub mod time;
