//! The words of a part of the console, in both languages side by side: the log.

use super::words;

words! {
    /// The log.
    Events {}
    memo: "Nội dung", "Memo";
    deliveries: "Thông báo", "Deliveries";
    attempts: "Lần gửi", "Attempts";
    filter: "Lọc", "Filter";
    filters: "Bộ lọc", "Filters";
    clear: "Bỏ lọc", "Clear";
    f_text: "Tìm trong nội dung, tên, mã", "Search memo, names, codes";
    f_from: "Từ ngày", "From";
    f_until: "Đến ngày", "Until";
    f_source: "Nguồn", "Source";
    f_kind: "Loại", "Kind";
    f_state: "Trạng thái", "State";
    f_destination: "Nơi nhận", "Destination";
    f_account: "Tài khoản", "Account";
    f_min: "Số tiền từ", "Amount from";
    f_max: "Số tiền đến", "Amount to";
    f_reference: "Mã tham chiếu", "Reference";
    more_filters: "Thêm bộ lọc", "More filters";
    any: "Tất cả", "All";
    older: "Cũ hơn", "Older";
    newest: "Mới nhất", "Newest";
    no_events: "Chưa có sự kiện nào.", "There is no event yet.";
    no_events_hint: "Khi một nguồn gọi đến, sự kiện hiện ra ở đây trong vài giây.", "When a source calls, its event appears here within seconds.";
    nothing_found: "Không tìm thấy sự kiện nào.", "No event was found.";
    nothing_found_hint: "Hãy nới bộ lọc.", "Widen the filters.";
    searched_on: "Chưa tìm hết sổ: bấm Cũ hơn để tìm tiếp.", "Not all of the log was searched: go on with Older.";
    live: "Tự cập nhật", "Updates by itself";
    test: "THỬ", "TEST";
    late: "đến muộn", "late";
    conflict: "xung đột", "conflict";
    verified: "đã xác nhận", "verified";
    nobody: "không gửi đi đâu", "sent nowhere";
}
