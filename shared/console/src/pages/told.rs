//! What the API says in English, in Vietnamese: the sentences that people meet on these pages. One that
//! is not here is shown as it is.

use domain::clean;

use super::Language;
use crate::problem::Faults;

const SENTENCES: &[(&str, &str)] = &[
    ("is required", "không được để trống"),
    ("is required by this authen_type", "cách chứng thực này cần ô này"),
    ("is empty", "không được để trống"),
    ("is longer than 255 characters", "dài hơn 255 ký tự"),
    (
        "is required: this provider makes it; copy it from its page",
        "không được để trống: nguồn này tự tạo bí mật; hãy chép từ trang của nguồn",
    ),
    (
        "this provider makes its secrets; say the new one",
        "nguồn này tự tạo bí mật; hãy nhập bí mật mới",
    ),
    ("there is a source of this name already", "đã có nguồn mang tên này"),
    ("auth = \"oauth2\" needs a client_id", "OAuth2.0 cần một client id"),
    ("use \"off\", or from 1h to 14d", "hãy ghi off, hoặc từ 1h đến 14d"),
    ("there is one secret alone; rotate first", "chỉ có một bí mật; hãy đổi bí mật trước"),
    (
        "say which one: each bank account has a token of its own",
        "hãy ghi token cần bỏ: mỗi tài khoản ngân hàng có một token riêng",
    ),
    ("is none of this source's", "không phải bí mật của nguồn này"),
    ("is taken already", "đang được nhận rồi"),
    (
        "has characters that cannot be seen; copy it again",
        "có ký tự không nhìn thấy được; hãy sao chép lại",
    ),
    (
        "has a mask that stands for nothing here; say the secret itself",
        "có dạng che không ứng với bí mật nào; hãy ghi chính bí mật",
    ),
    (
        "say it again: what was given for one address does not go along to another",
        "hãy nhập lại: bí mật của địa chỉ cũ không tự đi theo sang địa chỉ mới",
    ),
    ("missing; set the URL to call", "không được để trống"),
    ("incomplete; copy the whole URL from Slack", "chưa đủ; hãy sao chép cả URL từ Slack"),
    ("not a web address; use https://…", "không phải địa chỉ web; hãy dùng https://…"),
    ("use provider/name: casso/shop", "hãy ghi nguồn/tên: casso/shop"),
    ("use 2026-11-22, or 2026-11-22T08:00:00+07:00", "hãy ghi ngày như 2026-11-22"),
    ("use kinds: transfer.in, payment.*, order", "hãy ghi loại: transfer.in, payment.*, order"),
    ("use the name of a destination", "hãy ghi tên một nơi nhận"),
    ("use next_cursor of an answer", "trang này không còn; hãy bắt đầu lại từ mới nhất"),
    ("use a number from 1 to 200", "hãy ghi một số từ 1 đến 200"),
    (
        "the webhook is paused or disabled: resume it, and what is held goes out",
        "nơi nhận đang tạm dừng hoặc đã tắt: hãy tiếp tục nó, những gì đang giữ sẽ được gửi",
    ),
    ("the webhook is not active", "nơi nhận này không nhận gì"),
    (
        "what the event said was forgotten: there is nothing to send ([retention])",
        "nội dung sự kiện đã quá hạn lưu và bị xóa: không còn gì để gửi",
    ),
    (
        "the webhook does not want this event: change what it wants first",
        "nơi nhận này không nhận loại sự kiện này: hãy sửa phần nhận gì trước",
    ),
    ("the webhook's settings cannot be read", "không đọc được cài đặt của nơi nhận"),
    ("the webhook was deleted", "nơi nhận đã bị xóa"),
    ("an attempt is in flight; try again in a moment", "đang gửi; hãy thử lại sau giây lát"),
    ("it is part of a digest that is on its way", "nó nằm trong một tin gộp đang được gửi"),
    (
        "it is held: resume the webhook, and it goes out",
        "nó đang được giữ: hãy tiếp tục nơi nhận, nó sẽ được gửi",
    ),
    ("it has ended already", "nó đã kết thúc rồi"),
    ("it changed meanwhile; look again", "nó vừa thay đổi; hãy xem lại"),
    ("its source is not there any more", "nguồn của nó không còn nữa"),
    (
        "a mistake of ours, not of yours; the log has it",
        "lỗi của tingting, không phải của bạn; nhật ký có ghi lại",
    ),
    (
        "it is disabled: new events for it fail at once, there is nothing to pause",
        "nó đã tắt: sự kiện mới thất bại ngay, không có gì để tạm dừng",
    ),
    ("it comes from a configuration file; change it there", "nó đến từ tệp cấu hình; hãy sửa ở đó"),
    (
        "somebody else changed it meanwhile; read it and try again",
        "người khác vừa thay đổi nó; hãy xem lại rồi thử lại",
    ),
    (
        "the last owner stays; make another one first",
        "phải còn ít nhất một người có quyền Chủ; hãy thêm người khác trước",
    ),
    // With gaps: names, amounts and addresses stay as they were said.
    (
        "{} is not a name: use 1 to 63 of a-z, 0-9 and '-', starting with a letter or digit",
        "{} chưa dùng được làm tên: dùng 1 đến 63 chữ a-z không dấu, số và dấu gạch ngang",
    ),
    (
        "{} is no whole hour of the day; write one of Vietnam's such as \"21:00\", or \"00:00\" for \
         the calendar day",
        "{} không phải giờ chẵn; hãy ghi như 21:00, hoặc 00:00 cho ngày dương lịch",
    ),
    ("{} is not a plain decimal number", "{} không phải một số; hãy ghi số liền như 50000"),
    (
        "{} may mean thousands or a fraction; write it without the point",
        "{} có thể hiểu hai cách; hãy ghi số liền, không dấu chấm: 50000",
    ),
    ("{} is not a whole number of đồng", "{} không phải số đồng chẵn"),
    ("{} has too many digits", "{} có quá nhiều chữ số"),
    (
        "use 0 or more; events say which way money moved",
        "hãy ghi 0 hoặc số dương; tiền vào hay ra đã có ở ô Nhận gì",
    ),
    ("use digits alone: 150000", "hãy ghi số liền, không dấu chấm: 150000"),
    ("is before from", "trước ngày bắt đầu"),
    (
        "not of the form 123456789:AA…; copy it from @BotFather",
        "không đúng dạng 123456789:AA…; hãy sao chép từ @BotFather",
    ),
    (
        "not a chat; use @channel, or a chat id such as -1001234567890",
        "không phải cuộc trò chuyện; hãy ghi @kenh, hoặc mã như -1001234567890",
    ),
    ("invalid type: string {}, expected i64", "{} không phải một số nguyên"),
    ("Failed to deserialize query string: {}", "địa chỉ có phần không dùng được: {}"),
    (
        "not a topic's id; use the positive number in the topic's link",
        "không phải mã chủ đề; hãy ghi số dương trong liên kết của chủ đề",
    ),
    ("not a URL ({}); use https://…", "không phải URL; hãy dùng https://…"),
    (
        "has a user name or password in it; remove them (see auth)",
        "có tên hay mật khẩu trong địa chỉ; hãy bỏ đi",
    ),
    (
        "starts a workflow and takes no messages; use the URL of an incoming webhook",
        "là URL của workflow, không nhận tin nhắn; hãy dùng URL của Incoming Webhook",
    ),
    (
        "the address {} (in a private or special network) is not allowed; correct it, or add its range \
         to [egress] allow (on AWS: EgressAllow)",
        "không gọi được địa chỉ {} vì nó thuộc mạng nội bộ; hãy sửa lại, hoặc thêm dải của nó vào \
         [egress] allow trong tingting.toml (trên AWS: EgressAllow)",
    ),
    (
        "the address {} (called by https on port 443 or 8443 only) is not allowed; correct it, or add \
         its range to [egress] allow (on AWS: EgressAllow)",
        "địa chỉ {} chỉ được gọi bằng https ở cổng 443 hoặc 8443; hãy sửa lại, hoặc thêm dải của nó vào \
         [egress] allow trong tingting.toml (trên AWS: EgressAllow)",
    ),
    (
        "the address {} (not a host of {}'s own) is not allowed; correct it, or add its range to \
         [egress] allow (on AWS: EgressAllow)",
        "địa chỉ {} không phải của {}; hãy sao chép lại URL",
    ),
    (
        "the address {} is not allowed; correct it, or add its range to [egress] allow (on AWS: \
         EgressAllow)",
        "địa chỉ {} không được phép gọi; hãy sửa lại, hoặc thêm dải của nó vào [egress] allow trong \
         tingting.toml (trên AWS: EgressAllow)",
    ),
    (
        "{} is no duration; write 10s, 5m, 30d",
        "{} không phải khoảng thời gian; hãy ghi 10s, 5m, 30d",
    ),
    ("not a regular expression: {}", "không phải biểu thức chính quy: {}"),
    ("missing; get one from @BotFather", "không được để trống; hãy xin một token từ @BotFather"),
    (
        "missing; set a chat id or @channel",
        "không được để trống; hãy ghi mã cuộc trò chuyện hoặc @kenh",
    ),
    (
        "a bot of version 1, which takes no cards; make a custom bot anew",
        "là bot phiên bản 1, không nhận thẻ tin; hãy tạo lại một bot tùy chỉnh",
    ),
    (
        "not a custom bot's URL; use the one with {}… from the group's bots",
        "không phải URL của bot tùy chỉnh; hãy dùng URL có {}… trong phần Bots của nhóm",
    ),
    ("longer than {} bytes; use a shorter URL", "dài hơn {} byte; hãy dùng URL ngắn hơn"),
    ("{} belongs to the connection; remove it", "{} thuộc về kết nối; hãy dùng tên khác"),
    ("{} is set by us; remove it", "{} do tingting đặt; hãy dùng tên khác"),
    ("{} has a key of its own; set content_type", "{} có cài đặt riêng; hãy dùng tên khác"),
    ("the value cannot stand in a header", "giá trị này không đặt vào header được"),
    ("{} given, at most {} may be live at once", "có {} bí mật; cùng lúc chỉ được nhận tối đa {}"),
    (
        "two signing secrets are live; retire the old one first",
        "đang có hai khóa ký; hãy bỏ khóa cũ trước",
    ),
    (
        "there is no second signing secret; rotate first",
        "chỉ có một khóa ký; hãy tạo khóa mới trước",
    ),
    ("no answer in time", "không trả lời kịp"),
    ("the address {} is not allowed for destinations", "địa chỉ {} không được phép gọi"),
    ("the destination is paused", "nơi nhận đang tạm dừng"),
    ("destination dead: {}", "nơi nhận không còn: {}"),
    ("no connection: {}", "không kết nối được: {}"),
    ("no header {}", "thiếu header {}"),
    ("{} came twice with different values", "{} có hai giá trị khác nhau"),
    ("{} is not of the documented form", "{} không đúng dạng trong tài liệu"),
    ("{} matches none of the source's live secrets", "{} không khớp bí mật nào của nguồn này"),
    (
        "the signed time stamp is {} s old, more than max_age",
        "dấu thời gian đã ký cũ {} giây, quá mức cho phép",
    ),
    ("the signed time stamp is {} s in the future", "dấu thời gian đã ký ở tương lai {} giây"),
    ("the bearer token has expired", "token đã hết hạn"),
    ("{} is missing", "thiếu {}"),
    ("{} is not an exact amount", "{} không phải một số tiền chính xác"),
];

