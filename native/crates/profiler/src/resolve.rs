//! From addresses to functions.

use crate::recording::{RecordedStack, Recording};
use pitcrew_procfs::escape;
use pitcrew_profile::{Frame, FrameId, Frames, Process, Profile, Stack};
use pitcrew_symbols::{AddressSpace, Symbols};
use std::collections::HashMap;
use std::iter::once;

/// Gives every frame a name. `spaces` holds what is known of each process's memory, by the index
/// of the process; an address in a process without one stays unknown.
///
/// Also returns the number of samples whose chain of frame pointers led out of the program's code:
/// it is cut there, as what follows are no callers.
pub fn resolve(
    recording: &Recording,
    symbols: &Symbols,
    spaces: &HashMap<usize, AddressSpace>,
) -> (Profile, u64) {
    let unknown = AddressSpace::default();
    let space = |process: usize| spaces.get(&process).unwrap_or(&unknown);
    let chains: Vec<Chain> =
        recording.stacks.iter().map(|stack| Chain::of(stack, space(stack.process))).collect();
    let broken =
        chains.iter().filter(|chain| chain.is_broken).map(|chain| chain.stack.samples).sum();

    let mut frames = Frames::default();
    let addresses = chains.iter().flat_map(|chain| &chain.kernel).copied();
    let kernel = table(&mut frames, addresses, |all| symbols.kernel(all));
    let mut user: HashMap<usize, Table> = HashMap::new();
    for (process, chains) in by_process(&chains) {
        let addresses = chains.iter().flat_map(|chain| &chain.user).copied();
        user.insert(process, table(&mut frames, addresses, |a| symbols.user(space(process), a)));
    }

    let named = |chain: &Chain| {
        let of_process = &user[&chain.stack.process];
        let kernel = chain.kernel.iter().flat_map(|address| &kernel[address]);
        let user = chain.user.iter().flat_map(|address| &of_process[address]);
        Stack {
            process: chain.stack.process,
            frames: kernel.chain(user).copied().collect(),
            samples: chain.stack.samples,
        }
    };
    let profile = Profile {
        started_at: recording.started_at,
        elapsed: recording.elapsed,
        hz: recording.hz,
        lost: recording.lost,
        stacks: chains.iter().map(named).collect(),
        processes: recording
            .processes
            .iter()
            .map(|process| Process { pid: process.pid, name: escape(&process.name) })
            .collect(),
        frames,
    };
    (profile, broken)
}

/// A stack's addresses as they are looked up.
struct Chain<'a> {
    stack: &'a RecordedStack,
    kernel: Vec<u64>,
    user: Vec<u64>,
    is_broken: bool,
}

impl<'a> Chain<'a> {
    fn of(stack: &'a RecordedStack, space: &AddressSpace) -> Self {
        let mut user: Vec<u64> = looked_up(&stack.user, stack.kernel.is_empty()).collect();
        // The leaf is where the CPU really was, whatever we know of the place.
        let end = user.iter().skip(1).position(|address| !space.may_be_code(*address));
        if let Some(callers) = end {
            user.truncate(callers + 1);
        }
        Chain {
            stack,
            kernel: looked_up(&stack.kernel, true).collect(),
            user,
            is_broken: end.is_some(),
        }
    }
}

/// The frames of each address, innermost first: one, or several where functions were inlined.
type Table = HashMap<u64, Vec<FrameId>>;

fn table(
    frames: &mut Frames,
    addresses: impl Iterator<Item = u64>,
    name: impl FnOnce(&[u64]) -> Vec<Vec<Frame>>,
) -> Table {
    let mut unique: Vec<u64> = addresses.collect();
    unique.sort_unstable();
    unique.dedup();
    let names = name(&unique);
    unique
        .into_iter()
        .zip(names)
        .map(|(address, inlined)| {
            (address, inlined.into_iter().map(|frame| frames.intern(frame)).collect())
        })
        .collect()
}

fn by_process<'c, 'a>(chains: &'c [Chain<'a>]) -> HashMap<usize, Vec<&'c Chain<'a>>> {
    let mut groups: HashMap<usize, Vec<&Chain>> = HashMap::new();
    for chain in chains {
        groups.entry(chain.stack.process).or_default().push(chain);
    }
    groups
}

/// The addresses to look up for a chain of them. All but an interrupted instruction are return
/// addresses: they point behind the call, which may be behind the end of the calling function.
fn looked_up(chain: &[u64], leaf_is_interrupted: bool) -> impl Iterator<Item = u64> + '_ {
    let behind_the_call = u64::from(!leaf_is_interrupted);
    let leaf = chain.first().map(|address| address.saturating_sub(behind_the_call));
    let callers = chain.iter().skip(1).map(|address| address.saturating_sub(1));
    once(leaf).flatten().chain(callers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_addresses_are_looked_up_at_their_call() {
        assert_eq!(looked_up(&[10, 20, 30], true).collect::<Vec<_>>(), [10, 19, 29]);
        assert_eq!(looked_up(&[10, 20], false).collect::<Vec<_>>(), [9, 19]);
        assert_eq!(looked_up(&[], true).count(), 0);
    }
}
