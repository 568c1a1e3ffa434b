//! Accepts connections and gives each its own thread, within limits.

use crate::connection::Connection;
use crate::context::CallContext;
use crate::events::Events;
use crate::listener::Listener;
use pitcrew_contract::envelope::{WireError, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES};
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// What a server can do; called from many threads at once.
pub trait Service: Send + Sync + 'static {
    /// Answers one call.
    ///
    /// # Errors
    /// Whatever the method's contract says; `unknown_method` for a name it does not know.
    fn call(&self, method: &str, params: Value, context: &CallContext) -> Result<Value, WireError>;
}

/// How much a server takes on.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; more are answered `busy` and closed.
    pub connections: usize,
    /// Calls at once over all connections; more are answered `busy`.
    pub calls: usize,
    /// Largest request in bytes; a larger one ends the connection.
    pub request_bytes: usize,
    /// Largest answer in bytes; a larger one becomes an error.
    pub response_bytes: usize,
    /// How long a peer may refuse to read before its connection is closed.
    pub write_timeout: Duration,
    /// Stack of each thread in bytes.
    pub stack_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 16,
            calls: 16,
            request_bytes: MAX_REQUEST_BYTES,
            response_bytes: MAX_RESPONSE_BYTES,
            write_timeout: Duration::from_secs(10),
            stack_bytes: 1 << 20,
        }
    }
}

/// What all connections of a server share.
pub(crate) struct Shared {
    pub service: Arc<dyn Service>,
    pub events: Events,
    pub limits: Limits,
    pub calls: AtomicUsize,
    streams: Mutex<HashMap<u64, UnixStream>>,
}

/// A running server; dropping it closes the socket and all connections.
pub struct Server {
    listener: Arc<Listener>,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds `path` and serves from then on.
    ///
    /// # Errors
    /// As [`Listener::bind`], or when no thread can be made.
    pub fn start(
        path: &Path,
        service: Arc<dyn Service>,
        events: Events,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = Arc::new(Listener::bind(path)?);
        let shared = Arc::new(Shared {
            service,
            events,
            limits,
            calls: AtomicUsize::new(0),
            streams: Mutex::default(),
        });
        let acceptor = {
            let (listener, shared) = (listener.clone(), shared.clone());
            std::thread::Builder::new()
                .name("accept".to_owned())
                .stack_size(shared.limits.stack_bytes)
                .spawn(move || accept_all(&listener, &shared))?
        };
        Ok(Server { listener, shared, acceptor: Some(acceptor) })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        self.listener.path()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listener.close();
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for stream in self.shared.streams().values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.shared.events.wake();
    }
}

impl Shared {
    fn streams(&self) -> MutexGuard<'_, HashMap<u64, UnixStream>> {
        self.streams.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes one of the slots for calls; `false` when all are taken.
    pub(crate) fn take_call(&self) -> bool {
        let limit = self.limits.calls;
        let take = |n: usize| (n < limit).then_some(n + 1);
        self.calls.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok()
    }

    pub(crate) fn give_back_call(&self) {
        self.calls.fetch_sub(1, Ordering::AcqRel);
    }
}

fn accept_all(listener: &Listener, shared: &Arc<Shared>) {
    for number in 0u64.. {
        let stream = match listener.accept() {
            Ok(stream) => stream,
            // Closed on purpose.
            Err(e) if e.raw_os_error() == Some(libc::EINVAL) => return,
            Err(_) => {
                // Out of descriptors or memory: trying again at once would only burn CPU.
                std::thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        if admit(stream, number, shared).is_err() {
            shared.streams().remove(&number);
        }
    }
}

fn admit(stream: UnixStream, number: u64, shared: &Arc<Shared>) -> io::Result<()> {
    stream.set_write_timeout(Some(shared.limits.write_timeout))?;
    let full = {
        let mut streams = shared.streams();
        let full = streams.len() >= shared.limits.connections;
        if !full {
            streams.insert(number, stream.try_clone()?);
        }
        full
    };
    let connection = Connection::new(stream, shared.clone())?;
    if full {
        connection.refuse_busy();
        return Ok(());
    }
    let keeper = shared.clone();
    std::thread::Builder::new()
        .name("connection".to_owned())
        .stack_size(shared.limits.stack_bytes)
        .spawn(move || {
            connection.serve();
            keeper.streams().remove(&number);
        })?;
    Ok(())
}
