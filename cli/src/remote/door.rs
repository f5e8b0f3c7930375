//! One door to a deployment: a call, its answer, or why there is none. It gets tokens and gets them anew, and
//! gives every `POST` an `Idempotency-Key`, so that it may be said again (`patience`) and nothing is done
//! twice. It follows no redirect: what opens an API is shown to nobody else.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use domain::{Answer, Clock, Entropy, Secret};
use egress::{Guard, HttpEgress};
use http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::base::Base;
use super::call::{Answered, Call};
use super::credentials::Credentials;
use super::failed::{Failed, Refused, unanswered};
use super::patience::patiently;
use crate::args::{Deployment, Remote};
use crate::asking::Deed;
use crate::run::Process;

/// The most bytes of an answer: as many as the API ever gives.
const MOST: usize = 32 * 1024 * 1024;
/// A token is used no longer than until so long before its end.
const SPARE: SignedDuration = SignedDuration::from_secs(30);

/// A door to one deployment.
pub(super) struct Door {
    base: Base,
    credentials: Credentials,
    egress: HttpEgress,
    patience: Duration,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    token: Option<Token>,
}

struct Token {
    value: Secret,
    until: Timestamp,
}

/// An answer with a token.
#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: i64,
    scope: Option<String>,
}

impl Door {
    /// The deployment that is named, with what opens it.
    pub(super) fn find(
        remote: &Remote,
        above: &Deployment,
        process: &Process<'_>,
    ) -> anyhow::Result<Self> {
        let base = Base::named(&remote.deployment, above, process.env)?;
        Self::at(base, remote, process)
    }

    /// The deployment at this address, with what opens it.
    pub(super) fn at(base: Base, remote: &Remote, process: &Process<'_>) -> anyhow::Result<Self> {
        let credentials = Credentials::find(&base, process.env)?;
        Self::new(base, credentials, remote.timeout, process)
    }

    /// A door to this address. Its guard is open: it is there for destinations, which others choose; an
    /// operator who types a private address means it, and could call it by any other program.
    pub(super) fn new(
        base: Base,
        credentials: Credentials,
        patience: Duration,
        process: &Process<'_>,
    ) -> anyhow::Result<Self> {
        let (clock, entropy) = (Arc::clone(&process.clock), Arc::clone(&process.entropy));
        let egress = HttpEgress::new(Guard::open(), Arc::clone(&clock))?.reading(MOST + 1);
        Ok(Self { base, credentials, egress, patience, clock, entropy, token: None })
    }

    /// Where it leads.
    pub(super) fn base(&self) -> &Base {
        &self.base
    }

    /// What our API answers, and what that says.
    pub(super) async fn read<T: DeserializeOwned>(
        &mut self,
        call: &Call,
    ) -> Result<(T, Answered), Failed> {
        let answered = self.call(call).await?;
        match serde_json::from_slice(&answered.body) {
            Ok(read) => Ok((read, answered)),
            Err(_) => {
                let headers = HeaderMap::new();
                let answer = Answer { status: StatusCode::OK, headers, body: answered.body };
                Err(Failed(self.refused(call).stranger(&answer)))
            }
        }
    }

    /// What our API answers.
    pub(super) async fn call(&mut self, call: &Call) -> Result<Answered, Failed> {
        let key = match (&call.key, &call.method) {
            (None, &Method::POST) => {
                Some(format!("{:016x}{:016x}", self.entropy.next(), self.entropy.next()))
            }
            (key, _) => key.clone(),
        };
        let mut answer = self.sent(call, key.as_deref()).await?;
        let renews = matches!(self.credentials, Credentials::Client { .. });
        if answer.status == StatusCode::UNAUTHORIZED && renews {
            // Its token may be over by the deployment's clock, or its keys new: once, with another.
            self.token = None;
            answer = self.sent(call, key.as_deref()).await?;
        }
        if !answer.status.is_success() {
            return Err(self.refused(call).told(&answer));
        }
        self.whole(call, answer)
    }

