//! Sources as people make and keep them on the pages: a secret is shown once, and what comes of a file
//! is looked at alone.

use console::people::Role;
use domain::{Entries as _, Entry, EntryId, Origin, Over, SourceRecord};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::Place;
use crate::browser::Page;

const NEW: &str = "/sources/new?provider=casso";
const SHOP: &str = "/sources/casso/shop";

/// What Casso is answered that calls with this key, by a process that has just started.
async fn hook(place: &mut Place, secret: &str) -> u16 {
    place.world.restart();
    let mut headers = HeaderMap::new();
    headers.insert("secure-token", secret.parse().unwrap());
    let body = br#"{"error":0,"data":[{"id":92704,"tid":"FT1","description":"DH1","amount":5000,
        "cusum_balance":0,"when":"2026-01-02 10:11:12","bank_sub_acc_id":"123"}]}"#;
    let ack = place.world.hook(&Method::POST, "/hooks/casso/shop", &headers, body).await;
    ack.status.as_u16()
}

/// The secret that a page shows.
fn secret(page: &Page) -> String {
    let (_, rest) = page.text.split_once(r#"id="the-secret">"#).expect("a secret is shown");
    rest.split('<').next().unwrap().to_owned()
}

async fn source_records(place: &Place) -> Vec<Value> {
    let entries = place.directory.entries().await.unwrap();
    let of = |entry: &&Entry| matches!(entry.id, EntryId::Source(_));
    entries.iter().filter(of).map(|entry| serde_json::from_str(&entry.record).unwrap()).collect()
}

#[tokio::test]
async fn without_a_script_a_source_is_made_rotated_disabled_and_removed() {
    let mut place = Place::open();
    place.operator("mai", Role::Owner).await;
    let mut all = Vec::new();
    let made = {
        let browser = place.browser();
        browser.sign_in("mai", crate::browser::PASSWORD).await;
        assert!(browser.get("/sources").await.has("/sources/new"), "what to do next");
        let choices = browser.get("/sources/new").await;
        for provider in ["sepay", "casso", "thueapi", "abaha", "appotapay"] {
            assert!(choices.has(&format!("/sources/new?provider={provider}")), "{provider}");
        }
        let form = browser.get(NEW).await;
        for said in ["Key bảo mật", "https://hooks.example.com/hooks/casso/", "Thêm tích hợp"]
        {
            assert!(form.has(said), "{said} {}", form.text);
        }
        for (fields, fault) in [
            ([("name", "Á"), ("silence", "")], "chưa dùng được làm tên"),
            ([("name", "shop"), ("silence", "1m")], "hãy ghi off, hoặc từ 1h đến 14d"),
            ([("name", "shop"), ("code_pattern", "(")], "không phải biểu thức chính quy"),
        ] {
            let page = browser.post(NEW, &fields).await;
            assert_eq!(page.status, 400, "{fault}");
            assert!(page.has("aria-invalid=\"true\"") && page.has(fault), "{fault} {}", page.text);
            let typed = format!(r#"value="{}""#, fields[0].1);
            assert!(page.has(&typed), "what was typed stays: {}", page.text);
        }
        assert_eq!(source_records(&place).await, Vec::<Value>::new());
        let made = browser.post(NEW, &[("name", "shop"), ("code_pattern", "DH[0-9]+")]).await;
        assert_eq!(made.status, 200, "{}", made.text);
        assert_eq!(made.headers["cache-control"], "no-store");
        assert!(
            made.has(r#"<code class="whole">https://hooks.example.com/hooks/casso/shop</code>"#)
        );
        // In the field where it is to be pasted, and by itself.
        assert_eq!(made.text.matches(&secret(&made)).count(), 2, "{}", made.text);
        let again = browser.post(NEW, &[("name", "shop")]).await;
        assert_eq!(again.status, 400);
        assert!(again.has("đã có nguồn mang tên này") && !again.has("the-secret"));
        let first = browser.get(SHOP).await;
        assert!(first.has("Chưa có lời gọi") && first.has("DH[0-9]+"), "{}", first.text);
        all.extend([first.text, again.text]);
        made
    };
    let first = secret(&made);
    assert!(first.len() >= 40, "{first}");
    assert_eq!(hook(&mut place, &first).await, 200);

    let browser = place.browser();
    browser.sign_in("mai", crate::browser::PASSWORD).await;
    let shown = browser.get(SHOP).await;
    assert!(shown.has("Hoạt động") && !shown.has("Chưa có lời gọi"), "{}", shown.text);
    assert!(shown.has("/rotate") && !shown.has("/retire"), "{}", shown.text);
    assert_eq!(browser.post(&format!("{SHOP}/retire"), &[]).await.status, 409);
    let rotated = browser.post(&format!("{SHOP}/rotate"), &[]).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    let second = secret(&rotated);
    assert!(second != first && !rotated.has(&first));
    let back = "/language/en?back=%2Fsources%2Fcasso%2Fshop\"";
    assert!(rotated.has(back), "the other language is asked for by GET: {}", rotated.text);
    let both = browser.get(SHOP).await;
    assert!(both.has("/retire") && !both.has("/rotate"), "two are the most: {}", both.text);
    let third = browser.post(&format!("{SHOP}/rotate"), &[]).await;
    assert_eq!(third.status, 400);
    assert!(third.has("cùng lúc chỉ được nhận tối đa 2"), "{}", third.text);
    all.extend([both.text, third.text]);
    let cookies = browser.cookies.borrow().clone();
    assert_eq!(hook(&mut place, &first).await, 200);
    assert_eq!(hook(&mut place, &second).await, 200);

    let browser = place.browser();
    *browser.cookies.borrow_mut() = cookies.clone();
    browser.get(SHOP).await;
    let page = browser.post(&format!("{SHOP}/retire"), &[]).await;
    assert_eq!(page.leads_to(), format!("{SHOP}?done=retired"));
    assert!(browser.get(page.leads_to()).await.has("Bí mật đã bỏ không còn được nhận"));
    assert_eq!(hook(&mut place, &first).await, 401);
    assert_eq!(hook(&mut place, &second).await, 200);

    let browser = place.browser();
    *browser.cookies.borrow_mut() = cookies.clone();
    assert!(browser.get(SHOP).await.has("secure-token"), "why it was refused");
    let page = browser.post(&format!("{SHOP}/active"), &[("active", "0")]).await;
    assert_eq!(page.leads_to(), format!("{SHOP}?done=disabled"));
    assert!(browser.get("/sources").await.has("Đã tắt"));
    assert_eq!(hook(&mut place, &second).await, 404);

    let browser = place.browser();
    *browser.cookies.borrow_mut() = cookies;
    browser.get(SHOP).await;
    let page = browser.post(&format!("{SHOP}/active"), &[("active", "1")]).await;
    assert_eq!(page.leads_to(), format!("{SHOP}?done=enabled"));
    let form = browser.get(&format!("{SHOP}/edit")).await;
    assert!(form.has(r#"value="DH[0-9]+""#), "{}", form.text);
    let edit = format!("{SHOP}/edit");
    let wrong = browser.post(&edit, &[("silence", "soon"), ("code_pattern", "DH")]).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.has(r#"value="soon""#) && wrong.has("không phải khoảng thời gian"),
        "{}",
        wrong.text
    );
    let page = browser.post(&edit, &[("silence", "6h"), ("code_pattern", "")]).await;
    assert_eq!(page.leads_to(), format!("{SHOP}?done=changed"));
    let record = &source_records(&place).await[0];
    assert_eq!(
        (&record["silence"], &record["code_pattern"], &record["secrets"]),
        (&json!("6h"), &Value::Null, &json!([second]))
    );

    assert!(browser.get(&format!("{SHOP}/remove")).await.has("Không thể hoàn tác"));
    assert_eq!(source_records(&place).await.len(), 1, "asking removes nothing");
    let page = browser.post(&format!("{SHOP}/remove"), &[]).await;
    assert_eq!(page.leads_to(), "/sources?done=removed");
    assert_eq!(source_records(&place).await, Vec::<Value>::new());
    assert_eq!(browser.get(SHOP).await.status, 404);

    let changes = browser.get("/changes").await;
    for said in [
        "POST /sources/new",
        "name, code_pattern",
        "POST /sources/casso/shop/rotate",
        "POST /sources/casso/shop/retire",
        "POST /sources/casso/shop/active",
        "POST /sources/casso/shop/edit",
        "POST /sources/casso/shop/remove",
    ] {
        assert!(changes.has(said), "{said} {}", changes.text);
    }
    all.push(changes.text);
    all.push(browser.get("/sources").await.text);
    for text in all {
        assert!(!text.contains(&first) && !text.contains(&second), "shown twice: {text}");
    }
}

/// What was typed, whether a secret of ours is shown, and what the provider's page is to be told.
#[tokio::test]
async fn each_provider_is_asked_for_what_it_needs_and_told_what_it_needs() {
    let url = |rest: &str| format!("https://hooks.example.com/hooks/{rest}");
    type Fields = &'static [(&'static str, &'static str)];
    let cases: [(&str, Fields, u16, bool, Vec<String>); 10] = [
        ("casso", &[("api", "AK_1")], 200, true, vec![url("casso/a")]),
        ("casso", &[("secret", "said by me")], 200, false, vec![url("casso/a")]),
        ("abaha", &[], 200, true, vec![url("abaha/a/order"), "X-Abaha-Token".to_owned()]),
        ("abaha", &[("header", "X-Shop")], 200, true, vec!["X-Shop".to_owned()]),
        ("sepay", &[("auth", "api_key"), ("client_id", "x")], 200, true, vec![url("sepay/a")]),
        (
            "sepay",
            &[("auth", "oauth2"), ("client_id", "shop-1")],
            200,
            true,
            vec![url("sepay/a/token"), "shop-1".to_owned()],
        ),
        ("sepay", &[("auth", "hmac")], 400, false, vec!["nguồn này tự tạo bí mật".to_owned()]),
        ("sepay", &[("auth", "none"), ("secret", "x")], 200, false, vec![url("sepay/a")]),
        ("thueapi", &[], 400, false, vec!["nguồn này tự tạo bí mật".to_owned()]),
        ("appotapay", &[("secret", "theirs")], 200, false, vec!["notifyUrl".to_owned()]),
    ];
    for (provider, fields, status, ours, shown) in cases {
        let place = Place::open();
        let browser = place.signed_in(Role::Operator).await;
        let path = format!("/sources/new?provider={provider}");
        browser.get(&path).await;
        let fields = [&[("name", "a")], fields].concat();
        let page = browser.post(&path, &fields).await;
        assert_eq!(page.status, status, "{provider} {fields:?} {}", page.text);
        assert_eq!(page.has("the-secret"), ours, "{provider} {fields:?}");
        for said in shown {
            assert!(page.has(&said), "{provider} {said} {}", page.text);
        }
        assert!(!page.has("said by me") && !page.has("theirs"), "{provider}");
        let records = source_records(&place).await;
        assert_eq!(records.len(), usize::from(status == 200), "{provider} {fields:?}");
        if let Some((_, key)) = fields.iter().find(|(name, _)| *name == "api") {
            assert_eq!(records[0]["api"], json!({ "key": key }));
            let shown = browser.get("/sources/casso/a").await;
            assert!(shown.has("Có đối soát") && !shown.has(key), "{}", shown.text);
        }
    }
}

#[tokio::test]
async fn a_secret_of_the_providers_is_typed_and_not_shown_again() {
    let place = Place::open();
    let browser = place.signed_in(Role::Operator).await;
    let path = "/sources/new?provider=thueapi";
    browser.get(path).await;
    browser.post(path, &[("name", "a"), ("secret", "the first token")]).await;
    let one = "/sources/thueapi/a";
    let rotate = format!("{one}/rotate");
    let empty = browser.post(&rotate, &[("secret", " ")]).await;
    assert_eq!(empty.status, 400);
    assert!(empty.has("hãy nhập bí mật mới") && empty.has("aria-invalid"), "{}", empty.text);
    for token in ["the second token", "the third token"] {
        let page = browser.post(&rotate, &[("secret", token)]).await;
        assert_eq!(page.status, 200, "ThueAPI has several: {}", page.text);
        assert!(!page.has(token) && !page.has("the-secret"), "{}", page.text);
    }
    let record = &source_records(&place).await[0];
    let secrets = json!(["the third token", "the second token", "the first token"]);
    assert_eq!(record["secrets"], secrets);
    let shown = browser.get(one).await;
    assert!(shown.has("<dd>3</dd>") && shown.has("/rotate") && shown.has("/retire"));
    assert!(!shown.has(" token<"), "{}", shown.text);
}

#[tokio::test]
async fn what_comes_of_a_file_is_looked_at_alone() {
    let place = Place::open();
    let record = SourceRecord {
        provider: "casso".to_owned(),
        name: "shop".to_owned(),
        secrets: vec!["of the file".to_owned()],
        ..SourceRecord::default()
    };
    let entry = Entry::source(&record, Origin::File).unwrap();
    place.directory.put(&entry, Over::Nothing).await.unwrap();
    let browser = place.signed_in(Role::Owner).await;
    let page = browser.get(SHOP).await;
    assert!(page.has("Từ tệp cấu hình: chỉ xem") && !page.has("of the file"), "{}", page.text);
    let forms = page.text.matches("<form").count();
    assert_eq!(forms, 1, "signing out alone: {}", page.text);
    for (method, more) in [
        ("POST", "rotate"),
        ("POST", "retire"),
        ("POST", "active"),
        ("GET", "edit"),
        ("POST", "edit"),
        ("GET", "remove"),
        ("POST", "remove"),
    ] {
        let path = format!("{SHOP}/{more}");
        let page = match method {
            "GET" => browser.get(&path).await,
            _ => browser.post(&path, &[("active", "0"), ("silence", "6h")]).await,
        };
        assert_eq!(page.status, 409, "{method} {more}");
        assert!(page.has("nó đến từ tệp cấu hình"), "{more} {}", page.text);
    }
    browser.get(NEW).await;
    assert_eq!(browser.post(NEW, &[("name", "shop")]).await.status, 409);
    assert_eq!(place.directory.entries().await.unwrap(), [entry]);
}

#[tokio::test]
async fn a_viewer_sees_sources_and_no_button() {
    let place = Place::open();
    let token = place.owner().await;
    let body = r#"{"provider":"casso","name":"shop"}"#;
    assert_eq!(place.call(&token, "POST", "/api/v1/sources", body).await.status, 201);
    let viewer = place.signed_in(Role::Viewer).await;
    for path in ["/sources", SHOP] {
        let page = viewer.get(path).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text.matches("<form").count(), 1, "{path} {}", page.text);
        for more in ["/new", "/edit", "/remove"] {
            assert!(!page.has(&format!("{more}\"")), "{path} {more}");
        }
    }
}

#[tokio::test]
async fn a_thueapi_token_is_retired_by_pasting_it() {
    let place = Place::open();
    let browser = place.signed_in(Role::Operator).await;
    let new = "/sources/new?provider=thueapi";
    browser.get(new).await;
    let made = browser.post(new, &[("name", "a"), ("secret", "of account 1")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let path = "/sources/thueapi/a";
    assert!(!browser.get(path).await.has("/retire"), "one is none too many");
    browser.post(&format!("{path}/rotate"), &[("secret", "of account 2")]).await;
    let page = browser.get(path).await;
    assert!(page.has("Token không nhận nữa") && page.has("/rotate"), "{}", page.text);
    for (said, fault) in [
        ("", "hãy ghi token cần bỏ: mỗi tài khoản ngân hàng có một token riêng"),
        ("of account 3", "không phải bí mật của nguồn này"),
    ] {
        let page = browser.post(&format!("{path}/retire"), &[("secret", said)]).await;
        assert_eq!(page.status, 400);
        assert!(page.has(fault), "{}", page.text);
        let back = "/language/en?back=%2Fsources%2Fthueapi%2Fa\"";
        assert!(page.has(back), "the other language is asked for by GET: {}", page.text);
    }
    let page = browser.post(&format!("{path}/retire"), &[("secret", "of account 1")]).await;
    assert_eq!(page.leads_to(), format!("{path}?done=retired"));
    let records = source_records(&place).await;
    assert_eq!(records[0]["secrets"], serde_json::json!(["of account 2"]));
}
