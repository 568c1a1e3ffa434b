//! Recording: attach, drain, count.

use crate::sample::{Sample, MAX_SAMPLE_BYTES};
use crate::{clock, program, Error, Scope};
use libbpf_rs::{MapCore, Object, ProgramMut, RingBufferBuilder};
use std::cell::RefCell;
use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How often the ring is emptied and the caller asked whether to go on; also how long a process
/// must live to be looked at before it is gone.
const DRAIN_EVERY: Duration = Duration::from_millis(20);
/// How long the ring must last if we do not get to run: the machine may be out of memory.
const RING_LASTS: Duration = Duration::from_millis(500);
pub(crate) const RING_BYTES_MIN: u32 = 256 << 10;
const RING_BYTES_MAX: u32 = 64 << 20;
/// Distinct stacks kept; about 1 KiB each. Further ones count as lost.
const STACKS_MAX: usize = 100_000;

/// What to record.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose samples count.
    pub scope: Scope,
    /// Samples per second and CPU.
    pub hz: u32,
    /// For how long.
    pub duration: Duration,
}

/// What was sampled, as addresses.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Samples per second and CPU.
    pub hz: u32,
    /// When sampling began.
    pub started_at: SystemTime,
    /// How long it sampled.
    pub elapsed: Duration,
    /// Samples that found no room.
    pub lost: u64,
    /// Samples whose stack was deeper than what is copied.
    pub cut: u64,
    /// Every process that was seen.
    pub processes: Vec<Recorded>,
    /// Every distinct stack.
    pub stacks: Vec<RecordedStack>,
}

/// A process that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recorded {
    /// Its pid in our namespace, 0 if it has none there.
    pub pid: u32,
    /// When it started, since boot; tells a reused pid apart.
    pub started_ns: u64,
    /// Its `comm` when it was seen first.
    pub name: Vec<u8>,
}

/// A stack and how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedStack {
    /// Index into [`Recording::processes`].
    pub process: usize,
    /// Kernel addresses, leaf first.
    pub kernel: Vec<u64>,
    /// User addresses, leaf first.
    pub user: Vec<u64>,
    /// Number of samples.
    pub samples: u64,
}

/// Records until the duration is over.
///
/// `go_on` is asked every 20 ms; `seen` is called for each new process shortly after its first
/// sample, while it most likely still lives.
///
/// # Errors
/// [`Error::Cancelled`] when `go_on` says so, [`Error::NotFound`] when the scope does not exist,
/// [`Error::Unsupported`] when the machine does not let us.
pub fn record(
    options: &Options,
    go_on: &dyn Fn() -> bool,
    seen: &mut dyn FnMut(usize, &Recorded),
) -> Result<Recording, Error> {
    let cpus = clock::online_cpus()?;
    let object = program::load(options.scope.settings()?, ring_bytes(cpus.len(), options.hz))?;
    let counting = RefCell::new(Counting::default());
    let map = object
        .maps()
        .find(|map| map.name() == "samples")
        .ok_or_else(|| Error::Internal("the eBPF object has no ring".into()))?;
    let mut ring = RingBufferBuilder::new();
    ring.add(&map, |record| {
        counting.borrow_mut().add(record);
        0
    })
    .map_err(|error| Error::Internal(format!("cannot map the ring: {error}")))?;
    let ring = ring.build().map_err(|error| Error::Internal(format!("no ring: {error}")))?;
    let mut drain = || {
        ring.consume()
            .map_err(|error| Error::Internal(format!("cannot read the ring: {error}")))?;
        let mut counting = counting.borrow_mut();
        for at in counting.shown..counting.processes.len() {
            seen(at, &counting.processes[at]);
        }
        counting.shown = counting.processes.len();
        Ok(())
    };

    let started_at = SystemTime::now();
    let links = clock::attach(&sampler(&object)?, &cpus, options.hz)?;
    let start = Instant::now();
    while start.elapsed() < options.duration {
        if !go_on() {
            return Err(Error::Cancelled);
        }
        thread::sleep(DRAIN_EVERY.min(options.duration.saturating_sub(start.elapsed())));
        drain()?;
    }
    let elapsed = start.elapsed();
    drop(links);
    drain()?;
    drop(ring);
    let lost = program::lost(&object).unwrap_or(0);
    Ok(counting.into_inner().finish(options.hz, started_at, elapsed, lost))
}

pub(crate) fn sampler(object: &Object) -> Result<ProgramMut<'_>, Error> {
    object
        .progs_mut()
        .find(|program| program.name() == "on_cpu")
        .ok_or_else(|| Error::Internal("the eBPF object has no sampler".into()))
}

/// A power of two, as the kernel wants it.
fn ring_bytes(cpus: usize, hz: u32) -> u32 {
    let per_second = cpus as u64 * u64::from(hz) * MAX_SAMPLE_BYTES as u64;
    let wanted = per_second * RING_LASTS.as_millis() as u64 / 1000;
    let clamped = wanted.clamp(u64::from(RING_BYTES_MIN), u64::from(RING_BYTES_MAX));
    (clamped as u32).next_power_of_two()
}

/// Stacks being counted.
#[derive(Default)]
struct Counting {
    processes: Vec<Recorded>,
    ids: HashMap<(u32, u64), usize>,
    /// Key: process, number of kernel frames, the frames.
    stacks: HashMap<Box<[u64]>, u64>,
    key: Vec<u64>,
    cut: u64,
    overflow: u64,
    /// Processes that the caller has been told of.
    shown: usize,
}

impl Counting {
    fn add(&mut self, record: &[u8]) {
        let Some(sample) = Sample::parse(record) else {
            self.overflow += 1;
            return;
        };
        self.cut += u64::from(sample.is_cut());
        let process = *self.ids.entry((sample.pid, sample.started_ns)).or_insert_with(|| {
            self.processes.push(Recorded {
                pid: sample.pid,
                started_ns: sample.started_ns,
                name: sample.process.to_vec(),
            });
            self.processes.len() - 1
        });
        self.key.clear();
        self.key.extend([process as u64, sample.kernel().count() as u64]);
        self.key.extend(sample.kernel());
        self.key.extend(sample.user());
        if let Some(count) = self.stacks.get_mut(self.key.as_slice()) {
            *count += 1;
        } else if self.stacks.len() < STACKS_MAX {
            self.stacks.insert(self.key.as_slice().into(), 1);
        } else {
            self.overflow += 1;
        }
    }

    fn finish(
        self,
        hz: u32,
        started_at: SystemTime,
        elapsed: Duration,
        ring_lost: u64,
    ) -> Recording {
        let stacks = self.stacks.into_iter().map(|(key, samples)| {
            let (kernel, user) = key[2..].split_at(key[1] as usize);
            RecordedStack {
                process: key[0] as usize,
                kernel: kernel.to_vec(),
                user: user.to_vec(),
                samples,
            }
        });
        Recording {
            hz,
            started_at,
            elapsed,
            lost: ring_lost + self.overflow,
            cut: self.cut,
            stacks: stacks.collect(),
            processes: self.processes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_is_a_power_of_two_within_bounds() {
        assert_eq!(ring_bytes(1, 1), RING_BYTES_MIN);
        assert_eq!(ring_bytes(4, 99), 512 << 10);
        assert_eq!(ring_bytes(512, 999), RING_BYTES_MAX);
    }
}
