//! From addresses to functions.

use crate::recording::{RecordedStack, Recording};
use pitcrew_procfs::escape;
use pitcrew_profile::{Frame, FrameId, Frames, Process, Profile, Stack};
use pitcrew_symbols::{AddressSpace, Symbols};
use std::collections::HashMap;
use std::iter::once;

/// Gives every frame a name. `spaces` holds what is known of each process's memory, by the index
/// of the process; an address in a process without one stays unknown.
pub fn resolve(
    recording: &Recording,
    symbols: &Symbols,
    spaces: &HashMap<usize, AddressSpace>,
) -> Profile {
    let mut frames = Frames::default();
    let kernel_addresses = recording.stacks.iter().flat_map(|s| looked_up(&s.kernel, true));
    let kernel = table(&mut frames, kernel_addresses, |all| symbols.kernel(all));

    let mut user: HashMap<usize, Table> = HashMap::new();
    for (process, stacks) in by_process(&recording.stacks) {
        let addresses = stacks.iter().flat_map(|s| looked_up(&s.user, s.kernel.is_empty()));
        let unknown = AddressSpace::default();
        let space = spaces.get(&process).unwrap_or(&unknown);
        user.insert(process, table(&mut frames, addresses, |all| symbols.user(space, all)));
    }

    let stacks = recording.stacks.iter().map(|stack| {
        let names = &user[&stack.process];
        let kernel = looked_up(&stack.kernel, true).flat_map(|address| &kernel[&address]);
        let user =
            looked_up(&stack.user, stack.kernel.is_empty()).flat_map(|address| &names[&address]);
        Stack {
            process: stack.process,
            frames: kernel.chain(user).copied().collect(),
            samples: stack.samples,
        }
    });
    Profile {
        started_at: recording.started_at,
        elapsed: recording.elapsed,
        hz: recording.hz,
        lost: recording.lost,
        stacks: stacks.collect(),
        processes: recording
            .processes
            .iter()
            .map(|process| Process { pid: process.pid, name: escape(&process.name) })
            .collect(),
        frames,
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

fn by_process(stacks: &[RecordedStack]) -> HashMap<usize, Vec<&RecordedStack>> {
    let mut groups: HashMap<usize, Vec<&RecordedStack>> = HashMap::new();
    for stack in stacks {
        groups.entry(stack.process).or_default().push(stack);
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
