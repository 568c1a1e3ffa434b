//! Writes `native/contract/` from the Rust types.
fn main() {}