    /// A success that our API may have given.
    fn whole(&self, call: &Call, answer: Answer) -> Result<Answered, Failed> {
        let base = &self.base;
        if answer.body.len() > MOST {
            return Err(Failed(format!(
                "{base} answers with more than 32 MiB, which tingting never does: check --url, or ask for less"
            )));
        }
        let ours = |value: &Value| value["status"] == "success" || value["openapi"].is_string();
        match serde_json::from_slice(&answer.body) {
            Ok(value) if ours(&value) => Ok(Answered { body: answer.body }),
            Ok(_) | Err(_) => Err(Failed(self.refused(call).stranger(&answer))),
        }
    }

    async fn sent(&mut self, call: &Call, key: Option<&str>) -> Result<Answer, Failed> {
        let token = match call.scope {
            Some(_) => Some(self.token().await?),
            None => None,
        };
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(self.base.at(&path, &call.query).as_str());
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.expose()));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let mut body = Bytes::new();
        if let Some(value) = &call.body {
            request = request.header(header::CONTENT_TYPE, "application/json");
            body = value.to_string().into();
        }
        let request = request.body(body).map_err(unusable)?;
        self.patiently(request, &self.refused(call)).await
    }

    /// A token: a ready one, the one of before, or a new one.
    async fn token(&mut self) -> Result<Secret, Failed> {
        match &self.credentials {
            Credentials::Token(token) => return Ok(token.clone()),
            Credentials::Client { .. } | Credentials::Nobody => {}
        }
        let now = self.clock.now();
        if let Some(token) = self.token.as_ref().filter(|token| now < token.until) {
            return Ok(token.value.clone());
        }
        self.log_in().await?;
        let token = self.token.as_ref().map(|token| token.value.clone());
        token.ok_or_else(|| Failed(format!("{} gave no token", self.base)))
    }

    /// Gets a token; what it allows, divided by blanks.
    pub(super) async fn log_in(&mut self) -> Result<String, Failed> {
        let Credentials::Client { id, secret } = &self.credentials else {
            return Err(Failed(format!("nobody is logged in at {}", self.base)));
        };
        let basic = BASE64_STANDARD.encode(format!("{id}:{}", secret.expose()));
        let request = Request::post(self.base.at(&["oauth2", "token"], &[]).as_str())
            .header(header::AUTHORIZATION, format!("Basic {basic}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from_static(b"grant_type=client_credentials"))
            .map_err(unusable)?;
        let call = Call::new(Method::POST, None, &[]);
        let refused = Refused { perhaps: "", ..self.refused(&call) };
        let answer = self.patiently(request, &refused).await?;
        if !answer.status.is_success() {
            return Err(refused.told(&answer));
        }
        let issued: Issued =
            serde_json::from_slice(&answer.body).map_err(|_| Failed(refused.stranger(&answer)))?;
        let value =
            Secret::parse(&issued.access_token).ok_or_else(|| Failed(refused.stranger(&answer)))?;
        let lives = SignedDuration::from_secs(issued.expires_in.clamp(0, 86_400)) - SPARE;
        let until = self.clock.now().saturating_add(lives).unwrap_or(Timestamp::MIN);
        // Good for this call at least, however short it lives.
        let until = until.max(self.clock.now().saturating_add(SPARE).unwrap_or(Timestamp::MIN));
        self.token = Some(Token { value, until });
        Ok(issued.scope.unwrap_or_default())
    }

    /// Sends a request, patiently.
    async fn patiently(
        &self,
        request: Request<Bytes>,
        refused: &Refused<'_>,
    ) -> Result<Answer, Failed> {
        let (egress, clock, patience) = (&self.egress, self.clock.as_ref(), self.patience);
        let sent = patiently(egress, clock, patience, &self.base, request).await;
        sent.map_err(|error| unanswered(&self.base, &error, patience, refused.perhaps))
    }

    fn refused<'a>(&'a self, call: &Call) -> Refused<'a> {
        Refused {
            base: &self.base,
            credentials: &self.credentials,
            scope: call.scope,
            token: self.token.as_ref().map(|token| &token.value),
            perhaps: if call.method == Method::GET { Deed::Look } else { Deed::Change }.perhaps(),
        }
    }
}

fn unusable(_: http::Error) -> Failed {
    // Its text may have the secret in it.
    Failed("a request cannot be made of that: is there a line break in a token or id?".to_owned())
}
