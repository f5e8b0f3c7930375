//! What happened, for every kind of event. `plan.inactivated` is "ngừng hoạt động" (stopped), never
//! "cancelled": AppotaPay sends it for plans that were closed, paused or never came to be.

use domain::{Event, Fact, Kind};

use super::{Words, words};

/// The title of an event.
pub(super) fn of(event: &Event) -> Words {
    titled(event.kind, event.facts.get(Fact::Deleted) == Some("true"))
}

/// The title of an event of which only the kind is known.
pub(super) fn of_kind(kind: Kind) -> Words {
    titled(kind, false)
}

fn titled(kind: Kind, deleted: bool) -> Words {
    match kind {
        Kind::TransferIn => words("Tiền vào", "Money in"),
        Kind::TransferOut => words("Tiền ra", "Money out"),
        Kind::AccountChanged => words("Tài khoản thay đổi", "Account changed"),
        Kind::OrderChanged if deleted => words("Đơn hàng đã xoá", "Order deleted"),
        Kind::OrderChanged => words("Đơn hàng", "Order"),
        Kind::ProductChanged if deleted => words("Sản phẩm đã xoá", "Product deleted"),
        Kind::ProductChanged => words("Sản phẩm", "Product"),
        Kind::CustomerChanged if deleted => words("Khách hàng đã xoá", "Customer deleted"),
        Kind::CustomerChanged => words("Khách hàng", "Customer"),
        Kind::PlanActivated => words("Gói định kỳ đã kích hoạt", "Plan activated"),
        Kind::PlanInactivated => words("Gói định kỳ ngừng hoạt động", "Plan stopped"),
        Kind::CycleCreated => words("Kỳ thanh toán mới", "New billing cycle"),
        Kind::CycleSucceeded => words("Kỳ thanh toán thành công", "Billing cycle paid"),
        Kind::CycleRetrying => words("Kỳ thanh toán sẽ thử lại", "Billing cycle will be retried"),
        Kind::CycleFailed => words("Kỳ thanh toán thất bại", "Billing cycle failed"),
        Kind::CycleForceAttemptFailed => {
            words("Thu tiền chủ động thất bại", "Forced charge failed")
        }
        Kind::PaymentMethodActivated => {
            words("Phương thức thanh toán sẵn sàng", "Payment method ready")
        }
        Kind::PaymentMethodFailed => words("Phương thức thanh toán lỗi", "Payment method failed"),
        Kind::RefundSucceeded => words("Hoàn tiền thành công", "Refund succeeded"),
        Kind::RefundFailed => words("Hoàn tiền thất bại", "Refund failed"),
        Kind::PaymentSucceeded => words("Thanh toán thành công", "Payment succeeded"),
        Kind::PaymentFailed => words("Thanh toán thất bại", "Payment failed"),
        Kind::Alarm => words("Cảnh báo", "Alarm"),
        Kind::Digest => words("Nhiều sự kiện", "Several events"),
        Kind::Summary => words("Tổng kết", "Summary"),
        Kind::Unknown => words("Sự kiện chưa biết", "Unknown event"),
    }
}
