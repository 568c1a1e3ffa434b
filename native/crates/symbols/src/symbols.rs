//! The symboliser.

use crate::files::Files;
use crate::maps::{parse_maps, Backing, Mapping};
use crate::perf_map::PerfMap;
use crate::vdso::Vdso;
use blazesym::symbolize::source::{Elf, Kernel, Source};
use blazesym::symbolize::{CodeInfo, Input, Sym, Symbolized, Symbolizer};
use blazesym::MaybeDefault;
use pitcrew_procfs::{escape, Process, Procfs};
use pitcrew_profile::Frame;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};

/// Names addresses. It keeps what it has read of each file, so use one for a whole profile and
/// drop it afterwards.
#[derive(Debug)]
pub struct Symbols {
    proc: Procfs,
    symbolizer: Symbolizer,
    files: Files,
    vdso: Option<Vdso>,
}

/// What is known of a process's code.
#[derive(Debug, Clone, Default)]
pub struct AddressSpace {
    mappings: Vec<Mapping>,
    perf_map: PerfMap,
}

impl AddressSpace {
    /// Adds what an earlier look saw and this one did not: libraries unloaded since.
    pub fn with_earlier(mut self, earlier: AddressSpace) -> Self {
        // The first match counts, so newer mappings go first.
        self.mappings.extend(earlier.mappings);
        self
    }

    /// Whether an address can be code: it lies in an executable mapping, or nothing is known of the
    /// process.
    pub fn may_be_code(&self, address: u64) -> bool {
        self.mappings.is_empty() || self.find(address).is_some()
    }

    fn find(&self, address: u64) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| (mapping.start..mapping.end).contains(&address))
    }
}

impl Symbols {
    /// A symboliser for the processes of one `/proc`.
    pub fn new(proc: Procfs) -> Self {
        let symbolizer =
            Symbolizer::builder().enable_code_info(true).enable_inlined_fns(true).build();
        Symbols { proc, symbolizer, files: Files::default(), vdso: Vdso::copy() }
    }

    /// Remembers the code of a living process and holds its files open.
    ///
    /// # Errors
    /// When it is gone or may not be looked into.
    pub fn look_at(&mut self, pid: i32) -> io::Result<AddressSpace> {
        let process = self.proc.process(pid);
        let mappings = parse_maps(&fs::read(process.dir().join("maps"))?);
        for mapping in &mappings {
            self.files.hold(&process, mapping);
        }
        Ok(AddressSpace { perf_map: perf_map(&process, &mappings), mappings })
    }

    /// Names user addresses: for each its frames, innermost first, one at least.
    pub fn user(&self, space: &AddressSpace, addresses: &[u64]) -> Vec<Vec<Frame>> {
        let mut names = vec![Vec::new(); addresses.len()];
        let mut by_file: HashMap<Backing, Vec<(usize, &Mapping)>> = HashMap::new();
        for (at, address) in addresses.iter().enumerate() {
            match space.find(*address) {
                None => names[at] = vec![unknown(*address)],
                Some(mapping) if mapping.backing == Backing::Anonymous => {
                    names[at] = vec![generated(space, mapping, *address)];
                }
                Some(mapping) => by_file.entry(mapping.backing).or_default().push((at, mapping)),
            }
        }
        for (backing, wanted) in by_file {
            let offsets: Vec<u64> =
                wanted.iter().map(|(at, m)| addresses[*at] - m.start + m.offset).collect();
            let found = self.in_file(backing, &offsets);
            for (nth, (at, mapping)) in wanted.into_iter().enumerate() {
                let module = escape(&mapping.path);
                names[at] = match found.get(nth) {
                    Some(Symbolized::Sym(symbol)) => frames(symbol, &module, offsets[nth], false),
                    _ => vec![unnamed(module, offsets[nth])],
                };
            }
        }
        names
    }

    /// Names kernel addresses, as [`Symbols::user`] does.
    pub fn kernel(&self, addresses: &[u64]) -> Vec<Vec<Frame>> {
        let source = Source::Kernel(Kernel {
            vmlinux: MaybeDefault::None,
            debug_syms: false,
            ..Default::default()
        });
        let found = self.symbolize(&source, Input::AbsAddr(addresses));
        let name = |(nth, address): (usize, &u64)| match found.get(nth) {
            Some(Symbolized::Sym(symbol)) => frames(symbol, "[kernel]", *address, true),
            _ => vec![Frame { is_kernel: true, ..unnamed("[kernel]".to_owned(), *address) }],
        };
        addresses.iter().enumerate().map(name).collect()
    }

