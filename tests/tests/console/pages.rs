//! The pages: who may see which, in which language, how they are dressed, and what they do without a
//! script.

use std::collections::BTreeSet;

use bytes::Bytes;
use console::people::Role;
use domain::{
    Clock as _, Entries as _, Entry, Event, Fact, Ledger as _, Number, Origin, Over, Refused,
    SourceId, SourceRecord,
};
use http::{Method, Request, header};
use jiff::SignedDuration;
use testkit::contract::transfer;
use testkit::world::answer;

use crate::Place;
use crate::browser::{Browser, Page};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Every page that asks who one is: its method, its path, the least role.
const ROUTES: &[(&str, &str, Role)] = &[
    ("GET", "/", Role::Viewer),
    ("GET", "/events", Role::Viewer),
    ("GET", "/events/rows", Role::Viewer),
    ("GET", "/events/eA", Role::Viewer),
    ("POST", "/events/eA/send", Role::Operator),
    ("POST", "/events/eA/deliveries/1/resend", Role::Operator),
    ("POST", "/events/eA/deliveries/1/cancel", Role::Operator),
    ("POST", "/events/eA/release", Role::Operator),
    ("GET", "/destinations", Role::Viewer),
    ("GET", "/destinations/new", Role::Operator),
    ("GET", "/destinations/new?channel=slack", Role::Operator),
    ("GET", "/destinations/new?channel=telegram", Role::Operator),
    ("GET", "/destinations/new?channel=lark", Role::Operator),
    ("GET", "/destinations/new?channel=webhook", Role::Operator),
    ("POST", "/destinations/new?channel=slack", Role::Operator),
    ("GET", "/destinations/1", Role::Viewer),
    ("GET", "/destinations/1/edit", Role::Operator),
    ("POST", "/destinations/1/edit", Role::Operator),
    ("POST", "/destinations/1/pause", Role::Operator),
    ("GET", "/destinations/1/resume", Role::Operator),
    ("POST", "/destinations/1/resume", Role::Operator),
    ("POST", "/destinations/1/test", Role::Operator),
    ("POST", "/destinations/1/rotate", Role::Operator),
    ("POST", "/destinations/1/retire", Role::Operator),
    ("GET", "/destinations/1/delete", Role::Operator),
    ("POST", "/destinations/1/delete", Role::Operator),
    ("GET", "/sources", Role::Viewer),
    ("GET", "/sources/new", Role::Operator),
    ("GET", "/sources/new?provider=sepay", Role::Operator),
    ("GET", "/sources/new?provider=casso", Role::Operator),
    ("GET", "/sources/new?provider=thueapi", Role::Operator),
    ("GET", "/sources/new?provider=abaha", Role::Operator),
    ("GET", "/sources/new?provider=appotapay", Role::Operator),
    ("POST", "/sources/new?provider=casso", Role::Operator),
    ("GET", "/sources/casso/none", Role::Viewer),
    ("POST", "/sources/casso/none/rotate", Role::Operator),
    ("POST", "/sources/casso/none/retire", Role::Operator),
    ("POST", "/sources/casso/none/active", Role::Operator),
    ("POST", "/sources/casso/none/parked/0/read", Role::Operator),
    ("GET", "/sources/casso/none/edit", Role::Operator),
    ("POST", "/sources/casso/none/edit", Role::Operator),
    ("GET", "/sources/casso/none/remove", Role::Operator),
    ("POST", "/sources/casso/none/remove", Role::Operator),
    ("GET", "/people", Role::Owner),
    ("POST", "/people", Role::Owner),
    ("POST", "/people/role", Role::Owner),
    ("POST", "/people/password", Role::Owner),
    ("POST", "/people/remove", Role::Owner),
    ("POST", "/people/end", Role::Owner),
    ("GET", "/password", Role::Viewer),
    ("POST", "/password", Role::Viewer),
    ("GET", "/changes", Role::Owner),
    ("GET", "/api", Role::Viewer),
    ("POST", "/signout", Role::Viewer),
];

