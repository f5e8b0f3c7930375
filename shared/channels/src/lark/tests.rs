//! Messages and settings of Lark destinations; answers are tested beside their table.

use domain::Notification;
use proptest::prelude::*;

use super::*;
use crate::fixtures::{
    NOW, alarms_saying, destination, destination_at, digest_of, english, every_setting, hostile,
    id, job, members_saying, named_by, own_messages, secret, summary_saying, summary_told, told,
    transfer, transfer_saying,
};

const URL: &str = "https://open.larksuite.com/open-apis/bot/v2/hook/token";

fn text_of(memo: &str) -> String {
    body(&crate::fixtures::message(&transfer_saying(memo), &destination("lark")), None)
}

/// Markdown holds our labels and nothing else; all other texts are plain; the size is Lark's.
fn assert_legal(text: &str) {
    assert!(text.len() <= 20_000, "{} bytes", text.len());
    let message: Value = serde_json::from_str(text).unwrap();
    assert_eq!(message["msg_type"], "interactive");
    let card = &message["card"];
    assert_eq!(card["schema"], "2.0");
    assert_eq!(card["header"]["title"]["tag"], "plain_text");
    let elements = card["body"]["elements"].as_array().unwrap();
    assert!(elements.len() <= 200);
    for element in elements {
        match element["tag"].as_str() {
            Some("markdown") => {
                let label = element["content"].as_str().unwrap();
                let inner = label.strip_prefix("**").and_then(|l| l.strip_suffix("**")).unwrap();
                assert!(inner.chars().all(|c| c.is_alphabetic() || c == ' '), "{inner}");
            }
            Some("div") => {
                assert_eq!(element["text"]["tag"], "plain_text");
                assert!(!element["text"]["content"].as_str().unwrap().contains('\n'));
            }
            other => panic!("no element {other:?} is meant to be here"),
        }
    }
}

