//! Framing: every message is a 4-byte big-endian length followed by that many bytes of UTF-8 JSON.
//!
//! A client sends [`Request`] or [`Cancel`]; the server answers each request with exactly one
//! [`Response`] (in any order) and, after `events.subscribe`, sends [`Event`]s.

use serde::{Deserialize, Serialize};

/// The protocol version both sides speak.
pub const PROTOCOL: u32 = 1;
/// Largest frame a server accepts.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
/// Largest frame a client accepts; anything larger goes by file.
pub const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// A call. `method` is one of the constants beside each parameter type.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Protocol version, [`PROTOCOL`].
    pub v: u32,
    /// Chosen by the client, echoed in the response; unique per connection while in flight.
    pub id: u32,
    /// Name of the method.
    pub method: String,
    /// Milliseconds the client is willing to wait; the server stops working on it afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
    /// Parameters, the type that belongs to `method`.
    pub params: serde_json::Value,
}

/// Asks the server to stop working on a request of this connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancel {
    /// Protocol version.
    pub v: u32,
    /// The request to stop.
    pub cancel: u32,
}

/// The answer to one request: `result` or `error`, never both.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Protocol version.
    pub v: u32,
    /// The request's id.
    pub id: u32,
    /// Present on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<serde_json::Value>,
    /// Present on failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<WireError>,
}

/// One message of the event stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Protocol version.
    pub v: u32,
    /// Name of the event; `gap` means that `data.missed` events were dropped before this one.
    pub event: String,
    /// Rises by one per event of this process.
    pub seq: u32,
    /// The event's own type.
    pub data: serde_json::Value,
}

/// A failure, with what to do about it where that is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    /// From a closed set.
    pub code: ErrorCode,
    /// For a person; names the thing it is about.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl WireError {
    /// A failure without a hint.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        WireError { code, message: message.into(), hint: None }
    }

    /// The same failure, saying what to do next.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        WireError { hint: Some(hint.into()), ..self }
    }
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WireError {}

/// Why a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The parameters do not fit; retrying is useless.
    InvalidArgument,
    /// The method does not exist in this version.
    UnknownMethod,
    /// The scope, process or file does not exist (any more).
    NotFound,
    /// Policy or mode forbids it; retrying is useless.
    Refused,
    /// The kernel or machine lacks what it needs; retrying is useless.
    Unsupported,
    /// Too much at once; retry later.
    Busy,
    /// The deadline passed.
    DeadlineExceeded,
    /// The client cancelled.
    Cancelled,
    /// Anything else; retry may help.
    Internal,
}
