//! The words of a part of the console, in both languages side by side: destinations: all of them, and one.

use super::words;

words! {
    /// Destinations: all of them, and one.
    Destinations {}
    add_destination: "Thêm nơi nhận", "Add a destination";
    no_destinations: "Chưa có nơi nhận nào.", "There is no destination yet.";
    no_destinations_hint: "Thêm Slack, Telegram, Lark hoặc webhook để nhận thông báo.", "Add Slack, Telegram, Lark or a webhook to be notified.";
    failing_since: "Lỗi từ {}", "Failing since {}";
    since: "từ", "since";
    because_failing: "vì gửi không được suốt một ngày", "for nothing but failures for a day";
    because_dead: "vì kênh báo nơi nhận không còn", "for its channel said that it is no more";
    because_operator: "do người dùng", "by an operator";
    pause: "Tạm dừng", "Pause";
    pause_hint: "Thông báo sẽ được giữ lại, không mất, cho đến khi tiếp tục.", "Deliveries are held, and none is lost, until you resume.";
    resume: "Tiếp tục", "Resume";
    resume_hint: "Xem trước những gì sẽ được gửi.", "First see what would go out.";
    resume_title: "Tiếp tục {}?", "Resume {}?";
    resume_n: "{} thông báo đang giữ sẽ được gửi, cũ trước mới sau, không nhanh hơn mức nơi nhận chịu được.", "{} held deliveries go out, oldest first, no faster than the destination takes them.";
    resume_none: "Không có gì đang giữ: chỉ những sự kiện mới sẽ được gửi.", "Nothing is held: only new events go out.";
    resume_oldest: "Cái cũ nhất từ {}.", "The oldest is of {}.";
    resume_not_needed: "Nơi nhận này đang hoạt động: không có gì để tiếp tục.", "This destination is active: there is nothing to resume.";
    confirm_resume: "Tiếp tục gửi", "Resume now";
    try_call: "Gọi thử", "Test call";
    try_hint: "Gửi ngay một giao dịch mẫu. Không ghi vào sổ.", "Sends a sample at once. Nothing is written down.";
    try_good: "Gọi thử thành công", "The test call arrived";
    try_bad: "Gọi thử không thành công", "The test call did not arrive";
    http_status: "Mã HTTP {}", "HTTP status {}";
    no_answer: "không có trả lời", "no answer";
    delete_title: "Xóa {}?", "Delete {}?";
    delete_hint: "Thông báo còn dở sẽ bị hủy. Không thể hoàn tác.", "Open deliveries are cancelled. This cannot be undone.";
    was_paused: "Đã tạm dừng. Thông báo được giữ lại.", "Paused. Deliveries are held.";
    was_resumed: "Đã tiếp tục. Những gì đang giữ bắt đầu được gửi trong vòng một phút.", "Resumed. What is held begins to go out within a minute.";
    was_created: "Đã lưu nơi nhận.", "The destination was saved.";
    was_changed: "Đã lưu thay đổi.", "The changes were saved.";
    signing: "Khóa ký", "Signing secret";
    unsigned_hint: "Lời gọi chưa được ký theo Standard Webhooks. Tạo khóa để máy chủ của bạn kiểm tra được lời gọi là từ đây.", "Calls are not signed by Standard Webhooks yet. Make a secret, and your server can tell that a call is from here.";
    rotate: "Tạo khóa ký mới", "Make a new signing secret";
    rotate_hint: "Khóa cũ vẫn ký cùng cho đến khi bạn bỏ nó: máy chủ của bạn không phải từ chối lời gọi nào.", "The old one signs too until you retire it: your server need not refuse a call.";
    retire: "Bỏ khóa ký cũ", "Retire the old signing secret";
    retire_hint: "Hai khóa đang cùng ký. Chỉ bỏ khóa cũ sau khi máy chủ của bạn đã dùng khóa mới.", "Two secrets sign. Retire the old one after your server has taken the new one.";
    was_rotated: "Khóa ký mới của {}", "The new signing secret of {}";
    was_rotated_hint: "Mọi lời gọi được ký bằng khóa này, và bằng khóa trước đó nếu có.", "Every call is signed by it, and by the one before, if there was one.";
    shown_once: "Khóa chỉ hiện một lần. Hãy chép ngay, trước khi rời trang này.", "The secret is shown this once. Copy it now, before you leave this page.";
    go_on: "Tới trang của nơi nhận này", "Go to this destination";
    was_retired: "Chỉ còn khóa mới nhất ký.", "Only the newest secret signs.";
    was_deleted: "Đã xóa nơi nhận.", "The destination was deleted.";
}
