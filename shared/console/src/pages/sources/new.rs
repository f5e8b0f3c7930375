//! `/sources/new`: a form for each provider, which says where on the provider's own page is found what
//! it asks for. What was made is shown this once, with what to paste there.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::ApiRecord;
use http::StatusCode;
use serde::Deserialize;

use crate::pages::said::Said;
use crate::pages::told::{by_field, others};
use crate::pages::words::Words;
use crate::pages::{Frame, html, html_as};
use crate::people::{SignedIn, by};
use crate::problem::Faults;
use crate::sources::{Base, Form, Made, Pasted, SECRET};
use crate::{Desk, Problem};

/// The providers, by their names as people know them.
const PROVIDERS: [(&str, &str); 5] = [
    ("sepay", "SePay"),
    ("casso", "Casso"),
    ("thueapi", "ThueAPI"),
    ("abaha", "Abaha"),
    ("appotapay", "AppotaPay"),
];

/// The fields that show what is wrong with them.
const FIELDS: [&str; 9] =
    ["api", "auth", "client_id", "code_pattern", "header", "max_age", "name", "secret", "silence"];

#[derive(Template)]
#[template(path = "source_choose.html")]
struct Choose {
    f: Frame,
    t: &'static Words,
}

#[derive(Template)]
#[template(path = "source_new.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    provider: &'static str,
    title: &'static str,
    place: &'static str,
    base: String,
    guessed: bool,
    said: Said,
    faults: Faults,
}

/// What is shown once: of a new source, or of a new secret.
#[derive(Template)]
#[template(path = "source_made.html")]
pub(super) struct Once {
    f: Frame,
    t: &'static Words,
    id: String,
    title: &'static str,
    hint: &'static str,
    place: &'static str,
    secret: Option<String>,
    paste: Vec<(&'static str, String, bool)>,
}

impl Once {
    /// Of what was made.
    pub(super) fn of(f: Frame, made: Made, is_new: bool) -> Self {
        let t = f.words();
        let Made { source, secret, paste } = made;
        let paste = lines(paste, secret.as_deref(), t);
        let (title, hint) = match is_new {
            true => (t.sources.was_made, t.sources.was_made_hint),
            false => (t.sources.was_rotated, t.sources.was_rotated_hint),
        };
        let place = t.sources.place(&source.provider);
        Self { id: source.id, title, hint, place, secret, paste, t, f }
    }
}

/// Field and value of the provider's page, and whether the value is to be copied as it is; where the
/// secret stands it is said, or that nobody here knows it any more.
pub(super) fn lines(
    paste: Vec<Pasted>,
    secret: Option<&str>,
    t: &Words,
) -> Vec<(&'static str, String, bool)> {
    let line = |Pasted { field, value }: Pasted| match (value == SECRET, secret) {
        (false, _) => (field, value, true),
        (true, Some(secret)) => (field, secret.to_owned(), true),
        (true, None) => (field, t.sources.your_secret.to_owned(), false),
    };
    paste.into_iter().map(line).collect()
}

/// Which provider.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    provider: String,
}

/// The page's own means.
impl Page {
    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.get(name).map(String::as_str)
    }

    /// What is wrong with what the form has no field for.
    fn others(&self) -> Vec<String> {
        others(&self.faults, &FIELDS)
    }

    fn auth(&self, word: &str) -> bool {
        self.said.is("auth", word)
    }
}

/// The providers to choose from, or the form of one.
pub(crate) async fn form(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    Base(base): Base,
    Query(Asked { provider }): Query<Asked>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let t = f.words();
    let Some((provider, title)) = named(&provider) else { return html(&Choose { f, t }) };
    let (said, faults) = (Said::default(), Faults::new());
    let (guessed, place) = (console.public_url.is_none(), t.sources.place(provider));
    html(&Page { f, t, provider, title, place, base, guessed, said, faults })
}

/// Makes a source, and shows what is shown once.
pub(crate) async fn create(
    by: SignedIn<by::Operator>,
    State(console): Desk,
    Base(base): Base,
    Query(Asked { provider }): Query<Asked>,
    body: Bytes,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "sources");
    let t = f.words();
    let Some((provider, title)) = named(&provider) else { return html(&Choose { f, t }) };
    let said = Said::read(&body);
    let faults = match console.add_source(asked(&said, provider), &base).await {
        Ok(made) => return html(&Once::of(f, made, true)),
        Err(Problem::Validation(faults)) => by_field(faults, f.language()),
        Err(problem) => return Err(problem),
    };
    let (guessed, place) = (console.public_url.is_none(), t.sources.place(provider));
    let page = Page { f, t, provider, title, place, base, guessed, said, faults };
    html_as(StatusCode::BAD_REQUEST, &page)
}

fn named(provider: &str) -> Option<(&'static str, &'static str)> {
    PROVIDERS.into_iter().find(|(known, _)| *known == provider)
}

/// The fields of the API's call. What belongs to another way of proving is not shown, and not said.
fn asked(said: &Said, provider: &str) -> Form {
    let auth = said.some("auth").filter(|_| provider == "sepay");
    let by_oauth2 = auth.as_deref() == Some("oauth2");
    let by_nothing = auth.as_deref() == Some("none");
    let api = said.some("api").and_then(|credential| match provider {
        "casso" => Some(ApiRecord { key: Some(credential), ..ApiRecord::default() }),
        "sepay" => Some(ApiRecord { token: Some(credential), ..ApiRecord::default() }),
        _ => None,
    });
    Form {
        provider: provider.to_owned(),
        name: said.get("name").to_owned(),
        secret: said.some("secret").filter(|_| !by_nothing),
        client_id: said.some("client_id").filter(|_| by_oauth2),
        auth,
        header: said.some("header").filter(|_| provider == "abaha"),
        max_age: said.some("max_age"),
        code_pattern: said.some("code_pattern"),
        silence: said.some("silence"),
        api,
    }
}
