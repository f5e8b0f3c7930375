//! Messages and settings of Telegram destinations; answers are tested beside their table.

use domain::Notification;
use proptest::prelude::*;

use super::*;
use crate::fixtures::{
    alarms_saying, destination, digest_of, every_setting, hostile, id, job, members_saying,
    message, named_by, nothing_of_a_day, own_messages, secret, summary_saying, summary_told, told,
    transfer, transfer_saying,
};
use crate::message::Tone;

const TOKEN: &str = "123456789:AAbb_cc-dd";

fn bot(chat: &str) -> Destination {
    let mut to = destination("telegram");
    to.settings.endpoint = Some(secret(chat));
    to.settings.bot_token = Some(secret(TOKEN));
    to
}

fn sent(to: &Destination, moved_to: Option<&str>) -> (String, Value) {
    let event = transfer();
    let id = id(&event, to);
    let job = Job { moved_to, ..job(&event, to, &id) };
    let Ok(Outgoing::Http(request)) = Telegram.request(&job) else { panic!() };
    (request.uri().to_string(), serde_json::from_slice(request.body()).unwrap())
}

/// Reads the markup back: our own two tags, the three entities, and nothing else.
fn assert_legal(html: &str) {
    let mut plain = String::new();
    let mut entities = 0;
    let (facts, list) = html.split_once("<pre>").unwrap_or((html, ""));
    if let Some(lines) = list.strip_suffix("</pre>") {
        assert!(!lines.contains(['<', '>']), "{lines}");
        plain.push_str(&lines.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
        entities += 1;
    }
    for line in facts.trim_end().split('\n') {
        if line.starts_with("Cần làm: ") || line.starts_with("What to do: ") {
            plain.push_str(line);
            continue;
        }
        let (open, close) = [("<b>", "</b>"), ("<code>", "</code>")]
            .into_iter()
            .find(|(open, close)| line.contains(open) && line.ends_with(close))
            .unwrap_or_else(|| panic!("no mark in {line:?}"));
        let (label, marked) = line.split_once(open).unwrap();
        let value = marked.strip_suffix(close).unwrap();
        assert!(!value.is_empty() && !(label.to_owned() + value).contains(['<', '>']), "{line:?}");
        assert!(
            value.split('&').skip(1).all(|rest| {
                ["amp;", "lt;", "gt;"].iter().any(|entity| rest.starts_with(entity))
            })
        );
        plain.push_str(label);
        let value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        plain.push_str(&value);
        plain.push('\n');
        entities += 1;
    }
    assert!(entities <= 90 && units(&plain) <= 4097, "{entities} entities, {}", units(&plain));
    assert!(html.len() <= 32_768, "{} bytes", html.len());
}

#[test]
fn a_transfer_as_telegram_gets_it() {
    let (url, body) = sent(&bot("-1001234567890"), None);
    assert_eq!(url, "https://api.telegram.org/bot123456789:AAbb_cc-dd/sendMessage");
    assert_eq!(
        body,
        json!({
            "chat_id": -1_001_234_567_890_i64,
            "text": "<b>Tiền vào · tingting</b>\n<b>+1.250.000 ₫</b>\n\
                Tài khoản: <code>1017588888 · Vietcombank</code>\n\
                Tài khoản ảo: <code>VA0001</code>\n\
                Nội dung: <code>DH1042 chuyen tien</code>\n\
                Mã thanh toán: <code>DH1042</code>\n\
                Mã tham chiếu: <code>FT26325000001</code>\n\
                Đối tác: <code>NGUYEN VAN A · 0071000888888 · ACB</code>\n\
                Thời gian: <code>21/11/2026 09:30:15</code>\n\
                Nguồn: <code>casso/shop · tingting</code>",
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
        })
    );
}

#[test]
fn chats_topics_servers_and_moves_find_their_place() {
    let mut to = bot("@shop_channel");
    assert_eq!(sent(&to, None).1["chat_id"], "@shop_channel");
    assert_eq!(sent(&to, Some("-1009")).1["chat_id"], -1009);
    for (thread, expected) in [(7, json!(7)), (1, Value::Null)] {
        to.settings.thread = Some(thread);
        assert_eq!(sent(&to, None).1["message_thread_id"], expected);
    }
    to.settings.api_base = Some(Url::parse("https://bots.example/api/").unwrap());
    assert!(sent(&to, None).0.starts_with("https://bots.example/api/bot123456789:"));
    assert!(!Telegram.is_own_host(&Telegram.host(&to).unwrap()));
    assert!(Telegram.is_own_host(&Telegram.host(&bot("5")).unwrap()));
}

#[test]
fn hostile_memos_stay_text() {
    for memo in hostile() {
        assert_legal(&text(&message(&transfer_saying(&memo), &bot("5"))));
        for own in own_messages(&memo, &bot("5")) {
            assert_legal(&text(&own));
        }
    }
    let message = message(&transfer_saying("</code><b>&amp;"), &bot("5"));
    assert!(text(&message).contains("Nội dung: <code>&lt;/code&gt;&lt;b&gt;&amp;amp;</code>"));
}

#[test]
fn what_does_not_fit_is_left_out_whole() {
    let lines = vec![("Nội dung", "ế<".repeat(300)); 200];
    let said = Notification { title: "x".repeat(5000), amount: Some("1".to_owned()), lines };
    let plain = |said| Message { said, tone: Tone::Plain, advice: None, list: None };
    let html = text(&plain(said.clone()));
    assert_legal(&html);
    assert!(html.starts_with("<b>1</b>\nNội dung: <code>"));
    let many = Notification { lines: vec![("a", "b".to_owned()); 200], ..said };
    assert_eq!(text(&plain(many)).matches("</").count(), 90);
}

#[test]
fn a_digest_stands_under_one_mark_and_uses_the_room_there_is() {
    let html = text(&digest_of(&members_saying(2, "DH1042 a & b"), &bot("5")));
    assert_eq!(
        html,
        "<b>Tiền vào (2) · tingting</b>\n<b>+2.500.000 ₫</b>\n\
         Tổng vào: <code>+2.500.000 ₫ (2)</code>\n\
         Thời gian: <code>21/11/2026 09:30:15 – 21/11/2026 09:30:16</code>\n\
         Nguồn: <code>casso/shop · tingting</code>\n\
         <pre>09:30 +1.250.000 ₫ · … &amp; b · “DH1042 a &amp; b”\n\
         09:30 +1.250.000 ₫ · … &amp; b · “DH1042 a &amp; b”</pre>"
    );
    let html = text(&digest_of(&members_saying(200, "ế"), &bot("5")));
    assert!(html.ends_with(" sự kiện khác</pre>"), "{html}");
    let tags = 2 * units("<b></b>") + 4 * units("<code></code>") + units("<pre></pre>");
    assert!((4000..=4096).contains(&(units(&html) - tags)), "{}", units(&html));
}

#[test]
fn an_alarm_has_what_to_type_ready_to_be_copied() {
    let paused = &alarms_saying("403 <b>bot</b> was kicked")[2];
    assert_eq!(
        text(&told(paused, &Destination { language: domain::Language::En, ..bot("5") })),
        "<b>⚠ Destination paused · tingting</b>\n\
         Destination: <code>sales</code>\n\
         Since: <code>20/11/2026 09:30:15</code>\n\
         Reason: <code>403 &lt;b&gt;bot&lt;/b&gt; was kicked</code>\n\
         Told at: <code>21/11/2026 09:30:17 · tingting</code>\n\
         What to do: Messages to it are held, nothing is lost, and it is tried again regularly. \
         Check its URL or bot within 7 days. Once it is mended, to send at once, run: \
         <code>tingting resume sales</code>"
    );
}

#[test]
fn groups_and_channels_are_spoken_to_less_often() {
    let second = Limit { count: 1, per: Duration::from_secs(1) };
    let minute = Limit { count: 20, per: Duration::from_secs(60) };
    for (chat, limits) in [
        ("5", &[second][..]),
        ("-5", &[second, minute]),
        ("-1001234567890", &[second, minute]),
        ("@shop_channel", &[second, minute]),
        ("nonsense", &[second, minute]),
    ] {
        let Pace::Limits(pace) = Telegram.pace(&bot(chat)) else { panic!("{chat}") };
        assert_eq!(pace, limits, "{chat}");
    }
}

#[test]
fn wrong_settings_are_named_with_a_remedy() {
    for chat in ["5", "-1001234567890", "@shop_1"] {
        assert_eq!(Telegram.check(&bot(chat)), Ok(()), "{chat}");
    }
    for chat in ["", "0", "@", "@a b", "shop", "https://t.me/shop", "4503599627370496", "1.5"] {
        let mut to = bot("5");
        to.settings.endpoint = domain::Secret::parse(chat);
        assert!(Telegram.check(&to).is_err_and(|e| e.key == "endpoint"), "{chat}");
    }
    let long = format!("1:{}", "a".repeat(79));
    for token in ["12345", ":a", "1:", "0123:a", "1:a/../b", "a:b", "1:ế", &long] {
        let mut to = bot("5");
        to.settings.bot_token = Some(secret(token));
        let error = "not of the form 123456789:AA…; copy it from @BotFather";
        assert_eq!(Telegram.check(&to), Err(Fault::new("bot_token", error)), "{token}");
    }
    let mut to = bot("5");
    to.settings.thread = Some(0);
    assert!(Telegram.check(&to).is_err_and(|e| e.key == "thread"));
    to.settings.thread = None;
    to.settings.api_base = Some(Url::parse("https://bots.example/?x").unwrap());
    assert!(Telegram.check(&to).is_err_and(|e| e.key == "api_base"));
    for (key, settings) in every_setting().into_iter().skip(4) {
        let mut to = bot("5");
        let (endpoint, bot_token) = (to.settings.endpoint, to.settings.bot_token);
        to.settings = domain::Settings { endpoint, bot_token, ..settings };
        let expected = "the channel telegram has no use for it; remove it";
        assert_eq!(Telegram.check(&to), Err(Fault::new(key, expected)));
    }
}

#[test]
fn a_summary_is_marked_line_by_line_and_its_particulars_as_one() {
    let members = named_by("<b>1</b> @all", "NGUYEN & A");
    let html = text(&summary_told(&summary_saying(), &members, &bot("5")));
    assert_legal(&html);
    let failed = "21/11 09:30 +750.000 ₫ · …8888 · “&lt;b&gt;1&lt;/b&gt; @all” · “NGUYEN &amp; A”";
    let usd = failed.replace("+750.000 ₫", "+12,34 USD");
    let out = failed.replace("21/11 09:30 +750", "20/11 -193");
    assert_eq!(
        html,
        format!(
            "<b>Tổng kết 24 giờ đến 21:00 ngày 21/11/2026 · tingting</b>\n\
             <b>+12,34 USD · +2.000.000 ₫ · -193.000 ₫</b>\n\
             Tổng vào: <code>+12,34 USD (1) · +2.000.000 ₫ (3)</code>\n\
             Lớn nhất vào: <code>{usd}</code>\n\
             Lớn nhất vào: <code>21/11 09:30 +1.250.000 ₫</code>\n\
             Tổng ra: <code>-193.000 ₫ (1)</code>\n\
             Lớn nhất ra: <code>{out}</code>\n\
             Không gửi được: <code>ít nhất 7</code>\n\
             Đang giữ lại: <code>2</code>\n\
             Thời gian: <code>20/11/2026 21:00:00 – 21/11/2026 21:00:00 · tingting</code>\n\
             <pre>Theo tài khoản:\n\
             +2.000.000 ₫ (3) · -193.000 ₫ (1) · 1017588888\n\
             +12,34 USD (1) · VA0001\n\
             và 3 tài khoản khác\n\
             Không gửi được:\n\
             {failed}\n\
             21/11 09:30 Đơn hàng\n\
             và 5 tin khác\n\
             Đang giữ lại:\n\
             20/11 21:00 Cảnh báo\n\
             và 1 tin khác\n\
             Nơi nhận khác:\n\
             erp: không gửi được ít nhất 2000, đang giữ lại 5\n\
             kho: đang giữ lại 1\n\
             và 4 nơi nhận khác</pre>"
        )
    );
    let to = Destination { language: domain::Language::En, ..bot("5") };
    assert_eq!(
        text(&summary_told(&nothing_of_a_day(), &[], &to)),
        "<b>Summary of the 24 hours to 21:00 on 21/11/2026 · tingting</b>\n\
         Transfers: <code>there were none</code>\n\
         Time: <code>20/11/2026 21:00:00 – 21/11/2026 21:00:00 · tingting</code>"
    );
}

proptest! {
    #[test]
    fn no_text_breaks_a_message(memo in any::<String>()) {
        assert_legal(&text(&message(&transfer_saying(&memo), &bot("5"))));
        assert_legal(&text(&digest_of(&members_saying(9, &memo), &bot("5"))));
    }
}
