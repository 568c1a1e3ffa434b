//! A CPU kept busy where a profile should find it.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a service works at a time; short beside the pause between two samples of a profile, so
/// that the samples show its share whatever their rate is.
const SHIFT: Duration = Duration::from_millis(2);
/// How much of the memory a service reads between two looks at the clock.
const WORDS: usize = 8 * 1024;

/// Works on the memory with a share of one CPU, 0 to 1, for ever.
pub fn serve_forever(memory: &[u64], busy: f64) -> ! {
    let mut parts = memory.chunks(WORDS).cycle();
    let mut sum = 1;
    loop {
        if busy == 0.0 {
            std::thread::park();
            continue;
        }
        let start = Instant::now();
        while start.elapsed() < SHIFT {
            sum = pitcrew_service_work(parts.next().unwrap_or_default(), sum);
        }
        std::thread::sleep(start.elapsed().mul_f64((1.0 - busy) / busy));
    }
}

/// A checksum of a part of the memory: the function that a profile of the service should name.
#[inline(never)]
#[no_mangle]
#[allow(improper_ctypes_definitions, reason = "called from here alone; the name is for profiles")]
pub extern "C" fn pitcrew_service_work(part: &[u64], seed: u64) -> u64 {
    part.iter().fold(seed, |sum, word| black_box(sum.rotate_left(5) ^ word))
}

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
