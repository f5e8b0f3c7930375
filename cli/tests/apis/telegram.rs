//! `tingting telegram chats`.

use serde_json::{Value, json};
use testkit::sink::Sink;

use crate::{Ended, configure, run, silent};

const TOKEN: &str = "123456789:AAsecret-secret_secret";
const ENV: &[(&str, &str)] = &[("TELEGRAM_BOT_TOKEN", TOKEN)];

/// A Bot API with these updates waiting.
async fn bot_api(updates: Vec<Value>) -> Sink {
    Sink::start(move |_, request| {
        let (path, query) = request.target.split_once('?').unwrap();
        if path != format!("/bot{TOKEN}/getUpdates") {
            return (404, r#"{"ok":false,"error_code":404,"description":"Not Found"}"#.to_owned());
        }
        let offset = query.split('&').find_map(|pair| pair.strip_prefix("offset="));
        let offset = offset.map_or(0, |offset| offset.parse().unwrap());
        let after = |update: &&Value| update["update_id"].as_i64().unwrap() >= offset;
        let page: Vec<&Value> = updates.iter().filter(after).take(100).collect();
        (200, json!({ "ok": true, "result": page }).to_string())
    })
    .await
}

fn message(update: i64, chat: Value) -> Value {
    json!({ "update_id": update, "message": { "message_id": 1, "date": 1, "chat": chat } })
}

/// The command against this base.
async fn chats(base: &str, more: &[&str], env: &[(&str, &str)]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "");
    let arguments = [&["telegram", "chats", "--api-base", base], more].concat();
    run(&config, &arguments, env).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chats_of_a_bot_are_listed_with_their_topics() {
    let forum = json!({ "id": -1_001_234_567_890_i64, "type": "supergroup", "title": "Cửa hàng" });
    let mut topic = message(2, forum.clone());
    topic["message"]["is_topic_message"] = json!(true);
    topic["message"]["message_thread_id"] = json!(7);
    topic["message"]["reply_to_message"] = json!({ "forum_topic_created": { "name": "Thu" } });
    let joined = json!({ "update_id": 3, "my_chat_member": {
        "chat": { "id": -1009, "type": "channel", "title": "Kênh", "username": "kenh" },
        "new_chat_member": { "status": "administrator" } } });
    let api = bot_api(vec![message(1, forum), topic, joined]).await;
    let said = chats(&api.url(""), &[], ENV).await;
    let expected = "\
id              kind        title         bot            topics
-1001234567890  supergroup  Cửa hàng                     7 (Thu)
-1009           channel     Kênh (@kenh)  administrator
";
    assert_eq!(said, Ended::well(expected));
    let said = chats(&api.url(""), &["--json"], ENV).await;
    let expected = json!({ "more": false, "chats": [
        { "id": -1_001_234_567_890_i64, "kind": "supergroup", "title": "Cửa hàng", "username": null,
          "bot": null, "topics": [{ "id": 7, "name": "Thu" }] },
        { "id": -1009, "kind": "channel", "title": "Kênh", "username": "kenh",
          "bot": "administrator", "topics": [] },
    ] });
    assert_eq!((said.code, &*said.stderr, said.json()), (0, "", expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_title_forges_a_row_or_moves_the_cursor() {
    let title = "\u{202e}<b>\u{1b}[2J\n-5  group\u{200b}\u{2066}";
    let api = bot_api(vec![message(1, json!({ "id": -4, "type": "group", "title": title }))]).await;
    let said = chats(&api.url(""), &[], ENV).await;
    let expected = "id  kind   title             bot  topics\n-4  group  <b> [2J -5 group\n";
    assert_eq!(said, Ended::well(expected));
    let said = chats(&api.url(""), &["--json"], ENV).await;
    assert_eq!(said.json()["chats"][0]["title"], "<b> [2J -5 group");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_are_none_it_says_what_to_do() {
    let api = bot_api(Vec::new()).await;
    let expected = "none in the last day; add the bot to the group and write /start@its_name there (in a \
                    channel: make it an administrator and post something), then run this again\n";
    assert_eq!(chats(&api.url(""), &[], ENV).await, Ended::well(expected));
    let said = chats(&api.url(""), &["--json"], ENV).await;
    assert_eq!(said.json(), json!({ "chats": [], "more": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_behind_the_first_hundred_are_asked_for_only_when_told() {
    let chat = |n: i64| message(n, json!({ "id": -n, "type": "group", "title": "x" }));
    let api = bot_api((1..=250).map(chat).collect()).await;
    let said = chats(&api.url(""), &[], ENV).await;
    let last = said.stdout.lines().last().unwrap().to_owned();
    assert_eq!(said.stdout.lines().count(), 1 + 100 + 1);
    let expected = "more may be waiting behind these hundred updates: --forget goes on, and has Telegram \
                    forget these";
    assert_eq!(last, expected);
    let said = chats(&api.url(""), &["--json"], ENV).await;
    assert_eq!(said.json()["more"], json!(true));

    let said = chats(&api.url(""), &["--json", "--forget"], ENV).await.json();
    assert_eq!((said["chats"].as_array().unwrap().len(), &said["more"]), (250, &json!(false)));
    let asked: Vec<String> = api.received().into_iter().map(|request| request.target).collect();
    let path = format!("/bot{TOKEN}/getUpdates?limit=100");
    let pages = [path.clone(), format!("{path}&offset=101"), format!("{path}&offset=201")];
    assert_eq!(asked, [&[path.clone(), path][..], &pages].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_whose_fault_it_is_and_what_to_do() {
    let conflict = |why: &str| json!({ "ok": false, "error_code": 409, "description": why });
    let webhook = conflict("Conflict: can't use getUpdates method while webhook is active");
    let rival = conflict("Conflict: terminated by other getUpdates request");
    let unauthorized = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
    let odd = json!({ "ok": false, "description": "Bad Request: \u{202e}x\u{1b}[2J" });
    for (status, body, expected) in [
        (
            401,
            unauthorized.to_string(),
            "Telegram knows no bot of this token (401): copy it anew from @BotFather; a token that was \
             revoked there is dead",
        ),
        (
            409,
            webhook.to_string(),
            "this bot's updates go to a webhook that somebody set (409), and Telegram tells them to nobody \
             else: make a bot of its own for tingting at @BotFather, or have whoever set the webhook delete \
             it (deleteWebhook)",
        ),
        (
            409,
            rival.to_string(),
            "another program is asking for this bot's updates (409): stop it for a moment, or make a bot of \
             its own for tingting at @BotFather",
        ),
        (
            429,
            r#"{"ok":false,"parameters":{"retry_after":90}}"#.to_owned(),
            "Telegram limits the rate (429): try again in 1m 30s",
        ),
        (400, odd.to_string(), "Telegram answered 400: Bad Request: x [2J"),
        (
            502,
            "<html>\u{1b}[2J".to_owned(),
            "what answered 502 was not Telegram, but something in between: check --api-base (api_base in the \
             configuration), or try again",
        ),
        (
            302,
            String::new(),
            "Telegram answered 302, which leads elsewhere: that is not followed, so that no secret goes \
             there; correct --api-base",
        ),
    ] {
        let api = Sink::answering(status, &body).await;
        assert_eq!(chats(&api.url(""), &[], ENV).await, Ended::badly(expected), "{body}");
    }
    let (_listener, base) = silent();
    let said = chats(&base, &["--timeout", "300ms"], ENV).await;
    assert_eq!(said, Ended::badly("Telegram did not answer within 300ms (--timeout)"));
    let said = chats("http://10.0.0.1", &[], ENV).await;
    let expected = "the address 10.0.0.1 (in a private or special network) is not allowed; correct \
                    --api-base, or add its range to [egress] allow in the configuration";
    assert_eq!(said, Ended::badly(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_comes_from_the_environment_or_a_destination_and_is_never_shown() {
    let api = bot_api(vec![message(1, json!({ "id": -4, "type": "group", "title": "x" }))]).await;
    let folder = tempfile::tempdir().unwrap();
    let destination = |name: &str, token: &str| {
        format!(
            "[[destination]]\nname = \"{name}\"\nchannel = \"telegram\"\nendpoint = \"@x\"\n\
             bot_token = \"{token}\"\napi_base = \"{}\"\n",
            api.url("")
        )
    };
    let base = api.url("");
    let config = configure(folder.path(), "");
    let typed = ["telegram", "chats", "--json", "--api-base", &base];
    let none = run(&config, &typed, &[]).await;
    let said = format!(
        "{} has no telegram destination; set TELEGRAM_BOT_TOKEN to the token that @BotFather gave",
        config.display()
    );
    assert_eq!(none, Ended::badly(&said));
    let other = [&typed[..], &["--bot-token-env", "MY_BOT"]].concat();
    let missing = "the environment has no variable MY_BOT; set it to the bot's token";
    assert_eq!(run(&config, &other, ENV).await, Ended::badly(missing));
    assert_eq!(run(&config, &other, &[("MY_BOT", TOKEN)]).await.code, 0);
    let odd = run(&config, &typed, &[("TELEGRAM_BOT_TOKEN", "botX:hide-me")]).await;
    let form = "TELEGRAM_BOT_TOKEN is not of the form 123456789:AA…; copy it from @BotFather";
    assert_eq!(odd, Ended::badly(form));

    let bare = ["telegram", "chats", "--json"];
    let config = configure(folder.path(), &destination("shop", TOKEN));
    assert_eq!(run(&config, &bare, &[]).await.code, 0, "the only bot, at its own api_base");
    let wrong = [("TELEGRAM_BOT_TOKEN", "1:hide-me")];
    let said = run(&config, &typed, &wrong).await;
    assert!(said.stderr.starts_with("Telegram knows no bot of this token"), "{said:?}");
    assert!(!said.stderr.contains("hide-me"));
    let named = ["telegram", "chats", "--json", "--destination", "shop"];
    assert_eq!(run(&config, &named, &wrong).await.code, 0, "what is named goes before");

    let two = format!("{}{}", destination("shop", TOKEN), destination("other", "1:hide-me"));
    let config = configure(folder.path(), &two);
    let said = run(&config, &bare, &[]).await;
    let several =
        format!("{} has several bots; choose with --destination: shop, other", config.display());
    assert_eq!(said, Ended::badly(&several));
    let stranger = ["telegram", "chats", "--destination", "nobody"];
    let said = run(&config, &stranger, &[]).await;
    assert!(said.stderr.ends_with("\"nobody\"; there are: shop, other\n"), "{said:?}");
}
