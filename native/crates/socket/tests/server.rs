//! A real server on a real socket, and clients that behave and misbehave.

use pitcrew_contract::envelope::{ErrorCode, Response, WireError};
use pitcrew_socket::{
    read_frame, write_frame, CallContext, CallError, Client, Events, Limits, Server, Service,
};
use serde_json::{json, Value};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

struct Echo;

impl Service for Echo {
    fn call(&self, method: &str, params: Value, context: &CallContext) -> Result<Value, WireError> {
        match method {
            "echo" => Ok(params),
            "large" => Ok(json!("x".repeat(5 << 20))),
            "panic" => panic!("a bug"),
            "wait" => {
                context.sleep(Duration::from_secs(600));
                context.check().map(|()| json!("awake"))
            }
            other => Err(WireError::new(ErrorCode::UnknownMethod, format!("no method {other}"))),
        }
    }
}

/// A directory of its own, removed with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let dir =
            std::env::temp_dir().join(format!("pitcrew-socket-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Place(dir)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("s.sock")
    }

    fn serve(&self, events: &Events, limits: Limits) -> std::io::Result<Server> {
        Server::start(&self.socket(), Arc::new(Echo), events.clone(), limits)
    }

    fn client(&self) -> Client {
        let client = Client::connect(&self.socket()).unwrap();
        client.set_timeout(Some(Duration::from_secs(60))).unwrap();
        client
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn events() -> Events {
    Events::new(16, 1 << 16)
}

fn code(result: Result<Value, CallError>) -> ErrorCode {
    match result {
        Err(CallError::Refused(error)) => error.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn answers_and_keeps_strangers_out_by_mode() {
    let place = Place::new("answers");
    let _server = place.serve(&events(), Limits::default()).unwrap();
    let mode = std::fs::metadata(place.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut client = place.client();
    assert_eq!(client.call::<Value>("echo", &json!({"a": 1}), None).unwrap(), json!({"a": 1}));
    assert_eq!(code(client.call("nothing", &json!({}), None)), ErrorCode::UnknownMethod);
    assert_eq!(code(client.call("large", &json!({}), None)), ErrorCode::Internal);
    assert_eq!(code(client.call("panic", &json!({}), None)), ErrorCode::Internal);
    assert_eq!(client.call::<Value>("echo", &json!(2), None).unwrap(), json!(2));
}

#[test]
fn cancel_and_deadline_end_a_call() {
    let place = Place::new("cancel");
    let _server = place.serve(&events(), Limits::default()).unwrap();
    let mut client = place.client();
    let id = client.send("wait", &json!({}), None).unwrap();
    client.cancel(id).unwrap();
    assert_eq!(code(client.wait(id)), ErrorCode::Cancelled);
    let short = Some(Duration::from_millis(10));
    assert_eq!(code(client.call("wait", &json!({}), short)), ErrorCode::DeadlineExceeded);
}

#[test]
fn too_much_at_once_is_busy() {
    let place = Place::new("busy");
    let limits = Limits { calls: 1, connections: 2, ..Limits::default() };
    let _server = place.serve(&events(), limits).unwrap();
    let mut client = place.client();
    let waiting = client.send("wait", &json!({}), None).unwrap();
    assert_eq!(code(client.call("echo", &json!({}), None)), ErrorCode::Busy);
    client.cancel(waiting).unwrap();
    assert_eq!(code(client.wait(waiting)), ErrorCode::Cancelled);
    assert_eq!(client.call::<Value>("echo", &json!(1), None).unwrap(), json!(1));
    let mut second = place.client();
    assert_eq!(second.call::<Value>("echo", &json!(1), None).unwrap(), json!(1));
    let mut third = UnixStream::connect(place.socket()).unwrap();
    let answer = read_frame(&mut third, 1000).unwrap().unwrap();
    let answer: Response = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer.error.unwrap().code, ErrorCode::Busy);
}

#[test]
fn an_id_may_not_be_used_twice_while_in_flight() {
    let place = Place::new("twice");
    let _server = place.serve(&events(), Limits::default()).unwrap();
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    for _ in 0..2 {
        let request = json!({"v": 1, "id": 7, "method": "wait", "params": null});
        write_frame(&mut stream, request.to_string().as_bytes()).unwrap();
    }
    let answer = read_frame(&mut stream, 1000).unwrap().unwrap();
    let answer: Response = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer.error.unwrap().code, ErrorCode::InvalidArgument);
}

#[test]
fn garbage_is_answered_and_the_server_lives_on() {
    let place = Place::new("garbage");
    let _server = place.serve(&events(), Limits::default()).unwrap();
    for garbage in [&b"not json"[..], b"[]", br#"{"v":1}"#, br#"{"cancel":"x"}"#, b"\xff\xfe"] {
        let mut stream = UnixStream::connect(place.socket()).unwrap();
        write_frame(&mut stream, garbage).unwrap();
        let answer = read_frame(&mut stream, 10_000).unwrap().unwrap();
        let answer: Response = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer.error.unwrap().code, ErrorCode::InvalidArgument);
        assert!(read_frame(&mut stream, 1000).unwrap_or(None).is_none());
    }
    let mut oversized = UnixStream::connect(place.socket()).unwrap();
    oversized.write_all(&u32::MAX.to_be_bytes()).unwrap();
    let answer = read_frame(&mut oversized, 1000).unwrap().unwrap();
    let answer: Response = serde_json::from_slice(&answer).unwrap();
    assert!(answer.error.unwrap().message.contains("limit"));
    let deep = format!(
        r#"{{"v":1,"id":3,"method":"echo","params":{}1{}}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    write_frame(&mut stream, deep.as_bytes()).unwrap();
    assert!(read_frame(&mut stream, 10_000).unwrap().is_some());
    assert_eq!(place.client().call::<Value>("echo", &json!(1), None).unwrap(), json!(1));
}

#[test]
fn an_unknown_protocol_or_field_is_refused_with_a_hint() {
    let place = Place::new("protocol");
    let _server = place.serve(&events(), Limits::default()).unwrap();
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    for request in [
        json!({"v": 2, "id": 1, "method": "echo", "params": 1}),
        json!({"v": 1, "id": 1, "method": "echo", "params": 1, "surprise": true}),
    ] {
        write_frame(&mut stream, request.to_string().as_bytes()).unwrap();
        let answer = read_frame(&mut stream, 10_000).unwrap().unwrap();
        let answer: Response = serde_json::from_slice(&answer).unwrap();
        assert_eq!((answer.id, answer.error.unwrap().code), (1, ErrorCode::InvalidArgument));
    }
}

#[test]
fn events_reach_every_subscriber_in_order() {
    let place = Place::new("events");
    let events = events();
    let _server = place.serve(&events, Limits::default()).unwrap();
    let mut clients = [place.client(), place.client()];
    for client in &mut clients {
        let answer: Value = client.call("events.subscribe", &json!({}), None).unwrap();
        assert_eq!(answer["nextSeq"], 1);
        let again = client.call("events.subscribe", &json!({}), None);
        assert_eq!(code(again), ErrorCode::InvalidArgument);
    }
    for n in 0..3 {
        events.publish("level", &json!({ "n": n }));
    }
    for client in &mut clients {
        for n in 0..3 {
            let event = client.next_event().unwrap();
            assert_eq!((event.event.as_str(), event.data["n"].as_i64()), ("level", Some(n)));
        }
    }
}

#[test]
fn a_socket_left_behind_is_taken_over_and_a_live_one_is_not() {
    let place = Place::new("takeover");
    drop(std::os::unix::net::UnixListener::bind(place.socket()).unwrap());
    let server = place.serve(&events(), Limits::default()).unwrap();
    let error = place.serve(&events(), Limits::default()).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert_eq!(place.client().call::<Value>("echo", &json!(1), None).unwrap(), json!(1));
    drop(server);
    assert!(!place.socket().exists());
    drop(place.serve(&events(), Limits::default()).unwrap());
    std::fs::write(place.socket(), "precious").unwrap();
    assert!(place.serve(&events(), Limits::default()).is_err());
    assert_eq!(std::fs::read(place.socket()).unwrap(), b"precious");
}

#[test]
fn a_path_too_long_for_a_socket_says_so() {
    let place = Place::new("long");
    let path = place.0.join("x".repeat(120));
    let error = Server::start(&path, Arc::new(Echo), events(), Limits::default()).err().unwrap();
    assert!(error.to_string().contains("107 bytes"), "{error}");
}
