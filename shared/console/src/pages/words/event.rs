//! The words of a part of the console, in both languages side by side: one event.

use super::words;

words! {
    /// One event.
    Event {}
    means: "Ý nghĩa", "What it means";
    received: "Nhận lúc", "Received";
    occurred: "Xảy ra lúc", "Happened";
    balance: "Số dư", "Balance";
    key: "Khóa", "Key";
    provenance: "Nhận qua", "Learnt by";
    by_hook: "nguồn gọi đến", "the source's call";
    by_asking: "đối soát với API của nguồn", "asking the source's API";
    no_deliveries: "Không có nơi nhận nào muốn nhận sự kiện này.", "No destination wanted this event.";
    no_deliveries_hint: "Thêm nơi nhận, hoặc nới bộ lọc của nơi nhận đang có.", "Add a destination, or widen the filter of one that is there.";
    attempt: "Lần {}", "Attempt {}";
    no_attempts: "Chưa gửi lần nào.", "Not attempted yet.";
    took: "{} ms", "{} ms";
    next_attempt: "gửi lại lúc", "next attempt at";
    resend: "Gửi lại", "Resend";
    cancel: "Hủy", "Cancel";
    resent: "Sẽ gửi trong giây lát. Tải lại trang để xem kết quả.", "It goes out within moments. Reload to see what came of it.";
    cancelled: "Đã hủy thông báo.", "The delivery was cancelled.";
    conflicts: "Xung đột", "Conflicts";
    conflicts_hint: "Cùng khóa nhưng khác nội dung. Cả hai đều được giữ; chỉ cái đầu được gửi đi.", "The same key with something else. Both are kept; only the first was sent on.";
    release: "Báo riêng như một giao dịch khác", "Tell of it as another one";
    release_hint: "Chỉ khi đây đúng là một giao dịch khác. Nó sẽ thành một sự kiện riêng và được gửi đi.", "Only where it really is another one. It becomes an event of its own and goes out.";
    released: "Đã báo riêng: sự kiện này được gửi đi như mọi sự kiện khác.", "It is an event of its own now, and goes out like any other.";
    to_resume: "Xem nơi nhận để tiếp tục", "Go to the destination to resume it";
    first_one: "Đến trước", "Came first";
    other_one: "Đến sau", "Came later";
    object: "Nguyên văn của nguồn", "The source's own object";
    preview: "Xem trước nội dung", "Preview";
    preview_body: "Nguyên văn gửi đi", "As it is sent";
    preview_hint: "Soạn theo cài đặt hiện nay, không gửi đi đâu; thông báo đã gửi trước đây có thể khác.", "Made of today's settings and sent nowhere; what was sent before may differ.";
    would_get: "Cũng sẽ nhận nếu đến bây giờ", "Would get it if it came now";
    would_get_hint: "Chưa có thông báo nào tới những nơi này.", "There is no delivery to these.";
    more_previews: "Còn {} nơi nhận khác.", "{} more destinations.";
    send_to_others: "Gửi tới nơi nhận khác", "Send to another destination";
    send: "Gửi", "Send";
}
