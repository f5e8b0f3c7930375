//! What people do on the pages without a script: destinations made, tried, paused and resumed; events sent
//! again; people managed; and what is written down of it.

use std::collections::BTreeSet;

use console::people::Role;
use domain::{Clock as _, Event, Ledger as _};
use serde_json::json;
use testkit::contract::transfer;
use testkit::world::answer;

use crate::Place;
use crate::browser::PASSWORD;
use crate::pages::busy;

#[tokio::test]
async fn without_a_script_a_destination_is_made_tried_paused_and_resumed() {
    let place = Place::answering(|_, sent| match sent.path.as_str() {
        "/services/T1/B1/broken" => Ok(answer(404, "no_service")),
        _ => Ok(answer(200, "ok")),
    });
    let browser = place.signed_in(Role::Operator).await;
    assert!(browser.get("/").await.has("Chào mừng đến với tingting"), "what to do next");
    assert!(browser.get("/destinations").await.has("/destinations/new"));
    let path = "/destinations/new?channel=slack";
    assert!(browser.get(path).await.has("api.slack.com/apps"), "where to find what is asked for");
    let url = "https://hooks.slack.com/services/T1/B1/secret0123456789";
    let form = |url: &'static str, what: &'static str| {
        [
            ("name", "Nhóm bán hàng"),
            ("webhook_url", url),
            ("event_type", "In_only"),
            ("language", "vi"),
            ("do", what),
        ]
    };
    for (wrong, fault) in [
        ("", "không được để trống"),
        ("https://hooks.slack.com/triggers/x", "là URL của workflow"),
        ("https://10.0.0.1/services/T1/B1/x", "10.0.0.1"),
    ] {
        let page = browser.post(path, &form(wrong, "save")).await;
        assert_eq!(page.status, 400, "{wrong}");
        assert!(page.has("aria-invalid=\"true\"") && page.has(fault), "{wrong} {}", page.text);
        assert!(page.has("value=\"Nhóm bán hàng\""), "what was typed stays");
    }
    let broken = "https://hooks.slack.com/services/T1/B1/broken";
    let page = browser.post(path, &form(broken, "test")).await;
    assert!(page.has("Gọi thử không thành công") && page.has("no_service"), "{}", page.text);
    let page = browser.post(path, &form(url, "test")).await;
    assert!(page.status == 200 && page.has("Gọi thử thành công"), "{}", page.text);
    assert_eq!(place.records().await.len(), 0, "nothing is saved by trying");
    let page = browser.post(path, &form(url, "save")).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let one = page.leads_to().strip_suffix("?done=created").unwrap().to_owned();
    let records = place.records().await;
    assert_eq!(records.len(), 1);
    assert_eq!(
        (&records[0]["endpoint"], &records[0]["events"]),
        (&url.into(), &serde_json::json!(["in"]))
    );
    let page = browser.get(&one).await;
    assert!(page.has("Hoạt động") && !page.has("secret0123456789"), "{}", page.text);

    let page = browser.post(&format!("{one}/test"), &[]).await;
    assert!(page.has("Gọi thử thành công"), "{}", page.text);
    let page = browser.post(&format!("{one}/pause"), &[]).await;
    assert_eq!(page.leads_to(), format!("{one}?done=paused"));
    assert!(browser.get(page.leads_to()).await.has("Tạm dừng"));
    let mut sent = 0;
    for id in ["1", "2"] {
        let event = Event { received: place.clock.now(), ..transfer(id, "5000") };
        assert_eq!(place.world.ledger.claim(&event).await.unwrap(), domain::Claim::Fresh);
        let envelope = domain::Envelope::for_event(&event).unwrap();
        place.world.dispatch.handle(&envelope).await.unwrap();
        sent = place.world.sent().len();
    }
    let before = browser.get("/").await;
    assert!(
        before.has("đang tạm dừng") && before.has("2 thông báo đang bị giữ"),
        "{}",
        before.text
    );
    let page = browser.get(&format!("{one}/resume")).await;
    assert!(page.has("2 thông báo đang giữ sẽ được gửi"), "{}", page.text);
    assert!(browser.get(&one).await.has("Tạm dừng"), "looking changes nothing");
    let page = browser.post(&format!("{one}/resume"), &[]).await;
    assert_eq!(page.leads_to(), format!("{one}?done=resumed"));
    assert!(browser.get(&one).await.has("Hoạt động"));
    assert_eq!(place.world.sent().len(), sent);

    assert!(browser.get(&format!("{one}/delete")).await.has("Không thể hoàn tác"));
    assert_eq!(
        browser.post(&format!("{one}/delete"), &[]).await.leads_to(),
        "/destinations?done=deleted"
    );
    assert_eq!(place.records().await.len(), 0);
    assert_eq!(browser.get(&one).await.status, 404);
}