async fn ask(browser: &Browser<'_>, method: &str, path: &str) -> Page {
    match method {
        "GET" => browser.get(path).await,
        _ => browser.post(path, &[]).await,
    }
}

#[tokio::test]
async fn every_page_asks_for_its_role() {
    for role in Role::ALL {
        let place = Place::open();
        let browser = place.signed_in(role).await;
        browser.get("/").await;
        for (method, path, needs) in ROUTES {
            let page = ask(&browser, method, path).await;
            let refused = page.status == 403;
            assert_eq!(refused, role < *needs, "{role} {method} {path} {}", page.status);
            assert_eq!(refused, page.has("Bạn không có quyền"), "{role} {method} {path}");
            let led_out = page.leads_to() == "/signin";
            assert_eq!(led_out, *path == "/signout", "{role} {method} {path}");
        }
    }
}

#[tokio::test]
async fn whoever_has_not_signed_in_or_no_longer_is_led_to_the_form() {
    let place = Place::open();
    let nobody = place.browser();
    let ended = place.signed_in(Role::Owner).await;
    ended.get("/").await;
    place.clock.advance(SignedDuration::from_hours(12));
    for (method, path, _) in ROUTES {
        let mut forged = nobody.form(path, &[]);
        *forged.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        let page = nobody.send(forged).await;
        let expected = if *method == "GET" { 303 } else { 403 };
        assert_eq!(page.status, expected, "{method} {path}");
        let page = ask(&ended, method, path).await;
        assert_eq!(page.status, 303, "{method} {path} {}", page.text);
        let to = match (*method, *path) {
            ("GET", "/") | ("POST", _) => "/signin".to_owned(),
            (_, path) => {
                let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
                format!("/signin?next={next}")
            }
        };
        assert_eq!(page.leads_to(), to, "{method} {path}");
    }
}

#[tokio::test]
async fn a_form_of_another_session_changes_nothing() {
    let place = Place::open();
    let owner = place.signed_in(Role::Owner).await;
    let viewer = place.signed_in(Role::Viewer).await;
    for (method, path, _) in ROUTES.iter().filter(|(method, ..)| *method == "POST") {
        viewer.get("/").await;
        let page = owner.send(viewer.form(path, &[])).await;
        assert_eq!(page.status, 403, "{method} {path}");
        assert!(page.has("Biểu mẫu này không dùng được nữa"), "{path}");
        let mut cross = owner.form(path, &[]);
        cross.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(owner.send(cross).await.status, 403, "{path}");
    }
}

fn memo(id: &str, text: &str) -> Event {
    let event = transfer(id, "1250000");
    Event { facts: event.facts.clone().with(Fact::Content, text.to_owned()), ..event }
}

