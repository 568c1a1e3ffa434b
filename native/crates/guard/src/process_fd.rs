//! Processes by file descriptor: a pid may be given to another process, a pidfd never is.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// A process that stays the same one even after it has ended.
pub(crate) struct ProcessFd(OwnedFd);

impl ProcessFd {
    /// Opens the process that has this pid now; `None` when there is none.
    pub fn open(pid: i32) -> io::Result<Option<Self>> {
        // SAFETY: pidfd_open takes two integers; the new descriptor is owned at once.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        if fd >= 0 {
            // SAFETY: the kernel has just made this descriptor for us.
            return Ok(Some(ProcessFd(unsafe { OwnedFd::from_raw_fd(fd as i32) })));
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::ESRCH) => Ok(None),
            _ => Err(error),
        }
    }

    /// Sends a signal; `false` when the process has ended.
    pub fn signal(&self, signal: i32) -> io::Result<bool> {
        let fd = self.0.as_raw_fd();
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the descriptor is open and a null siginfo means "as kill(2) would".
        if unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, none, 0) } == 0 {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::ESRCH) => Ok(false),
            _ => Err(error),
        }
    }

    /// Waits until the process has ended; `false` when it still lives after `limit`.
    pub fn wait(&self, limit: Duration) -> bool {
        let mut poll = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let ms = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: one pollfd that outlives the call.
        unsafe { libc::poll(&mut poll, 1, ms) > 0 }
    }

    /// Frees a dying process's memory now instead of when it gets CPU time to do so itself. Best
    /// effort: kernels before 5.15 cannot, and the process ends anyway.
    pub fn release_memory(&self) {
        // SAFETY: process_mrelease takes a descriptor and flags.
        unsafe { libc::syscall(libc::SYS_process_mrelease, self.0.as_raw_fd(), 0) };
    }
}
