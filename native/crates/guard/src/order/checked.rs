//! Checks an order before anything is done.

use crate::assess::is_bounded;
use crate::failure::fail;
use crate::guard::Guard;
use crate::plan;
use pitcrew_cgroup::Scope;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{Mode, Order};
use pitcrew_contract::time;
use pitcrew_policy::{Amount, Policy};
use std::time::SystemTime;

const MAX_KEY: usize = 256;
const MAX_GRACE_MS: u32 = 600_000;
const MAX_VICTIMS: u32 = 100;

/// An order whose fields make sense.
pub(super) struct Checked {
    pub order: Order,
    pub scope: Scope,
    pub policy: Policy,
    pub target: Option<Amount>,
    pub issued_at: SystemTime,
    pub expires_at: SystemTime,
}

impl Checked {
    pub fn new(guard: &Guard, order: Order) -> Result<Self, WireError> {
        let invalid = |text: String| fail(ErrorCode::InvalidArgument, text);
        let printable = order.key.bytes().all(|b| b.is_ascii_graphic());
        if order.key.is_empty() || order.key.len() > MAX_KEY || !printable {
            let text = format!("key must be 1 to {MAX_KEY} printable ASCII characters");
            return Err(invalid(text).hint("<run id>/<step path>"));
        }
        if order.grace_ms > MAX_GRACE_MS {
            return Err(invalid(format!("graceMs must be 0 to {MAX_GRACE_MS}")));
        }
        if !(1..=MAX_VICTIMS).contains(&order.max_victims) {
            return Err(invalid(format!("maxVictims must be 1 to {MAX_VICTIMS}")));
        }
        let moment = |name: &str, text: &str| {
            time::parse(text).ok_or_else(|| {
                invalid(format!(
                    "{name} is no time: {:?}",
                    text.chars().take(40).collect::<String>()
                ))
                .hint("write e.g. 2026-11-23T20:45:07.123Z")
            })
        };
        let scope = plan::scope(&order.scope)?;
        if let Scope::Cgroup(path) = &scope {
            // A scope that does not exist is told apart from one that may not be touched.
            is_bounded(&guard.machine, path)?;
        }
        Ok(Checked {
            policy: plan::merged(&guard.policy, order.central_policy.as_deref())?,
            target: plan::target(order.target.as_deref())?,
            issued_at: moment("issuedAt", &order.issued_at)?,
            expires_at: moment("expiresAt", &order.expires_at)?,
            scope,
            order,
        })
    }

    /// Whether this guard may carry out a new order of this kind.
    pub fn allowed(&self, guard: &Guard) -> Result<(), WireError> {
        self.not_expired()?;
        if !guard.record.is_durable() {
            let text = "this guard has no journal, so it could not keep an order from being \
                carried out twice";
            return Err(fail(ErrorCode::Unsupported, text).hint("start it with --journal DIR"));
        }
        if guard.mode == Mode::Enforce {
            return Ok(());
        }
        let bounded = match &self.scope {
            Scope::Node => false,
            Scope::Cgroup(path) => !path.is_root() && is_bounded(&guard.machine, path)?,
        };
        if bounded {
            return Ok(());
        }
        let what = match &self.scope {
            Scope::Node => "the whole node".to_owned(),
            Scope::Cgroup(path) => format!("cgroup {path}, which has no memory limit"),
        };
        Err(fail(ErrorCode::Refused, format!("this guard only observes {what}"))
            .hint("start the guard without --observe to let it act there"))
    }
}
