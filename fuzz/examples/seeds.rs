//! Writes the first inputs of every target from the vectors: `cargo run --example seeds -- FOLDER`.
//! Not the corpus itself, which is what remains of these when it is minimized.

use std::fs;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

/// Longer ones only slow a target down: what matters about a length is a vector.
const LONGEST: usize = 6000;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder to write to"));
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    for provider in list(&vectors) {
        for file in list(&provider) {
            let text = fs::read_to_string(&file).expect("a vector");
            let vector: Value = serde_json::from_str(&text).expect("which is JSON");
            let name = file.file_stem().expect("with a name").to_string_lossy().into_owned();
            let target = provider.file_name().expect("a folder").to_string_lossy().into_owned();
            write(&folder, &target, &name, input(&target, &vector["request"]));
            let inner = inside(&body(&vector["request"]));
            write(&folder, &target, &format!("{name}-inside"), inner);
            write(&folder, "stored", &format!("{target}-{name}"), text_of(&vector["source"]));
        }
    }
    stored(&folder);
    listings(&folder);
    messages(&folder);
    answers(&folder);
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("its entry").path()).collect()
}

fn write(folder: &Path, target: &str, name: &str, input: impl AsRef<[u8]>) {
    if (1..=LONGEST).contains(&input.as_ref().len()) {
        let folder = folder.join(target);
        fs::create_dir_all(&folder).expect("a folder can be made");
        fs::write(folder.join(name), input).expect("and a file in it");
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The input by which a target makes this request.
fn input(target: &str, request: &Value) -> Vec<u8> {
    let headers = request["headers"].as_array().expect("headers");
    let header = |name: &str| {
        let found = headers.iter().find(|h| text_of(&h[0]).eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |header| text_of(&header[1]))
    };
    let head = match target {
        "abaha" => text_of(&request["tail"]),
        "thueapi" => text_of(&request["query"]),
        "sepay" if header("content-type").is_empty() => header("authorization"),
        "sepay" => header("content-type"),
        _ => return body(request),
    };
    let head = if head == "null" { String::new() } else { head };
    [head.as_bytes(), b"\n", &body(request)].concat()
}

fn body(request: &Value) -> Vec<u8> {
    match (request["body"].as_str(), request["body_base64"].as_str()) {
        (Some(text), _) => text.into(),
        (None, Some(text)) => BASE64_STANDARD.decode(text).expect("Base64"),
        (None, None) => Vec::new(),
    }
}

/// The JSON in AppotaPay's `data`; nothing where there is none.
fn inside(body: &[u8]) -> Vec<u8> {
    let envelope: Value = serde_json::from_slice(body).unwrap_or_default();
    BASE64_STANDARD.decode(envelope["data"].as_str().unwrap_or_default()).unwrap_or_default()
}

/// Everything in the golden files that is itself an object.
fn stored(folder: &Path) {
    fn each(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.push(value.to_string());
                members.values().for_each(|member| each(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| each(item, found)),
            Value::String(text) => {
                if let Ok(value @ Value::Object(_)) = serde_json::from_str(text) {
                    found.push(text.clone());
                    each(&value, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    for file in list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden")) {
        let text = fs::read_to_string(file).expect("a golden file");
        each(&serde_json::from_str(&text).expect("which is JSON"), &mut found);
    }
    for (n, text) in found.iter().filter(|text| text.starts_with('{')).enumerate() {
        write(folder, "stored", &format!("golden-{n}"), text);
    }
}

fn listings(folder: &Path) {
    let row = json!({
        "id": 92704, "amount": 250000, "amount_in": "250000.00", "amount_out": "0.00",
        "description": "DH1042", "transaction_content": "DH1042", "cusumBalance": 18067000,
        "accumulated": "18067000.00", "bankSubAccId": "1017588888", "account_number": "1017588888",
        "when": "2026-11-20T09:30:15.000Z", "transaction_date": "2026-11-20 09:30:15",
    });
    let pages = json!({ "page": 1, "totalPages": 2, "nextPage": 2, "records": [row, row] });
    let meta = json!({ "pagination": { "current_page": 1, "last_page": 2 } });
    let round = "2026-11-20T02:30:17Z 2026-11-18 2";
    let late = "2026-11-20T02:30:17Z 2026-11-18 4294967295";
    let walk = json!({ "since": 90000, "by_date": 1_795_140_000, "at": null }).to_string();
    for (n, answer) in [
        json!({ "error": 0, "message": "success", "data": pages }).to_string(),
        json!({ "error": 401, "message": "Unauthorized", "data": null }).to_string(),
        json!({ "status": 200, "error": null, "transactions": [row, row] }).to_string(),
        json!({ "status": "success", "data": [row], "meta": meta }).to_string(),
        json!({ "access_token": "a", "expires_in": 3600, "refresh_token": "r" }).to_string(),
        r#"*{"id":9,"amount_in":"5","transaction_date":"2026-11-20 09:30:15"}"#.to_owned(),
        r##"*{"id":9#,"amount_in":"5","transaction_date":"2026-11-20 09:30:15"}"##.to_owned(),
        r#"*{"id":9%,"amount_out":"5","transaction_date":"2026-11-20 09:30:15"}"#.to_owned(),
    ]
    .iter()
    .enumerate()
    {
        for (cursor, name) in [("", "first"), (round, "round"), (late, "late"), (&*walk, "walk")] {
            write(folder, "listings", &format!("{n}-{name}"), format!("{cursor}\n{answer}"));
        }
    }
}

fn messages(folder: &Path) {
    let memos = [
        "DH1042 chuyen tien",
        "<!channel> <@U012AB3CD> <https://evil.example|Vietcombank>",
        "<at id=all></at> </code><b>x</b>&nbsp;&lt; 1 < 2 && \"'",
        "x\nSố tiền: 9.000.000 ₫\r\n\u{2028}Nội dung: giả",
        "\u{202E}000.1\u{202C} \u{200B}\u{FEFF}\u{0}\u{FFFE}",
        "a\u{301}\u{302} 👨‍👩‍👧🇻🇳 مرحبا",
        "2026-11-22T10:00:00+07:00",
    ];
    for kind in 0..20_u8 {
        let memo = memos[usize::from(kind) % memos.len()];
        let rest = memos.map(str::as_bytes).join(&0xFF);
        let input = [&[kind, kind.wrapping_mul(37)], memo.as_bytes(), b"\xFF", &rest].concat();
        write(folder, "messages", &format!("kind-{kind}"), input);
    }
}

fn answers(folder: &Path) {
    let telegram = |code: u16, more: Value| {
        json!({ "ok": false, "error_code": code, "description": "Bad Request: chat not found",
                "parameters": more })
        .to_string()
    };
    let answers = [
        (200, "ok".to_owned()),
        (200, r#"{"ok":true,"result":{"message_id":7}}"#.to_owned()),
        (200, r#"{"code":0,"msg":"success"}"#.to_owned()),
        (200, r#"{"StatusCode":0,"StatusMessage":"success"}"#.to_owned()),
        (200, r#"{"code":9499,"msg":"too many requests"}"#.to_owned()),
        (200, r#"{"code":19021,"msg":"sign match fail"}"#.to_owned()),
        (200, r#"{"success":true}"#.to_owned()),
        (200, r#"{"access_token":"a","token_type":"Bearer","expires_in":3600}"#.to_owned()),
        (400, telegram(400, json!({ "migrate_to_chat_id": -1009 }))),
        (429, telegram(429, json!({ "retry_after": 35 }))),
        (429, telegram(429, json!({ "retry_after": 1_209_600 }))),
        (403, telegram(403, json!({}))),
        (404, "no_service".to_owned()),
        (410, "channel_is_archived".to_owned()),
        (500, "rollup_error".to_owned()),
        (502, "<html>".to_owned()),
    ];
    for (n, (status, body)) in answers.iter().enumerate() {
        let [high, low] = u16::to_be_bytes(status - 100);
        for (wait, flags) in [("", 0), ("7", 4), ("Sun, 06 Nov 2026 08:49:37 GMT", 12)] {
            let input = [&[high | flags, low], wait.as_bytes(), b"\n", body.as_bytes()].concat();
            write(folder, "answers", &format!("{n}-{flags}"), input);
        }
    }
}
