//! What is heard of chats, and what is not.

use http::StatusCode;
use serde_json::json;

use super::*;

fn token() -> BotToken {
    BotToken::parse("123456:AA-secret_0").unwrap()
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: http::HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn heard(updates: &Value) -> Vec<Chat> {
    let mut chats = Chats::default();
    let body = json!({ "ok": true, "result": updates }).to_string();
    assert_eq!(chats.hear(&answer(200, &body), Timestamp::UNIX_EPOCH), Ok(false));
    chats.found().to_vec()
}

fn chat(id: i64, kind: &str, title: &str) -> Chat {
    let (kind, title) = (kind.to_owned(), title.to_owned());
    Chat { id, kind, title, username: None, bot: None, topics: Vec::new() }
}

#[test]
fn a_request_asks_for_the_oldest_and_forgets_nothing_by_itself() {
    let mut chats = Chats::default();
    let request = chats.request(&token(), None).unwrap();
    let expected = "https://api.telegram.org/bot123456:AA-secret_0/getUpdates?limit=100";
    assert_eq!((request.method().as_str(), &*request.uri().to_string()), ("GET", expected));
    let body = r#"{"ok":true,"result":[{"update_id":9},{"update_id":7}]}"#;
    assert_eq!(chats.hear(&answer(200, body), Timestamp::UNIX_EPOCH), Ok(false));
    let base = Url::parse("http://127.0.0.1:8081/api/").unwrap();
    let request = chats.request(&token(), Some(&base)).unwrap();
    let expected = "http://127.0.0.1:8081/api/bot123456:AA-secret_0/getUpdates?limit=100&offset=10";
    assert_eq!(request.uri().to_string(), expected);
    let base = Url::parse("https://x.example/?a=1").unwrap();
    let why = "api_base: has a query or fragment; use only scheme, host and path";
    assert_eq!(chats.request(&token(), Some(&base)).unwrap_err(), why);
}

#[test]
fn what_is_no_token_is_none() {
    for text in ["", "123456", "123456:", "0123:AA", "12:A/A", "12:AA\n", "bot12:AA"] {
        assert_eq!(BotToken::parse(text), None, "{text:?}");
    }
    assert_eq!(format!("{:?}", token()), "BotToken([secret])");
}

#[test]
fn chats_are_found_in_every_kind_of_update() {
    let group = json!({ "id": -10, "type": "group", "title": "Nhóm" });
    let updates = json!([
        { "update_id": 1, "message": { "chat": group, "text": "/start@bot" } },
        { "update_id": 2, "edited_message": { "chat": group } },
        { "update_id": 3, "channel_post": {
            "chat": { "id": -1001, "type": "channel", "title": "Kênh", "username": "kenh" } } },
        { "update_id": 4, "callback_query": { "data": "x", "message": {
            "chat": { "id": 5, "type": "private", "first_name": "An", "last_name": "Nguyễn" } } } },
        { "update_id": 5, "my_chat_member": { "chat": { "id": -20, "type": "group", "title": "Cũ" },
            "new_chat_member": { "status": "kicked" } } },
        { "update_id": 6, "poll": { "id": "1" } },
        { "update_id": 7, "message": "nonsense" },
        { "update_id": 8, "message": { "chat": { "id": "no number" } } },
    ]);
    let channel = Chat { username: Some("kenh".to_owned()), ..chat(-1001, "channel", "Kênh") };
    let left = Chat { bot: Some("kicked".to_owned()), ..chat(-20, "group", "Cũ") };
    let expected = [chat(-10, "group", "Nhóm"), channel, chat(5, "private", "An Nguyễn"), left];
    assert_eq!(heard(&updates), expected);
}

#[test]
fn topics_are_told_from_threads_of_replies() {
    let message = |extra: Value| {
        let mut message = json!({
            "chat": { "id": -1002, "type": "supergroup", "title": "Forum", "is_forum": true } });
        message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "update_id": 1, "message": message })
    };
    let updates = json!([
        message(json!({ "message_thread_id": 4, "is_topic_message": true })),
        message(json!({ "message_thread_id": 7, "is_topic_message": true,
            "forum_topic_created": { "name": "Thu" } })),
        message(json!({ "message_thread_id": 7, "is_topic_message": true })),
        message(json!({ "message_thread_id": 4, "is_topic_message": true,
            "reply_to_message": { "forum_topic_created": { "name": "Chi" } } })),
        message(json!({ "message_thread_id": 99 })),
    ]);
    let topic = |id, name: &str| Topic { id, name: Some(name.to_owned()) };
    let topics = vec![topic(4, "Chi"), topic(7, "Thu")];
    assert_eq!(heard(&updates), [Chat { topics, ..chat(-1002, "supergroup", "Forum") }]);
}

