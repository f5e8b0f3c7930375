//! The command `casso webhooks`: our webhook at Casso's own API. What its requests and answers are is
//! `providers`'.

use std::process::ExitCode;

use anyhow::bail;
use domain::{Answer, Credentials, Secret};
use http::Request;
use providers::Denied;
use providers::casso::webhooks::{self, Draft, Webhook, Which};
use providers::webhooks::Door;
use serde_json::{Value, json};

use crate::args::{
    Asked, Casso, CassoCreate, CassoDelete, CassoShow, CassoUpdate, CassoWebhooks, Hooked,
};
use crate::asking::{Asking, Deed};
use crate::denied::Words;
use crate::ours::Ours;
use crate::run::{Process, print};
use crate::table::table;

const NAME: &str = "casso";
const VARIABLE: &str = "CASSO_API_KEY";

/// Does what is asked of Casso.
pub(crate) async fn casso(what: Casso, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let Casso::Webhooks(what) = what;
    let said = match what {
        CassoWebhooks::Show(what) => show(what, &process).await,
        CassoWebhooks::Create(what) => create(what, &process).await,
        CassoWebhooks::Update(what) => update(what, &process).await,
        CassoWebhooks::Delete(what) => delete(what, &process).await,
    };
    print(&said?)?;
    Ok(ExitCode::SUCCESS)
}

async fn show(what: CassoShow, process: &Process<'_>) -> anyhow::Result<String> {
    let desk = Desk::open(what.source.as_deref(), &what.asked, process)?;
    let webhook = desk.show(what.id).await?;
    Ok(if what.asked.json { as_json(&written(&webhook)) } else { described(&webhook) })
}

async fn create(what: CassoCreate, process: &Process<'_>) -> anyhow::Result<String> {
    let (ours, draft) = drafted(&what.hooked, what.income_only, &what.asked, process)?;
    let desk = Desk::open(Some(ours.source.id.name()), &what.asked, process)?;
    let request = webhooks::create(&desk.door, &draft)?;
    let answer = desk.asking.ask(request, Deed::Change).await?;
    let secrets = [&desk.door.credential, &draft.secure_token];
    let read = webhooks::read(&answer, process.clock.now());
    let id = read.map_err(|denied| told(&denied, Deed::Change, "such call", &secrets))?.id;
    let url = draft.webhook;
    Ok(if what.asked.json {
        as_json(&json!({ "id": id, "webhook": url.as_str() }))
    } else {
        format!("Casso calls {url} from now on: webhook {id}\n")
    })
}

async fn update(what: CassoUpdate, process: &Process<'_>) -> anyhow::Result<String> {
    let (ours, mut draft) = drafted(&what.hooked, false, &what.asked, process)?;
    let desk = Desk::open(Some(ours.source.id.name()), &what.asked, process)?;
    draft.income_only = match what.income_only {
        Some(income_only) => income_only,
        None => match desk.show(what.id).await?.send_only_income {
            Some(income_only) => income_only,
            None => {
                bail!("Casso does not say whether it tells of money in alone: say --income-only")
            }
        },
    };
    let id = what.id;
    let answer = desk.change(webhooks::update(&desk.door, id, &draft)?).await?;
    desk.done(&answer, &format!("webhook {id}"), &[&draft.secure_token])?;
    let url = draft.webhook;
    Ok(if what.asked.json {
        as_json(&json!({ "id": id, "webhook": url.as_str(), "income_only": draft.income_only }))
    } else {
        format!("webhook {id} is updated: Casso calls {url}\n")
    })
}

async fn delete(what: CassoDelete, process: &Process<'_>) -> anyhow::Result<String> {
    let which = match (what.id, what.webhook) {
        (Some(id), _) => Which::Id(id),
        (None, Some(url)) => Which::Url(url),
        (None, None) => bail!("say which: its number, or --webhook URL"),
    };
    let shown = match &which {
        Which::Id(id) => format!("webhook {id}"),
        Which::Url(url) => format!("webhook that calls {url}"),
    };
    let desk = Desk::open(what.source.as_deref(), &what.asked, process)?;
    let answer = desk.change(webhooks::delete(&desk.door, &which)?).await?;
    desk.done(&answer, &shown, &[])?;
    Ok(if what.asked.json {
        as_json(&json!({ "deleted": true }))
    } else {
        format!("deleted: Casso has no {shown} any more\n")
    })
}

