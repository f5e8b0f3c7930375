//! Everybody's own password: the old one is asked for, guessing it is slow, and the new one ends all
//! other sessions.

use console::people::Role;
use http::header;
use jiff::SignedDuration;

use crate::Place;
use crate::browser::PASSWORD;

const NEW: &str = "a new password of mine";

#[tokio::test]
async fn everybody_changes_their_own_and_all_other_sessions_end() {
    for role in Role::ALL {
        let place = Place::open();
        let browser = place.signed_in(role).await;
        let elsewhere = place.browser();
        elsewhere.sign_in(role.word(), PASSWORD).await;
        place.operator("mai", Role::Viewer).await;
        let other = place.browser();
        other.sign_in("mai", PASSWORD).await;
        assert!(browser.get("/").await.has(r#"href="/password""#));
        let form = browser.get("/password").await;
        assert!(form.has(r#"autocomplete="current-password""#), "{}", form.text);
        let before = browser.cookies.borrow()["__Host-tingting"].clone();
        for (old, new, again, status, fault) in [
            ("wrong", NEW, NEW, 403, "Mật khẩu hiện tại không đúng"),
            (PASSWORD, "short", "short", 400, "Mật khẩu có từ 10 ký tự"),
            (PASSWORD, NEW, "another password", 400, "Hai lần nhập không giống nhau"),
            ("", NEW, NEW, 403, "Mật khẩu hiện tại không đúng"),
        ] {
            let fields = [("old", old), ("new", new), ("again", again)];
            let page = browser.post("/password", &fields).await;
            assert_eq!(page.status, status, "{fault}");
            assert!(page.has(fault) && page.has("aria-invalid"), "{fault} {}", page.text);
            for said in [PASSWORD, NEW, "another password"] {
                assert!(!page.has(said), "nothing typed is shown again: {}", page.text);
            }
        }
        assert_eq!(elsewhere.get("/").await.status, 200, "nothing has changed");
        let fields = [("old", PASSWORD), ("new", NEW), ("again", NEW)];
        let page = browser.post("/password", &fields).await;
        assert_eq!((page.status.as_u16(), page.leads_to()), (303, "/password?done=changed"));
        let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
        let strict = "; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=604800";
        assert!(cookie.starts_with("__Host-tingting=") && cookie.ends_with(strict), "{cookie}");
        assert_ne!(browser.cookies.borrow()["__Host-tingting"], before, "a session of its own");
        let page = browser.get(page.leads_to()).await;
        assert!(page.has("Đã đổi mật khẩu. Mọi phiên khác đã kết thúc."), "{}", page.text);
        assert_eq!(elsewhere.get("/").await.leads_to(), "/signin", "{role}");
        assert_eq!(other.get("/").await.status, 200, "of nobody else");
        assert_eq!(elsewhere.sign_in(role.word(), PASSWORD).await.status, 403);
        assert_eq!(elsewhere.sign_in(role.word(), NEW).await.status, 303);
        // The form of the old session is nobody's any more.
        let owner = place.browser();
        place.operator("head", Role::Owner).await;
        owner.sign_in("head", PASSWORD).await;
        let changes = owner.get("/changes").await;
        assert_eq!(changes.text.matches("POST /password").count(), 1, "{}", changes.text);
        assert!(changes.has("old, new, again") && changes.has(&format!("operator:{role}")));
        assert!(!changes.has(PASSWORD) && !changes.has(NEW));
    }
}

#[tokio::test]
async fn guessing_the_old_one_is_as_slow_as_signing_in_and_counts_with_it() {
    let place = Place::open();
    let browser = place.signed_in(Role::Owner).await;
    browser.get("/password").await;
    let guess = async |old: &str| {
        browser.post("/password", &[("old", old), ("new", NEW), ("again", NEW)]).await
    };
    for _ in 0..3 {
        assert_eq!(guess("wrong password").await.status, 403);
    }
    let other = place.browser();
    for _ in 0..2 {
        assert_eq!(other.sign_in("owner", "wrong password").await.status, 403);
    }
    let page = guess(PASSWORD).await;
    assert_eq!(page.status, 429, "the right one waits, too");
    assert_eq!(page.headers[header::RETRY_AFTER], "1");
    assert!(page.has("sau 1 giây"), "{}", page.text);
    assert_eq!(other.sign_in("owner", PASSWORD).await.status, 429);
    place.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(guess(PASSWORD).await.leads_to(), "/password?done=changed");
}