#[tokio::test]
async fn an_event_is_sent_again_and_what_people_did_is_written_down() {
    let place = busy().await;
    let browser = place.signed_in(Role::Owner).await;
    let listed = browser.get("/events?state=delivered").await;
    let event = listed.text.split(r#"href="/events/"#).nth(1).unwrap();
    let event = event.split('"').next().unwrap();
    let page = browser.get(&format!("/events/{event}")).await;
    let action = page.text.split(r#"action=""#).find(|rest| rest.contains("/resend")).unwrap();
    let action = action.split('"').next().unwrap();
    let page = browser.post(action, &[]).await;
    assert_eq!(
        (page.status.as_u16(), page.leads_to()),
        (303, &*format!("/events/{event}?done=sent"))
    );
    let cancel = action.replace("/resend", "/cancel");
    browser.post(&cancel, &[]).await;
    let page = browser.post(&cancel, &[]).await;
    assert_eq!(page.status, 409);
    assert!(page.has("nó đã kết thúc rồi"), "{}", page.text);
    let back = format!(r#"href="/events/{event}">Quay lại"#);
    assert!(page.has(&back), "{}", page.text);
    let fields = [("name", "hoa"), ("role", "viewer"), ("password", "a secret of hers")];
    assert_eq!(browser.post("/people", &fields).await.leads_to(), "/people?done=added");
    let url = ("webhook_url", "https://hooks.slack.com/services/T1/B1/x");
    let form = [("name", "Chat"), url, ("event_type", "orders"), ("do", "test")];
    browser.post("/destinations/new?channel=slack", &form).await;
    let changes = browser.get("/changes").await;
    assert!(changes.has("<strong>Gọi thử</strong> nơi nhận"), "{}", changes.text);
    let made = "<strong>Tạo</strong> nơi nhận <code class=\"hint\">POST /destinations/new";
    assert!(!changes.has(made), "{}", changes.text);
    for (choice, selector) in [("orders", "order"), ("everything", "all")] {
        let form = [("name", choice), url, ("event_type", choice), ("do", "save")];
        let saved = browser.post("/destinations/new?channel=slack", &form).await;
        let one = saved.leads_to().split('?').next().unwrap();
        let page = browser.get(one).await;
        let records = place.records().await;
        let record = records.iter().find(|record| record["title"] == choice).unwrap();
        assert_eq!(record["events"], json!([selector]), "{choice}");
        let shown = if choice == "orders" { "Chỉ đơn hàng" } else { "Mọi thứ" };
        assert!(page.has(shown), "{choice} {}", page.text);
        // Narrowed to money, on the form that says it.
        let edit = format!("{one}/edit");
        let form = browser.get(&edit).await;
        assert!(form.has(&format!(r#"value="{choice}" selected"#)), "{}", form.text);
        let seen = form.text.split_once(r#"name="seen" value=""#).unwrap().1;
        let seen = seen.split('"').next().unwrap();
        let fields = [("seen", seen), ("name", choice), ("event_type", "All"), ("do", "save")];
        assert_eq!(browser.post(&edit, &fields).await.status, 303);
        let records = place.records().await;
        let record = records.iter().find(|record| record["title"] == choice).unwrap();
        assert_eq!(record["events"], json!(["payment"]), "{choice}");
    }
    let token = place.owner().await;
    let dry = r#"{"dry_run":true}"#;
    let path = "/api/v1/webhooks/1/resume";
    assert_eq!(place.call(&token, "POST", path, dry).await.status, 404);
    let there = place.call(&token, "GET", "/api/v1/webhooks", "").await.json;
    let path = format!("/api/v1/webhooks/{}/resume", there["data"][0]["id"]);
    assert_eq!(place.call(&token, "POST", &path, dry).await.status, 200);
    let new = r#"{"provider":"casso","name":"new"}"#;
    assert_eq!(place.call(&token, "POST", "/api/v1/sources", new).await.status, 201);
    let gone = "/api/v1/sources/casso/new";
    assert_eq!(place.call(&token, "DELETE", gone, r#"{"do":"test"}"#).await.status, 200);
    let changes = browser.get("/changes").await;
    for said in [
        "<strong>Xem trước</strong>",
        "<strong>Xóa</strong> casso/new <code",
        "operator:owner",
        "<strong>Gửi lại</strong>",
        action,
        made,
        "POST /people",
        "name, role, password",
    ] {
        assert!(changes.has(said), "{said} {}", changes.text);
    }
    assert!(!changes.has("a secret of hers"));
    assert!(!changes.has("<strong>Tiếp tục</strong>"), "a dry run resumes nothing");
    let listed = place.call(&token, "GET", "/api/v1/changes", "").await.json;
    let by: BTreeSet<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["by"].as_str().unwrap())
        .collect();
    assert!(
        by.contains("operator:owner") && by.iter().any(|by| by.starts_with("client_")),
        "{by:?}"
    );
}

#[tokio::test]
async fn an_owner_manages_people_and_the_last_one_stays() {
    let place = Place::open();
    let owner = place.signed_in(Role::Owner).await;
    let viewer = place.signed_in(Role::Viewer).await;
    let page = owner.get("/people").await;
    assert!(page.has("viewer") && page.has("phiên này"), "{}", page.text);
    for (fields, fault) in [
        ([("name", "viewer"), ("password", PASSWORD)], "Tên này đã có người dùng"),
        ([("name", "\u{202E}"), ("password", PASSWORD)], "Tên có từ 1 đến 64"),
        ([("name", "hoa"), ("password", "short")], "Mật khẩu có từ 10 ký tự"),
    ] {
        let page = owner.post("/people", &fields).await;
        assert_eq!(page.status, 400, "{fault}");
        assert!(page.has(fault) && !page.has(PASSWORD), "{}", page.text);
    }
    let alone = [("name", "owner"), ("role", "viewer")];
    for path in ["/people/role", "/people/remove"] {
        let page = owner.post(path, &alone).await;
        assert_eq!(page.status, 409, "{path}");
        assert!(page.has("phải còn ít nhất một người có quyền Chủ"), "{}", page.text);
    }
    assert_eq!(viewer.get("/").await.status, 200);
    assert_eq!(
        owner.post("/people/end", &[("name", "viewer")]).await.leads_to(),
        "/people?done=ended"
    );
    assert_eq!(viewer.get("/").await.leads_to(), "/signin");
    viewer.sign_in("viewer", PASSWORD).await;
    let role = [("name", "viewer"), ("role", "owner")];
    assert_eq!(owner.post("/people/role", &role).await.leads_to(), "/people?done=changed");
    assert_eq!(viewer.get("/").await.leads_to(), "/signin", "another role is another session");
    viewer.sign_in("viewer", PASSWORD).await;
    assert_eq!(viewer.get("/people").await.status, 200);
    let page = owner.get("/people").await;
    let session = page.text.split(r#"name="session" value=""#).nth(2).unwrap();
    let session = session.split('"').next().unwrap().to_owned();
    owner.post("/people/end", &[("session", &session)]).await;
    assert_eq!(viewer.get("/").await.leads_to(), "/signin", "one by one");
    let other = [("name", "viewer"), ("password", "another password")];
    assert_eq!(owner.post("/people/password", &other).await.leads_to(), "/people?done=changed");
    assert_eq!(viewer.sign_in("viewer", PASSWORD).await.status, 403);
    assert_eq!(owner.post("/people/remove", &alone).await.leads_to(), "/people?done=removed");
    assert_eq!(owner.get("/people").await.leads_to(), "/signin?next=%2Fpeople");
}