    fn in_file(&self, backing: Backing, offsets: &[u64]) -> Vec<Symbolized<'_>> {
        let (path, debug_syms): (PathBuf, bool) = match (backing, &self.vdso) {
            (Backing::Vdso, Some(vdso)) => (vdso.path(), false),
            _ => match self.files.get(backing) {
                Some(file) => (file.path.clone(), file.use_debug_info),
                None => return Vec::new(),
            },
        };
        let mut elf = Elf::new(path);
        elf.debug_syms = debug_syms;
        let found = self.symbolize(&Source::Elf(elf.clone()), Input::FileOffset(offsets));
        if found.is_empty() && debug_syms {
            // Broken debug information is no reason to do without the symbol table.
            elf.debug_syms = false;
            return self.symbolize(&Source::Elf(elf), Input::FileOffset(offsets));
        }
        found
    }

    /// Empty when the source cannot be read. The files belong to strangers: a parser that panics
    /// over one costs its names only.
    fn symbolize(&self, source: &Source<'_>, input: Input<&[u64]>) -> Vec<Symbolized<'_>> {
        catch_unwind(AssertUnwindSafe(|| self.symbolizer.symbolize(source, input)))
            .ok()
            .and_then(Result::ok)
            .unwrap_or_default()
    }
}

/// Reads the perf map only of processes that run code without a file.
fn perf_map(process: &Process, mappings: &[Mapping]) -> PerfMap {
    if mappings.iter().any(|mapping| mapping.backing == Backing::Anonymous) {
        PerfMap::of(process).unwrap_or_default()
    } else {
        PerfMap::default()
    }
}

/// The frames of a symbol: inlined functions first, the innermost on top.
fn frames(symbol: &Sym<'_>, module: &str, address: u64, is_kernel: bool) -> Vec<Frame> {
    let frame = |name: &str, code: Option<&CodeInfo<'_>>| Frame {
        function: escape(name.as_bytes()),
        module: module.to_owned(),
        source: code.and_then(source_line),
        is_named: true,
        is_kernel,
        address,
    };
    // The position of an inlined function is that of its call, so each takes the position of the
    // next inner one; blazesym already reports them so: the symbol's own is the outermost.
    let inlined = symbol.inlined.iter().rev();
    let mut all: Vec<Frame> =
        inlined.map(|inner| frame(&inner.name, inner.code_info.as_ref())).collect();
    all.push(frame(&symbol.name, symbol.code_info.as_deref()));
    all
}

fn source_line(code: &CodeInfo<'_>) -> Option<(String, u32)> {
    let path = escape(code.to_path().as_os_str().as_encoded_bytes());
    Some((path, code.line?))
}

/// Code without a file: the runtime's own name for it. Without one, all of it counts as one
/// function, as offsets into generated code mean nothing afterwards.
fn generated(space: &AddressSpace, mapping: &Mapping, address: u64) -> Frame {
    let name = space.perf_map.name(address);
    Frame {
        function: name.map_or("[generated code]".to_owned(), |name| escape(name.as_bytes())),
        module: if mapping.path.is_empty() {
            "[anonymous]".to_owned()
        } else {
            escape(&mapping.path)
        },
        source: None,
        is_named: name.is_some(),
        is_kernel: false,
        address,
    }
}

/// An address outside every mapping: the process was not seen alive, or a frame pointer lied.
fn unknown(address: u64) -> Frame {
    Frame {
        function: "[unknown]".to_owned(),
        module: "[unknown]".to_owned(),
        source: None,
        is_named: false,
        is_kernel: false,
        address,
    }
}

/// A place that has no name: module and offset.
fn unnamed(module: String, offset: u64) -> Frame {
    let short =
        Path::new(&module).file_name().map_or(module.as_str().into(), |n| n.to_string_lossy());
    Frame {
        function: format!("{short}+{offset:#x}"),
        module,
        source: None,
        is_named: false,
        is_kernel: false,
        address: offset,
    }
}
