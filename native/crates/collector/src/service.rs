//! The methods of the socket.

use crate::failure::invalid;
use crate::gpu::Gpu;
use crate::isolated::Isolated;
use crate::panorama;
use crate::profile::{self, encode};
use crate::status::Capabilities;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_socket::{CallContext, Service};
use serde_json::Value;
use std::sync::{Mutex, TryLockError};

/// Answers `status`, `panorama`, `profile` and `gpu.status`.
pub struct Collector {
    capabilities: Capabilities,
    gpu: Gpu,
    /// One profile at a time: two would sample each other and share nothing.
    profiler: Mutex<Isolated>,
    /// One panorama at a time: they would only slow each other down.
    panorama: Mutex<()>,
}

impl Collector {
    /// With the GPU helper to ask.
    pub fn new(gpu: Gpu) -> Self {
        Collector {
            capabilities: Capabilities::new(),
            gpu,
            profiler: Mutex::new(Isolated::new("profile")),
            panorama: Mutex::new(()),
        }
    }

    fn profile(&self, params: Value, context: &CallContext) -> Result<Value, WireError> {
        // Wrong parameters are answered at once, also while another profile runs.
        let asked = profile::params(params)?;
        profile::options(&asked.scope, asked.pid, asked.seconds, asked.hz)?;
        let profiler = match self.profiler.try_lock() {
            Ok(profiler) => profiler,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let busy = WireError::new(ErrorCode::Busy, "another profile is being taken");
                return Err(busy.hint("try again when it is over"));
            }
        };
        profiler.run(&encode(&asked)?, context)
    }

    fn panorama(&self, params: Value, context: &CallContext) -> Result<Value, WireError> {
        let params =
            serde_json::from_value(params).map_err(|e| invalid(format!("panorama: {e}")))?;
        let _alone = self.panorama.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        context.check()?;
        encode(&panorama::capture(&params, &self.gpu)?)
    }
}

impl Service for Collector {
    fn call(&self, method: &str, params: Value, context: &CallContext) -> Result<Value, WireError> {
        match method {
            "status" => encode(&self.capabilities.status()),
            "panorama" => self.panorama(params, context),
            "profile" => self.profile(params, context),
            "gpu.status" => {
                let status = self.gpu.status(&|| context.stop().is_none());
                context.check()?;
                encode(&status)
            }
            other => {
                let message = format!("the collector has no method `{other}`");
                let known = "it knows status, panorama, profile and gpu.status";
                Err(WireError::new(ErrorCode::UnknownMethod, message).hint(known))
            }
        }
    }
}
