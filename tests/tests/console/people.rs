//! People: signing in and out, being slowed down, sessions and their end, cookies, forms of other sites.

use std::net::IpAddr;

use bytes::Bytes;
use console::people::{
    self as who, OperatorName, OperatorNameError, Password, PasswordError, Peer, Role,
};
use domain::{Clock as _, Drawer};
use http::{Request, header};
use jiff::SignedDuration;

use crate::Place;
use crate::browser::{Browser, PASSWORD};

fn name(text: &str) -> OperatorName {
    OperatorName::parse(text).unwrap()
}

/// Whether this browser's session goes on.
async fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/signin").await.leads_to() == "/"
}

#[tokio::test]
async fn who_proves_itself_is_led_where_it_wanted_to_go_and_nobody_else() {
    let place = Place::open();
    let browser = place.browser();
    assert!(browser.get("/signin").await.has("tingting operators create"), "there is nobody yet");
    place.operator("Mai ", Role::Viewer).await;
    let page = browser.get("/signin?next=%2Fevents%3Fstate%3Dheld").await;
    assert!(!page.has("tingting operators create"));
    assert!(page.has(r#"name="next" value="/events?state=held""#), "{}", page.text);
    for (said, password) in [("mai", "wrong"), ("mai", ""), ("hoa", PASSWORD), ("", PASSWORD)] {
        let page = browser.post("/signin", &[("name", said), ("password", password)]).await;
        assert_eq!(page.status, 403, "{said} {password}");
        assert!(page.has("không đúng") && !page.has(PASSWORD));
        assert!(!is_in(&browser).await);
    }
    let fields = [("name", " MAI"), ("password", PASSWORD), ("next", "/events?state=held")];
    let page = browser.post("/signin", &fields).await;
    assert_eq!((page.status.as_u16(), page.leads_to()), (303, "/events?state=held"));
    assert!(is_in(&browser).await);
    let kept = place.console.cabinet.cards(Drawer::Sessions, None, 9).await.unwrap();
    let token = browser.cookies.borrow()["__Host-tingting"].clone();
    assert_eq!((kept.len(), token.len()), (1, 43));
    assert!(!format!("{kept:?}").contains(&token), "kept as its digest alone");
}

#[tokio::test]
async fn who_fails_again_and_again_waits_whether_there_is_such_a_name_or_not() {
    for said in ["mai", "nobody"] {
        let place = Place::open();
        place.operator("mai", Role::Owner).await;
        let browser = place.browser();
        for _ in 0..5 {
            assert_eq!(browser.sign_in(said, "wrong password").await.status, 403);
        }
        let page = browser.sign_in(said, PASSWORD).await;
        assert_eq!(page.status, 429, "the right one waits, too");
        assert_eq!(page.headers[header::RETRY_AFTER], "1");
        assert!(page.has("sau 1 giây"));
        place.clock.advance(SignedDuration::from_secs(1));
        let expected = if said == "mai" { 303 } else { 403 };
        assert_eq!(browser.sign_in(said, PASSWORD).await.status, expected);
    }
}

#[tokio::test]
async fn a_session_ends_after_twelve_idle_hours_and_after_seven_days() {
    let place = Place::open();
    let browser = place.signed_in(Role::Viewer).await;
    for _ in 0..13 {
        place.clock.advance(SignedDuration::from_hours(12) - SignedDuration::from_mins(1));
        assert!(is_in(&browser).await, "it is in use");
    }
    place.clock.advance(SignedDuration::from_hours(12) - SignedDuration::from_mins(1));
    assert!(is_in(&browser).await);
    place.clock.advance(SignedDuration::from_mins(14));
    assert!(!is_in(&browser).await, "seven days are over");
    browser.sign_in("viewer", PASSWORD).await;
    assert!(is_in(&browser).await);
    place.clock.advance(SignedDuration::from_hours(12));
    assert!(!is_in(&browser).await, "twelve hours of nothing");
}

#[tokio::test]
async fn another_password_or_role_and_removal_end_the_sessions_of_that_operator_alone() {
    let place = Place::open();
    let other = place.signed_in(Role::Owner).await;
    let browser = place.signed_in(Role::Viewer).await;
    let (cabinet, entropy) = (place.console.cabinet.as_ref(), place.console.entropy.as_ref());
    let (viewer, passwords) = (name("viewer"), &place.console.passwords);
    let new = Password::parse("another password").unwrap();
    assert!(who::set_password(cabinet, entropy, passwords, &viewer, &new).await.unwrap());
    assert!(!is_in(&browser).await);
    assert_eq!(browser.sign_in("viewer", PASSWORD).await.status, 403);
    assert_eq!(browser.sign_in("viewer", "another password").await.status, 303);
    assert!(who::set_role(cabinet, entropy, &viewer, Role::Operator).await.unwrap());
    assert!(!is_in(&browser).await);
    assert_eq!(browser.sign_in("viewer", "another password").await.status, 303);
    assert!(who::remove(cabinet, &viewer).await.unwrap());
    assert!(!is_in(&browser).await);
    assert_eq!(browser.sign_in("viewer", "another password").await.status, 403);
    assert!(!who::remove(cabinet, &viewer).await.unwrap());
    assert!(is_in(&other).await);
    assert_eq!(
        cabinet.cards(Drawer::Sessions, None, 9).await.unwrap().len(),
        1,
        "none is left over"
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_itself_and_not_the_cookie_alone() {
    let place = Place::open();
    let browser = place.signed_in(Role::Viewer).await;
    let cookies = browser.cookies.borrow().clone();
    browser.get("/").await;
    let page = browser.post("/signout", &[]).await;
    assert_eq!((page.status.as_u16(), page.leads_to()), (303, "/signin"));
    assert!(browser.cookies.borrow().get("__Host-tingting").is_none());
    *browser.cookies.borrow_mut() = cookies;
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn cookies_are_as_strict_as_their_way_allows() {
    let place = Place::open();
    place.operator("mai", Role::Viewer).await;
    let lan: IpAddr = "192.168.1.7".parse().unwrap();
    let here: IpAddr = "127.0.0.1".parse().unwrap();
    for (peer, host, proxied, secure) in [
        (None, "localhost", false, true),
        (Some(here), "localhost:8080", false, false),
        (Some(here), "127.0.0.1", false, false),
        (Some(here), "[::1]:8080", false, false),
        (Some(here), "localhost.evil.example", false, true),
        (Some(here), "shop.example", false, true),
        (Some(here), "localhost", true, true),
        (Some(lan), "localhost", false, true),
    ] {
        let mut request = Request::get("/signin").header(header::HOST, host);
        if proxied {
            request = request.header("x-forwarded-proto", "https");
        }
        let mut request = request.body(Bytes::new()).unwrap();
        if let Some(peer) = peer {
            request.extensions_mut().insert(Peer(peer));
        }
        let page = place.browser().send(request).await;
        let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
        let (said, rest) = cookie.split_once("; ").unwrap();
        let (name, rest_expected) = match secure {
            true => ("__Host-tingting-guest=", "Path=/; HttpOnly; SameSite=Strict; Secure"),
            false => ("tingting-guest=", "Path=/; HttpOnly; SameSite=Strict"),
        };
        assert!(said.starts_with(name), "{peer:?} {host} {said}");
        assert_eq!(rest, rest_expected, "{peer:?} {host}");
    }
    let page = place.browser().sign_in("mai", PASSWORD).await;
    let cookies: Vec<&str> =
        page.headers.get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
    assert!(
        cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=604800"),
        "{cookies:?}"
    );
}

#[tokio::test]
async fn a_form_that_no_page_of_ours_has_shown_is_refused() {
    let place = Place::open();
    place.operator("mai", Role::Viewer).await;
    let browser = place.browser();
    browser.get("/signin").await;
    let fields = [("name", "mai"), ("password", PASSWORD)];
    let refused = async |change: &dyn Fn(&mut Request<Bytes>), case: &str| {
        let mut request = browser.form("/signin", &fields);
        change(&mut request);
        let page = browser.send(request).await;
        assert_eq!(page.status, 403, "{case}");
        assert!(page.has("Biểu mẫu này không dùng được nữa"), "{case} {}", page.text);
    };
    let set = |name: &'static str, said: &'static str| {
        move |request: &mut Request<Bytes>| {
            request.headers_mut().remove("sec-fetch-site");
            request.headers_mut().insert(name, said.parse().unwrap());
        }
    };
    for site in ["cross-site", "same-site", "none"] {
        refused(&set("sec-fetch-site", site), site).await;
    }
    for origin in ["https://evil.example", "null", "", "https://shop.example.evil.example"] {
        refused(&set("origin", origin), origin).await;
    }
    let body = |text: &'static str| {
        move |request: &mut Request<Bytes>| *request.body_mut() = Bytes::from(text)
    };
    refused(&body("name=mai&password=x"), "no token").await;
    refused(&body("form=&name=mai"), "an empty token").await;
    refused(&body("form=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&name=mai"), "another").await;
    let other = place.browser();
    other.get("/signin").await;
    let page = other.send(browser.form("/signin", &fields)).await;
    assert_eq!(page.status, 403, "the token of another browser");
    assert_eq!(browser.post("/signin", &fields).await.status, 303);
}

#[tokio::test]
async fn a_password_that_is_made_is_one_and_no_other_is_as_short() {
    let place = Place::open();
    let entropy = place.console.entropy.as_ref();
    let made = Password::random(entropy).unwrap();
    assert_eq!(made.expose().len(), 29);
    assert_ne!(made.expose(), Password::random(entropy).unwrap().expose());
    assert_eq!(Password::parse("123456789").err(), Some(PasswordError::Short));
    assert_eq!(Password::parse("mười ký tự").err(), None);
    assert_eq!(Password::parse(&"x".repeat(257)).err(), Some(PasswordError::Long));
    for text in ["", "  ", "a\u{202E}b", "a\nb", &"x".repeat(65)] {
        assert_eq!(OperatorName::parse(text), Err(OperatorNameError), "{text:?}");
    }
    let now = place.clock.now();
    let who = (&name("mai"), Role::Viewer, &made);
    let cabinet = place.console.cabinet.as_ref();
    for first in [true, false] {
        let passwords = &place.console.passwords;
        assert_eq!(who::create(cabinet, entropy, passwords, who, now).await.unwrap(), first);
    }
    let kept = cabinet.card(Drawer::Operators, "mai").await.unwrap().unwrap();
    assert!(kept.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
}
