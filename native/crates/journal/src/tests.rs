use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let name = format!(
            "pitcrew-journal-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        Place(std::env::temp_dir().join(name))
    }

    fn open(&self) -> Journal {
        Journal::open(&self.0).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.0.join(NAME)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn all(journal: &Journal) -> (Vec<String>, usize) {
    let mut found = Vec::new();
    let damaged = journal.read(|entry| found.push(entry)).unwrap();
    (found, damaged)
}

#[test]
fn only_one_process_at_a_time() {
    let place = Place::new();
    let first = place.open();
    assert_eq!(Journal::open(&place.0).err().unwrap().kind(), io::ErrorKind::AddrInUse);
    drop(first);
    place.open();
}

#[test]
fn damage_in_the_middle_costs_one_entry() {
    let place = Place::new();
    let mut journal = place.open();
    for entry in ["one", "two", "three"] {
        journal.append(&entry).unwrap();
    }
    let text = std::fs::read_to_string(place.file()).unwrap().replace("two", "twa");
    std::fs::write(place.file(), text).unwrap();
    assert_eq!(all(&journal), (vec!["one".to_owned(), "three".to_owned()], 1));
}

#[test]
fn writing_anew_keeps_what_is_wanted_and_goes_on() {
    let place = Place::new();
    let mut journal = place.open();
    (0..50).for_each(|n| journal.append(&n.to_string()).unwrap());
    let before = journal.bytes();
    let mut following = Vec::new();
    let keep = |entry: String, bytes| {
        following.push(bytes);
        (entry == "7").then(|| "seven".to_owned())
    };
    journal.rewrite(keep).unwrap();
    assert!(following.is_sorted_by(|a, b| a > b) && following.ends_with(&[0]));
    journal.append(&"next").unwrap();
    assert!(journal.bytes() < before);
    drop(journal);
    assert_eq!(all(&place.open()).0, ["seven", "next"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Cut anywhere, the whole entries before the cut are there and new ones can follow.
    #[test]
    fn survives_a_cut_anywhere(entries in proptest::collection::vec("[a-z\n]{0,12}", 1..6), cut: u16) {
        let place = Place::new();
        let mut journal = place.open();
        let mut ends = vec![0];
        for entry in &entries {
            journal.append(entry).unwrap();
            ends.push(journal.bytes());
        }
        drop(journal);
        let cut = u64::from(cut) % (ends[ends.len() - 1] + 1);
        OpenOptions::new().write(true).open(place.file()).unwrap().set_len(cut).unwrap();
        let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
        let mut journal = place.open();
        prop_assert_eq!(&all(&journal).0[..], &entries[..whole]);
        journal.append(&"after").unwrap();
        let found = all(&journal).0;
        prop_assert_eq!(found.last().map(String::as_str), Some("after"));
        prop_assert_eq!(found.len(), whole + 1);
    }

    #[test]
    fn garbage_never_panics(bytes: Vec<u8>) {
        let place = Place::new();
        drop(place.open());
        std::fs::write(place.file(), bytes).unwrap();
        let mut journal = place.open();
        journal.append(&"x").unwrap();
        prop_assert_eq!(all(&journal).0, ["x"]);
    }
}
