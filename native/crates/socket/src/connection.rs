//! One client: reads its frames, runs its calls, writes answers and events.

use crate::context::{CallContext, Stop};
use crate::frame::{read_frame, write_frame, FrameError};
use crate::server::Shared;
use pitcrew_contract::envelope::{Cancel, ErrorCode, Request, Response, WireError, PROTOCOL};
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The method that every server has.
const SUBSCRIBE: &str = "events.subscribe";
/// The id of an answer to something that could not be read as a request.
const NO_REQUEST: u32 = 0;

pub(crate) struct Connection {
    reader: UnixStream,
    outbox: Arc<Outbox>,
    shared: Arc<Shared>,
    closed: Arc<AtomicBool>,
    subscribed: AtomicBool,
}

/// The writing half and the calls that still owe an answer.
struct Outbox {
    stream: Mutex<UnixStream>,
    calls: Mutex<HashMap<u32, CallContext>>,
    max_bytes: usize,
}

impl Connection {
    pub(crate) fn new(stream: UnixStream, shared: Arc<Shared>) -> io::Result<Self> {
        let outbox = Arc::new(Outbox {
            stream: Mutex::new(stream.try_clone()?),
            calls: Mutex::default(),
            max_bytes: shared.limits.response_bytes,
        });
        Ok(Connection {
            reader: stream,
            outbox,
            shared,
            closed: Arc::default(),
            subscribed: AtomicBool::new(false),
        })
    }

    /// Says that there are too many connections, and closes this one.
    pub(crate) fn refuse_busy(self) {
        let error = WireError::new(ErrorCode::Busy, "too many connections").hint("retry later");
        self.outbox.answer(NO_REQUEST, Err(error));
        let _ = self.reader.shutdown(Shutdown::Both);
    }

    /// Works until the client closes the connection or breaks the protocol.
    pub(crate) fn serve(mut self) {
        loop {
            match read_frame(&mut self.reader, self.shared.limits.request_bytes) {
                Ok(Some(frame)) => {
                    if let Err(error) = self.handle(&frame) {
                        self.outbox.answer(NO_REQUEST, Err(error));
                        break;
                    }
                }
                Err(error @ FrameError::TooLarge { .. }) => {
                    let error = WireError::new(ErrorCode::InvalidArgument, error.to_string());
                    self.outbox.answer(NO_REQUEST, Err(error));
                    break;
                }
                Ok(None) | Err(FrameError::Io(_)) => break,
            }
        }
        for call in self.outbox.calls().values() {
            call.request_stop(Stop::Disconnected);
        }
        self.closed.store(true, Ordering::Release);
        self.shared.events.wake();
        let _ = self.reader.shutdown(Shutdown::Both);
    }

    /// Handles one frame; an error means that the client does not speak this protocol.
    fn handle(&self, frame: &[u8]) -> Result<(), WireError> {
        let broken = |what: String| {
            WireError::new(ErrorCode::InvalidArgument, format!("unreadable frame: {what}"))
        };
        let value: Value = serde_json::from_slice(frame).map_err(|e| broken(e.to_string()))?;
        if value.get("cancel").is_some() {
            let cancel: Cancel =
                serde_json::from_value(value).map_err(|e| broken(e.to_string()))?;
            if let Some(call) = self.outbox.calls().get(&cancel.cancel) {
                call.request_stop(Stop::Cancelled);
            }
            return Ok(());
        }
        let id = value.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let request: Request = match (serde_json::from_value(value), id) {
            (Ok(request), _) => request,
            (Err(error), Some(id)) => {
                self.outbox.answer(id, Err(broken(error.to_string())));
                return Ok(());
            }
            (Err(error), None) => return Err(broken(error.to_string())),
        };
        if let Err(error) = self.dispatch(&request) {
            self.outbox.answer(request.id, Err(error));
        }
        Ok(())
    }

