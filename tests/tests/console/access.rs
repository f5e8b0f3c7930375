//! Tokens: who gets one, what it allows, when it is over.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use console::access::{self as who, Scope};
use domain::Clock as _;
use http::{Request, header};
use jiff::SignedDuration;

use crate::{Place, form};

/// Every route: its method, its path, and the scope that it needs.
pub(crate) const ROUTES: &[(&str, &str, Scope)] = &[
    ("GET", "/api/v1/webhooks", Scope::WebhookRead),
    ("POST", "/api/v1/webhooks", Scope::WebhookWrite),
    ("GET", "/api/v1/webhooks/1", Scope::WebhookRead),
    ("PATCH", "/api/v1/webhooks/1", Scope::WebhookWrite),
    ("DELETE", "/api/v1/webhooks/1", Scope::WebhookDelete),
    ("GET", "/api/v1/webhooks/1/standing", Scope::WebhookRead),
    ("POST", "/api/v1/webhooks/1/pause", Scope::WebhookWrite),
    ("POST", "/api/v1/webhooks/1/resume", Scope::WebhookWrite),
    ("POST", "/api/v1/webhooks/1/test", Scope::WebhookWrite),
    ("POST", "/api/v1/webhooks/test", Scope::WebhookWrite),
    ("POST", "/api/v1/webhooks/1/rotate", Scope::WebhookWrite),
    ("POST", "/api/v1/webhooks/1/retire", Scope::WebhookWrite),
    ("GET", "/api/v1/events", Scope::EventRead),
    ("GET", "/api/v1/events/eA", Scope::EventRead),
    ("GET", "/api/v1/events/eA/previews", Scope::EventRead),
    ("POST", "/api/v1/events/eA/deliveries/1/resend", Scope::EventWrite),
    ("POST", "/api/v1/events/eA/deliveries/1/cancel", Scope::EventWrite),
    ("POST", "/api/v1/events/eA/release", Scope::EventWrite),
    ("POST", "/api/v1/replay", Scope::EventWrite),
    ("GET", "/api/v1/export", Scope::EventRead),
    ("GET", "/api/v1/statistics", Scope::EventRead),
    ("GET", "/api/v1/bank-accounts", Scope::EventRead),
    ("GET", "/api/v1/sources", Scope::SourceRead),
    ("POST", "/api/v1/sources", Scope::SourceWrite),
    ("GET", "/api/v1/sources/casso/shop", Scope::SourceRead),
    ("PATCH", "/api/v1/sources/casso/shop", Scope::SourceWrite),
    ("DELETE", "/api/v1/sources/casso/shop", Scope::SourceWrite),
    ("POST", "/api/v1/sources/casso/shop/rotate", Scope::SourceWrite),
    ("POST", "/api/v1/sources/casso/shop/retire", Scope::SourceWrite),
    ("GET", "/api/v1/sources/casso/shop/refused", Scope::SourceRead),
    ("GET", "/api/v1/sources/casso/shop/parked", Scope::EventRead),
    ("POST", "/api/v1/sources/casso/shop/parked/1/read", Scope::EventWrite),
    ("GET", "/api/v1/sources/casso/shop/conflicts", Scope::EventRead),
    ("GET", "/api/v1/changes", Scope::AuditRead),
];

#[tokio::test]
async fn every_route_asks_for_its_scope() {
    let place = Place::open();
    for (method, path, needs) in ROUTES {
        for scope in Scope::ALL {
            let token = place.token(&place.client(&[scope]).await).await;
            let answered = place.call(&token, method, path, "{}").await;
            if scope == *needs {
                assert!(![401, 403].contains(&answered.status.as_u16()), "{method} {path} {scope}");
            } else {
                assert_eq!(answered.status, 403, "{method} {path} {scope}");
                assert_eq!(answered.json["error"], "forbidden");
                let message = answered.json["message"].as_str().unwrap();
                assert!(message.contains(needs.word()), "{message}");
            }
        }
    }
}

/// A token with its payload replaced.
fn tampered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let claims = String::from_utf8(claims).unwrap().replace("webhook:read", "webhook:write");
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2])
}

/// The same claims, signed by nobody.
fn unsigned(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#))
}

#[tokio::test]
async fn whoever_has_no_good_token_is_told_so_at_every_route() {
    let place = Place::open();
    let made = place.client(&Scope::ALL).await;
    let token = place.token(&made).await;
    let other = Place::open();
    // Another installation's: the same client, another key.
    other.console.entropy.next();
    let others = other.token(&other.client(&Scope::ALL).await).await;
    let mut bad: Vec<Option<String>> = vec![
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer x".to_owned()),
        Some("Bearer x.y.z".to_owned()),
        Some(format!("Basic {}", STANDARD.encode("a:b"))),
        Some(format!("Token {token}")),
        Some(format!("Bearer {others}")),
        Some(format!(
            "Bearer {}",
            tampered(&place.token(&place.client(&[Scope::WebhookRead]).await).await)
        )),
        Some(format!("Bearer {}", unsigned(&token))),
        Some(format!("Bearer {token}x")),
    ];
    let ask = async |said: &Option<String>, method: &str, path: &str| {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(said) = said {
            request = request.header(header::AUTHORIZATION, said);
        }
        place.ask(request.body("{}".to_owned().into()).unwrap()).await
    };
    place.clock.advance(SignedDuration::from_mins(59));
    let good = Some(format!("Bearer {token}"));
    assert_eq!(ask(&good, "GET", "/api/v1/webhooks").await.status, 200);
    place.clock.advance(SignedDuration::from_mins(1));
    bad.push(good);
    for said in &bad {
        for (method, path, _) in ROUTES {
            let answered = ask(said, method, path).await;
            assert_eq!(answered.status, 401, "{said:?} {method} {path}");
            assert_eq!(answered.json["error"], "unauthorized");
            assert_eq!(answered.headers[header::WWW_AUTHENTICATE], "Bearer");
        }
    }
}

