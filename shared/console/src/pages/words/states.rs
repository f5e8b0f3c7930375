//! The words of a part of the console, in both languages side by side: how deliveries stand.

use super::words;

words! {
    /// How deliveries stand.
    States {}
    pending: "Chờ gửi", "Pending";
    sending: "Đang gửi", "Sending";
    waiting: "Chờ gửi lại", "Waiting";
    gathered: "Gộp tin", "In a digest";
    held: "Đang giữ", "Held";
    delivered: "Đã gửi", "Delivered";
    failed: "Thất bại", "Failed";
    cancelled: "Đã hủy", "Cancelled";
}

impl States {
    /// How a delivery stands, by its word.
    pub(crate) fn of(&self, word: &str) -> &'static str {
        match word {
            "pending" => self.pending,
            "sending" => self.sending,
            "waiting" => self.waiting,
            "gathered" => self.gathered,
            "held" => self.held,
            "delivered" => self.delivered,
            "failed" => self.failed,
            _ => self.cancelled,
        }
    }
}