#[test]
fn a_group_that_became_a_supergroup_has_its_new_id_alone() {
    let old = json!({ "id": -10, "type": "group", "title": "Nhóm" });
    let updates = json!([
        { "update_id": 1, "message": { "chat": old } },
        { "update_id": 2, "message": { "chat": old, "migrate_to_chat_id": -100_123_i64 } },
    ]);
    assert_eq!(heard(&updates), [chat(-100_123, "supergroup", "Nhóm")]);
}

#[test]
fn no_name_moves_the_cursor_or_turns_the_text_around() {
    let updates = json!([{ "update_id": 1, "message": { "chat": {
        "id": -1, "type": "gr\u{1b}[2Joup", "title": "\u{202e}<b>x</b>\n-2  group\u{200b}" } } }]);
    assert_eq!(heard(&updates), [chat(-1, "gr [2Joup", "<b>x</b> -2 group")]);
    let updates = json!([{ "update_id": 1, "message": { "chat": {
        "id": -1, "type": "group", "title": "x".repeat(10_000) } } }]);
    assert_eq!(heard(&updates)[0].title.chars().count(), NAME_BYTES + 1);
}

#[test]
fn a_hundred_updates_may_have_more_behind_them() {
    let updates: Vec<Value> = (0..100).map(|n| json!({ "update_id": n })).collect();
    let body = json!({ "ok": true, "result": updates }).to_string();
    let more = Chats::default().hear(&answer(200, &body), Timestamp::UNIX_EPOCH);
    assert_eq!(more, Ok(true));
}

#[test]
fn refusals_say_whose_fault_they_are() {
    let conflict = |why: &str| format!(r#"{{"ok":false,"error_code":409,"description":"{why}"}}"#);
    let webhook = "Conflict: can't use getUpdates method while webhook is active; use \
                   deleteWebhook to delete the webhook first";
    let rival = "Conflict: terminated by other getUpdates request; make sure that only one bot \
                 instance is running";
    let wait = r#"{"ok":false,"error_code":429,"parameters":{"retry_after":7}}"#;
    let odd = r#"{"ok":false,"error_code":400,"description":"Bad\u202e\nRequest"}"#;
    for (status, body, expected) in [
        (401, r#"{"ok":false,"description":"Unauthorized"}"#, Unheard::Token),
        (404, r#"{"ok":false,"description":"Not Found"}"#, Unheard::Token),
        (409, &*conflict(webhook), Unheard::Webhook),
        (409, &*conflict(rival), Unheard::Rival),
        (429, wait, Unheard::Busy(Some(Duration::from_secs(7)))),
        (429, r#"{"ok":false}"#, Unheard::Busy(None)),
        (400, odd, Unheard::Refused(400, "Bad Request".to_owned())),
        (502, "<html>Bad gateway</html>", Unheard::Stranger(502)),
        (404, "<html>Not found</html>", Unheard::Stranger(404)),
        (200, r#"{"ok":true}"#, Unheard::Stranger(200)),
        (302, "", Unheard::Stranger(302)),
    ] {
        let told = Chats::default().hear(&answer(status, body), Timestamp::UNIX_EPOCH);
        assert_eq!(told, Err(expected), "{status} {body}");
    }
}
