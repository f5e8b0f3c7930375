//! The words of a part of the console, in both languages side by side: facts of events.

use super::words;

words! {
    /// Facts of events.
    Facts {}
    account: "Tài khoản", "Account";
    virtual_account: "Tài khoản ảo", "Virtual account";
    bank: "Ngân hàng", "Bank";
    counterparty: "Người chuyển/nhận", "Counterparty";
    counterparty_account: "Tài khoản đối ứng", "Counterparty's account";
    counterparty_bank: "Ngân hàng đối ứng", "Counterparty's bank";
    code: "Mã thanh toán", "Payment code";
    content: "Nội dung", "Memo";
    reference: "Mã tham chiếu", "Reference";
    id: "Mã ở nguồn", "Id at the source";
    number: "Số hiệu", "Number";
    name: "Tên", "Name";
    status: "Trạng thái", "Status";
    previous_status: "Trạng thái trước", "Status before";
    payment_status: "Trạng thái thanh toán", "Payment status";
    payment_method: "Cách thanh toán", "Payment method";
    customer_id: "Mã khách hàng", "Customer id";
    customer: "Khách hàng", "Customer";
    phone: "Điện thoại", "Telephone";
    email: "E-mail", "E-mail";
    address: "Địa chỉ", "Address";
    store: "Cửa hàng", "Store";
    inventory: "Tồn kho", "Inventory";
    deleted: "Đã xóa", "Deleted";
    plan_id: "Mã gói", "Plan id";
    cycle_number: "Kỳ thứ", "Cycle number";
    attempt_count: "Số lần thu", "Charges tried";
    next_retry: "Thử lại lúc", "Next retry";
    scheduled_at: "Đến hạn", "Scheduled";
    interval: "Chu kỳ", "Interval";
    attempt_id: "Mã lần thu", "Charge id";
    reason: "Lý do", "Reason";
    payment_link: "Liên kết thanh toán", "Payment link";
    event_name: "Tên ở nguồn", "The source's name for it";
}

impl Facts {
    /// A fact, by its name on the wire; one that this page has no word for is called by that.
    pub(crate) fn of(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "account" => self.account,
            "virtual_account" => self.virtual_account,
            "bank" => self.bank,
            "counterparty" => self.counterparty,
            "counterparty_account" => self.counterparty_account,
            "counterparty_bank" => self.counterparty_bank,
            "code" => self.code,
            "content" => self.content,
            "reference" => self.reference,
            "id" => self.id,
            "number" => self.number,
            "name" => self.name,
            "status" => self.status,
            "previous_status" => self.previous_status,
            "payment_status" => self.payment_status,
            "payment_method" => self.payment_method,
            "customer_id" => self.customer_id,
            "customer" => self.customer,
            "phone" => self.phone,
            "email" => self.email,
            "address" => self.address,
            "store" => self.store,
            "inventory" => self.inventory,
            "deleted" => self.deleted,
            "plan_id" => self.plan_id,
            "cycle_number" => self.cycle_number,
            "attempt_count" => self.attempt_count,
            "next_retry" => self.next_retry,
            "scheduled_at" => self.scheduled_at,
            "interval" => self.interval,
            "attempt_id" => self.attempt_id,
            "reason" => self.reason,
            "payment_link" => self.payment_link,
            "event_name" => self.event_name,
            _ => return None,
        })
    }
}
