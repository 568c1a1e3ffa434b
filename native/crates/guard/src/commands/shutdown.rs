//! Waiting for the signal that ends the guard.

use std::io::Read;
use std::time::Duration;

/// Signals that end the guard, blocked in all threads and fetched by the main one.
pub(super) struct Shutdown(libc::sigset_t);

impl Shutdown {
    /// Blocks the signals; must come before the first thread. With `death_pipe` the guard also ends
    /// when its standard input does: whoever started it is gone then.
    pub fn prepare(death_pipe: bool) -> Self {
        // SAFETY: sigemptyset initialises the zeroed set before it is used.
        let set = unsafe {
            let mut set: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut set);
            for signal in [libc::SIGTERM, libc::SIGINT] {
                libc::sigaddset(&mut set, signal);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
            set
        };
        if death_pipe {
            let watch = || {
                let mut buffer = [0u8; 64];
                while std::io::stdin().read(&mut buffer).is_ok_and(|n| n > 0) {}
                // SAFETY: the guard signals itself.
                unsafe { libc::kill(libc::getpid(), libc::SIGTERM) };
            };
            // Without this thread the guard would outlive its supervisor, which is no disaster.
            let _ = std::thread::Builder::new().stack_size(64 * 1024).spawn(watch);
        }
        Shutdown(set)
    }

    /// Sleeps; `true` when it is time to end.
    pub fn wait(&self, limit: Duration) -> bool {
        let limit = libc::timespec {
            tv_sec: limit.as_secs() as libc::time_t,
            tv_nsec: limit.subsec_nanos().into(),
        };
        // SAFETY: set and timespec outlive the call; no siginfo is asked for.
        unsafe { libc::sigtimedwait(&self.0, std::ptr::null_mut(), &limit) > 0 }
    }
}
