//! Which facts of each kind people are told, in which order and under which label.

use domain::{Fact, Kind};

use super::{Words, words};

/// Where a line's value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row {
    /// One fact, short.
    Short(Fact),
    /// One fact that may be a sentence.
    Long(Fact),
    /// Several facts that belong together.
    Joined(&'static [Fact]),
    /// A fact that is a time.
    Moment(Fact),
    /// The account's balance, for destinations that may know it.
    Balance,
}

type Rows = &'static [(Words, Row)];

const ID: (Words, Row) = (words("Mã", "ID"), Row::Short(Fact::Id));
const STATUS: (Words, Row) = (words("Trạng thái", "Status"), Row::Short(Fact::Status));
const REASON: (Words, Row) = (words("Lý do", "Reason"), Row::Long(Fact::Reason));
const CONTENT: (Words, Row) = (words("Nội dung", "Memo"), Row::Long(Fact::Content));
const CUSTOMER: (Words, Row) = (words("Khách hàng", "Customer"), Row::Short(Fact::Customer));
const STORE: (Words, Row) = (words("Cửa hàng", "Store"), Row::Short(Fact::Store));
const METHOD: (Words, Row) =
    (words("Phương thức", "Payment method"), Row::Short(Fact::PaymentMethod));
const PLAN_ID: (Words, Row) = (words("Gói", "Plan"), Row::Short(Fact::PlanId));
const ACCOUNT: (Words, Row) =
    (words("Tài khoản", "Account"), Row::Joined(&[Fact::Account, Fact::Bank]));
const BEFORE: (Words, Row) =
    (words("Trạng thái trước", "Status before"), Row::Short(Fact::PreviousStatus));

const TRANSFER: Rows = &[
    ACCOUNT,
    (words("Tài khoản ảo", "Virtual account"), Row::Short(Fact::VirtualAccount)),
    CONTENT,
    (words("Mã thanh toán", "Payment code"), Row::Short(Fact::Code)),
    (words("Mã tham chiếu", "Reference"), Row::Short(Fact::Reference)),
    (
        words("Đối tác", "Counterparty"),
        Row::Joined(&[Fact::Counterparty, Fact::CounterpartyAccount, Fact::CounterpartyBank]),
    ),
    (words("Số dư", "Balance"), Row::Balance),
];

const ACCOUNT_CHANGE: Rows =
    &[ACCOUNT, (words("Tên", "Name"), Row::Short(Fact::Name)), STATUS, BEFORE, CONTENT, REASON];

const ORDER: Rows = &[
    (words("Mã đơn", "Order"), Row::Short(Fact::Number)),
    STATUS,
    BEFORE,
    (words("Thanh toán", "Payment"), Row::Short(Fact::PaymentStatus)),
    METHOD,
    CUSTOMER,
    STORE,
];

const PRODUCT: Rows = &[
    (words("Tên", "Name"), Row::Long(Fact::Name)),
    (words("Mã hàng", "SKU"), Row::Short(Fact::Number)),
    (words("Tồn kho", "In stock"), Row::Short(Fact::Inventory)),
    STATUS,
    STORE,
];

const CUSTOMERS: Rows = &[
    (words("Tên", "Name"), Row::Short(Fact::Name)),
    CUSTOMER,
    (words("Mã khách", "Customer number"), Row::Short(Fact::Number)),
    ID,
    STATUS,
    STORE,
];

const PLAN: Rows = &[
    (words("Tên gói", "Plan"), Row::Short(Fact::Name)),
    (words("Mã gói", "Plan ID"), Row::Short(Fact::Id)),
    (words("Mã của shop", "Your reference"), Row::Short(Fact::Number)),
    STATUS,
    (words("Chu kỳ", "Interval"), Row::Short(Fact::Interval)),
    METHOD,
    CUSTOMER,
    REASON,
];

const CYCLE: Rows = &[
    PLAN_ID,
    (words("Kỳ số", "Cycle number"), Row::Short(Fact::CycleNumber)),
    (words("Mã kỳ", "Cycle ID"), Row::Short(Fact::Id)),
    STATUS,
    (words("Đến hạn", "Due"), Row::Moment(Fact::ScheduledAt)),
    (words("Số lần thử", "Attempts"), Row::Short(Fact::AttemptCount)),
    (words("Thử lại lúc", "Next attempt"), Row::Moment(Fact::NextRetry)),
    CUSTOMER,
    REASON,
];

const PAYMENT_METHOD: Rows = &[METHOD, PLAN_ID, ID, STATUS, CUSTOMER, REASON];

const REFUND: Rows = &[
    (words("Mã hoàn tiền", "Refund ID"), Row::Short(Fact::Id)),
    (words("Mã của shop", "Your reference"), Row::Short(Fact::Number)),
    (words("Giao dịch gốc", "Payment ID"), Row::Short(Fact::AttemptId)),
    PLAN_ID,
    STATUS,
    REASON,
];

const PAYMENT: Rows = &[
    (words("Mã thanh toán", "Payment ID"), Row::Short(Fact::Id)),
    (words("Mã của shop", "Your reference"), Row::Short(Fact::Number)),
    METHOD,
    CUSTOMER,
    CONTENT,
    STATUS,
    REASON,
];

const UNKNOWN: Rows = &[
    (words("Tên sự kiện", "Event name"), Row::Short(Fact::EventName)),
    ID,
    (words("Mã hiệu", "Number"), Row::Short(Fact::Number)),
    STATUS,
];

/// The lines of a kind of event, apart from those that all have.
pub(super) fn of(kind: Kind) -> Rows {
    match kind {
        Kind::TransferIn | Kind::TransferOut => TRANSFER,
        Kind::AccountChanged => ACCOUNT_CHANGE,
        Kind::OrderChanged => ORDER,
        Kind::ProductChanged => PRODUCT,
        Kind::CustomerChanged => CUSTOMERS,
        Kind::PlanActivated | Kind::PlanInactivated => PLAN,
        Kind::CycleCreated
        | Kind::CycleSucceeded
        | Kind::CycleRetrying
        | Kind::CycleFailed
        | Kind::CycleForceAttemptFailed => CYCLE,
        Kind::PaymentMethodActivated | Kind::PaymentMethodFailed => PAYMENT_METHOD,
        Kind::RefundSucceeded | Kind::RefundFailed => REFUND,
        Kind::PaymentSucceeded | Kind::PaymentFailed => PAYMENT,
        // Their words are not rows; an alarm or a summary of a newer version has its title and time.
        Kind::Alarm | Kind::Digest | Kind::Summary => &[],
        Kind::Unknown => UNKNOWN,
    }
}
