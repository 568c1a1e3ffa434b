//! A bounded broadcast of events.

use pitcrew_contract::envelope::{Event, PROTOCOL};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// The sending side; clones send into the same stream.
#[derive(Clone)]
pub struct Events {
    shared: Arc<(Mutex<Ring>, Condvar)>,
}

/// Events that are kept for readers who are behind.
struct Ring {
    frames: VecDeque<(u32, Arc<[u8]>)>,
    bytes: usize,
    next: u32,
    max_events: usize,
    max_bytes: usize,
}

/// The receiving side: everything sent after it was made.
pub struct Subscription {
    events: Events,
    next: u32,
    closed: Arc<AtomicBool>,
}

impl Events {
    /// Keeps at most so many events and bytes for slow readers; the newest is always kept.
    pub fn new(max_events: usize, max_bytes: usize) -> Self {
        let ring = Ring { frames: VecDeque::new(), bytes: 0, next: 1, max_events, max_bytes };
        Events { shared: Arc::new((Mutex::new(ring), Condvar::new())) }
    }

    /// Sends an event to every subscription; returns its sequence number. Data that cannot be
    /// serialised is sent as null rather than lost without a trace.
    pub fn publish(&self, event: &str, data: &impl Serialize) -> u32 {
        let data = serde_json::to_value(data).unwrap_or(serde_json::Value::Null);
        let mut ring = self.lock();
        let seq = ring.next;
        let frame = encode(event, seq, data);
        ring.next = seq.wrapping_add(1);
        ring.bytes += frame.len();
        ring.frames.push_back((seq, frame));
        while ring.frames.len() > 1
            && (ring.frames.len() > ring.max_events || ring.bytes > ring.max_bytes)
        {
            if let Some((_, dropped)) = ring.frames.pop_front() {
                ring.bytes -= dropped.len();
            }
        }
        self.shared.1.notify_all();
        seq
    }

    /// Everything from now on. `closed` ends it once [`Events::wake`] is called.
    pub fn subscribe(&self, closed: Arc<AtomicBool>) -> Subscription {
        let next = self.lock().next;
        Subscription { events: self.clone(), next, closed }
    }

    /// Makes waiting subscriptions look whether they were closed.
    pub fn wake(&self) {
        let _ring = self.lock();
        self.shared.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.shared.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Subscription {
    /// The sequence number of the first event it can deliver.
    pub fn first(&self) -> u32 {
        self.next
    }

    /// Waits for the next event and returns its frame body; `None` once closed.
    pub fn next_frame(&mut self) -> Option<Arc<[u8]>> {
        let mut ring = self.events.lock();
        loop {
            if self.closed.load(Ordering::Acquire) {
                return None;
            }
            if self.next != ring.next {
                let oldest = ring.frames.front().map_or(ring.next, |(seq, _)| *seq);
                let index = self.next.wrapping_sub(oldest) as usize;
                if let Some((_, frame)) = ring.frames.get(index) {
                    self.next = self.next.wrapping_add(1);
                    return Some(frame.clone());
                }
                let missed = oldest.wrapping_sub(self.next);
                self.next = oldest;
                let data = serde_json::json!({ "missed": missed });
                return Some(encode("gap", oldest.wrapping_sub(1), data));
            }
            ring =
                self.events.shared.1.wait(ring).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

fn encode(event: &str, seq: u32, data: serde_json::Value) -> Arc<[u8]> {
    let event = Event { v: PROTOCOL, event: event.to_owned(), seq, data };
    // Strings and JSON values always serialise.
    serde_json::to_vec(&event).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(subscription: &mut Subscription) -> Event {
        serde_json::from_slice(&subscription.next_frame().unwrap()).unwrap()
    }

    #[test]
    fn a_slow_reader_gets_a_gap_that_counts() {
        let events = Events::new(2, 1 << 20);
        let mut subscription = events.subscribe(Arc::default());
        for n in 0..5 {
            events.publish("level", &n);
        }
        let gap = read(&mut subscription);
        assert_eq!((gap.event.as_str(), gap.data["missed"].as_u64()), ("gap", Some(3)));
        assert_eq!(read(&mut subscription).seq, 4);
        assert_eq!(read(&mut subscription).data, 4);
    }

    #[test]
    fn large_events_do_not_pile_up() {
        let events = Events::new(1000, 100);
        let mut subscription = events.subscribe(Arc::default());
        events.publish("a", &"x".repeat(500));
        events.publish("b", &"y".repeat(500));
        assert_eq!(read(&mut subscription).event, "gap");
        assert_eq!(read(&mut subscription).event, "b");
    }

    #[test]
    fn closing_wakes_a_waiting_reader() {
        let events = Events::new(2, 100);
        let closed = Arc::new(AtomicBool::new(false));
        let mut subscription = events.subscribe(closed.clone());
        let reader = std::thread::spawn(move || subscription.next_frame().is_none());
        closed.store(true, Ordering::Release);
        events.wake();
        assert!(reader.join().unwrap());
    }
}
