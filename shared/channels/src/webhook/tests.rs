//! Requests and settings of webhook destinations; the parts are tested beside themselves.

use domain::{Event, Settings};
use http::HeaderName;

use super::*;
use crate::fixtures::{
    NOW, alarms_saying, destination_at, every_setting, id, job, secret, transfer, transfer_saying,
};

const URL: &str = "https://shop.example/hook?shop=1";
const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECOND: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn sent(event: &Event, settings: Settings) -> Request<Bytes> {
    let mut to = destination_at("webhook", URL);
    to.settings = Settings { endpoint: to.settings.endpoint, ..settings };
    let id = id(event, &to);
    match Webhook.request(&job(event, &to, &id)) {
        Ok(Outgoing::Http(request)) => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_signed_post_carries_standard_webhooks_headers() {
    let secrets = vec![secret(FIRST), secret(SECOND)];
    let event = transfer();
    let request =
        sent(&event, Settings { signing_secrets: secrets.clone(), ..Settings::default() });
    assert_eq!((request.method(), request.uri().to_string().as_str()), (&Method::POST, URL));
    let headers = request.headers();
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    let id = id(&event, &destination_at("webhook", URL));
    assert_eq!(headers["webhook-id"], id.as_str());
    assert_eq!(headers["webhook-timestamp"], NOW.to_string());
    let expected = signing::standard(&secrets, id.as_str(), &NOW.to_string(), request.body());
    assert_eq!(headers["webhook-signature"], expected.unwrap());
    assert_eq!(headers.len(), 4);
}

#[test]
fn a_get_has_the_fields_in_its_query_and_signs_an_empty_body() {
    let event = transfer();
    let settings = Settings {
        method: WebhookMethod::Get,
        signing_secrets: vec![secret(FIRST)],
        content_type: Some("multipart/form-data".to_owned()),
        ..Settings::default()
    };
    let request = sent(&event, settings);
    assert_eq!(request.method(), Method::GET);
    assert!(request.body().is_empty() && request.headers().get("content-type").is_none());
    assert!(request.uri().query().unwrap().starts_with("shop=1&key=casso%2Fshop%2F92704&"));
    let id = id(&event, &destination_at("webhook", URL));
    let expected = signing::standard(&[secret(FIRST)], id.as_str(), &NOW.to_string(), b"");
    assert_eq!(request.headers()["webhook-signature"], expected.unwrap());
}

#[test]
fn sepays_signature_is_over_the_bytes_that_are_sent() {
    let settings = || Settings {
        auth: DestinationAuth::SepayHmac(secret(FIRST)),
        headers: vec![(HeaderName::from_static("x-shop"), HeaderValue::from_static("1"))],
        ..Settings::default()
    };
    for (content_type, kind) in [
        (None, "application/json; charset=utf-8"),
        (Some("multipart/form-data"), "multipart/form-data; boundary=tingting-"),
        (Some("application/x-www-form-urlencoded"), "application/x-www-form-urlencoded"),
    ] {
        let content_type = content_type.map(str::to_owned);
        let request = sent(&transfer_saying("ế&\r\n"), Settings { content_type, ..settings() });
        let headers = request.headers();
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind));
        assert_eq!(headers["x-sepay-timestamp"], NOW.to_string());
        let expected = signing::sepay(&secret(FIRST), &NOW.to_string(), request.body());
        assert_eq!(headers["x-sepay-signature"], expected);
        assert_eq!(headers["x-shop"], "1");
        assert!(headers.get("webhook-signature").is_none());
    }
}

#[test]
fn an_alarm_is_data_like_any_event() {
    let event = &alarms_saying("403 <b>x</b>")[2].event("7", jiff::Timestamp::UNIX_EPOCH);
    let request = sent(event, Settings::default());
    let payload: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(
        payload,
        serde_json::json!({
            "type": "alarm",
            "timestamp": "1970-01-01T00:00:00Z",
            "data": {
                "key": "tingting/alarm/paused/sales/7",
                "provider": "tingting",
                "source": "alarm",
                "kind": "alarm",
                "test": false,
                "late": false,
                "received": "1970-01-01T00:00:00Z",
                "object": {
                    "alarm": "paused",
                    "destination": "sales",
                    "since": "2026-11-20T02:30:15Z",
                    "cause": "403 <b>x</b>",
                },
            },
        })
    );
}

