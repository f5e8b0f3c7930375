//! Messages and settings of Slack destinations; answers are tested beside their table.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{
    destination, destination_at, digest_of, english, every_setting, hostile, id, job,
    members_saying, named_by, own_messages, summary_saying, summary_told, transfer,
    transfer_saying,
};
use crate::text::units;

const URL: &str = "https://hooks.slack.com/services/T0/B0/secret";

fn message(text: &str) -> Value {
    let message = crate::fixtures::message(&transfer_saying(text), &destination("slack"));
    serde_json::from_str(&body(&message)).unwrap()
}

/// Whether each line begins as a digest's or a summary's do, or is its last.
fn is_list(text: &str) -> bool {
    let mut lines = text.lines();
    let last = lines.next_back().unwrap();
    let begins = [
        "09:3",
        "21/11 09:3",
        "20/11 ",
        "+",
        "Theo tài",
        "By acc",
        "Không gửi",
        "Failed:",
        "Đang giữ",
        "Held:",
        "Nơi nhận khác:",
        "Other dest",
        "erp: ",
        "kho: ",
        "và ",
        "and ",
    ];
    let member = |line: &str| begins.iter().any(|begin| line.starts_with(begin));
    lines.all(member) && (member(last) || last.starts_with("và ") || last.starts_with("and "))
}

/// Holds a message to everything that Slack's pages ask, with every limit halved.
fn assert_legal(message: &Value) {
    let blocks = message["blocks"].as_array().unwrap();
    assert!((1..=50).contains(&blocks.len()));
    let mut total = 0;
    for block in blocks {
        let (objects, limit) = match block["type"].as_str() {
            Some("header") => (vec![&block["text"]], 75),
            Some("section") if block["fields"].is_array() => {
                (block["fields"].as_array().unwrap().iter().collect(), 1000)
            }
            Some("section") => (vec![&block["text"]], 1500),
            other => panic!("no block {other:?} is meant to be here"),
        };
        assert!((1..=10).contains(&objects.len()));
        for object in objects {
            let text = object["text"].as_str().unwrap();
            assert!((1..=limit).contains(&units(text)), "{text}");
            total += units(text);
            if object["type"] == "mrkdwn" {
                let digits = text
                    .replace("USD", "")
                    .chars()
                    .all(|c| c.is_ascii_digit() || "*+-., ₫·".contains(c));
                assert!(digits && object["verbatim"] == json!(true), "{text}");
                assert_eq!(object.get("emoji"), None, "not allowed on mrkdwn");
            } else {
                assert_eq!(
                    (&object["type"], &object["emoji"]),
                    (&json!("plain_text"), &json!(false))
                );
                assert!(!text.contains('\n') || (block["text"] == *object && is_list(text)));
            }
        }
    }
    assert!(total < 6600, "half of the 13 200 at which Slack was seen to fail");
    let text = message["text"].as_str().unwrap();
    assert!(units(text) <= 20_000 && !text.contains(['<', '>']));
    assert!(
        text.split('&')
            .skip(1)
            .all(|rest| { ["amp;", "lt;", "gt;"].iter().any(|entity| rest.starts_with(entity)) })
    );
    for (key, value) in [
        ("mrkdwn", json!(false)),
        ("parse", json!("none")),
        ("unfurl_links", json!(false)),
        ("unfurl_media", json!(false)),
    ] {
        assert_eq!(message[key], value, "{key}");
    }
    assert_eq!(message.get("link_names"), None);
}

#[test]
fn a_transfer_as_slack_gets_it() {
    let (event, to) = (transfer(), destination_at("slack", URL));
    let id = id(&event, &to);
    let Ok(Outgoing::Http(request)) = Slack.request(&job(&event, &to, &id)) else { panic!() };
    assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", URL));
    assert_eq!(request.headers()["content-type"], "application/json; charset=utf-8");
    let message: Value = serde_json::from_slice(request.body()).unwrap();
    assert_legal(&message);
    assert_eq!(message["blocks"][0]["text"]["text"], "Tiền vào · tingting");
    assert_eq!(message["blocks"][1]["text"]["text"], "*+1.250.000 ₫*");
    assert_eq!(message["blocks"][2]["fields"][2]["text"], "Nội dung: DH1042 chuyen tien");
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("Tiền vào · tingting: +1.250.000 ₫\nTài khoản: "), "{text}");
}

#[test]
fn hostile_memos_mention_link_and_format_nothing() {
    for memo in hostile() {
        assert_legal(&message(&memo));
    }
    for memo in hostile() {
        for own in own_messages(&memo, &destination("slack")) {
            assert_legal(&serde_json::from_str(&body(&own)).unwrap());
        }
    }
    let message = message("<!channel> & *x*");
    assert_eq!(message["blocks"][2]["fields"][2]["text"], "Nội dung: <!channel> & *x*");
    assert!(message["text"].as_str().unwrap().contains("&lt;!channel&gt; &amp; *x*"));
}

