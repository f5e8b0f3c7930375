//! SePay's API v1: transactions page by page, opened by access tokens of an hour that a refresh token
//! buys at `/oauth/token`. The order of rows is not documented, and does not matter: pages are asked
//! for until the last, and rows that come meanwhile only move others to later pages.

use bytes::Bytes;
use domain::{
    Answer, Api, Ask, Blame, Credentials, Issued, NextPage, Page, Secret, Setback, Token,
};
use http::{Method, Request, header};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::api::{self, OWN};
use crate::json::{self, Object, Unreadable};
use crate::listing::{self, Round};

const LIMIT: u32 = 100;
/// The documented life of an access token, and how long before its end it is no longer used.
const LIFE_S: u32 = 3600;
const MARGIN_S: u32 = 60;

/// The request that buys an access token.
pub(super) fn grant(api: &Api, refresh: &Secret) -> Option<Request<Bytes>> {
    let Credentials::OAuth2 { client_id, client_secret, .. } = &api.credentials else {
        return None;
    };
    refresh_request(api.base.as_ref(), client_id, client_secret, refresh)
}

/// The same, for whoever has no `Api`.
pub(super) fn refresh_request(
    base: Option<&Url>,
    client_id: &str,
    client_secret: &Secret,
    refresh: &Secret,
) -> Option<Request<Bytes>> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.expose()),
        ("client_id", client_id),
        ("client_secret", client_secret.expose()),
    ];
    token_request(base, &form)
}

/// The request that says this to the token endpoint.
pub(super) fn token_request(base: Option<&Url>, form: &[(&str, &str)]) -> Option<Request<Bytes>> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    Request::post(listing::address(base, OWN, "/oauth/token", &[]))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(Bytes::from(form))
        .ok()
}

/// The tokens that were bought. A refused refresh token is answered 400 or 401 (RFC 6749, §5.2).
pub(super) fn issued(answer: &Answer, now: Timestamp) -> Result<Issued, Setback> {
    if matches!(answer.status.as_u16(), 400 | 401 | 403) {
        let why = "SePay refuses the refresh token; get a new one and write it into the settings";
        return Err(Setback::new(Blame::Operator, why));
    }
    let text = listing::text(answer, now)?;
    let root = Object::outline(text).map_err(listing::nonsense)?;
    let token = |name| root.detail(name).and_then(|text| Secret::parse(&text));
    let value = token("access_token")
        .ok_or_else(|| listing::nonsense(Unreadable("there is no access_token".into())))?;
    let life = listing::count(&root, "expires_in").unwrap_or(LIFE_S).saturating_sub(MARGIN_S);
    let life = SignedDuration::from_secs(i64::from(life));
    let until = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    Ok(Issued { access: Token { value, until }, refresh: token("refresh_token") })
}

/// The request for a page.
pub(super) fn request(ask: &Ask<'_>) -> Result<Request<Bytes>, Setback> {
    let none = || Setback::new(Blame::Operator, "there is no access token");
    let access = ask.access.ok_or_else(none)?;
    let round = Round::of(ask);
    let (from, page, limit) = (round.from.to_string(), round.page.to_string(), LIMIT.to_string());
    let until = round.until().map(|day| day.to_string());
    let mut query = vec![("from_date", &*from), ("page", &*page), ("limit", &*limit)];
    query.extend(until.as_deref().map(|day| ("to_date", day)));
    let url = listing::url(ask.api, OWN, "/api/v1/transactions", &query);
    listing::request(Method::GET, &url, ("Bearer", access), None)
}

/// What a page says.
pub(super) fn read(ask: &Ask<'_>, answer: &Answer) -> Result<Page, Setback> {
    let text = listing::text(answer, ask.now)?;
    let root = Object::outline(text).map_err(listing::nonsense)?;
    if root.detail("status").is_some_and(|status| status != "success") {
        return Err(listing::nonsense(Unreadable("status is not success".into())));
    }
    let data = root.raw("data").and_then(|raw| json::elements(raw.get()));
    let data = data.ok_or_else(|| listing::nonsense(Unreadable("there is no data".into())))?;
    let next = next(Round::of(ask), &root, data.len());
    let page = listing::rows(data, ask, |object| api::row(object, ask));
    Ok(Page { next, ..page })
}

/// How a page says that it goes on; without a word of it a full page has a successor.
fn next(round: Round, root: &Object<'_>, rows: usize) -> NextPage {
    let pagination = root.object("meta").ok().flatten();
    let pagination = pagination.and_then(|meta| meta.object("pagination").ok().flatten());
    let said = |name| pagination.as_ref().and_then(|p| listing::count(p, name));
    if let Some(page) = said("current_page")
        && page != round.page
    {
        return NextPage::Lost(format!("page {} was asked for, and {page} came", round.page));
    }
    let last = match said("last_page") {
        Some(last) => round.page >= last,
        None => u32::try_from(rows).is_ok_and(|rows| rows < LIMIT),
    };
    if last || rows == 0 { round.done() } else { round.more() }
}
