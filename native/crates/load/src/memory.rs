//! Memory that is really there: every page is written, each with different bytes.

use std::convert::Infallible;
use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const PAGE: usize = 4096;
/// How much a leak touches at once.
const CHUNK: usize = 256 * 1024;

/// What `hold` holds.
pub struct Hold {
    pub bytes: u64,
    /// A file to map shared, instead of private memory.
    pub shm: Option<PathBuf>,
    pub children: u32,
    /// What each child writes of its copy.
    pub own: u64,
    /// Share of one CPU to work with, 0 to 1.
    pub busy: f64,
}

/// Memory in place.
pub struct Held {
    children: Vec<i32>,
    memory: Memory,
}

impl Held {
    pub fn children(&self) -> &[i32] {
        &self.children
    }

    /// The memory, a word at a time.
    pub fn words(&self) -> &[u64] {
        // SAFETY: the mapping is aligned to a page, never unmapped, and nobody writes to it any
        // more: the children write to copies.
        unsafe { std::slice::from_raw_parts(self.memory.start.cast(), self.memory.length / 8) }
    }
}

/// A mapping that is never given back.
struct Memory {
    start: *mut u8,
    length: usize,
}

impl Memory {
    fn private(length: usize) -> io::Result<Self> {
        Self::map(length, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1)
    }

    /// The file stays linked: its pages outlive this process.
    fn shared(length: usize, path: &PathBuf) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        file.set_len(length as u64)?;
        Self::map(length, libc::MAP_SHARED, file.as_raw_fd())
    }

    fn map(length: usize, flags: i32, fd: i32) -> io::Result<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), length, protection, flags, fd, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // Small pages make every figure exact.
        // SAFETY: the range is the mapping just made.
        unsafe { libc::madvise(start, length, libc::MADV_NOHUGEPAGE) };
        Ok(Memory { start: start.cast(), length })
    }

    /// Writes to every page of the range; the pages differ, so that nothing can merge them.
    fn touch(&mut self, from: usize, to: usize, salt: u64) {
        for offset in (from..to.min(self.length)).step_by(PAGE) {
            let value = (offset as u64 ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            // SAFETY: offset lies within the mapping and is aligned to a page.
            unsafe { self.start.add(offset).cast::<u64>().write_volatile(value) };
        }
    }
}

/// Touches memory at `rate` bytes a second, up to `max`, and keeps it.
pub fn leak(rate: u64, max: u64) -> io::Result<Infallible> {
    let mut memory = Memory::private(max as usize)?;
    let start = Instant::now();
    let mut touched = 0usize;
    while touched < memory.length {
        let due = (start.elapsed().as_secs_f64() * rate as f64) as usize;
        while touched < due.min(memory.length) {
            let next = (touched + CHUNK).min(memory.length);
            memory.touch(touched, next, 0);
            touched = next;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    loop {
        std::thread::park();
    }
}

/// Takes the memory and forks the children.
pub fn hold(hold: &Hold) -> io::Result<Held> {
    let length = hold.bytes as usize;
    let mut memory = match &hold.shm {
        Some(path) => Memory::shared(length, path)?,
        None => Memory::private(length)?,
    };
    memory.touch(0, length, 0);
    let mut children = Vec::new();
    for number in 0..hold.children {
        children.push(fork_child(&mut memory, hold.own as usize, u64::from(number) + 1)?);
    }
    Ok(Held { children, memory })
}

/// Forks a child that writes its part of the copy; returns once it has done so.
fn fork_child(memory: &mut Memory, own: usize, salt: u64) -> io::Result<i32> {
    let mut pipe = [0; 2];
    // SAFETY: pipe gets an array of two; the process has a single thread, so fork is safe.
    let pid = unsafe {
        if libc::pipe2(pipe.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(io::Error::last_os_error());
        }
        libc::fork()
    };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    let [read, write] = pipe;
    if pid == 0 {
        // SAFETY: plain system calls in the child, which never returns from here.
        unsafe {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            memory.touch(0, own, salt);
            libc::write(write, [1u8].as_ptr().cast(), 1);
            loop {
                libc::pause();
            }
        }
    }
    let mut byte = [0u8];
    // SAFETY: both descriptors are ours and closed exactly once.
    unsafe {
        libc::close(write);
        libc::read(read, byte.as_mut_ptr().cast(), 1);
        libc::close(read);
    }
    Ok(pid)
}
