//! `sepay webhooks`: each verb is one request, the list one for each page.

use std::time::Duration;

use anyhow::bail;
use domain::{Answer, Auth, Secret};
use providers::Denied;
use providers::sepay::webhooks::{self, Draft, Proof, Wanted, Webhook};
use providers::webhooks::Door;
use serde_json::json;
use url::Url;

use super::listing::{as_json, described, listed, written};
use super::{WHOM, login};
use crate::args::{
    Asked, EventType, Hooked, SepayCreate, SepayList, SepayOne, SepayUpdate, SepayWebhooks,
};
use crate::asking::{Asking, Deed};
use crate::denied::Words;
use crate::ours::Ours;
use crate::run::Process;

/// SePay takes three requests a second.
const PAUSE: Duration = Duration::from_millis(500);
/// Nobody has more; whoever says so repeats himself.
const MOST_PAGES: u32 = 1000;

/// Does what is asked of SePay's webhooks.
pub(super) async fn webhooks(what: SepayWebhooks, process: &Process<'_>) -> anyhow::Result<String> {
    match what {
        SepayWebhooks::List(what) => list(what, process).await,
        SepayWebhooks::Show(what) => show(what, process).await,
        SepayWebhooks::Create(what) => create(what, process).await,
        SepayWebhooks::Update(what) => update(what, process).await,
        SepayWebhooks::Delete(what) => delete(what, process).await,
    }
}

async fn list(what: SepayList, process: &Process<'_>) -> anyhow::Result<String> {
    let desk = Desk::open(&what.asked, process).await?;
    let wanted = Wanted { webhook_url: what.webhook_url, active: what.active };
    let mut all: Vec<Webhook> = Vec::new();
    for page in 1.. {
        if page > MOST_PAGES {
            bail!("SePay's list does not come to an end after {MOST_PAGES} pages");
        }
        let request = webhooks::list(&desk.door, &wanted, page)?;
        let answer = desk.asking.ask(request, Deed::Look).await?;
        let read = webhooks::listed(&answer, page, process.clock.now());
        let read = read.map_err(|denied| desk.told(&denied, Right::Read, "list", &[]))?;
        all.extend(read.webhooks);
        if !read.more {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(if what.asked.json { as_json(&all.iter().map(written).collect()) } else { listed(&all) })
}

async fn show(what: SepayOne, process: &Process<'_>) -> anyhow::Result<String> {
    let desk = Desk::open(&what.asked, process).await?;
    let answer = desk.asking.ask(webhooks::show(&desk.door, what.id)?, Deed::Look).await?;
    let missing = format!("webhook {}", what.id);
    let read = webhooks::shown(&answer, process.clock.now());
    let webhook = read.map_err(|denied| desk.told(&denied, Right::Read, &missing, &[]))?;
    Ok(if what.asked.json { as_json(&written(&webhook)) } else { described(&webhook) })
}

async fn create(what: SepayCreate, process: &Process<'_>) -> anyhow::Result<String> {
    let Pointed { ours, url, proof } = point(&what.hooked, &what.asked, process)?;
    let ids = what.bank_sub_account_ids;
    let draft = Draft {
        bank_account_id: Some(what.bank_account_id),
        name: Some(what.name.unwrap_or_else(|| format!("tingting {}", ours.source.id.name()))),
        event_type: Some(word(what.event_type)),
        webhook_url: Some(url.clone()),
        proof: Some(proof),
        is_verify_payment: Some(what.is_verify_payment),
        skip_if_no_code: Some(what.skip_if_no_code),
        active: Some(what.active),
        retry_non_2xx: Some(true),
        only_va: Some(what.only_va),
        bank_sub_account_ids: (!ids.is_empty()).then_some(ids),
    };
    let desk = Desk::open(&ours.asked(&what.asked), process).await?;
    let answer = desk.asking.ask(webhooks::create(&desk.door, &draft)?, Deed::Change).await?;
    let made = webhooks::created(&answer, process.clock.now());
    let id =
        made.map_err(|denied| desk.told(&denied, Right::Write, "such call", &ours.source.secrets))?;
    Ok(if what.asked.json {
        as_json(&json!({ "id": id, "webhook_url": url.as_str() }))
    } else if what.active {
        format!("SePay calls {url} from now on: webhook {id}\n")
    } else {
        format!("webhook {id} is made for {url}; SePay calls it once it is active\n")
    })
}

async fn update(what: SepayUpdate, process: &Process<'_>) -> anyhow::Result<String> {
    let pointed = match &what.source {
        Some(_) => {
            let hooked = Hooked { source: what.source.clone(), url: what.url.clone() };
            Some(point(&hooked, &what.asked, process)?)
        }
        None => None,
    };
    let ids = what.bank_sub_account_ids;
    let draft = Draft {
        bank_account_id: what.bank_account_id,
        name: what.name,
        event_type: what.event_type.map(word),
        webhook_url: pointed.as_ref().map(|pointed| pointed.url.clone()),
        proof: pointed.as_ref().map(|pointed| pointed.proof.clone()),
        is_verify_payment: what.is_verify_payment,
        skip_if_no_code: what.skip_if_no_code,
        active: what.active,
        retry_non_2xx: what.retry_non_2xx,
        only_va: what.only_va,
        bank_sub_account_ids: (!ids.is_empty()).then_some(ids),
    };
    if draft.is_empty() {
        bail!(
            "nothing to change: say what, such as --active 0, or --source to point it at our hook"
        );
    }
    let desk = match &pointed {
        Some(pointed) => Desk::open(&pointed.ours.asked(&what.asked), process).await?,
        None => Desk::open(&what.asked, process).await?,
    };
    let secrets = pointed.map(|pointed| pointed.ours.source.secrets).unwrap_or_default();
    let request = webhooks::update(&desk.door, what.id, &draft)?;
    let answer = desk.asking.ask(request, Deed::Change).await?;
    desk.done(&answer, Right::Write, what.id, &secrets)?;
    Ok(if what.asked.json {
        as_json(&json!({ "id": what.id, "updated": true }))
    } else {
        format!("webhook {} is updated\n", what.id)
    })
}

async fn delete(what: SepayOne, process: &Process<'_>) -> anyhow::Result<String> {
    let desk = Desk::open(&what.asked, process).await?;
    let answer = desk.asking.ask(webhooks::delete(&desk.door, what.id)?, Deed::Change).await?;
    desk.done(&answer, Right::Delete, what.id, &[])?;
    Ok(if what.asked.json {
        as_json(&json!({ "id": what.id, "deleted": true }))
    } else {
        format!("webhook {} is deleted: SePay does not call it any more\n", what.id)
    })
}

/// Our hook, and how SePay is to prove itself there.
struct Pointed {
    ours: Ours,
    url: Url,
    proof: Proof,
}

fn point(hooked: &Hooked, asked: &Asked, process: &Process<'_>) -> anyhow::Result<Pointed> {
    let ours = Ours::find("sepay", hooked.source.as_deref(), &asked.config, process.env)?;
    let url = ours.hook(hooked)?;
    let proof = match &ours.source.auth {
        Auth::ApiKey => Proof::ApiKey(ours.secret()?),
        Auth::Hmac => Proof::Hmac(ours.secret()?),
        Auth::OAuth2 { client_id } => Proof::OAuth2 {
            access_token_url: token_url(&url),
            client_id: client_id.clone(),
            client_secret: ours.secret()?,
        },
        Auth::None => Proof::None,
        Auth::Own | Auth::Header(_) => {
            bail!("source {} does not say how SePay proves itself; set auth", ours.source.id)
        }
    };
    Ok(Pointed { ours, url, proof })
}

/// Where SePay fetches tokens: behind the hook's URL.
fn token_url(hook: &Url) -> Url {
    let mut url = hook.clone();
    url.set_path(&format!("{}/token", hook.path()));
    url
}

fn word(event_type: EventType) -> &'static str {
    match event_type {
        EventType::All => "All",
        EventType::InOnly => "In_only",
        EventType::OutOnly => "Out_only",
    }
}

/// What an access token must allow.
#[derive(Debug, Clone, Copy)]
enum Right {
    Read,
    Write,
    Delete,
}

/// The API, opened.
struct Desk<'a> {
    asking: Asking,
    door: Door,
    process: &'a Process<'a>,
}

