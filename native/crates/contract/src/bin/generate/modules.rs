//! Which types belong to which file, and which method takes and gives what.

use crate::typescript;
use pitcrew_contract::{collector, envelope, guard};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::JsonSchema;
use serde_json::{json, Map, Value};
use std::collections::BTreeSet;

/// One pair of files, `NAME.ts` and `NAME.schema.json`.
pub struct Module {
    pub name: &'static str,
    pub doc: &'static str,
    /// Schemas of its types by name, those of other modules included.
    pub types: Map<String, Value>,
    pub constants: Vec<Constant>,
    /// Tables of methods or events: name, comment, rows.
    pub tables: Vec<Table>,
}

/// A number both sides must agree on.
pub struct Constant {
    pub name: &'static str,
    pub doc: &'static str,
    pub value: usize,
}

/// A TypeScript interface that maps names to types.
pub struct Table {
    pub name: &'static str,
    pub doc: &'static str,
    pub rows: Vec<Row>,
}

/// One method or event.
pub struct Row {
    pub name: &'static str,
    pub doc: &'static str,
    /// The TypeScript type that the name stands for.
    pub of: String,
}

/// Name and text of every generated file.
pub fn files() -> Vec<(String, String)> {
    let modules = [envelope(), guard(), collector()];
    let mut files = Vec::new();
    let mut home: Vec<(String, &'static str)> = Vec::new();
    for module in &modules {
        files.push((format!("{}.ts", module.name), typescript::module(module, &home)));
        files.push((format!("{}.schema.json", module.name), schema(module)));
        let known: BTreeSet<&String> = home.iter().map(|(name, _)| name).collect();
        let own: Vec<String> =
            module.types.keys().filter(|name| !known.contains(name)).cloned().collect();
        home.extend(own.into_iter().map(|name| (name, module.name)));
    }
    files.push(("mod.ts".to_owned(), typescript::door(&modules)));
    files
}

fn schema(module: &Module) -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("pitcrew {}", module.name),
        "description": module.doc,
        "$defs": module.types,
    });
    // Values always serialise.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn generator() -> SchemaGenerator {
    // What is written, not what would be tolerated: fields without a default are required.
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    generator.subschema_for::<T>();
    T::schema_name().into_owned()
}

fn types(mut generator: SchemaGenerator) -> Map<String, Value> {
    generator.take_definitions(true)
}

fn envelope() -> Module {
    let mut generator = generator();
    add::<envelope::Request>(&mut generator);
    add::<envelope::Cancel>(&mut generator);
    add::<envelope::Response>(&mut generator);
    add::<envelope::Event>(&mut generator);
    Module {
        name: "envelope",
        doc: "Framing: every message is a 4-byte big-endian length followed by that many bytes of \
            UTF-8 JSON.",
        types: types(generator),
        constants: vec![
            Constant {
                name: "PROTOCOL",
                doc: "The protocol version both sides speak.",
                value: envelope::PROTOCOL as usize,
            },
            Constant {
                name: "MAX_REQUEST_BYTES",
                doc: "Largest frame a server accepts.",
                value: envelope::MAX_REQUEST_BYTES,
            },
            Constant {
                name: "MAX_RESPONSE_BYTES",
                doc: "Largest frame a client accepts; anything larger goes by file.",
                value: envelope::MAX_RESPONSE_BYTES,
            },
        ],
        tables: Vec::new(),
    }
}

fn method(name: &'static str, doc: &'static str, params: &str, result: &str) -> Row {
    Row { name, doc, of: format!("{{ params: {params}; result: {result} }}") }
}

/// Parameters of a method that has none.
const NONE: &str = "Record<string, never>";

fn guard() -> Module {
    let mut g = generator();
    let methods = vec![
        method("status", "The guard itself.", NONE, &add::<guard::GuardStatus>(&mut g)),
        method(
            "assess",
            "The state of a scope now.",
            &add::<guard::AssessParams>(&mut g),
            &add::<guard::Assessment>(&mut g),
        ),
        method(
            "plan",
            "Who would be killed; nothing is signalled.",
            &add::<guard::PlanParams>(&mut g),
            &add::<guard::KillPlan>(&mut g),
        ),
        method(
            "order",
            "Relieves a scope, once per key.",
            &add::<guard::Order>(&mut g),
            &add::<guard::OrderOutcome>(&mut g),
        ),
        method(
            "order.get",
            "What became of an order, or `not_found`.",
            &add::<guard::OrderKey>(&mut g),
            "OrderOutcome",
        ),
        method(
            "interventions.list",
            "What the guard did, oldest first, as far as it is kept.",
            &add::<guard::InterventionsParams>(&mut g),
            &add::<guard::InterventionsPage>(&mut g),
        ),
        method(
            "events.subscribe",
            "Sends events over this connection from `nextSeq` on.",
            NONE,
            "{ nextSeq: number }",
        ),
    ];
    let events = vec![
        Row {
            name: "level",
            doc: "The watched scope's level has changed.",
            of: add::<guard::Assessment>(&mut g),
        },
        Row {
            name: "intervention",
            doc: "The reflex or an order acted.",
            of: add::<guard::Intervention>(&mut g),
        },
        Row {
            name: "gap",
            doc: "So many events were dropped because this connection read too slowly.",
            of: "{ missed: number }".to_owned(),
        },
    ];
    Module {
        name: "guard",
        doc: "What the guard is asked and what it answers.",
        types: types(g),
        constants: Vec::new(),
        tables: vec![
            Table {
                name: "GuardMethods",
                doc: "The guard's methods, each with its parameters and result.",
                rows: methods,
            },
            Table {
                name: "GuardEvents",
                doc: "The guard's events, each with its data.",
                rows: events,
            },
        ],
    }
}

fn collector() -> Module {
    let mut g = generator();
    let methods = vec![
        method("status", "The collector itself.", NONE, &add::<collector::CollectorStatus>(&mut g)),
        method(
            "panorama",
            "Where the machine's memory is, as a file.",
            &add::<collector::PanoramaParams>(&mut g),
            &add::<collector::PanoramaResult>(&mut g),
        ),
        method(
            "profile",
            "Samples stacks on the processors, as files.",
            &add::<collector::ProfileParams>(&mut g),
            &add::<collector::ProfileResult>(&mut g),
        ),
        method(
            "gpu.status",
            "The machine's GPUs and who uses them.",
            NONE,
            &add::<collector::GpuStatus>(&mut g),
        ),
    ];
    add::<collector::Panorama>(&mut g);
    Module {
        name: "collector",
        doc: "What the collector is asked and what it answers. It never signals a process.",
        types: types(g),
        constants: Vec::new(),
        tables: vec![Table {
            name: "CollectorMethods",
            doc: "The collector's methods, each with its parameters and result.",
            rows: methods,
        }],
    }
}
