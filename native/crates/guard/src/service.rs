//! The guard's methods on its socket.

use crate::assess::assess;
use crate::failure::fail;
use crate::guard::Guard;
use crate::plan::{make, merged, scope, shorten, target, Wish};
use pitcrew_cgroup::Version;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{
    AssessParams, Assessment, GuardStatus, InterventionsPage, InterventionsParams, KillPlan,
    MissingSource, Order, OrderKey, PlanParams,
};
use pitcrew_ranking::Depth;
use pitcrew_socket::{CallContext, Service};
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

const PAGE: u32 = 20;
const LARGEST_PAGE: u32 = 50;
/// Victims that a plan chooses at most when nobody says otherwise.
const MAX_VICTIMS: usize = 100;

impl Service for Guard {
    fn call(&self, method: &str, params: Value, context: &CallContext) -> Result<Value, WireError> {
        match method {
            "status" => answer(&self.status()),
            "assess" => answer(&self.assess(&read(params)?)?),
            "plan" => answer(&self.plan(&read(params)?)?),
            "order" => answer(&self.order(read::<Order>(params)?, context)?),
            "order.get" => answer(&self.outcome(&read::<OrderKey>(params)?.key)?),
            "interventions.list" => answer(&self.interventions(&read(params)?)?),
            other => {
                let name: String = other.chars().take(60).collect();
                Err(fail(ErrorCode::UnknownMethod, format!("the guard has no method {name:?}")))
            }
        }
    }
}

impl Guard {
    /// The guard itself.
    pub fn status(&self) -> GuardStatus {
        let pid = std::process::id() as i32;
        let status = self.machine.procfs.process(pid).status().unwrap_or_default();
        GuardStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid,
            started_at: self.started_at.clone(),
            mode: self.mode,
            policy_hash: self.policy.hash().to_owned(),
            policy_path: self.policy_path.as_ref().map(|path| path.display().to_string()),
            watching: self.newest(),
            cgroup_version: match self.machine.controller.as_ref().map(|c| c.version()) {
                Some(Version::V1) => 1,
                Some(Version::V2) => 2,
                None => 0,
            },
            rss_bytes: status.rss,
            missing: self.missing(),
        }
    }

    /// The state of a scope.
    ///
    /// # Errors
    /// As the contract's `assess`.
    pub fn assess(&self, params: &AssessParams) -> Result<Assessment, WireError> {
        let policy = merged(&self.policy, params.central_policy.as_deref())?;
        assess(&self.machine, &scope(&params.scope)?, &policy.thresholds())
    }

    /// Who would be killed.
    ///
    /// # Errors
    /// As the contract's `plan`.
    pub fn plan(&self, params: &PlanParams) -> Result<KillPlan, WireError> {
        let policy = merged(&self.policy, params.central_policy.as_deref())?;
        let scope = scope(&params.scope)?;
        let wish = Wish {
            scope: &scope,
            policy: &policy,
            target: target(params.target.as_deref())?,
            max_victims: MAX_VICTIMS,
            depth: Depth::Full,
        };
        let assessment = assess(&self.machine, &scope, &policy.thresholds())?;
        let mut plan = make(&self.machine, &wish, &assessment)?;
        shorten(&mut plan);
        Ok(plan)
    }

    fn interventions(&self, params: &InterventionsParams) -> Result<InterventionsPage, WireError> {
        let limit = params.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            let text = format!("limit must be 1 to {LARGEST_PAGE}");
            return Err(fail(ErrorCode::InvalidArgument, text));
        }
        let (interventions, more) =
            self.record.interventions(params.after_id.as_deref(), limit as usize)?;
        Ok(InterventionsPage { interventions, more })
    }

    fn missing(&self) -> Vec<MissingSource> {
        let mut missing = Vec::new();
        let mut add = |source: &str, reason: String| {
            missing.push(MissingSource { source: source.to_owned(), reason });
        };
        if let Err(error) = self.machine.procfs.pressure("memory") {
            add("psi", format!("{error}; levels rest on headroom alone"));
        }
        if let Err(error) = self.machine.controller() {
            add("cgroup", format!("{error}; only the scope node works"));
        }
        if !self.record.is_durable() {
            add("journal", "started without --journal; orders are refused".to_owned());
        }
        missing
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, WireError> {
    serde_json::from_value(params)
        .map_err(|error| fail(ErrorCode::InvalidArgument, format!("parameters: {error}")))
}

fn answer(result: &impl Serialize) -> Result<Value, WireError> {
    serde_json::to_value(result).map_err(|error| fail(ErrorCode::Internal, error.to_string()))
}
