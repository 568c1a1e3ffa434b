//! What works on this machine, tried for real.

use crate::gpu;
use crate::isolated::Isolated;
use pitcrew_contract::collector::CollectorStatus;
use pitcrew_contract::guard::MissingSource;
use pitcrew_contract::time;
use pitcrew_procfs::Procfs;
use pitcrew_socket::CallContext;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// Knows what works here; permissions do not change while we run, so each thing is tried once.
#[derive(Debug)]
pub struct Capabilities {
    started_at: SystemTime,
    /// Why there are no profiles; `None` when there are.
    no_profiles: OnceLock<Option<String>>,
}

impl Capabilities {
    /// Nothing has been tried yet.
    pub fn new() -> Self {
        Capabilities { started_at: SystemTime::now(), no_profiles: OnceLock::new() }
    }

    /// The collector's status.
    pub fn status(&self) -> CollectorStatus {
        let mut capabilities = vec!["memory.panorama".to_owned()];
        let mut missing = Vec::new();
        let mut add = |name: &str, obstacle: Option<String>| match obstacle {
            None => capabilities.push(name.to_owned()),
            Some(reason) => missing.push(MissingSource { source: name.to_owned(), reason }),
        };
        add("ebpf.profile", self.no_profiles.get_or_init(try_profiles).clone());
        add("gpu.status", (!gpu::has_driver()).then(|| "no NVIDIA driver".to_owned()));
        let pid = std::process::id() as i32;
        let own = Procfs::system().process(pid).status();
        CollectorStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid,
            started_at: time::format(self.started_at),
            rss_bytes: own.map_or(0, |status| status.rss),
            capabilities,
            missing,
        }
    }
}

/// Apart, because reading the kernel's type information takes memory that would stay.
fn try_profiles() -> Option<String> {
    let context = CallContext::new(Some(PROBE_LIMIT));
    let error = Isolated::new("probe").run(&serde_json::Value::Null, &context).err()?;
    Some(match error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message,
    })
}
