//! On-CPU profiles.

use crate::failure::{internal, invalid, of_profiler};
use crate::files;
use pitcrew_cgroup::{Controller, Scope, Version};
use pitcrew_contract::collector::{HotFunction, OutFile, ProfileParams, ProfileResult};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::MissingSource;
use pitcrew_contract::time;
use pitcrew_profile::{collapsed, pprof, top, unknown_share};
use pitcrew_profiler::{profile, Options, Session};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Functions in the answer; the files hold them all.
const TOP: usize = 50;

/// Where to write what.
#[derive(Debug, Default)]
pub struct Outputs {
    /// The pprof file.
    pub pprof: Option<PathBuf>,
    /// The collapsed stacks.
    pub collapsed: Option<PathBuf>,
}

impl Outputs {
    /// Both, in a directory.
    pub fn in_dir(dir: &Path) -> Self {
        Outputs {
            pprof: Some(dir.join("profile.pb.gz")),
            collapsed: Some(dir.join("profile.collapsed")),
        }
    }
}

/// Checks the parameters of a request; nothing has been done when it fails.
///
/// # Errors
/// `invalid_argument` or `not_found`.
pub fn options(scope: &str, pid: Option<i32>, seconds: u32, hz: u32) -> Result<Options, WireError> {
    if !(1..=120).contains(&seconds) {
        return Err(invalid(format!("seconds must be 1 to 120, not {seconds}")));
    }
    if !(1..=999).contains(&hz) {
        return Err(invalid(format!("hz must be 1 to 999, not {hz}")));
    }
    let scope = match (Scope::parse(scope).map_err(invalid)?, pid) {
        (_, Some(pid)) => pitcrew_profiler::Scope::Process(pid),
        (Scope::Node, None) => pitcrew_profiler::Scope::Node,
        (Scope::Cgroup(path), None) => {
            let controller = Controller::find(Path::new("/")).ok().flatten().ok_or_else(|| {
                WireError::new(ErrorCode::Unsupported, "no memory controller is mounted")
            })?;
            if !controller.exists(&path) {
                let message = format!("there is no memory cgroup {path}");
                return Err(WireError::new(ErrorCode::NotFound, message));
            }
            let version = if controller.version() == Version::V1 { 1 } else { 2 };
            pitcrew_profiler::Scope::Cgroup { dir: controller.dir(&path), version }
        }
    };
    Ok(Options { scope, hz, duration: Duration::from_secs(u64::from(seconds)) })
}

/// Profiles and writes the files; `go_on` is asked all the time.
///
/// # Errors
/// `unsupported` with what the machine lacks, `not_found`, `cancelled`, `internal`.
pub fn run(
    options: &Options,
    outputs: &Outputs,
    go_on: &dyn Fn() -> bool,
) -> Result<ProfileResult, WireError> {
    let session = profile(options, go_on).map_err(of_profiler)?;
    let found = &session.profile;
    let mut files: Vec<OutFile> = Vec::new();
    if let Some(path) = &outputs.pprof {
        files.push(files::write(path, "pprof", "application/gzip", &pprof(found))?);
    }
    if let Some(path) = &outputs.collapsed {
        let text = collapsed(found);
        files.push(files::write(path, "collapsed", "text/plain", text.as_bytes())?);
    }
    Ok(ProfileResult {
        started_at: time::format(found.started_at),
        elapsed_ms: u32::try_from(found.elapsed.as_millis()).unwrap_or(u32::MAX),
        hz: found.hz,
        samples: found.samples(),
        lost: found.lost,
        unknown_frames: unknown_share(found),
        top: top(found, TOP)
            .into_iter()
            .map(|function| HotFunction {
                function: function.name,
                module: function.module,
                self_samples: function.self_samples,
                total: function.total_samples,
            })
            .collect(),
        files,
        missing: missing(&session),
    })
}

/// Answers a request of the socket.
///
/// # Errors
/// As [`options`] and [`run`].
pub fn capture(
    params: &ProfileParams,
    go_on: &dyn Fn() -> bool,
) -> Result<ProfileResult, WireError> {
    let options = options(&params.scope, params.pid, params.seconds, params.hz)?;
    let dir = files::out_dir(&params.out_dir)?;
    run(&options, &Outputs::in_dir(&dir), go_on)
}

/// Reads the parameters of a request.
///
/// # Errors
/// `invalid_argument`.
pub fn params(value: serde_json::Value) -> Result<ProfileParams, WireError> {
    serde_json::from_value(value).map_err(|error| invalid(format!("profile: {error}")))
}

fn missing(session: &Session) -> Vec<MissingSource> {
    let mut all = vec![
        (
            "stacks",
            "callers are found by frame pointers only: code built without them, also functions \
             that call nobody, can lack its caller"
                .to_owned(),
        ),
        (
            "interpreters",
            "Python, Node and Java show as the functions of their runtime, unless it writes a perf \
             map"
                .to_owned(),
        ),
    ];
    if session.broken > 0 {
        let reason = format!(
            "{} of {} samples lack callers: the chain of frame pointers led out of the program's \
             code (usual below `main`, else a sign of code built without frame pointers)",
            session.broken,
            session.profile.samples()
        );
        all.push(("callers", reason));
    }
    if session.cut > 0 {
        let reason =
            format!("{} samples were deeper than 127 frames and lack their root", session.cut);
        all.push(("deep stacks", reason));
    }
    if session.unseen_processes > 0 {
        let reason = format!(
            "{} processes ended before their memory map could be read, or are in a pid namespace \
             of their own that we do not see",
            session.unseen_processes
        );
        all.push(("short-lived processes", reason));
    }
    if !session.has_kernel_names {
        let reason = "the kernel hides its symbols (kernel.kptr_restrict)".to_owned();
        all.push(("kernel symbols", reason));
    }
    all.into_iter()
        .map(|(source, reason)| MissingSource { source: source.to_owned(), reason })
        .collect()
}

/// Turns a result into the bytes of an answer.
///
/// # Errors
/// `internal`; it does not happen.
pub fn encode(result: &impl serde::Serialize) -> Result<serde_json::Value, WireError> {
    serde_json::to_value(result).map_err(|error| internal(error.to_string()))
}