#[tokio::test]
async fn a_revoked_client_gets_no_token_and_its_tokens_are_over_at_once() {
    let place = Place::open();
    let made = place.client(&[Scope::WebhookRead]).await;
    let token = place.token(&made).await;
    assert_eq!(place.call(&token, "GET", "/api/v1/webhooks", "").await.status, 200);
    let cabinet = place.console.cabinet.as_ref();
    let now = place.clock.now();
    for _ in 0..2 {
        assert!(who::revoke(cabinet, &made.client.id, now).await.unwrap());
    }
    assert!(!who::revoke(cabinet, "client_0", now).await.unwrap());
    assert_eq!(place.call(&token, "GET", "/api/v1/webhooks", "").await.status, 401);
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        made.client.id,
        made.secret.expose()
    );
    let answered = place.ask(form(&body)).await;
    assert_eq!(
        (answered.status.as_u16(), &answered.json["error"]),
        (401, &"invalid_client".into())
    );
    let listed = who::list(cabinet).await.unwrap();
    assert_eq!(listed.iter().map(|client| client.revoked).collect::<Vec<_>>(), [Some(now)]);
}

#[tokio::test]
async fn a_token_is_given_for_the_secret_alone() {
    let place = Place::open();
    let made = place.client(&[Scope::WebhookRead, Scope::WebhookWrite]).await;
    let (id, secret) = (made.client.id.as_str(), made.secret.expose());
    let both = format!("client_id={id}&client_secret={secret}");
    for (body, status, error) in [
        (format!("grant_type=client_credentials&{both}&scope=webhook:read"), 200, None),
        (format!("grant_type=client_credentials&{both}&scope="), 200, None),
        (
            format!("grant_type=client_credentials&{both}&scope=webhook:read%20webhook:delete"),
            400,
            Some("invalid_scope"),
        ),
        (format!("grant_type=client_credentials&{both}&scope=nothing"), 400, Some("invalid_scope")),
        (format!("grant_type=password&{both}"), 400, Some("unsupported_grant_type")),
        (both.clone(), 400, Some("invalid_request")),
        (String::new(), 400, Some("invalid_request")),
        ("grant_type=client_credentials".to_owned(), 401, Some("invalid_client")),
        (
            format!("grant_type=client_credentials&client_id={id}&client_secret={secret}x"),
            401,
            Some("invalid_client"),
        ),
        (
            format!("grant_type=client_credentials&client_id={id}&client_secret="),
            401,
            Some("invalid_client"),
        ),
        (
            format!("grant_type=client_credentials&client_id=%00&client_secret={secret}"),
            401,
            Some("invalid_client"),
        ),
        (
            format!("grant_type=client_credentials&client_id=&client_secret={secret}"),
            401,
            Some("invalid_client"),
        ),
        (
            format!(
                "grant_type=client_credentials&client_id={}&client_secret={secret}",
                "x".repeat(3000)
            ),
            401,
            Some("invalid_client"),
        ),
    ] {
        let answered = place.ask(form(&body)).await;
        assert_eq!(answered.status, status, "{body} {}", answered.json);
        assert_eq!(answered.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(answered.json.get("error").and_then(|e| e.as_str()), error, "{body}");
        assert!(!answered.json.to_string().contains(secret));
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let mut request = form("grant_type=client_credentials&scope=webhook:write");
    request.headers_mut().insert(header::AUTHORIZATION, basic.parse().unwrap());
    let answered = place.ask(request).await;
    assert_eq!(answered.status, 200, "{}", answered.json);
    assert_eq!(answered.json["token_type"], "Bearer");
    assert_eq!(answered.json["expires_in"], 3600);
    assert_eq!(answered.json["scope"], "webhook:write");
    let token = answered.json["access_token"].as_str().unwrap();
    assert_eq!(place.call(token, "GET", "/api/v1/webhooks", "").await.status, 403);
}

#[tokio::test]
async fn whoever_fails_again_and_again_waits_and_the_right_secret_waits_too() {
    let place = Place::open();
    let made = place.client(&Scope::ALL).await;
    let (id, secret) = (&made.client.id, made.secret.expose());
    let body = |secret: &str| {
        form(&format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"))
    };
    for _ in 0..5 {
        assert_eq!(place.ask(body("wrong")).await.status, 401);
    }
    let answered = place.ask(body(secret)).await;
    assert_eq!((answered.status.as_u16(), &answered.json["error"]), (429, &"slow_down".into()));
    assert_eq!(answered.headers[header::RETRY_AFTER], "1");
    place.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(place.ask(body(secret)).await.status, 200);
    assert_eq!(place.ask(body("wrong")).await.status, 401);
}

#[tokio::test]
async fn what_is_nowhere_and_what_is_not_done_there_is_said_in_one_shape() {
    let place = Place::open();
    for (method, path, status, error) in [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/oauth2/nothing", 404, "not_found"),
        ("PUT", "/api/v1/webhooks", 405, "not_allowed"),
        ("GET", "/oauth2/token", 405, "not_allowed"),
    ] {
        let request = Request::builder().method(method).uri(path).body("".to_owned().into());
        let answered = place.ask(request.unwrap()).await;
        assert_eq!(answered.status, status, "{method} {path}");
        assert_eq!(answered.json["error"], error);
        assert!(answered.json["message"].is_string());
        assert_eq!(answered.headers.contains_key(header::ALLOW), status == 405);
    }
}
