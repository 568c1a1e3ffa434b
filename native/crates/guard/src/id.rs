//! Identifiers that are never given twice.

use std::time::{SystemTime, UNIX_EPOCH};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A ULID in lower case: 48 bits of time in ms, 80 random bits; later ones sort behind.
pub(crate) fn new() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut random = [0u8; 16];
    // SAFETY: the buffer is as long as stated; a short read leaves zeros, and time still differs.
    unsafe { libc::getrandom(random.as_mut_ptr().cast(), 10, 0) };
    let random = u128::from_le_bytes(random) & ((1 << 80) - 1);
    let value = (now.as_millis() & ((1 << 48) - 1)) << 80 | random;
    (0..26).rev().map(|at| char::from(ALPHABET[(value >> (at * 5)) as usize & 31])).collect()
}

#[test]
fn differ_and_sort_by_time() {
    let first = new();
    std::thread::sleep(std::time::Duration::from_millis(2));
    let second = new();
    assert!(first < second && first.len() == 26);
}