#[test]
fn signatures_are_those_of_larks_own_algorithm() {
    for (timestamp, secret, expected) in [
        ("1599360473", "demo", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
        ("0", "", "53Dh/MqIJzmbXR1ky1eoAPGAmY2mY/DJucsfzM60KVk="),
    ] {
        assert_eq!(sign(timestamp, secret), expected);
    }
    // DingTalk signs the same string the other way round.
    assert_ne!(sign("1599360473", "demo"), "DkEDUyVoOOJ539qBvUgMyzkzIdRWlf4e/V3Rq+ONJnQ=");
}

#[test]
fn a_transfer_as_lark_gets_it() {
    let (event, mut to) = (transfer(), destination_at("lark", URL));
    let id = id(&event, &to);
    let sent = |to: &Destination| -> Value {
        let Ok(Outgoing::Http(request)) = Lark.request(&job(&event, to, &id)) else { panic!() };
        assert_eq!(request.uri().to_string(), URL);
        serde_json::from_slice(request.body()).unwrap()
    };
    let message = sent(&to);
    assert_eq!(message.get("sign"), None);
    let card = &message["card"];
    assert_eq!(card["header"]["title"]["content"], "Tiền vào · tingting");
    assert_eq!(card["header"]["template"], "green");
    assert_eq!(card["config"]["summary"]["content"], "Tiền vào · tingting: +1.250.000 ₫");
    let elements = card["body"]["elements"].as_array().unwrap();
    assert_eq!(elements[0]["text"]["content"], "+1.250.000 ₫");
    assert_eq!(elements[5]["content"], "**Nội dung**");
    assert_eq!(elements[6]["text"]["content"], "DH1042 chuyen tien");
    assert!(elements.last().unwrap()["text"]["content"].as_str().unwrap().contains("tingting"));

    to.settings.secret = Some(secret("demo"));
    let message = sent(&to);
    assert_eq!(message["timestamp"], NOW.to_string());
    assert_eq!(message["sign"], sign(&NOW.to_string(), "demo"));
}

#[test]
fn hostile_memos_stay_text() {
    for memo in hostile() {
        assert_legal(&text_of(&memo));
        for own in own_messages(&memo, &destination("lark")) {
            assert_legal(&body(&own, Some((&secret("demo"), Timestamp::UNIX_EPOCH))));
        }
    }
    let message: Value = serde_json::from_str(&text_of("<at id=all></at>")).unwrap();
    assert_eq!(message["card"]["body"]["elements"][6]["text"]["content"], "<at id=all></at>");
}

#[test]
fn what_does_not_fit_is_left_out() {
    let lines = vec![("Nội dung", "ế\\".repeat(1000)); 50];
    let said = Notification { title: "x".to_owned(), amount: None, lines };
    let message = Message { said, tone: Tone::Plain, advice: None, list: None };
    let text = body(&message, None);
    assert_legal(&text);
    assert!(text.len() > 14_000, "as much as fits: {}", text.len());
}

#[test]
fn a_digest_fills_the_card_with_lines_and_counts_the_rest() {
    for (text, n, shown) in [("a", 6, 6), ("a", 200, 190), ("\\\"ế".repeat(90).as_str(), 200, 89)]
    {
        let sent = body(&digest_of(&members_saying(n, text), &destination("lark")), None);
        assert_legal(&sent);
        let message: Value = serde_json::from_str(&sent).unwrap();
        let elements = message["card"]["body"]["elements"].as_array().unwrap();
        let said = |element: &Value| element["text"]["content"].as_str().unwrap().to_owned();
        let lines: Vec<String> = elements[9..].iter().map(said).collect();
        let members = lines.iter().filter(|line| line.starts_with("09:3")).count();
        assert_eq!(members, shown, "{n} of {text:.9}");
        if shown < n {
            assert_eq!(lines.last(), Some(&format!("và {} sự kiện khác", n - shown)));
            assert!(sent.len() > 18_000, "as many as fit: {}", sent.len());
        }
    }
}

#[test]
fn an_alarm_is_red_and_its_end_is_green() {
    let colour = |alarm: &domain::Alarm| -> Value {
        let sent = body(&told(alarm, &destination("lark")), None);
        serde_json::from_str::<Value>(&sent).unwrap()["card"]["header"]["template"].clone()
    };
    let alarms = alarms_saying("x");
    assert_eq!((colour(&alarms[0]), colour(&alarms[3])), (json!("red"), json!("green")));
}

#[test]
fn five_a_second_and_a_hundred_a_minute() {
    let Pace::Limits(limits) = Lark.pace(&destination_at("lark", URL)) else { panic!() };
    let limits: Vec<_> = limits.iter().map(|limit| (limit.count, limit.per.as_secs())).collect();
    assert_eq!(limits, [(5, 1), (100, 60)]);
}

#[test]
fn wrong_settings_are_named_with_a_remedy() {
    for url in [URL, "https://open.feishu.cn/open-apis/bot/v2/hook/x", "http://127.0.0.1:9/x"] {
        assert_eq!(Lark.check(&destination_at("lark", url)), Ok(()), "{url}");
    }
    for (url, error) in [
        ("https://open.larksuite.com/open-apis/bot/hook/x", "endpoint: a bot of version 1"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/", "endpoint: not a custom bot's URL"),
        ("https://open.feishu.cn/", "endpoint: not a custom bot's URL"),
    ] {
        let said = Lark.check(&destination_at("lark", url)).unwrap_err().to_string();
        assert!(said.starts_with(error), "{url}: {said}");
    }
    for (key, settings) in
        every_setting().into_iter().filter(|(k, _)| *k != "endpoint" && *k != "secret")
    {
        let mut to = destination_at("lark", URL);
        to.settings = domain::Settings { endpoint: to.settings.endpoint, ..settings };
        let expected = "the channel lark has no use for it; remove it";
        assert_eq!(Lark.check(&to), Err(Fault::new(key, expected)));
    }
    assert!(Lark.is_own_host(&Lark.host(&destination_at("lark", URL)).unwrap()));
}

#[test]
fn a_summary_has_a_line_for_each_thing_and_is_red_where_something_failed() {
    let members = named_by("<at id=all></at> **x**", "NGUYEN VAN A");
    for (to, title, last) in [
        (
            destination("lark"),
            "Tổng kết 24 giờ đến 21:00 ngày 21/11/2026 · tingting",
            "và 4 nơi nhận khác",
        ),
        (
            english(),
            "Summary of the 24 hours to 21:00 on 21/11/2026 · tingting",
            "and 4 more destinations",
        ),
    ] {
        let told = body(&summary_told(&summary_saying(), &members, &to), None);
        let card = &serde_json::from_str::<Value>(&told).unwrap()["card"];
        assert_eq!(card["header"]["title"]["content"], title);
        assert_eq!(card["header"]["template"], "red");
        let elements = card["body"]["elements"].as_array().unwrap();
        // The amount, a label and a value for each of eight facts, and fifteen lines.
        assert_eq!(elements.len(), 1 + 2 * 8 + 15);
        assert_eq!(elements[elements.len() - 1]["text"]["content"], last);
        for element in elements {
            let plain = element["text"]["tag"] == "plain_text";
            let ours = element["tag"] == "markdown" && !element.to_string().contains("<at");
            assert!(plain || ours, "{element}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_breaks_a_message(memo in any::<String>()) {
        assert_legal(&text_of(&memo));
        assert_legal(&body(&digest_of(&members_saying(9, &memo), &destination("lark")), None));
    }
}
