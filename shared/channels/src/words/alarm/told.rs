//! What is said of each alarm: what happened, in a few words, and what to do next. All of it ours.

use domain::Alarm;

use super::OPERATOR;
use crate::words::{Words, words};

/// What is said of an alarm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// What happened.
    pub(super) title: Words,
    /// What to do; a command may follow it.
    pub(super) advice: Words,
}

/// What is said of this one.
pub(super) fn of(alarm: &Alarm) -> Told {
    match alarm {
        Alarm::Paused { cause, .. } if cause == OPERATOR => PAUSED_BY_HAND,
        Alarm::Paused { .. } => PAUSED,
        Alarm::Resumed { .. } => RESUMED,
        Alarm::Disabled { .. } => DISABLED,
        Alarm::Unreadable { .. } => UNREADABLE,
        Alarm::Silence { .. } => SILENCE,
        Alarm::Heard { .. } => HEARD,
        Alarm::Gap { .. } => GAP,
        Alarm::Unasked { .. } => UNASKED,
        Alarm::Conflict { .. } => CONFLICT,
        Alarm::DeadLetters { .. } => DEAD_LETTERS,
        Alarm::Refused { .. } => REFUSED,
    }
}

const PAUSED_BY_HAND: Told = Told {
    title: words("Đã tạm dừng bằng tay", "Destination paused by hand"),
    advice: words(
        "Tin gửi tới đây được giữ lại, không mất tin nào. Khi muốn gửi tiếp, hãy chạy:",
        "Messages to it are held; nothing is lost. To go on, run:",
    ),
};

const PAUSED: Told = Told {
    title: words("Tạm dừng gửi", "Destination paused"),
    advice: words(
        "Tin gửi tới đây được giữ lại, không mất tin nào, và đều đặn được thử lại. Hãy \
         kiểm tra URL hoặc bot của nơi nhận trong vòng 7 ngày. Sửa xong, muốn gửi ngay thì \
         chạy:",
        "Messages to it are held, nothing is lost, and it is tried again regularly. \
         Check its URL or bot within 7 days. Once it is mended, to send at once, run:",
    ),
};

const RESUMED: Told = Told {
    title: words("Đã gửi lại được", "Destination is back"),
    advice: words(
        "Không cần làm gì. Những tin đã giữ đang được gửi dần.",
        "Nothing. What was held is being sent.",
    ),
};

const DISABLED: Told = Told {
    title: words("Nơi nhận đã bị tắt", "Destination disabled"),
    advice: words(
        "Tạm dừng quá 7 ngày: tin mới tới đây không được gửi nữa. Tin đã giữ trước đó vẫn \
         còn. Hãy sửa URL hoặc bot của nơi nhận, rồi chạy:",
        "It was paused for 7 days: new messages to it are not sent any more. What was held \
         before is kept. Mend its URL or bot, then run:",
    ),
};

const UNREADABLE: Told = Told {
    title: words("Không đọc được cấu hình nơi nhận", "Destination unreadable"),
    advice: words(
        "Tin gửi tới đây đang chờ, không mất tin nào. Hãy nâng cấp tingting, hoặc sửa cấu \
         hình của nơi nhận rồi lưu lại.",
        "Messages to it wait; nothing is lost. Upgrade tingting, or correct the \
         destination's configuration and save it again.",
    ),
};

const SILENCE: Told = Told {
    title: words("Nguồn im lặng bất thường", "Source is silent"),
    advice: words(
        "Lâu hơn thường lệ mà không có tin nào tới. Hãy vào trang của nhà cung cấp xem tài \
         khoản ngân hàng còn liên kết, webhook còn bật không.",
        "Nothing has come for longer than usual. Look at the provider's page: is the bank \
         account still connected, the webhook still on?",
    ),
};

const HEARD: Told = Told {
    title: words("Nguồn đã gọi lại", "Source is back"),
    advice: words(
        "Hãy so với sao kê xem trong lúc im lặng có giao dịch nào bị thiếu không.",
        "Compare with your bank statement: is anything missing from the silent time?",
    ),
};

const GAP: Told = Told {
    title: words("Đã bổ sung giao dịch bị thiếu", "Missing events were filled in"),
    advice: words(
        "Nhà cung cấp không gọi cho những giao dịch này; tingting đã tự lấy và báo. Nếu \
         còn lặp lại, hãy kiểm tra webhook ở trang của nhà cung cấp.",
        "The provider never called for these; they were fetched and announced. If it \
         happens again, check the webhook on the provider's page.",
    ),
};

const UNASKED: Told = Told {
    title: words("Không đối soát được", "Cannot check for missing events"),
    advice: words(
        "Webhook vẫn được nhận như thường, nhưng giao dịch bị thiếu sẽ không được phát \
         hiện. Hãy xem lý do, và kiểm tra khoá API của nguồn này.",
        "Webhooks are received as usual, but missing ones go unnoticed. See the \
         reason, and check this source's API key.",
    ),
};

const CONFLICT: Told = Told {
    title: words("Hai tin mâu thuẫn", "Two events contradict each other"),
    advice: words(
        "Cùng một giao dịch được báo hai lần với số liệu khác nhau. Bản đầu đã được gửi, \
         bản sau được giữ lại. Hãy so sánh cả hai trong nhật ký sự kiện.",
        "One event came twice with different figures. The first was sent, the second is \
         kept back. Compare both in the event log.",
    ),
};

const DEAD_LETTERS: Told = Told {
    title: words("Có tin không xử lý được", "Messages were set aside"),
    advice: words(
        "Những tin này được để riêng, chưa gửi, không mất. Hãy báo người vận hành tingting \
         xem hàng đợi dead-letter.",
        "They are kept, but not sent. Ask whoever runs tingting to look at the dead-letter \
         queue.",
    ),
};

const REFUSED: Told = Told {
    title: words("Nhiều lời gọi bị từ chối", "Calls are refused"),
    advice: words(
        "Nếu khoá vừa đổi: so khoá ở trang của nhà cung cấp với khoá của nguồn này trong \
         tingting. Nếu không ai đổi khoá: có thể có người gọi giả, và họ đã bị chặn.",
        "If the secret was changed: compare the one on the provider's settings page with \
         this source's. If nobody changed it: somebody may be forging calls, and is kept \
         out.",
    ),
};
