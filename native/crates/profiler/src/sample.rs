//! One sample as the program writes it.

/// Most frames of either half of a stack; `MAX_FRAMES` of native/bpf/on_cpu.bpf.c.
pub(crate) const MAX_FRAMES: usize = 127;
const HEADER_BYTES: usize = 40;

/// The largest record.
pub(crate) const MAX_SAMPLE_BYTES: usize = HEADER_BYTES + 2 * MAX_FRAMES * 8;

/// A view of `struct sample` there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sample<'a> {
    /// 0 when the process has no number in our pid namespace.
    pub pid: u32,
    /// When the process started, since boot.
    pub started_ns: u64,
    /// The process's `comm`.
    pub process: &'a [u8],
    kernel: &'a [u8],
    user: &'a [u8],
}

impl<'a> Sample<'a> {
    /// Reads a record; `None` when its lengths do not fit.
    pub fn parse(record: &'a [u8]) -> Option<Self> {
        let header = record.get(..HEADER_BYTES)?;
        let word = |at: usize| u32::from_ne_bytes(header[at..at + 4].try_into().expect("4 bytes"));
        let (kernel_bytes, user_bytes) = (word(16) as usize, word(20) as usize);
        let frames = &record[HEADER_BYTES..];
        let kernel = frames.get(..kernel_bytes)?;
        let user = frames[kernel_bytes..].get(..user_bytes)?;
        let name = &header[24..40];
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        Some(Sample {
            pid: word(0),
            started_ns: u64::from_ne_bytes(header[8..16].try_into().expect("8 bytes")),
            process: &name[..end],
            kernel,
            user,
        })
    }

    /// The kernel's addresses, leaf first.
    pub fn kernel(&self) -> impl Iterator<Item = u64> + 'a {
        addresses(self.kernel)
    }

    /// The program's addresses, leaf first.
    pub fn user(&self) -> impl Iterator<Item = u64> + 'a {
        addresses(self.user)
    }

    /// Whether the stack is deeper than what was copied.
    pub fn is_cut(&self) -> bool {
        self.user.len() == MAX_FRAMES * 8 || self.kernel.len() == MAX_FRAMES * 8
    }
}

fn addresses(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(8).map(|chunk| u64::from_ne_bytes(chunk.try_into().expect("8 bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kernel: &[u64], user: &[u64], claimed_user_bytes: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [7u32, 8] {
            bytes.extend(word.to_ne_bytes());
        }
        bytes.extend(9u64.to_ne_bytes());
        bytes.extend((kernel.len() as u32 * 8).to_ne_bytes());
        bytes.extend(claimed_user_bytes.to_ne_bytes());
        bytes.extend(*b"spinner\0garbage!");
        for address in kernel.iter().chain(user) {
            bytes.extend(address.to_ne_bytes());
        }
        bytes
    }

    #[test]
    fn reads_both_halves_of_a_stack() {
        let bytes = record(&[1, 2], &[3], 8);
        let sample = Sample::parse(&bytes).unwrap();
        assert_eq!((sample.pid, sample.started_ns, sample.process), (7, 9, b"spinner".as_slice()));
        assert_eq!(sample.kernel().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(sample.user().collect::<Vec<_>>(), [3]);
        assert!(!sample.is_cut());
    }

    #[test]
    fn lengths_beyond_the_record_are_refused() {
        assert_eq!(Sample::parse(&record(&[], &[3], 16)), None);
        assert_eq!(Sample::parse(&[0; 39]), None);
    }
}
