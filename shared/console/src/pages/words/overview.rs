//! The words of a part of the console, in both languages side by side: the overview.

use super::words;

words! {
    /// The overview.
    Overview {}
    today: "Hôm nay, {}", "Today, {}";
    money_in: "Tiền vào", "Money in";
    money_out: "Tiền ra", "Money out";
    transfers_n: "Số giao dịch: {}", "Transfers: {}";
    no_money: "Hôm nay chưa có giao dịch nào.", "No transfer yet today.";
    at_least: "Có quá nhiều sự kiện trong giờ này để đếm hết: các con số là ít nhất.", "There are too many events in this hour to count them all: the numbers are the least.";
    per_hour: "Sự kiện theo giờ", "Events per hour";
    last_day: "24 giờ qua", "The last 24 hours";
    hour: "Giờ", "Hour";
    number_of_events: "Số sự kiện", "Events";
    most_per_hour: "nhiều nhất {} trong một giờ", "{} in the busiest hour";
    total_n: "tổng {}", "{} in all";
    attention: "Cần chú ý", "Needs attention";
    all_well: "Mọi thứ đều ổn.", "All is well.";
    all_well_hint: "Không có nơi nhận nào bị dừng, không có gì bị giữ hay thất bại.", "No destination is paused, nothing is held or has failed.";
    a_paused: "Nơi nhận {} đang tạm dừng", "Destination {} is paused";
    a_disabled: "Nơi nhận {} đã bị tắt", "Destination {} is disabled";
    a_unreadable: "Không đọc được cấu hình của nơi nhận {}", "The settings of destination {} cannot be read";
    a_failing: "Nơi nhận {} chưa nhận được gì từ lúc bắt đầu lỗi", "Destination {} has taken nothing since it began to fail";
    a_failed: "{} thông báo thất bại trong 24 giờ qua", "{} deliveries failed in the last 24 hours";
    a_held: "{} thông báo đang bị giữ", "{} deliveries are held";
    a_conflicts: "{} xung đột trong 7 ngày qua: cùng mã nhưng khác nội dung", "{} conflicts in the last 7 days: the same key, but something else";
    a_parked: "{} lời gọi trong 7 ngày qua chưa đọc được, đã cất giữ", "{} calls of the last 7 days could not be read and are parked";
    a_refused: "{} lời gọi bị từ chối trong 24 giờ qua", "{} calls were refused in the last 24 hours";
    or_more: "{} hoặc hơn", "{} or more";
    welcome: "Chào mừng đến với tingting", "Welcome to tingting";
    welcome_hint: "Ba bước để nhận thông báo đầu tiên:", "Three steps to the first notification:";
    step_source: "Nối một nguồn", "Connect a source";
    step_source_hint: "SePay, Casso, ThueAPI, Abaha hoặc AppotaPay: lấy URL và bí mật ở đây, dán vào trang của họ.", "SePay, Casso, ThueAPI, Abaha or AppotaPay: get URL and secret here, paste them into their page.";
    step_destination: "Thêm một nơi nhận", "Add a destination";
    step_destination_hint: "Slack, Telegram, Lark hoặc webhook của bạn. Gọi thử trước khi lưu.", "Slack, Telegram, Lark or your own webhook. Make a test call before you save.";
    step_try: "Chuyển thử vài nghìn đồng", "Send yourself a little money";
    step_try_hint: "Hoặc gõ tingting simulate casso ở cửa sổ dòng lệnh.", "Or type tingting simulate casso in a terminal.";
}