#[test]
fn a_digest_has_the_lines_that_fit_and_says_how_many_do_not() {
    let sent = |n: usize| -> Value {
        let members = members_saying(n, "DH1042 <chuyen> tien");
        serde_json::from_str(&body(&digest_of(&members, &destination("slack")))).unwrap()
    };
    let message = sent(6);
    assert_eq!(message["blocks"].as_array().unwrap().len(), 4);
    assert_eq!(message["blocks"][0]["text"]["text"], "6 sự kiện · tingting");
    assert_eq!(message["blocks"][1]["text"]["text"], "*+5.000.000 ₫ · -1.250.000 ₫*");
    let text = message["blocks"][3]["text"]["text"].as_str().unwrap();
    assert_eq!(text.lines().count(), 6);
    assert_eq!(text.lines().next(), Some("09:30 +1.250.000 ₫ · …tien · “DH1042 <chuyen> tien”"));
    assert!(!message["text"].as_str().unwrap().contains("chuyen"), "the lines are in the blocks");

    let message = sent(200);
    let lists = message["blocks"].as_array().unwrap()[3..].iter();
    let lines: Vec<&str> =
        lists.flat_map(|b| b["text"]["text"].as_str().unwrap().lines()).collect();
    let left: usize = 200 - (lines.len() - 1);
    assert_eq!(lines.last().copied(), Some(format!("và {left} sự kiện khác").as_str()));
    assert!((60..90).contains(&lines.len()), "{}", lines.len());
}

#[test]
fn one_message_a_second() {
    let Pace::Limits(limits) = Slack.pace(&destination_at("slack", URL)) else { panic!() };
    assert_eq!(limits, [Limit { count: 1, per: Duration::from_secs(1) }]);
}

#[test]
fn wrong_settings_are_named_with_a_remedy() {
    assert_eq!(Slack.check(&destination_at("slack", URL)), Ok(()));
    assert_eq!(Slack.check(&destination_at("slack", "http://127.0.0.1:9/x")), Ok(()));
    for (endpoint, error) in [
        ("https://hooks.slack.com/", "endpoint: incomplete"),
        ("https://hooks.slack.com/triggers/T/1/x", "endpoint: starts a workflow"),
        ("https://hooks.slack.com/workflows/T/A/1/x", "endpoint: starts a workflow"),
        ("C012AB3CD", "endpoint: not a URL"),
    ] {
        let said = Slack.check(&destination_at("slack", endpoint)).unwrap_err().to_string();
        assert!(said.starts_with(error), "{endpoint}: {said}");
    }
    for (key, settings) in every_setting().into_iter().skip(1) {
        let mut to = destination_at("slack", URL);
        to.settings = domain::Settings { endpoint: to.settings.endpoint, ..settings };
        let expected = "the channel slack has no use for it; remove it";
        assert_eq!(Slack.check(&to), Err(Fault::new(key, expected)));
    }
}

#[test]
fn the_host_is_the_endpoints() {
    let host = Slack.host(&destination_at("slack", URL)).unwrap();
    assert!(Slack.is_own_host(&host));
    assert!(Slack.is_own_host(&Url::parse("https://hooks.slack-gov.com/services/T/B/x").unwrap()));
    assert!(!Slack.is_own_host(&Url::parse("https://slack.com/x").unwrap()));
}

#[test]
fn a_summary_has_its_figures_in_fields_and_its_particulars_below() {
    let members = named_by("DH1042 <a> & b", "NGUYEN VAN A");
    for (to, title, first, last) in [
        (
            destination("slack"),
            "Tổng kết 24 giờ đến 21:00 ngày 21/11/2026 · tingting",
            "Theo tài khoản:",
            "và 4 nơi nhận khác",
        ),
        (
            english(),
            "Summary of the 24 hours to 21:00 on 21/11/2026 · tingting",
            "By account:",
            "and 4 more destinations",
        ),
    ] {
        let told: Value =
            serde_json::from_str(&body(&summary_told(&summary_saying(), &members, &to))).unwrap();
        assert_legal(&told);
        let blocks = &told["blocks"];
        assert_eq!(blocks[0]["text"]["text"], title);
        assert_eq!(blocks[2]["fields"].as_array().unwrap().len(), 8);
        let list: Vec<&str> = blocks[3]["text"]["text"].as_str().unwrap().lines().collect();
        assert_eq!((list[0], list[list.len() - 1], list.len()), (first, last, 15));
        assert!(list[5].contains("“DH1042 <a> & b”"), "raw, in plain text: {}", list[5]);
        assert!(told["text"].as_str().unwrap().contains("“DH1042 &lt;a&gt; &amp; b”"));
    }
}

proptest! {
    #[test]
    fn no_text_breaks_a_message(text in any::<String>()) {
        assert_legal(&message(&text));
        let members = members_saying(9, &text);
        let digest = body(&digest_of(&members, &destination("slack")));
        assert_legal(&serde_json::from_str(&digest).unwrap());
    }
}