/// What our webhook is to say.
fn drafted(
    hooked: &Hooked,
    income_only: bool,
    asked: &Asked,
    process: &Process<'_>,
) -> anyhow::Result<(Ours, Draft)> {
    let ours = Ours::find(NAME, hooked.source.as_deref(), &asked.config, process.env)?;
    let (webhook, secure_token) = (ours.hook(hooked)?, ours.secret()?);
    Ok((ours, Draft { webhook, secure_token, income_only }))
}

/// The API, opened.
struct Desk<'a> {
    asking: Asking,
    door: Door,
    process: &'a Process<'a>,
}

impl<'a> Desk<'a> {
    /// With the key in the environment, or else with that of a source, at the source's address.
    fn open(source: Option<&str>, asked: &Asked, process: &'a Process<'a>) -> anyhow::Result<Self> {
        let typed = match (&asked.api_base, source) {
            (Some(typed), _) => Some(typed.clone()),
            // Whoever gives the key.
            (None, Some(_)) => {
                Ours::find(NAME, source, &asked.config, process.env)?.asked(asked).api_base
            }
            (None, None) => None,
        };
        let from_env = (process.env)(VARIABLE).and_then(|key| Secret::parse(key.trim()));
        let door = match from_env {
            Some(credential) => Door { base: typed, credential },
            None if source.is_none() && !asked.config.exists() => {
                bail!("no API key: set {VARIABLE}, or name a configuration with --config")
            }
            None => {
                let ours = Ours::find(NAME, source, &asked.config, process.env)?;
                let id = &ours.source.id;
                match &ours.source.api {
                    Some(api) => match &api.credentials {
                        Credentials::Key(key) => {
                            Door { base: typed.or(api.base.clone()), credential: key.clone() }
                        }
                        Credentials::Token(_) | Credentials::OAuth2 { .. } => {
                            bail!("source {id} has no API key; set {VARIABLE}")
                        }
                    },
                    None => {
                        bail!("no API key: set {VARIABLE}, or api = {{ key = … }} of source {id}")
                    }
                }
            }
        };
        Ok(Self { asking: Asking::new("Casso", asked, process)?, door, process })
    }

    async fn show(&self, id: u64) -> anyhow::Result<Webhook> {
        let answer = self.asking.ask(webhooks::show(&self.door, id)?, Deed::Look).await?;
        let read = webhooks::read(&answer, self.process.clock.now());
        let missing = format!("webhook {id}");
        read.map_err(|denied| told(&denied, Deed::Look, &missing, &[&self.door.credential]))
    }

    async fn change(&self, request: Request<bytes::Bytes>) -> anyhow::Result<Answer> {
        self.asking.ask(request, Deed::Change).await
    }

    fn done(&self, answer: &Answer, shown: &str, secrets: &[&Secret]) -> anyhow::Result<()> {
        let secrets = [&[&self.door.credential], secrets].concat();
        let done = webhooks::done(answer, self.process.clock.now());
        done.map_err(|denied| told(&denied, Deed::Change, shown, &secrets))
    }
}

fn told(denied: &Denied, deed: Deed, missing: &str, secrets: &[&Secret]) -> anyhow::Error {
    let words = Words {
        whom: "Casso",
        unauthorized: "copy the API key anew from Casso's settings into CASSO_API_KEY, or into api.key of \
                       the source",
        forbidden: "make an API key that may manage webhooks",
        missing,
        deed,
        secrets,
    };
    words.tell(denied)
}

fn described(webhook: &Webhook) -> String {
    let rows = fields(webhook).map(|(name, value)| [name.to_owned(), value.unwrap_or_default()]);
    table(["field", "value"], &rows)
}

fn fields(webhook: &Webhook) -> [(&'static str, Option<String>); 5] {
    [
        ("id", Some(webhook.id.to_string())),
        ("channel", webhook.channel.clone()),
        ("param1", webhook.param1.clone()),
        ("param2", webhook.param2.as_ref().map(Secret::masked)),
        ("send_only_income", webhook.send_only_income.map(|on| on.to_string())),
    ]
}

fn written(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "channel": webhook.channel,
        "param1": webhook.param1,
        "param2": webhook.param2.as_ref().map(Secret::masked),
        "send_only_income": webhook.send_only_income,
    })
}

fn as_json(value: &Value) -> String {
    format!("{value:#}\n")
}
