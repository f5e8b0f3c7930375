//! The words of a part of the console, in both languages side by side: kinds of events.

use super::words;

words! {
    /// Kinds of events.
    Kinds {}
    transfer_in: "Tiền vào", "Money in";
    transfer_out: "Tiền ra", "Money out";
    account_changed: "Tài khoản thay đổi", "Account changed";
    order_changed: "Đơn hàng", "Order";
    product_changed: "Sản phẩm", "Product";
    customer_changed: "Khách hàng", "Customer";
    plan_activated: "Gói bắt đầu", "Plan activated";
    plan_inactivated: "Gói ngừng", "Plan inactivated";
    cycle_created: "Kỳ thu mới", "Billing cycle made";
    cycle_succeeded: "Kỳ thu thành công", "Billing cycle paid";
    cycle_retrying: "Kỳ thu sẽ thử lại", "Billing cycle retrying";
    cycle_failed: "Kỳ thu thất bại", "Billing cycle failed";
    cycle_force_attempt_failed: "Thu cưỡng bức thất bại", "Forced charge failed";
    payment_method_activated: "Phương thức thanh toán dùng được", "Payment method ready";
    payment_method_failed: "Phương thức thanh toán lỗi", "Payment method failed";
    refund_succeeded: "Hoàn tiền thành công", "Refund arrived";
    refund_failed: "Hoàn tiền thất bại", "Refund failed";
    payment_succeeded: "Thanh toán thành công", "Payment succeeded";
    payment_failed: "Thanh toán thất bại", "Payment failed";
    unknown: "Chưa biết", "Unknown";
    alarm: "Cảnh báo", "Alarm";
    digest: "Tin gộp", "Digest";
    summary: "Tổng kết", "Summary";
}

impl Kinds {
    /// A kind of event, by its word.
    pub(crate) fn of(&self, word: &str) -> &'static str {
        match word {
            "transfer.in" => self.transfer_in,
            "transfer.out" => self.transfer_out,
            "account.changed" => self.account_changed,
            "order.changed" => self.order_changed,
            "product.changed" => self.product_changed,
            "customer.changed" => self.customer_changed,
            "plan.activated" => self.plan_activated,
            "plan.inactivated" => self.plan_inactivated,
            "cycle.created" => self.cycle_created,
            "cycle.succeeded" => self.cycle_succeeded,
            "cycle.retrying" => self.cycle_retrying,
            "cycle.failed" => self.cycle_failed,
            "cycle.force_attempt_failed" => self.cycle_force_attempt_failed,
            "payment_method.activated" => self.payment_method_activated,
            "payment_method.failed" => self.payment_method_failed,
            "refund.succeeded" => self.refund_succeeded,
            "refund.failed" => self.refund_failed,
            "payment.succeeded" => self.payment_succeeded,
            "payment.failed" => self.payment_failed,
            "alarm" => self.alarm,
            "digest" => self.digest,
            "summary" => self.summary,
            _ => self.unknown,
        }
    }
}
