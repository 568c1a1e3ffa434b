//! Waiting for the signal that ends the guard.

use std::io::Read;

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

    /// Waits until it is time to end.
    pub fn wait(&self) {
        let mut signal = 0;
        // SAFETY: both pointers outlive the call, which only fails for an invalid set.
        unsafe { libc::sigwait(&self.0, &mut signal) };
    }
}
