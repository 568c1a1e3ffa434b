//! The eBPF program: its object, its settings and what it hands over.

use crate::Error;
use libbpf_rs::{MapCore, MapFlags, Object, ObjectBuilder, OpenObject, PrintLevel};
use std::sync::Mutex;

/// Only a properly aligned image can be read in place by libelf.
#[repr(align(16))]
struct Aligned<T: ?Sized>(T);

static IMAGE: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/on_cpu.o")));

/// `struct settings` of native/bpf/on_cpu.bpf.c.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub scope: u32,
    pub pid: u32,
    pub cgroup: u64,
    pub pid_namespace: u32,
    pub padding: u32,
}

impl Settings {
    fn bytes(self) -> Vec<u8> {
        [
            self.scope.to_ne_bytes().as_slice(),
            &self.pid.to_ne_bytes(),
            &self.cgroup.to_ne_bytes(),
            &self.pid_namespace.to_ne_bytes(),
            &self.padding.to_ne_bytes(),
        ]
        .concat()
    }
}

/// Loads the program into the kernel; it runs once it is attached.
///
/// # Errors
/// [`Error::Unsupported`] with the verifier's or the kernel's last words.
pub(crate) fn load(settings: Settings, ring_bytes: u32) -> Result<Object, Error> {
    capture_messages();
    let mut object = ObjectBuilder::default()
        .open_memory(&IMAGE.0)
        .map_err(|error| unsupported("the eBPF object cannot be read", &error))?;
    configure(&mut object, settings, ring_bytes)?;
    object.load().map_err(|error| unsupported("the kernel refused the eBPF program", &error))
}

/// How many samples found the ring full; `None` when the kernel does not let us read it.
pub(crate) fn lost(object: &Object) -> Option<u64> {
    let map = object.maps().find(|map| map.name().to_string_lossy().ends_with(".bss"))?;
    let bytes = map.lookup(&0u32.to_ne_bytes(), MapFlags::ANY).ok()??;
    Some(u64::from_ne_bytes(bytes.get(..8)?.try_into().ok()?))
}

fn configure(object: &mut OpenObject, settings: Settings, ring_bytes: u32) -> Result<(), Error> {
    for mut map in object.maps_mut() {
        let name = map.name().to_string_lossy().into_owned();
        let done = match name.as_str() {
            "samples" => map.set_max_entries(ring_bytes),
            name if name.ends_with(".rodata") => map.set_initial_value(&settings.bytes()),
            _ => Ok(()),
        };
        done.map_err(|error| Error::Internal(format!("cannot set up the map {name}: {error}")))?;
    }
    Ok(())
}

/// libbpf explains itself on stderr only; its last warnings are the reason a person needs.
static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn capture_messages() {
    MESSAGES.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    libbpf_rs::set_print(Some((PrintLevel::Warn, |_, text| {
        let mut messages = MESSAGES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if messages.len() < 64 {
            messages.push(text.trim().chars().take(300).collect());
        }
    })));
}

/// Turns a failure of libbpf into a reason, with the permission or the kernel feature it lacks.
pub(crate) fn unsupported(what: &str, error: &libbpf_rs::Error) -> Error {
    if error.kind() == libbpf_rs::ErrorKind::PermissionDenied {
        let hint = "run the collector as root or with CAP_BPF and CAP_PERFMON".to_owned();
        return Error::Unsupported { reason: format!("{what}: {error}"), hint };
    }
    let messages = MESSAGES.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).join("; ");
    let detail = if messages.is_empty() { String::new() } else { format!(" ({messages})") };
    let hint = "a kernel of 5.15 or newer with BTF (CONFIG_DEBUG_INFO_BTF) is needed".to_owned();
    Error::Unsupported { reason: format!("{what}: {error}{detail}"), hint }
}