/// A sentence in the language that it could be had in.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) text: String,
    /// Of the text, as HTML names it.
    pub(crate) lang: &'static str,
}

/// A sentence of ours, for a reader of a language.
pub(crate) fn told(english: &str, language: Language) -> Told {
    let known = SENTENCES.iter().find_map(|(known, vi)| Some((gaps(known, english)?, vi)));
    match (language, known) {
        (Language::Vi, Some((gaps, vietnamese))) => {
            let before = std::iter::once("").chain(gaps);
            let parts = before.zip(vietnamese.split("{}")).map(|(gap, part)| [gap, part].concat());
            Told { text: parts.collect(), lang: "vi" }
        }
        (Language::Vi, None) | (Language::En, _) => Told { text: english.to_owned(), lang: "en" },
    }
}

/// What came of an attempt: our own reason is told, what the destination answered after it stays as it is.
pub(crate) fn attempted(detail: &str, delivered: bool, language: Language) -> Told {
    let detail = clean(detail);
    match detail.split_once(" — ") {
        _ if delivered => Told { text: detail, lang: "en" },
        None => told(&detail, language),
        Some((reason, answer)) => {
            let Told { text, lang } = told(reason, language);
            Told { text: format!("{text} — {answer}"), lang }
        }
    }
}

/// What is wrong with each field, for a reader of a language.
pub(crate) fn by_field(faults: Faults, language: Language) -> Faults {
    faults.into_iter().map(|(name, english)| (name, told(&english, language).text)).collect()
}