    fn dispatch(&self, request: &Request) -> Result<(), WireError> {
        if request.v != PROTOCOL {
            let text = format!("protocol {} is not spoken here", request.v);
            return Err(WireError::new(ErrorCode::InvalidArgument, text)
                .hint(format!("send v = {PROTOCOL}")));
        }
        if request.method == SUBSCRIBE {
            return self.subscribe(request.id);
        }
        let limit = request.deadline_ms.map(|ms| Duration::from_millis(u64::from(ms)));
        let context = CallContext::new(limit);
        {
            let mut calls = self.outbox.calls();
            if calls.contains_key(&request.id) {
                let text = format!("request {} is still in flight", request.id);
                return Err(WireError::new(ErrorCode::InvalidArgument, text));
            }
            if !self.shared.take_call() {
                return Err(
                    WireError::new(ErrorCode::Busy, "too many calls at once").hint("retry later")
                );
            }
            calls.insert(request.id, context.clone());
        }
        let (shared, outbox, request) = (self.shared.clone(), self.outbox.clone(), request.clone());
        let id = request.id;
        let worker = move || {
            let result = run(&shared, request.method.as_str(), request.params, &context);
            // Given back before answering: whoever has all answers may fill all slots again.
            shared.give_back_call();
            outbox.calls().remove(&id);
            outbox.answer(id, result);
        };
        self.spawn("call", worker).inspect_err(|_| {
            self.shared.give_back_call();
            self.outbox.calls().remove(&id);
        })
    }

    /// Answers first, so that the client knows which events to expect, then streams.
    fn subscribe(&self, id: u32) -> Result<(), WireError> {
        if self.subscribed.swap(true, Ordering::AcqRel) {
            return Err(WireError::new(ErrorCode::InvalidArgument, "already subscribed"));
        }
        let mut subscription = self.shared.events.subscribe(self.closed.clone());
        self.outbox.answer(id, Ok(serde_json::json!({ "nextSeq": subscription.first() })));
        let outbox = self.outbox.clone();
        self.spawn("events", move || {
            while let Some(frame) = subscription.next_frame() {
                if !outbox.send(&frame) {
                    return;
                }
            }
        })
    }

    fn spawn(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), WireError> {
        std::thread::Builder::new()
            .name(name.to_owned())
            .stack_size(self.shared.limits.stack_bytes)
            .spawn(work)
            .map(drop)
            .map_err(|e| WireError::new(ErrorCode::Busy, format!("no thread: {e}")))
    }
}

impl Outbox {
    fn calls(&self) -> std::sync::MutexGuard<'_, HashMap<u32, CallContext>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, id: u32, result: Result<Value, WireError>) {
        let encode = |result: Result<Value, WireError>| {
            let (result, error) = match result {
                Ok(result) => (Some(result), None),
                Err(error) => (None, Some(error)),
            };
            serde_json::to_vec(&Response { v: PROTOCOL, id, result, error }).unwrap_or_default()
        };
        let mut frame = encode(result);
        if frame.len() > self.max_bytes {
            let text =
                format!("the answer has {} bytes, {} are allowed", frame.len(), self.max_bytes);
            frame = encode(Err(WireError::new(ErrorCode::Internal, text)));
        }
        self.send(&frame);
    }

    /// Writes a frame; a client that does not read loses its connection.
    fn send(&self, frame: &[u8]) -> bool {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = write_frame(&mut *stream, frame).is_ok();
        if !sent {
            let _ = stream.shutdown(Shutdown::Both);
        }
        sent
    }
}

/// Runs a call; a bug in one method must not take the others down.
fn run(
    shared: &Shared,
    method: &str,
    params: Value,
    context: &CallContext,
) -> Result<Value, WireError> {
    catch_unwind(AssertUnwindSafe(|| shared.service.call(method, params, context))).unwrap_or_else(
        |_| {
            Err(WireError::new(ErrorCode::Internal, format!("{method} failed unexpectedly"))
                .hint("see the log of this process"))
        },
    )
}