impl<'a> Desk<'a> {
    async fn open(asked: &Asked, process: &'a Process<'a>) -> anyhow::Result<Self> {
        let asking = Asking::new(WHOM, asked, process)?;
        let credential = login::access(asked, &asking, process).await?;
        let door = Door { base: asked.api_base.clone(), credential };
        Ok(Self { asking, door, process })
    }

    fn done(
        &self,
        answer: &Answer,
        right: Right,
        id: u64,
        secrets: &[Secret],
    ) -> anyhow::Result<()> {
        let done = webhooks::done(answer, self.process.clock.now());
        done.map_err(|denied| self.told(&denied, right, &format!("webhook {id}"), secrets))
    }

    fn told(
        &self,
        denied: &Denied,
        right: Right,
        missing: &str,
        secrets: &[Secret],
    ) -> anyhow::Error {
        let (scope, deed) = match right {
            Right::Read => ("webhook:read", Deed::Look),
            Right::Write => ("webhook:write", Deed::Change),
            Right::Delete => ("webhook:delete", Deed::Change),
        };
        let forbidden = format!(
            "the access token needs the scope {scope}, and the user who logged in the right to do it on \
             SePay's own page"
        );
        let secrets: Vec<&Secret> = std::iter::once(&self.door.credential).chain(secrets).collect();
        let words = Words {
            whom: WHOM,
            unauthorized: "an access token lives an hour: set a new SEPAY_ACCESS_TOKEN, or unset it and \
                           run `tingting sepay login`",
            forbidden: &forbidden,
            missing,
            deed,
            secrets: &secrets,
        };
        words.tell(denied)
    }
}
