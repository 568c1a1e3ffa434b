//! YAML as a small tree that knows its places.

use crate::mistake::{Mistake, Place};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

/// Deepest nesting that makes sense in a policy.
const MAX_DEPTH: usize = 8;

/// A node of the tree.
#[derive(Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub value: Value,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) enum Value {
    /// Text; `plain` when it was not quoted.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// Whether it is `null`, `~` or empty.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, plain } => {
                *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }
}

/// Reads one document; `None` when the file holds nothing.
///
/// # Errors
/// When it is no YAML, or uses anchors, aliases, tags, several documents or deep nesting.
pub(crate) fn read(text: &str) -> Result<Option<Node>, Mistake> {
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Node> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Mistake::new(place(error.marker()), format!("this is no YAML: {}", error.info()))
        })?;
        let at = place(&span.start);
        let finished = match event {
            Event::Scalar(_, _, anchor, tag) if anchor > 0 || tag.is_some() => {
                return Err(unwanted(at))
            }
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag)
                if anchor > 0 || tag.is_some() =>
            {
                return Err(unwanted(at));
            }
            Event::Alias(_) => return Err(unwanted(at)),
            Event::Scalar(text, style, _, _) => Node {
                place: at,
                value: Value::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                },
            },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Mistake::new(at, "this is nested too deeply for a policy"));
                }
                open.push(match event {
                    Event::SequenceStart(..) => Open::List(at, Vec::new()),
                    _ => Open::Map(at, Vec::new(), None),
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(place, items)) => Node { place, value: Value::List(items) },
                Some(Open::Map(place, entries, _)) => Node { place, value: Value::Map(entries) },
                None => continue,
            },
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Mistake::new(at, "a policy is one document"))
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(Open::List(_, items)) => items.push(finished),
            Some(Open::Map(_, entries, key)) => match key.take() {
                Some(key) => entries.push((key, finished)),
                None => *key = Some(finished),
            },
            None => root = Some(finished),
        }
    }
    Ok(root.filter(|node| !node.is_null()))
}

enum Open {
    List(Place, Vec<Node>),
    Map(Place, Vec<(Node, Node)>, Option<Node>),
}

fn unwanted(at: Place) -> Mistake {
    Mistake::new(at, "anchors, aliases and tags are not used in policies")
        .hint("put a text that starts with & * or ! between quotes")
}

fn place(marker: &Marker) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1 }
}
