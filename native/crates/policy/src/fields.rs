//! Reads the values of a policy's keys, noting mistakes instead of stopping at the first.

use crate::amount::{parse_duration, Amount};
use crate::document::{Node, Value};
use crate::mistake::{nearest, Mistake, Place};
use crate::pattern::Pattern;
use crate::rule::{Condition, Origin, Rule, FIELDS};
use crate::thresholds::{Sensitivity, Thresholds};
use std::time::Duration;

/// Most rules a list may hold.
const MAX_RULES: usize = 500;
const SENSITIVITIES: [&str; 3] = ["low", "medium", "high"];
const THRESHOLDS: [&str; 8] =
    ["base", "warning", "urgent", "critical", "certain", "pressure", "sustained", "cooldown"];

/// Collects mistakes and warnings.
#[derive(Default)]
pub(crate) struct Reader {
    pub mistakes: Vec<Mistake>,
    pub warnings: Vec<Mistake>,
}

impl Reader {
    fn wrong(&mut self, place: Place, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(place, message));
    }

    /// A map's entries with known, unrepeated keys.
    pub fn entries<'a>(
        &mut self,
        node: &'a Node,
        what: &str,
        known: &[&'static str],
    ) -> Vec<(&'static str, &'a Node)> {
        let Value::Map(entries) = &node.value else {
            self.mistakes.push(
                Mistake::new(node.place, format!("{what} must be a map, this is {}", node.kind()))
                    .hint(format!("known keys: {}", known.join(", "))),
            );
            return Vec::new();
        };
        let mut found: Vec<(&'static str, &Node)> = Vec::new();
        for (key, value) in entries {
            let text = match &key.value {
                Value::Scalar { text, .. } => text.as_str(),
                _ => {
                    self.wrong(key.place, "a key must be text");
                    continue;
                }
            };
            let Some(name) = known.iter().find(|name| **name == text) else {
                let hint = match nearest(text, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known keys: {}", known.join(", ")),
                };
                let message = format!("unknown key `{}` in {what}", shorten(text));
                self.mistakes.push(Mistake::new(key.place, message).hint(hint));
                continue;
            };
            if found.iter().any(|(seen, _)| seen == name) {
                self.wrong(key.place, format!("`{name}` is given twice"));
                continue;
            }
            found.push((name, value));
        }
        found
    }

    /// Text of any style.
    fn text<'a>(&mut self, node: &'a Node, what: &str) -> Option<&'a str> {
        match &node.value {
            Value::Scalar { text, .. } if !node.is_null() => Some(text),
            _ => {
                self.wrong(node.place, format!("{what} must be text, this is {}", node.kind()));
                None
            }
        }
    }

    pub fn version(&mut self, node: &Node) {
        if self.text(node, "version").is_some_and(|text| text != "1") {
            self.mistakes
                .push(Mistake::new(node.place, "only version 1 is known").hint("write version: 1"));
        }
    }

    pub fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let text = self.text(node, what)?;
        parse_duration(text)
            .map_err(|problem| self.wrong(node.place, format!("{what}: {problem}")))
            .ok()
    }

    fn amount(&mut self, node: &Node, what: &str) -> Option<Amount> {
        let text = self.text(node, what)?;
        Amount::parse(text)
            .map_err(|problem| self.wrong(node.place, format!("{what}: {problem}")))
            .ok()
    }

    pub fn target(&mut self, node: &Node) -> Option<Amount> {
        let entries = self.entries(node, "target", &["headroom"]);
        let amount = self.amount(entries.first()?.1, "target.headroom")?;
        if amount.of(100) == 0 && amount.of(u64::MAX) == 0 {
            self.wrong(node.place, "a target of nothing can never be missed");
            return None;
        }
        Some(amount)
    }

    pub fn sensitivity(&mut self, node: &Node) -> Option<Thresholds> {
        if let Value::Scalar { .. } = node.value {
            return self.named_sensitivity(node).map(Thresholds::of);
        }
        let entries = self.entries(node, "sensitivity", &THRESHOLDS);
        let base = entries.iter().find(|(key, _)| *key == "base");
        let base = match base {
            Some((_, node)) => self.named_sensitivity(node)?,
            None => Sensitivity::Medium,
        };
        let mut set = Thresholds::of(base);
        let mut certain_given = false;
        for (key, value) in entries {
            let what = format!("sensitivity.{key}");
            match key {
                "warning" => set.warning = self.amount(value, &what)?,
                "urgent" => set.urgent = self.amount(value, &what)?,
                "critical" => set.critical = self.amount(value, &what)?,
                "certain" => {
                    set.certain = self.amount(value, &what)?;
                    certain_given = true;
                }
                "pressure" => set.pressure = self.percent(value, &what)?,
                "sustained" => set.sustained = self.duration(value, &what)?,
                "cooldown" => set.cooldown = self.duration(value, &what)?,
                _ => {}
            }
        }
        if !certain_given {
            set.certain = half(set.critical);
        }
        self.check_order(node.place, &set);
        Some(set)
    }

    fn named_sensitivity(&mut self, node: &Node) -> Option<Sensitivity> {
        match self.text(node, "sensitivity")? {
            "low" => Some(Sensitivity::Low),
            "medium" => Some(Sensitivity::Medium),
            "high" => Some(Sensitivity::High),
            other => {
                let hint = match nearest(other, &SENSITIVITIES) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "low, medium, high, or a map of thresholds".to_owned(),
                };
                let message = format!("unknown sensitivity `{}`", shorten(other));
                self.mistakes.push(Mistake::new(node.place, message).hint(hint));
                None
            }
        }
    }

    fn percent(&mut self, node: &Node, what: &str) -> Option<f64> {
        let text = self.text(node, what)?;
        match Amount::parse(&format!("{}%", text.trim().trim_end_matches('%'))) {
            Ok(Amount::Percent(percent)) => Some(percent),
            _ => {
                self.wrong(node.place, format!("{what} must be 0% to 100%"));
                None
            }
        }
    }

    /// Levels of different units cannot be compared without a machine, so only equal ones are.
    fn check_order(&mut self, place: Place, set: &Thresholds) {
        for (lower, higher, names) in [
            (set.critical, set.urgent, "critical must not be above urgent"),
            (set.urgent, set.warning, "urgent must not be above warning"),
        ] {
            let wrong = match (lower, higher) {
                (Amount::Percent(lower), Amount::Percent(higher)) => lower > higher,
                (Amount::Bytes(lower), Amount::Bytes(higher)) => lower > higher,
                _ => false,
            };
            if wrong {
                self.wrong(place, names);
            }
        }
    }

    pub fn rules(&mut self, node: &Node, what: &'static str, origin: Origin) -> Vec<Rule> {
        if node.is_null() {
            return Vec::new();
        }
        let Value::List(items) = &node.value else {
            self.mistakes.push(
                Mistake::new(node.place, format!("{what} must be a list, this is {}", node.kind()))
                    .hint("write e.g. `- name: python` on a line of its own"),
            );
            return Vec::new();
        };
        if items.len() > MAX_RULES {
            self.wrong(node.place, format!("{what} has more than {MAX_RULES} rules"));
            return Vec::new();
        }
        items.iter().filter_map(|item| self.rule(item, what, origin)).collect()
    }

    fn rule(&mut self, node: &Node, what: &'static str, origin: Origin) -> Option<Rule> {
        let mistakes_before = self.mistakes.len();
        let mut conditions = Vec::new();
        let mut texts = Vec::new();
        for (field, value) in self.entries(node, &format!("a {what} rule"), &FIELDS) {
            let Some(text) = self.text(value, field) else { continue };
            let condition = match field {
                "uid" => text
                    .parse()
                    .map(Condition::Uid)
                    .map_err(|_| "uid must be a number, e.g. 1000".to_owned()),
                _ => Pattern::parse(text).map(Condition::Text),
            };
            match condition {
                Ok(condition) => conditions.push((field, condition)),
                Err(problem) => self.wrong(value.place, problem),
            }
            texts.push(format!("{field}={}", shorten(text)));
        }
        if self.mistakes.len() > mistakes_before {
            return None;
        }
        if conditions.is_empty() {
            self.wrong(node.place, format!("a {what} rule needs a field"));
            return None;
        }
        let rule = Rule { conditions, origin, text: texts.join(" ") };
        if rule.matches_everything() {
            let message = format!("{what} {} matches every process", rule.text);
            let hint = match what {
                "protect" => "nothing could ever be killed with it",
                _ => "it changes nothing",
            };
            self.warnings.push(Mistake::new(node.place, message).hint(hint));
        }
        Some(rule)
    }
}

fn half(amount: Amount) -> Amount {
    match amount {
        Amount::Bytes(bytes) => Amount::Bytes(bytes / 2),
        Amount::Percent(percent) => Amount::Percent(percent / 2.0),
    }
}

/// A stranger's text in a message: printable and not endless.
fn shorten(text: &str) -> String {
    let short: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().count() > 80 {
        short + "…"
    } else {
        short
    }
}
