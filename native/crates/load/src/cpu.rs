//! A CPU kept busy where a profile should find it.

use std::hint::black_box;

/// Burns a CPU for ever.
pub fn spin_forever() -> ! {
    let mut seed = 1;
    loop {
        seed = pitcrew_spin_caller(seed);
    }
}

/// The caller that a profile should name.
#[inline(never)]
#[no_mangle]
pub extern "C" fn pitcrew_spin_caller(seed: u64) -> u64 {
    black_box(pitcrew_spin_hot_function(seed)) ^ 1
}

/// The function that a profile should name as the hottest.
#[inline(never)]
#[no_mangle]
pub extern "C" fn pitcrew_spin_hot_function(seed: u64) -> u64 {
    let mut state = seed;
    for _ in 0..2_000_000u32 {
        state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
    state
}
