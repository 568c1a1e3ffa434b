//! A whole policy: parsing, merging, asking.

use crate::amount::Amount;
use crate::document;
use crate::fields::Reader;
use crate::mistake::{Mistake, Place};
use crate::rule::{Origin, Rule, Subject};
use crate::thresholds::{Sensitivity, Thresholds};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::time::Duration;

/// Largest policy that is read.
pub const MAX_BYTES: usize = 64 * 1024;

const KEYS: [&str; 6] = ["version", "sensitivity", "protect", "prefer", "target", "grace"];
const START: Place = Place { line: 1, column: 1 };

/// Who is protected, who goes first, when to act, how much to free.
#[derive(Debug, Clone)]
pub struct Policy {
    protect: Vec<Rule>,
    prefer: Vec<Rule>,
    thresholds: Option<Thresholds>,
    target: Option<Amount>,
    grace: Option<Duration>,
    hash: String,
}

/// A policy and what is unwise about it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The policy.
    pub policy: Policy,
    /// Rules that parse but hardly mean what they say.
    pub warnings: Vec<Mistake>,
}

impl Default for Policy {
    /// No rules, medium sensitivity.
    fn default() -> Self {
        Policy {
            protect: Vec::new(),
            prefer: Vec::new(),
            thresholds: None,
            target: None,
            grace: None,
            hash: sha256(&[b""]),
        }
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Every mistake, in the order of the file.
    pub fn parse(text: &str, origin: Origin) -> Result<Parsed, Vec<Mistake>> {
        if text.len() > MAX_BYTES {
            let message = format!("a policy has at most {MAX_BYTES} bytes");
            return Err(vec![Mistake::new(START, message)]);
        }
        let root = document::read(text).map_err(|mistake| vec![mistake])?;
        let missing =
            || vec![Mistake::new(START, "the version is missing").hint("start with `version: 1`")];
        let root = root.ok_or_else(missing)?;
        let mut reader = Reader::default();
        let mut policy = Policy { hash: sha256(&[text.as_bytes()]), ..Policy::default() };
        let mut version = false;
        for (key, value) in reader.entries(&root, "a policy", &KEYS) {
            match key {
                "version" => {
                    version = true;
                    reader.version(value);
                }
                "sensitivity" => policy.thresholds = reader.sensitivity(value),
                "protect" => policy.protect = reader.rules(value, "protect", origin),
                "prefer" => policy.prefer = reader.rules(value, "prefer", origin),
                "target" => policy.target = reader.target(value),
                "grace" => policy.grace = reader.duration(value, "grace"),
                _ => {}
            }
        }
        if !version && reader.mistakes.is_empty() {
            return Err(missing());
        }
        if reader.mistakes.is_empty() {
            Ok(Parsed { policy, warnings: reader.warnings })
        } else {
            reader.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
            Err(reader.mistakes)
        }
    }

    /// This policy with a central one: what either protects is protected; for the rest the node's
    /// own word counts wherever it gave one.
    pub fn merge(&self, central: &Policy) -> Policy {
        let join = |own: &[Rule], other: &[Rule]| [own, other].concat();
        Policy {
            protect: join(&self.protect, &central.protect),
            prefer: join(&self.prefer, &central.prefer),
            thresholds: self.thresholds.or(central.thresholds),
            target: self.target.or(central.target),
            grace: self.grace.or(central.grace),
            hash: sha256(&[self.hash.as_bytes(), b"\n", central.hash.as_bytes()]),
        }
    }

    /// The rule that protects the process, if one does.
    pub fn protects(&self, subject: &Subject) -> Option<&Rule> {
        self.protect.iter().find(|rule| rule.matches(subject))
    }

    /// The first `prefer` rule that matches, with its position in the list.
    pub fn prefers(&self, subject: &Subject) -> Option<(usize, &Rule)> {
        self.prefer.iter().enumerate().find(|(_, rule)| rule.matches(subject))
    }

    /// Whether any rule looks at the field, e.g. `cmdline`, which costs time to read.
    pub fn looks_at(&self, field: &str) -> bool {
        self.protect.iter().chain(&self.prefer).any(|rule| rule.looks_at(field))
    }

    /// When which level is reached.
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds.unwrap_or_else(|| Thresholds::of(Sensitivity::Medium))
    }

    /// The headroom to reach by killing; the urgent threshold when none is given, so that a
    /// rescued scope is not at once in need again.
    pub fn target(&self) -> Amount {
        self.target.unwrap_or_else(|| self.thresholds().urgent)
    }

    /// Between SIGTERM and SIGKILL; 2 s when none is given.
    pub fn grace(&self) -> Duration {
        self.grace.unwrap_or(Duration::from_secs(2))
    }

    /// sha256 in hex: of the file, or of both files' hashes after a merge.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

fn sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
