//! TypeScript from JSON Schema, laid out as `deno fmt` would.

use crate::modules::{Module, Row, Table};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// `lineWidth` of deno.json.
const WIDTH: usize = 100;
const NOTICE: &str = "Generated from native/crates/contract by `deno task generate`; do not edit.";

/// The text of a module. `home` tells where types that are already written live.
pub fn module(module: &Module, home: &[(String, &'static str)]) -> String {
    let home: BTreeMap<&str, &str> = home.iter().map(|(name, at)| (name.as_str(), *at)).collect();
    let mut out = String::new();
    comment(&mut out, "", &[module.doc, NOTICE, "@module"]);
    for (at, names) in imports(module, &home) {
        let names: Vec<&str> = names.into_iter().collect();
        let _ = writeln!(out, "import type {{ {} }} from \"./{at}.ts\";", names.join(", "));
    }
    for constant in &module.constants {
        out.push('\n');
        comment(&mut out, "", &[constant.doc]);
        let _ = writeln!(out, "export const {} = {};", constant.name, constant.value);
    }
    for (name, schema) in module.types.iter().filter(|(name, _)| !home.contains_key(name.as_str()))
    {
        out.push('\n');
        declaration(&mut out, name, schema);
    }
    for table in &module.tables {
        out.push('\n');
        methods(&mut out, table);
    }
    out
}

/// The text of `mod.ts`.
pub fn door(modules: &[Module]) -> String {
    let mut out = String::new();
    let doc = "The contracts between the node runner and the native processes.";
    comment(&mut out, "", &[doc, NOTICE, "@module"]);
    let mut names: Vec<&str> = modules.iter().map(|module| module.name).collect();
    names.sort_unstable();
    for name in names {
        let _ = writeln!(out, "export * from \"./{name}.ts\";");
    }
    out
}

/// Types of other modules that this one's own types mention.
fn imports<'a>(
    module: &'a Module,
    home: &BTreeMap<&'a str, &'a str>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, schema) in module.types.iter().filter(|(name, _)| !home.contains_key(name.as_str())) {
        let text = schema.to_string();
        for (name, at) in home {
            if text.contains(&format!("\"#/$defs/{name}\"")) {
                wanted.entry(at).or_default().insert(name);
            }
        }
    }
    wanted
}

fn declaration(out: &mut String, name: &str, schema: &Value) {
    let doc = schema["description"].as_str().unwrap_or_default();
    if let Some(cases) = schema["oneOf"].as_array() {
        let mut lines = vec![doc.to_owned()];
        lines.extend(cases.iter().map(|case| {
            format!(
                "- `{}`: {}",
                case["const"].as_str().unwrap_or_default(),
                case["description"].as_str().unwrap_or_default()
            )
        }));
        list_comment(out, &lines);
        let values: Vec<String> = cases.iter().map(|case| case["const"].to_string()).collect();
        let line = format!("export type {name} = {};", values.join(" | "));
        if line.len() <= WIDTH {
            let _ = writeln!(out, "{line}");
        } else {
            let _ = write!(out, "export type {name} =");
            for value in values {
                let _ = write!(out, "\n  | {value}");
            }
            out.push_str(";\n");
        }
        return;
    }
    comment(out, "", &[doc]);
    let _ = writeln!(out, "export interface {name} {{");
    let empty = Map::new();
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (field, schema) in schema["properties"].as_object().unwrap_or(&empty) {
        comment(out, "  ", &[schema["description"].as_str().unwrap_or_default()]);
        let optional = !required.contains(field.as_str());
        let mark = if optional { "?" } else { "" };
        let _ = writeln!(out, "  {field}{mark}: {};", type_of(schema, optional));
    }
    out.push_str("}\n");
}

/// A field that may be left out is never null.
fn type_of(schema: &Value, optional: bool) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let parts: Vec<String> = any
            .iter()
            .filter(|part| !(optional && part["type"] == "null"))
            .map(|part| type_of(part, false))
            .collect();
        return parts.join(" | ");
    }
    match &schema["type"] {
        Value::String(name) => named(name, schema),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| !(optional && *name == "null"))
            .map(|name| named(name, schema))
            .collect::<Vec<_>>()
            .join(" | "),
        _ => "unknown".to_owned(),
    }
}

fn named(name: &str, schema: &Value) -> String {
    match name {
        "integer" | "number" => "number".to_owned(),
        "array" => format!("{}[]", type_of(&schema["items"], false)),
        other => other.to_owned(),
    }
}

fn methods(out: &mut String, table: &Table) {
    comment(out, "", &[table.doc]);
    let _ = writeln!(out, "export interface {} {{", table.name);
    for Row { name, doc, of } in &table.rows {
        // deno fmt unquotes what needs no quotes only where nothing in the object needs them.
        let quoted = table.rows.iter().any(|row| row.name.contains('.'));
        let key = if quoted { format!("\"{name}\"") } else { (*name).to_owned() };
        comment(out, "  ", &[doc]);
        let _ = writeln!(out, "  {key}: {of};");
    }
    out.push_str("}\n");
}

fn comment(out: &mut String, indent: &str, paragraphs: &[&str]) {
    let wrapped: Vec<Vec<String>> = paragraphs
        .iter()
        .flat_map(|text| text.split("\n\n"))
        .map(|text| wrap(text, WIDTH - indent.len() - 3, ""))
        .collect();
    let single = match &wrapped[..] {
        [lines] if lines.len() == 1 => Some(&lines[0]),
        _ => None,
    };
    if let Some(line) = single.filter(|line| indent.len() + line.len() + 7 <= WIDTH) {
        let _ = writeln!(out, "{indent}/** {line} */");
        return;
    }
    block(out, indent, &wrapped);
}

/// A comment whose lines after the first are a list.
fn list_comment(out: &mut String, lines: &[String]) {
    let mut paragraphs = vec![wrap(&lines[0], WIDTH - 3, "")];
    paragraphs.push(lines[1..].iter().flat_map(|line| wrap(line, WIDTH - 3, "  ")).collect());
    block(out, "", &paragraphs);
}

fn block(out: &mut String, indent: &str, paragraphs: &[Vec<String>]) {
    let _ = writeln!(out, "{indent}/**");
    for (index, lines) in paragraphs.iter().enumerate() {
        if index > 0 {
            let _ = writeln!(out, "{indent} *");
        }
        for line in lines {
            let _ = writeln!(out, "{indent} * {line}");
        }
    }
    let _ = writeln!(out, "{indent} */");
}

/// Breaks text at spaces; Rust's links become plain code.
fn wrap(text: &str, width: usize, hanging: &str) -> Vec<String> {
    let text = text.replace("[`", "`").replace("`]", "`").replace("*/", "* /");
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().filter(|line| {
            line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width
        });
        match line {
            Some(line) if line.trim().is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("{hanging}{word}")),
        }
    }
    lines
}
