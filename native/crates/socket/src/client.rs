//! A blocking client, for tests and for native tools.

use crate::frame::{read_frame, write_frame, FrameError};
use pitcrew_contract::envelope::{
    Cancel, Event, Request, Response, WireError, MAX_RESPONSE_BYTES, PROTOCOL,
};
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A connection.
pub struct Client {
    stream: UnixStream,
    next_id: u32,
    events: VecDeque<Event>,
    responses: VecDeque<Response>,
}

/// What a server sends.
#[derive(Debug, Clone)]
pub enum Message {
    /// The answer to a request.
    Response(Response),
    /// One message of the event stream.
    Event(Event),
}

/// Why a call gave no result.
#[derive(Debug)]
pub enum CallError {
    /// The server said no.
    Refused(WireError),
    /// The connection broke or the peer does not speak this protocol.
    Transport(io::Error),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Refused(error) => write!(f, "{error}"),
            CallError::Transport(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for CallError {}

impl From<io::Error> for CallError {
    fn from(error: io::Error) -> Self {
        CallError::Transport(error)
    }
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens or it may not be reached.
    pub fn connect(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        Ok(Client { stream, next_id: 1, events: VecDeque::new(), responses: VecDeque::new() })
    }

    /// Limits how long reading may wait.
    ///
    /// # Errors
    /// For a duration of zero.
    pub fn set_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(limit)
    }

    /// Sends a request and returns its id.
    ///
    /// # Errors
    /// When the connection is broken or the parameters do not serialise.
    pub fn send(
        &mut self,
        method: &str,
        params: &impl Serialize,
        deadline: Option<Duration>,
    ) -> io::Result<u32> {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1).max(1);
        let deadline_ms = deadline.map(|d| u32::try_from(d.as_millis()).unwrap_or(u32::MAX));
        let params = serde_json::to_value(params)?;
        let request = Request { v: PROTOCOL, id, method: method.to_owned(), deadline_ms, params };
        write_frame(&mut self.stream, &serde_json::to_vec(&request)?)?;
        Ok(id)
    }

    /// Asks the server to stop working on a request; it is still answered.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn cancel(&mut self, id: u32) -> io::Result<()> {
        let cancel = Cancel { v: PROTOCOL, cancel: id };
        write_frame(&mut self.stream, &serde_json::to_vec(&cancel)?)
    }

    /// Sends a request and waits for its answer; other messages are kept for later.
    ///
    /// # Errors
    /// What the server answered, or a broken connection.
    pub fn call<T: DeserializeOwned>(
        &mut self,
        method: &str,
        params: &impl Serialize,
        deadline: Option<Duration>,
    ) -> Result<T, CallError> {
        let id = self.send(method, params, deadline)?;
        let value = self.wait(id)?;
        Ok(serde_json::from_value(value).map_err(io::Error::from)?)
    }

    /// Waits for the answer to a request.
    ///
    /// # Errors
    /// What the server answered, or a broken connection.
    pub fn wait(&mut self, id: u32) -> Result<Value, CallError> {
        let response = match self.responses.iter().position(|response| response.id == id) {
            Some(at) => self.responses.remove(at),
            None => None,
        };
        let response = match response {
            Some(response) => response,
            None => loop {
                match self.receive()? {
                    // 0 answers what could not be attributed: nothing else will come.
                    Message::Response(response) if response.id == id || response.id == 0 => {
                        break response
                    }
                    Message::Response(response) => self.responses.push_back(response),
                    Message::Event(event) => self.events.push_back(event),
                }
            },
        };
        match response.error {
            Some(error) => Err(CallError::Refused(error)),
            None => Ok(response.result.unwrap_or(Value::Null)),
        }
    }

    /// Waits for the next event; answers are kept for later.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn next_event(&mut self) -> io::Result<Event> {
        if let Some(event) = self.events.pop_front() {
            return Ok(event);
        }
        loop {
            match self.receive()? {
                Message::Event(event) => return Ok(event),
                Message::Response(response) => self.responses.push_back(response),
            }
        }
    }

    /// Waits for the next message, whatever it is.
    ///
    /// # Errors
    /// When the connection is closed or breaks.
    pub fn receive(&mut self) -> io::Result<Message> {
        let frame = match read_frame(&mut self.stream, MAX_RESPONSE_BYTES) {
            Ok(Some(frame)) => frame,
            Ok(None) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(FrameError::Io(error)) => return Err(error),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        let value: Value = serde_json::from_slice(&frame)?;
        Ok(if value.get("event").is_some() {
            Message::Event(serde_json::from_value(value)?)
        } else {
            Message::Response(serde_json::from_value(value)?)
        })
    }
}