/// What is wrong with what a form has no field for, each by its name.
pub(crate) fn others(faults: &Faults, fields: &[&str]) -> Vec<String> {
    let of_none = faults.iter().filter(|(name, _)| !fields.contains(&name.as_str()));
    let said = |(name, fault): (&String, &String)| match name.as_str() {
        "" => fault.clone(),
        name => format!("{name}: {fault}"),
    };
    of_none.map(said).collect()
}

/// What stands in the gaps of a sentence, if that is the one.
fn gaps<'a>(known: &str, said: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = known.split("{}").peekable();
    let mut rest = said.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        let (gap, after) = match parts.peek() {
            Some(_) => rest.split_once(part)?,
            None => (rest.strip_suffix(part)?, ""),
        };
        found.push(gap);
        rest = after;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn a_sentence_with_gaps_is_told_with_what_stood_in_them() {
        for (english, vietnamese) in [
            ("is required", "không được để trống"),
            ("\"x {} y\" has too many digits", "\"x {} y\" có quá nhiều chữ số"),
            (
                "not a regular expression: is no duration",
                "không phải biểu thức chính quy: is no duration",
            ),
            ("no connection: ", "không kết nối được: "),
        ] {
            let Told { text, lang } = told(english, Language::Vi);
            assert_eq!((text.as_str(), lang), (vietnamese, "vi"), "{english}");
            let Told { text, lang } = told(english, Language::En);
            assert_eq!((text.as_str(), lang), (english, "en"));
        }
        for unknown in ["", "is required by whom", "a {} b", "not a URL (x); use http"] {
            let Told { text, lang } = told(unknown, Language::Vi);
            assert_eq!((text.as_str(), lang), (unknown, "en"), "{unknown}");
        }
    }

    /// Put together by several crates, or said by a library; the pages' own tests meet them.
    const COMPOSED: &[&str] = &["the address {} (", "invalid type: ", "Failed to deserialize "];

    #[test]
    fn every_sentence_is_said_somewhere_in_the_code() {
        let room = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut code = String::new();
        for folder in [room.join(".."), room.join("../../cli/src")] {
            read(&folder, &mut code);
        }
        let code = code.replace("\\\"", "\"");
        assert!(code.contains("fn "), "no code found");
        let whole = SENTENCES.iter().map(|(english, _)| *english);
        for english in whole.filter(|it| !COMPOSED.iter().any(|begin| it.starts_with(begin))) {
            for part in english.split("{}") {
                assert!(code.contains(part), "nothing says {part:?} of {english:?} any more");
            }
        }
    }

    /// All code under a folder but this file's and tests', as its strings will be said.
    fn read(folder: &Path, code: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(OsStr::to_str).unwrap();
            if path.is_dir() {
                read(&path, code);
            } else if name.ends_with(".rs") && !["told.rs", "tests.rs"].contains(&name) {
                let text = fs::read_to_string(&path).unwrap();
                code.extend(text.split("\\\n").map(str::trim_start));
            }
        }
    }

    #[test]
    fn every_sentence_has_as_many_gaps_in_both_languages_or_leaves_the_last_ones_out() {
        for (english, vietnamese) in SENTENCES {
            let gaps = |text: &str| text.matches("{}").count();
            assert!(gaps(vietnamese) <= gaps(english), "{english}");
            assert!(!english.contains("{}{}"), "{english}");
        }
    }
}
