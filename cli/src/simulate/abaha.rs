//! Abaha's calls: a bare object per order, product or customer, nearly every scalar a string, a
//! static token in a header of the operator's choosing. From the vendor's page "Tài liệu Webhook".

use serde_json::{Value, json};

use super::story::{Call, Proof, Story};

pub(super) const KINDS: &[&str] = &["order", "product", "customer"];

pub(super) fn call(story: &Story, proof: &Proof) -> Call {
    let body = match story.kind {
        "product" => product(story),
        "customer" => customer(story),
        _ => order(story),
    };
    let header = proof.header.clone().unwrap_or_else(|| "X-Abaha-Token".to_owned());
    Call {
        tail: story.kind,
        content_type: "application/json",
        headers: vec![(header, proof.secret.clone())],
        body: body.to_string(),
    }
}

fn order(story: &Story) -> Value {
    let (id, total, at) = (story.number.to_string(), story.amount.to_string(), story.local_time());
    json!({
        "id": id,
        "cart_code": format!("{:011}", story.number % 100_000_000_000),
        "cart_type": "cart",
        "cart_type_name": "Đơn hàng",
        "user_id": "70214",
        "store_id": "18",
        "status": "1",
        "before_status": "0",
        "payment_type": "1",
        "payment": "Chuyển khoản ngân hàng",
        "payment_status": 0,
        "payment_status_name": "Chưa thanh toán",
        "payment_content": story.content,
        "total_value": total,
        "total_before": total,
        "total_after": total,
        "total_discount_value": "0",
        "fee_ship": null,
        "cashback": { "tickid": { "user_cashback": 12 } },
        "item_fee": { "Phí Ship": "Chưa tính" },
        "count": 2,
        "user_note": null,
        "delete_flag": "0",
        "orders_time": at,
        "created": at,
        "modified": at,
        "user": { "user_id": "70214", "name": story.person },
        "address": {
            "id": "4411",
            "user_id": "70214",
            "name": story.person,
            "tel": "0900000018",
            "address": "18 Hàng Gai",
            "city": "Thành phố Hà Nội",
            "district": "Quận Hoàn Kiếm",
            "ward": "Phường Hàng Gai",
            "delete_flag": "0",
        },
        "promotions": [],
        "store_name": "Cửa hàng Hàng Gai",
    })
}

fn product(story: &Story) -> Value {
    let (price, at) = (story.amount.to_string(), story.local_time());
    json!({
        "id": story.number.to_string(),
        "order_type": "1",
        "product_code": format!("SP{}", story.number % 1_000_000),
        "product_type": "0",
        "name": "Trà sen Tây Hồ 100g",
        "unit_name": "hộp",
        "price": price,
        "discount": price,
        "discount_percent": "0",
        "cart_step": "1.0",
        "cat_id": "77",
        "brand": "",
        "inventory": "120",
        "slug": "tra-sen-tay-ho",
        "short_content": "",
        "sales": "4",
        "delete_flag": "0",
        "created": at,
        "modified": at,
        "attributes": null,
    })
}

fn customer(story: &Story) -> Value {
    let at = story.local_time();
    json!({
        "user_id": story.number.to_string(),
        "name": story.person,
        "tel": "0900000018",
        "premium": "0",
        "premium_point": "0",
        "birthday": "",
        "gender": "",
        "email": "",
        "language": "vi",
        "is_refer": "0",
        "delete_flag": "0",
        "bonus_invite_flag": "0",
        "created": at,
        "modified": at,
    })
}
