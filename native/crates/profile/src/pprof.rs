//! pprof, as `go tool pprof` and everything that speaks its format read it.

use crate::{wire, FrameId, Profile};
use flate2::write::GzEncoder;
use flate2::Compression;
use prost::Message;
use std::collections::HashMap;
use std::io::Write;
use std::time::UNIX_EPOCH;

/// Encodes the profile: gzipped protobuf with the sample types `samples/count` and
/// `cpu/nanoseconds`, and the labels `process` and `pid`.
pub fn pprof(profile: &Profile) -> Vec<u8> {
    let mut builder = Builder::new();
    let period_ns = 1_000_000_000 / i64::from(profile.hz.max(1));
    let count = builder.value_type("samples", "count");
    let cpu = builder.value_type("cpu", "nanoseconds");
    let mut message = wire::Profile {
        sample_type: vec![count, cpu.clone()],
        period_type: Some(cpu),
        period: period_ns,
        time_nanos: nanoseconds(profile.started_at.duration_since(UNIX_EPOCH).unwrap_or_default()),
        duration_nanos: nanoseconds(profile.elapsed),
        ..Default::default()
    };
    let (process, pid) = (builder.text("process"), builder.text("pid"));
    for stack in &profile.stacks {
        let samples = stack.samples as i64;
        let owner = &profile.processes[stack.process];
        message.sample.push(wire::Sample {
            location_id: stack.frames.iter().map(|id| builder.location(profile, *id)).collect(),
            value: vec![samples, samples.saturating_mul(period_ns)],
            label: vec![
                wire::Label { key: process, str: builder.text(&owner.name), num: 0 },
                wire::Label { key: pid, str: 0, num: i64::from(owner.pid) },
            ],
        });
    }
    if profile.lost > 0 {
        let comment = format!("{} samples were lost", profile.lost);
        message.comment.push(builder.text(&comment));
    }
    message.mapping = builder.mappings;
    message.location = builder.locations;
    message.function = builder.functions;
    message.string_table = builder.texts;
    gzip(&message.encode_to_vec())
}

fn nanoseconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a Vec takes every write")
}

/// Collects the tables that samples point into; ids are positions plus one, 0 means none.
struct Builder {
    texts: Vec<String>,
    text_ids: HashMap<String, i64>,
    mappings: Vec<wire::Mapping>,
    mapping_ids: HashMap<String, u64>,
    functions: Vec<wire::Function>,
    function_ids: HashMap<(i64, u64, i64), u64>,
    locations: Vec<wire::Location>,
    location_ids: HashMap<FrameId, u64>,
}

impl Builder {
    fn new() -> Self {
        Builder {
            // The format wants the empty string first.
            texts: vec![String::new()],
            text_ids: HashMap::from([(String::new(), 0)]),
            mappings: Vec::new(),
            mapping_ids: HashMap::new(),
            functions: Vec::new(),
            function_ids: HashMap::new(),
            locations: Vec::new(),
            location_ids: HashMap::new(),
        }
    }

    fn text(&mut self, text: &str) -> i64 {
        if let Some(id) = self.text_ids.get(text) {
            return *id;
        }
        let id = self.texts.len() as i64;
        self.texts.push(text.to_owned());
        self.text_ids.insert(text.to_owned(), id);
        id
    }

    fn value_type(&mut self, name: &str, unit: &str) -> wire::ValueType {
        wire::ValueType { r#type: self.text(name), unit: self.text(unit) }
    }

    fn mapping(&mut self, module: &str, address: u64) -> u64 {
        let filename = self.text(module);
        let next = self.mappings.len() as u64 + 1;
        let id = *self.mapping_ids.entry(module.to_owned()).or_insert(next);
        if id == next {
            self.mappings.push(wire::Mapping {
                id,
                filename,
                // Tells readers that there is nothing left to symbolise.
                has_functions: true,
                memory_start: address,
                ..Default::default()
            });
        }
        let mapping = &mut self.mappings[id as usize - 1];
        mapping.memory_start = mapping.memory_start.min(address);
        mapping.memory_limit = mapping.memory_limit.max(address.saturating_add(1));
        id
    }

    fn function(&mut self, name: &str, mapping: u64, file: &str) -> u64 {
        let (name, filename) = (self.text(name), self.text(file));
        let next = self.functions.len() as u64 + 1;
        let id = *self.function_ids.entry((name, mapping, filename)).or_insert(next);
        if id == next {
            self.functions.push(wire::Function { id, name, system_name: name, filename });
        }
        id
    }

    fn location(&mut self, profile: &Profile, frame: FrameId) -> u64 {
        if let Some(id) = self.location_ids.get(&frame) {
            return *id;
        }
        let at = profile.frames.get(frame);
        let mapping_id = self.mapping(&at.module, at.address);
        let (file, line) =
            at.source.as_ref().map_or(("", 0), |(file, line)| (file.as_str(), *line));
        let function_id = self.function(&at.function, mapping_id, file);
        let id = self.locations.len() as u64 + 1;
        self.locations.push(wire::Location {
            id,
            mapping_id,
            address: at.address,
            line: vec![wire::Line { function_id, line: i64::from(line) }],
        });
        self.location_ids.insert(frame, id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collapsed::tests::profile;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn parse_back(bytes: &[u8]) -> wire::Profile {
        let mut plain = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
        wire::Profile::decode(plain.as_slice()).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_with_stacks_values_and_names() {
        let all = profile(&[(&["leaf", "main"], 3), (&["main"], 1)]);
        let read = parse_back(&pprof(&all));
        let text = |id: i64| read.string_table[id as usize].as_str();
        assert_eq!(text(0), "");
        let types: Vec<_> =
            read.sample_type.iter().map(|t| (text(t.r#type), text(t.unit))).collect();
        assert_eq!(types, [("samples", "count"), ("cpu", "nanoseconds")]);
        assert_eq!(read.period, 10_101_010);

        let first = &read.sample[0];
        assert_eq!(first.value, [3, 3 * 10_101_010]);
        let name = |location: u64| {
            let line = &read.location[location as usize - 1].line[0];
            text(read.function[line.function_id as usize - 1].name)
        };
        let names: Vec<_> = first.location_id.iter().map(|id| name(*id)).collect();
        assert_eq!(names, ["leaf", "main"]);
        assert_eq!(text(first.label[0].str), "app");
        assert_eq!(first.label[1].num, 7);
    }

    #[test]
    fn every_location_lies_in_its_mapping() {
        let read = parse_back(&pprof(&profile(&[(&["leaf", "main"], 3)])));
        assert_eq!(read.mapping.len(), 1);
        for location in &read.location {
            let mapping = &read.mapping[location.mapping_id as usize - 1];
            assert!((mapping.memory_start..mapping.memory_limit).contains(&location.address));
        }
    }

    #[test]
    fn an_empty_profile_is_still_a_profile() {
        let read = parse_back(&pprof(&profile(&[])));
        assert_eq!((read.sample.len(), read.sample_type.len()), (0, 2));
    }
}
