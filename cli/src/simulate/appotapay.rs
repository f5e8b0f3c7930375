//! AppotaPay's calls: a signed envelope around base64 JSON; subscription callbacks and payment
//! notifications. From the vendor's pages "Plan callback", "Cycle callback", "Refund callback" and
//! "Payment result".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::sign;
use super::story::{Call, Proof, Story};

pub(super) const KINDS: &[&str] = &[
    "payment",
    "plan.activated",
    "plan.inactivated",
    "cycle.created",
    "cycle.succeeded",
    "cycle.retrying",
    "cycle.failed",
    "cycle.force_attempt_failed",
    "payment_method.activated",
    "payment_method.failed",
    "refund.succeeded",
    "refund.failed",
];

pub(super) fn call(story: &Story, proof: &Proof) -> Call {
    let inner = match story.kind.split_once('.') {
        Some(("plan", state)) => event("subscription.plan", state, plan(story, state)),
        Some(("cycle", state)) => event("subscription.cycle", state, cycle(story, state)),
        Some(("payment_method", state)) => event("payment_method", state, method(story, state)),
        Some(("refund", state)) => event("refund", state, refund(story, state)),
        _ => payment(story),
    };
    let data = STANDARD.encode(inner.to_string());
    let signature = sign::sha256(&proof.secret, &data);
    let time = story.at.as_second().to_string();
    let body = json!({ "data": data, "signature": signature, "time": time }).to_string();
    // Misspelt in all of the vendor's documents.
    Call { tail: "", content_type: "applicaton/json", headers: Vec::new(), body }
}

fn event(family: &str, state: &str, data: Value) -> Value {
    json!({ "event": format!("{family}.{state}"), "data": data })
}

fn plan(story: &Story, state: &str) -> Value {
    json!({
        "planRefId": format!("GOI-{}", story.number),
        "planId": format!("PLAN{}", story.number),
        "customerId": "CUST0018",
        "currency": "VND",
        "amount": story.amount,
        "paymentMethods": [{ "paymentMethodId": "PM0018", "rank": 1 }],
        "immediateActionType": "FULL_AMOUNT",
        "failedCycleAction": "STOP",
        "serviceName": "Gói hội viên tháng",
        "status": if state == "activated" { "ACTIVE" } else { "INACTIVE" },
        "actions": [],
        "schedule": {
            "interval": "MONTH",
            "intervalCount": 1,
            "totalRecurrence": 12,
            "anchorDate": story.rfc3339(),
            "retryInterval": "DAY",
            "retryIntervalCount": 3,
        },
        "createdAt": story.rfc3339(),
        "updatedAt": story.rfc3339(),
    })
}

fn cycle(story: &Story, state: &str) -> Value {
    let status = match state {
        "created" => "SCHEDULED",
        "succeeded" => "SUCCEEDED",
        "retrying" => "RETRYING",
        _ => "FAILED",
    };
    json!({
        "cycleId": format!("CYCLE{}", story.number),
        "planId": "PLAN0018",
        "cycleNumber": 2,
        "amount": story.amount,
        "currency": "VND",
        "attemptCount": if state == "created" { 0 } else { 1 },
        "scheduledAt": story.rfc3339(),
        "status": status,
        "createdAt": story.rfc3339(),
        "updatedAt": story.rfc3339(),
    })
}

fn method(story: &Story, state: &str) -> Value {
    json!({
        "paymentMethodRefId": format!("THE-{}", story.number),
        "paymentMethodId": format!("PM{}", story.number),
        "customerId": "CUST0018",
        "country": "VN",
        "currency": "VND",
        "paymentMethod": "CC_SUBS",
        "reusability": "MULTIPLE_USE",
        "status": if state == "activated" { "ACTIVE" } else { "FAILED" },
        "actions": [],
        "createdAt": story.rfc3339(),
        "updatedAt": story.rfc3339(),
    })
}

fn refund(story: &Story, state: &str) -> Value {
    json!({
        "refundId": format!("RF{}", story.number),
        "attemptId": "ATTEMPT0018",
        "refundRefId": format!("HOAN-{}", story.number),
        "amount": story.amount,
        "currency": "VND",
        "reason": "REQUESTED_BY_CUSTOMER",
        "status": if state == "succeeded" { "success" } else { "failed" },
        "createdAt": story.rfc3339(),
        "updatedAt": story.rfc3339(),
    })
}

fn payment(story: &Story) -> Value {
    json!({
        "transaction": {
            "transactionId": format!("AP{}", story.number),
            "partnerCode": "HOASEN",
            "status": "success",
            "errorCode": 0,
            "errorMessage": "Thành công",
            "orderAmount": story.amount,
            "amount": story.amount,
            "discountAmount": 0,
            "currency": "VND",
            "bankCode": "VCB",
            "paymentMethod": "ATM",
            "action": "PAY",
            "createdAt": story.rfc3339(),
            "updatedAt": story.rfc3339(),
        },
        "partnerReference": {
            "order": {
                "id": format!("DH{}", story.number % 1_000_000),
                "info": story.content,
                "extraData": "",
            },
        },
    })
}