/// A shop with everything that a page can show.
pub(super) async fn busy() -> Place {
    let mut place = Place::answering(|_, sent| match sent.path.as_str() {
        "/refuses" => Ok(answer(400, "<script>alert(1)</script>\u{202E}")),
        _ => Ok(answer(200, r#"{"success":true}"#)),
    });
    let token = place.owner().await;
    for path in ["/takes", "/refuses"] {
        let url = format!("https://example.com{path}");
        let title = format!("<b>{path}</b>\u{202E}");
        let body = crate::webhooks::but(serde_json::json!({
            "name": title, "webhook_url": url, "event_type": "All",
            "retry_conditions": [],
        }));
        let made = place.call(&token, "POST", "/api/v1/webhooks", &body.to_string()).await;
        assert_eq!(made.status, 201, "{}", made.json);
    }
    for (id, text) in [("1", "DH1 <img src=x onerror=alert(1)> \u{202E}txet\u{200B}"), ("2", "DH2")]
    {
        place.clock.advance(SignedDuration::from_secs(1));
        let object = r#"{"memo":"<script>alert(2)</script>\u202e"}"#.to_owned();
        let event = Event { received: place.clock.now(), object, ..memo(id, text) };
        assert_eq!(place.world.ledger.claim(&event).await.unwrap(), domain::Claim::Fresh);
        let envelope = domain::Envelope::for_event(&event).unwrap();
        place.world.dispatch.handle(&envelope).await.unwrap();
    }
    let source = SourceId::parse("casso/shop").unwrap();
    let (provider, name) = ("casso".to_owned(), "shop".to_owned());
    let record = SourceRecord { provider, name, ..SourceRecord::default() };
    let entry = Entry::source(&record, Origin::File).unwrap();
    place.directory.put(&entry, Over::Nothing).await.unwrap();
    let ours = r#"{"provider":"sepay","name":"ours","auth":"api_key","secret":"x",
                   "code_pattern":"<i>sign"}"#;
    let made = place.call(&token, "POST", "/api/v1/sources", ours).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let refused = Refused {
        source,
        at: place.clock.now(),
        reason: "no <i>signature</i>".to_owned(),
        summary: "POST\u{202E}".to_owned(),
    };
    place.world.ledger.refuse(&refused).await.unwrap();
    let other = Event { received: place.clock.now(), money: None, ..memo("1", "<u>other</u>") };
    _ = place.world.ledger.claim(&other).await.unwrap();
    place.world.drain().await;
    place
}

/// Every page that there is to see in a busy shop.
async fn pages(place: &Place, browser: &Browser<'_>) -> Vec<(String, Page)> {
    let listed = browser.get("/events").await;
    let event = listed.text.split(r#"href="/events/"#).nth(2).unwrap();
    let event = event.split('"').next().unwrap();
    let records = place.records().await;
    let name = domain::Name::parse(records[0]["name"].as_str().unwrap()).unwrap();
    let number = Number::of_destination(&name);
    let mut paths: Vec<String> = ROUTES
        .iter()
        .filter(|(method, path, _)| {
            *method == "GET" && ["/1", "eA", "/none"].iter().all(|part| !path.contains(part))
        })
        .map(|(_, path, _)| (*path).to_owned())
        .collect();
    paths.push(format!("/events/{event}"));
    for more in ["", "/edit", "/resume", "/delete"] {
        paths.push(format!("/destinations/{number}{more}"));
    }
    for more in ["/sources/casso/shop", "/sources/sepay/ours"] {
        paths.push(more.to_owned());
    }
    for more in ["/edit", "/remove"] {
        paths.push(format!("/sources/sepay/ours{more}"));
    }
    paths.extend(["/nowhere".to_owned(), "/events?kind=nothing".to_owned()]);
    let mut all = Vec::new();
    for path in paths {
        let page = browser.get(&path).await;
        all.push((path, page));
    }
    all
}

#[tokio::test]
async fn what_strangers_wrote_is_text_and_turns_nothing_around() {
    let place = busy().await;
    let browser = place.signed_in(Role::Owner).await;
    for (path, page) in pages(&place, &browser).await {
        for markup in
            ["<img src=x", "<script>alert", "<b>/", "<i>sign", "<u>other", "\u{202E}", "\u{200B}"]
        {
            assert!(!page.has(markup), "{path} {markup:?}\n{}", page.text);
        }
    }
    let listed = browser.get("/events").await;
    assert!(listed.has("DH1 &#60;img src=x onerror=alert(1)&#62; txet"), "{}", listed.text);
    let all: String =
        pages(&place, &browser).await.into_iter().map(|(_, page)| page.text).collect();
    for shown in
        ["&#60;b&#62;/takes", "no &#60;i&#62;signature", "\\u{202e}", "&#60;script&#62;alert(2)"]
    {
        assert!(all.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn every_page_is_there_in_both_languages_dressed_and_small() {
    let place = busy().await;
    let browser = place.signed_in(Role::Owner).await;
    let mut seen = BTreeSet::new();
    for (code, sign_out) in [("vi", "Đăng xuất"), ("en", "Sign out")] {
        let page = browser.get(&format!("/language/{code}?back=%2Fevents")).await;
        assert_eq!((page.status.as_u16(), page.leads_to()), (303, "/events"));
        for (path, page) in pages(&place, &browser).await {
            let headers = |name: &str| page.headers.get(name).map(|said| said.to_str().unwrap());
            assert_eq!(headers("content-security-policy"), Some(POLICY), "{path}");
            assert_eq!(headers("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(headers("referrer-policy"), Some("same-origin"), "{path}");
            assert_eq!(headers("cache-control"), Some("no-store"), "{path}");
            assert_eq!(headers("content-type"), Some("text/html; charset=utf-8"), "{path}");
            let expected = if path == "/nowhere" { 404 } else { 200 };
            assert_eq!(page.status, expected, "{path} {}", page.text);
            for inline in [" style=", "<style", "javascript:", " onclick=", " onload="] {
                assert!(!page.has(inline), "{path} {inline}");
            }
            assert_eq!(
                page.text.matches("<script").count(),
                page.text.matches("<script src=").count()
            );
            seen.insert((code, path.clone(), page.text.clone()));
            if path == "/events/rows" {
                continue;
            }
            assert!(page.has(&format!(r#"<html lang="{code}">"#)), "{path}");
            assert!(page.has(sign_out) || path == "/nowhere", "{path}");
            for mark in [r##"href="#main""##, "<main id=\"main\"", "<h1>"] {
                assert!(page.has(mark), "{path} {mark}");
            }
            // Every field has its label.
            for field in page.text.split("<input id=\"").skip(1) {
                let id = field.split('"').next().unwrap();
                assert!(page.has(&format!(r#"for="{id}""#)), "{path} {id}");
            }
        }
    }
    let count = seen.len();
    let texts: BTreeSet<String> = seen.into_iter().map(|(_, _, text)| text).collect();
    assert_eq!(texts.len(), count, "no page is the same in both");
}

/// A page and all that it loads.
#[tokio::test]
async fn the_first_page_is_less_than_a_hundred_kilobytes_and_its_assets_are_kept_for_ever() {
    let place = busy().await;
    let browser = place.signed_in(Role::Viewer).await;
    for path in ["/", "/signin"] {
        let browser = if path == "/" { &browser } else { &place.browser() };
        let page = browser.get(path).await;
        let mut size = page.text.len();
        let loaded = page.text.split("\"/static/").skip(1);
        let mut count = 0;
        for name in loaded.map(|rest| rest.split('"').next().unwrap()) {
            let asset = browser.get(&format!("/static/{name}")).await;
            assert_eq!(asset.status, 200);
            assert_eq!(asset.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
            size += asset.text.len();
            count += 1;
        }
        assert_eq!(count, 2, "{path}");
        assert!(size < 100 * 1024, "{path} {size}");
    }
    assert_eq!(browser.get("/static/0000000000000000.css").await.status, 404);
}

#[tokio::test]
async fn what_is_not_there_is_said_as_its_caller_reads() {
    let place = Place::open();
    for (method, path, status, kind) in [
        ("GET", "/nowhere", 404, "text/html; charset=utf-8"),
        ("POST", "/nowhere", 404, "text/html; charset=utf-8"),
        ("PUT", "/events", 405, "text/html; charset=utf-8"),
        ("GET", "/api/v1/nowhere", 404, "application/json"),
        ("PUT", "/api/v1/events", 405, "application/json"),
        ("GET", "/oauth2/nowhere", 404, "application/json"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Bytes::new()).unwrap();
        let page = place.browser().send(request).await;
        assert_eq!(page.status, status, "{method} {path}");
        assert_eq!(page.headers[header::CONTENT_TYPE], kind, "{method} {path}");
    }
}
