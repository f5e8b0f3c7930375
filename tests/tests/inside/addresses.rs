//! Addresses in URLs: refused when they are said, and called by nobody where they are kept already.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Egress as _, SendError};
use egress::Guard;
use futures_util::future::join_all;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::trap::Trap;
use crate::tricks::{HOSTS, NONE, UNUSUAL, URLS, USERS};
use crate::{LONG, Place, egress, inside, logged, no_names, oauth2, told, webhook};

/// Every trick as a URL, and the address that is refused.
fn all(port: u16) -> Vec<(String, String)> {
    let hosts = HOSTS.iter().flat_map(|(host, address, _)| {
        let address = inside(address);
        ["https://{}/hook", "https://{}:8443/", "http://{}:PORT/"]
            .map(|url| (url.replace("{}", host), address.clone()))
    });
    let urls = URLS.iter().map(|(url, said)| ((*url).to_owned(), (*said).to_owned()));
    let unusual =
        UNUSUAL.iter().map(|(url, address, why)| ((*url).to_owned(), format!("{address}{why}")));
    let all = hosts.chain(urls).chain(unusual);
    all.map(|(url, said)| (url.replace("PORT", &port.to_string()), said)).collect()
}

/// The one field that is at fault, and why.
fn fault(answered: &(u16, Value)) -> (u16, &str, &str) {
    let (status, body) = answered;
    assert_eq!((&body["status"], &body["error"]), (&"error".into(), &"validation_error".into()));
    let faults = body["errors"].as_object().unwrap();
    assert_eq!(faults.len(), 1, "{body}");
    let (field, why) = faults.iter().next().unwrap();
    (*status, field, why.as_str().unwrap())
}

