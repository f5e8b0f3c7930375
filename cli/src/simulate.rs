//! `tingting simulate`: calls a source as its provider would. What the calls look like is in one file
//! per provider; here they are aimed, sent and counted.

mod abaha;
mod aim;
mod appotapay;
mod casso;
mod report;
mod send;
mod sepay;
mod sign;
mod story;
#[cfg(test)]
mod tests;
mod thueapi;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use domain::Egress;

use crate::args::{AuthMode, Sender, Simulate};
use crate::run::{self, Process};
use aim::Aim;
use story::{Call, Proof, Story};

/// How one provider calls.
#[derive(Clone, Copy)]
struct Script {
    /// The provider's word.
    name: &'static str,
    /// What it tells of; the first unless asked otherwise.
    kinds: &'static [&'static str],
    /// The ways in which it proves itself, where there are several.
    modes: &'static [AuthMode],
    /// The call that tells a story.
    call: fn(&Story, &Proof) -> Call,
}

fn script(sender: Sender) -> Script {
    let (name, kinds, call): (_, _, fn(&Story, &Proof) -> Call) = match sender {
        Sender::Abaha => ("abaha", abaha::KINDS, abaha::call),
        Sender::Appotapay => ("appotapay", appotapay::KINDS, appotapay::call),
        Sender::Casso => ("casso", casso::KINDS, casso::call),
        Sender::Sepay => ("sepay", sepay::KINDS, sepay::call),
        Sender::Thueapi => ("thueapi", thueapi::KINDS, thueapi::call),
    };
    let modes: &[AuthMode] = match sender {
        Sender::Casso => &[AuthMode::V1, AuthMode::V2],
        Sender::Sepay => &[AuthMode::ApiKey, AuthMode::Hmac, AuthMode::OAuth2, AuthMode::None],
        Sender::Abaha | Sender::Appotapay | Sender::Thueapi => &[],
    };
    Script { name, kinds, modes, call }
}

/// Sends the calls and prints what was answered.
pub(crate) async fn simulate(what: Simulate, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let script = script(what.provider);
    let typed = what.kind.as_deref().unwrap_or(script.kinds[0]);
    let Some(kind) = script.kinds.iter().copied().find(|kind| *kind == typed) else {
        bail!("--kind: {} tells of {}, not of {typed:?}", script.name, script.kinds.join(", "));
    };
    let mut aim = Aim::take(&what, script, process.env)?;
    let Process { clock, entropy, .. } = process;
    let egress: Arc<dyn Egress> = Arc::new(aim.egress(Arc::clone(&clock))?);
    if aim.proof.mode == Some(AuthMode::OAuth2) {
        aim.proof.token = Some(sepay::token(&aim, egress.as_ref()).await?);
    }
    let plan = send::Plan {
        count: what.count,
        rate: what.rate,
        repeats: what.duplicates,
        progress: what.count > 1 && process.stderr_is_terminal,
    };
    let mut number = story::first_number(clock.now());
    let now = Arc::clone(&clock);
    let next = || {
        number += 1;
        let content = what.content.clone();
        let story = Story::new(kind, number, entropy.next(), what.amount, content, now.now());
        let call = (script.call)(&story, &aim.proof);
        (aim.url(call.tail), call)
    };
    let report = send::send(plan, egress, clock, next).await;
    let (success, silence) = (report.is_success(), report.is_silence());
    run::print(&report.text())?;
    if silence {
        bail!("nobody answered{}", aim.remedy());
    }
    Ok(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
