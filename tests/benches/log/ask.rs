//! The caller: one connection that is kept, a token for the API and a session for the pages.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use testkit::real::caller::{self, Connection};
use testkit::real::{Anything, now};

/// Questions after which the caches are warm.
const WARM: usize = 3;

/// Who asks.
pub(crate) struct Caller {
    connection: Connection,
    host: String,
    /// What a token is asked for with.
    form: String,
    token: String,
    cookies: Vec<String>,
}

impl Caller {
    /// Signs in, with what `clients create` and `operators create` said.
    pub(crate) async fn of(
        address: SocketAddr,
        client: &str,
        operator: &str,
    ) -> Result<Self, Anything> {
        let connection = caller::connect(address).await?;
        let host = address.to_string();
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", said(client, "client_id")?)
            .append_pair("client_secret", said(client, "client_secret")?)
            .finish();
        let mut caller = Self { connection, host, form, token: String::new(), cookies: Vec::new() };
        let (_, page) = caller.send("GET", "/signin", String::new()).await?;
        let page = String::from_utf8(page.to_vec())?;
        let (_, rest) = page.split_once(r#"name="form" value=""#).ok_or("no form")?;
        let form = rest.split('"').next().unwrap_or_default();
        let signed = Serializer::new(String::new())
            .append_pair("form", form)
            .append_pair("name", "mai")
            .append_pair("password", said(operator, "password")?)
            .finish();
        let (status, _) = caller.send("POST", "/signin", signed).await?;
        if status != StatusCode::SEE_OTHER {
            return Err(format!("signing in was answered {status}").into());
        }
        Ok(caller)
    }

    /// Asks so many times; the waits, shortest first. Each question has a token of its own: one may ask
    /// 600 times a minute.
    pub(crate) async fn ask(
        &mut self,
        path: &str,
        times: usize,
    ) -> Result<Vec<Duration>, Anything> {
        let (_, body) = self.send("POST", "/oauth2/token", self.form.clone()).await?;
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        self.token = answer["access_token"].as_str().ok_or("no token")?.to_owned();
        let mut waits = Vec::new();
        for n in 0..WARM + times {
            let started = now();
            let (status, body) = self.send("GET", path, String::new()).await?;
            let wait = started.elapsed();
            if status != StatusCode::OK {
                let body = String::from_utf8_lossy(&body).into_owned();
                return Err(format!("{path} was answered {status}: {body}").into());
            }
            if n >= WARM {
                waits.push(wait);
            }
        }
        waits.sort_unstable();
        Ok(waits)
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        form: String,
    ) -> Result<(StatusCode, Bytes), Anything> {
        let origin = format!("http://{}", self.host);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::ORIGIN, origin)
            .header(header::ACCEPT, "text/html,application/json,text/csv")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if path.starts_with("/api/") {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        } else if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.cookies.join("; "));
        }
        self.connection.ready().await?;
        let request = request.body(Full::new(form.into()))?;
        let answer = self.connection.send_request(request).await?;
        let (head, body) = answer.into_parts();
        for line in head.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str()?.split(';').next().unwrap_or_default();
            self.cookies.push(line.to_owned());
        }
        Ok((head.status, body.collect().await?.to_bytes()))
    }
}

/// What a command said of something.
fn said<'a>(text: &'a str, word: &str) -> Result<&'a str, Anything> {
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    Ok(line.ok_or_else(|| format!("no {word} was said"))?.trim())
}