#[tokio::test]
async fn the_api_refuses_every_spelling_made_changed_or_tested() {
    let trap = Trap::set();
    let place = Place::open(&[], no_names()).await;
    let (status, made) =
        place.call("POST", "/api/v1/webhooks", &webhook("https://example.com/")).await;
    assert_eq!(status, 201, "{made}");
    let good = format!("/api/v1/webhooks/{}", made["id"]);
    for (n, (url, address)) in all(trap.port()).iter().enumerate() {
        let kept = place.keep(&format!("kept-{n}"), &json!({ "endpoint": url })).await;
        let expected = (400, "webhook_url", &*told(address));
        let change = json!({ "webhook_url": url });
        for (method, path, body) in [
            ("POST", "/api/v1/webhooks", &webhook(url)),
            ("POST", "/api/v1/webhooks/test", &webhook(url)),
            ("PATCH", &good, &change),
            ("POST", &format!("{kept}/test"), &json!({})),
        ] {
            let answered = place.call(method, path, body).await;
            assert_eq!(fault(&answered), expected, "{method} {path} {url:?}");
        }
        let token =
            json!({ "type": "oauth2", "token_url": url, "client_id": "i", "client_secret": "s" });
        let auth = json!({ "endpoint": "https://example.com/", "auth": token });
        let kept = place.keep(&format!("token-{n}"), &auth).await;
        let why = told(address);
        let expected = (400, "oauth2_access_token_url", &*why);
        for (method, path, body) in [
            ("POST", "/api/v1/webhooks", &oauth2(url)),
            ("POST", "/api/v1/webhooks/test", &oauth2(url)),
            ("PATCH", &good, &oauth2(url)),
            ("POST", &format!("{kept}/test"), &json!({})),
        ] {
            let answered = place.call(method, path, body).await;
            assert_eq!(fault(&answered), expected, "{method} {path} {url:?}");
        }
    }
    let (_, shown) = place.call("GET", &good, &json!({})).await;
    assert_eq!(shown["data"]["webhook_url"], "https://example.com/", "nothing was changed");
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn a_user_name_in_a_url_hides_no_host() {
    let trap = Trap::set();
    let place = Place::open(&[], no_names()).await;
    for url in USERS {
        let url = url.replace("PORT", &trap.port().to_string());
        for (body, field) in
            [(webhook(&url), "webhook_url"), (oauth2(&url), "oauth2_access_token_url")]
        {
            for path in ["/api/v1/webhooks", "/api/v1/webhooks/test"] {
                let answered = place.call("POST", path, &body).await;
                let why = "has a user name or password in it; remove them (see auth)";
                assert_eq!(fault(&answered), (400, field, why), "{url}");
            }
        }
        let request = Request::post("https://example.com/").body("x".into()).unwrap();
        let mut request: Request<bytes::Bytes> = request;
        if let Ok(uri) = url.parse() {
            *request.uri_mut() = uri;
            let sent = egress(&Guard::open(), no_names()).send(request, LONG, Timestamp::MAX).await;
            let why = "of a URL with a user name or password".to_owned();
            assert_eq!(
                sent,
                Err(SendError::Blocked(why)),
                "{url}: the door does not take it either"
            );
        }
    }
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn what_is_no_url_of_a_webhooks_is_none() {
    let trap = Trap::set();
    let place = Place::open(&[], no_names()).await;
    for url in NONE {
        let url = url.replace("PORT", &trap.port().to_string());
        for path in ["/api/v1/webhooks", "/api/v1/webhooks/test"] {
            let answered = place.call("POST", path, &webhook(&url)).await;
            let (status, field, why) = fault(&answered);
            let known = why.starts_with("not a ") && why.ends_with("; use https://…");
            assert!((status, field) == (400, "webhook_url") && known, "{url}: {}", answered.1);
            let answered = place.call("POST", path, &oauth2(&url)).await;
            assert_eq!(answered.0, 400, "{url}: {}", answered.1);
        }
    }
    assert_eq!(place.call("GET", "/api/v1/webhooks", &json!({})).await.1["data"], json!([]));
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn a_delivery_to_what_is_kept_already_calls_nobody() {
    let trap = Trap::set();
    let place = Place::open(&[], no_names()).await;
    let tricks = all(trap.port());
    // This machine's name is a name to the door, and is looked up.
    let tricks = tricks.iter().filter(|(url, _)| Url::parse(url).unwrap().domain().is_none());
    let mut expected = BTreeMap::new();
    for (n, (url, address)) in tricks.enumerate() {
        place.keep(&format!("kept-{n}"), &json!({ "endpoint": url })).await;
        let token =
            json!({ "type": "oauth2", "token_url": url, "client_id": "i", "client_secret": "s" });
        let auth = json!({ "endpoint": "https://example.com/", "auth": token });
        place.keep(&format!("token-{n}"), &auth).await;
        for name in ["kept", "token"] {
            expected.insert(format!("{name}-{n}"), ("retry", logged(address)));
        }
    }
    let sent = place.pay().await;
    assert!(sent.len() > 2 * HOSTS.len(), "{}", sent.len());
    let sent = sent.into_iter().map(|(name, verdict, why)| (name, (verdict, why))).collect();
    assert_eq!(expected, sent);
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn every_spelling_of_this_machine_reaches_it_where_the_guard_is_open() {
    let trap = Trap::set();
    let door = egress(&Guard::open(), no_names());
    let here = HOSTS.iter().filter(|(host, _, here)| *here && (trap.six || !host.starts_with('[')));
    let here: Vec<&str> = here.map(|(host, ..)| *host).collect();
    let calls = join_all(here.iter().map(|host| {
        let url = Url::parse(&format!("http://{host}:{}/", trap.port())).unwrap();
        let request = Request::post(url.as_str()).body("x".into()).unwrap();
        door.send(request, LONG, Timestamp::MAX)
    }));
    let counting = async {
        let mut caught = 0;
        while caught < here.len() {
            caught += trap.caught();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let both = async { tokio::join!(calls, counting).0 };
    let sent = tokio::time::timeout(LONG, both).await.expect("some do not get there");
    // Nobody answers there.
    let closed = |sent: &Result<_, SendError>| matches!(sent, Err(SendError::Connection(_)));
    assert!(sent.len() >= 20 && sent.iter().all(closed), "{sent:?}");
}
