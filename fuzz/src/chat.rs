//! What must hold of every message to a chat, whatever strangers wrote: the product's own shape and
//! limits, and nothing that formats, links, mentions or forges a line.

use domain::clean;
use serde_json::{Value, json};

/// A length as every vendor may count it.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// One line of text: no control, no line break, nothing invisible or turned around.
fn assert_line(text: &str) {
    assert_eq!(clean(text), text, "not a clean line");
}

/// A digest's list has a line for each member and one for how many more; any other text is one line.
fn assert_lines(text: &str, most: usize) {
    assert!(text.split('\n').count() <= most, "more lines than {most}: {text:?}");
    text.split('\n').for_each(assert_line);
}

/// Only the three entities, and no bare angle bracket.
fn assert_escaped(text: &str) {
    assert!(!text.contains(['<', '>']), "{text:?}");
    for rest in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;"].iter().any(|e| rest.starts_with(e)), "{text:?}");
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

/// Slack: strangers' words in `plain_text` alone, every limit halved (Slack's Block Kit reference).
/// `lines`: how many one text may have.
pub fn assert_slack(message: &Value, lines: usize) {
    let blocks = array(&message["blocks"]);
    assert!((1..=50).contains(&blocks.len()));
    let (mut total, mut fields) = (0, 0);
    for block in blocks {
        let (objects, limit) = match (text(&block["type"]), block.get("fields")) {
            ("header", None) => (std::slice::from_ref(&block["text"]), 75),
            ("section", None) => (std::slice::from_ref(&block["text"]), 1500),
            ("section", Some(list)) => {
                fields += array(list).len();
                (array(list), 1000)
            }
            other => panic!("{other:?}"),
        };
        assert!((1..=10).contains(&objects.len()));
        for object in objects {
            total += assert_slack_text(object, limit, lines);
        }
    }
    assert!(total < 6600, "{total}");
    let fallback = text(&message["text"]);
    assert!(units(fallback) <= 20_000 && fallback.split('\n').count() <= fields + lines);
    assert_escaped(fallback);
    fallback.split('\n').for_each(assert_line);
    assert_eq!((&message["mrkdwn"], &message["parse"]), (&json!(false), &json!("none")));
    let unfurl = (&message["unfurl_links"], &message["unfurl_media"]);
    assert_eq!(unfurl, (&json!(false), &json!(false)));
}

fn assert_slack_text(object: &Value, limit: usize, lines: usize) -> usize {
    let said = text(&object["text"]);
    assert!((1..=limit).contains(&units(said)), "{said:?}");
    assert_lines(said, lines);
    if object["type"] == "mrkdwn" {
        let amount = said.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
        let ours = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || "+-., ₫…".contains(c);
        assert!(amount.is_some_and(|a| a.chars().all(ours)), "{said:?}");
    } else {
        assert_eq!((&object["type"], &object["emoji"]), (&json!("plain_text"), &json!(false)));
    }
    units(said)
}

/// Telegram: each line our label and one marked value, or one bold line (Bot API, "HTML style").
/// A digest's list stands in one `<pre>`, of at most so many lines.
pub fn assert_telegram(message: &Value, lines: usize) {
    assert_eq!(
        (&message["parse_mode"], &message["chat_id"]),
        (&json!("HTML"), &json!(-1_001_234_567_890_i64))
    );
    assert_eq!(message["link_preview_options"]["is_disabled"], true);
    let html = text(&message["text"]);
    let (mut length, mut entities) = (0, 0);
    let (facts, list) = html.split_once("\n<pre>").unwrap_or((html, ""));
    if !list.is_empty() {
        let list = list.strip_suffix("</pre>").expect("the list ends the message");
        assert_escaped(list);
        let list = unescaped(list);
        assert_lines(&list, lines);
        (length, entities) = (units(&list) + 1, 1);
    }
    for line in facts.split('\n') {
        let (open, close) =
            if line.starts_with("<b>") { ("<b>", "</b>") } else { ("<code>", "</code>") };
        let (label, marked) = line.split_once(open).expect("a mark in every line");
        let value = marked.strip_suffix(close).expect("which ends with it");
        assert!(!value.is_empty() && (label.is_empty() || label.ends_with(": ")), "{line:?}");
        assert!(label.trim_end_matches(": ").chars().all(|c| c.is_alphabetic() || c == ' '));
        assert_escaped(value);
        let value = unescaped(value);
        assert_line(&value);
        length += units(label) + units(&value) + 1;
        entities += 1;
    }
    assert!(entities <= 90 && length <= 4097, "{entities} entities, {length} units");
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Lark: markdown holds our labels, all else is `plain_text`; 20 000 bytes (Lark's bot guide).
pub fn assert_lark(body: &[u8], message: &Value, lines: usize) {
    assert!(body.len() <= 20_000, "{} bytes", body.len());
    assert_eq!(message["msg_type"], "interactive");
    let card = &message["card"];
    assert_eq!(
        (&card["schema"], &card["header"]["title"]["tag"]),
        (&json!("2.0"), &json!("plain_text"))
    );
    assert_line(text(&card["header"]["title"]["content"]));
    assert_line(text(&card["config"]["summary"]["content"]));
    let elements = array(&card["body"]["elements"]);
    assert!((1..=200).contains(&elements.len()));
    for element in elements {
        match text(&element["tag"]) {
            "markdown" => {
                let label = text(&element["content"]).strip_prefix("**");
                let label = label.and_then(|rest| rest.strip_suffix("**")).expect("bold");
                assert!(label.chars().all(|c| c.is_alphabetic() || c == ' '), "{label:?}");
            }
            "div" => {
                assert_eq!(element["text"]["tag"], "plain_text");
                assert_lines(text(&element["text"]["content"]), lines);
            }
            other => panic!("{other:?}"),
        }
    }
}