#[test]
fn requests_at_once_are_as_many_as_set() {
    let mut to = destination_at("webhook", URL);
    assert_eq!(Webhook.pace(&to), Pace::Slots(10));
    to.settings.concurrency = Some(3);
    assert_eq!(Webhook.pace(&to), Pace::Slots(3));
}

#[test]
fn a_huge_event_is_still_a_request() {
    for method in [WebhookMethod::Post, WebhookMethod::Get] {
        let event = transfer_saying(&"ế\u{0}&=\n".repeat(60_000));
        let request = sent(&event, Settings { method, ..Settings::default() });
        assert!(request.uri().to_string().len() < 8000);
    }
}

#[test]
fn wrong_settings_are_named_with_a_remedy() {
    let header =
        |name: &'static str| (HeaderName::from_static(name), HeaderValue::from_static("1"));
    let with = |settings: Settings| {
        let mut to = destination_at("webhook", URL);
        to.settings = Settings { endpoint: to.settings.endpoint, ..settings };
        Webhook.check(&to)
    };
    let none = Settings::default;
    let key = |text: &str| DestinationAuth::ApiKey(secret(text));
    assert_eq!(with(none()), Ok(()));
    for (settings, error) in [
        (
            Settings { signing_secrets: vec![secret("whsec_AA==")], ..none() },
            "signing_secrets: a key of 1 bytes",
        ),
        (
            Settings { signing_secrets: vec![secret(FIRST); 3], ..none() },
            "signing_secrets: more than two",
        ),
        (Settings { content_type: Some("text/xml".to_owned()), ..none() }, "content_type: unknown"),
        (Settings { headers: vec![header("host")], ..none() }, "headers: host belongs"),
        (
            Settings { headers: vec![header("transfer-encoding")], ..none() },
            "headers: transfer-encoding belongs",
        ),
        (
            Settings { headers: vec![header("content-length")], ..none() },
            "headers: content-length belongs",
        ),
        (
            Settings { headers: vec![header("content-type")], ..none() },
            "headers: content-type has a key",
        ),
        (
            Settings { headers: vec![header("webhook-id")], ..none() },
            "headers: webhook-id is set by us",
        ),
        (Settings { headers: vec![header("x-a"); 21], ..none() }, "headers: more than 20"),
        (
            Settings { headers: vec![header("authorization")], auth: key("k"), ..none() },
            "headers: authorization is set by auth",
        ),
        (Settings { auth: key("a\nb"), ..none() }, "auth: a credential has characters"),
        (
            Settings {
                auth: DestinationAuth::Header {
                    name: header("webhook-signature").0,
                    value: secret("v"),
                },
                ..none()
            },
            "auth: webhook-signature is set by us",
        ),
        (
            Settings {
                auth: DestinationAuth::OAuth2 {
                    token_url: Url::parse("https://u:p@shop.example/").unwrap(),
                    client_id: "c".to_owned(),
                    client_secret: secret("s"),
                },
                ..none()
            },
            "auth.token_url: has a user name",
        ),
    ] {
        let said = with(settings).unwrap_err().to_string();
        assert!(said.starts_with(error), "{said:?}, not {error:?}");
    }
    for (key, settings) in every_setting().into_iter().filter(|(key, _)| !KEYS.contains(key)) {
        let expected = "the channel webhook has no use for it; remove it";
        assert_eq!(with(settings), Err(Fault::new(key, expected)));
    }
    let mut titled = destination_at("webhook", URL);
    titled.title_in = Some("Tiền vào".to_owned());
    assert_eq!(
        Webhook.check(&titled),
        Err(Fault::new("title_in", "a webhook has no titles; remove it"))
    );
    let mut summed = destination_at("webhook", URL);
    summed.summary = domain::SummaryAt::parse("21:00").ok();
    assert_eq!(
        Webhook.check(&summed),
        Err(Fault::new("summary", "a webhook gets none, only chats do; remove it"))
    );
}

#[test]
fn any_host_over_tls_is_a_webhooks_own() {
    for (url, own) in [
        ("https://shop.example/", true),
        ("https://shop.example:8443/", true),
        ("https://shop.example:444/", false),
        ("http://shop.example/", false),
    ] {
        assert_eq!(Webhook.is_own_host(&Url::parse(url).unwrap()), own, "{url}");
    }
    assert_eq!(Webhook.host(&destination_at("webhook", URL)).unwrap().as_str(), URL);
}
