//! The log as CSV and XLSX.

use domain::{Event, Fact, Ledger as _};
use http::Request;
use testkit::contract::{at, transfer};

use crate::Place;

async fn shop() -> (Place, String) {
    let place = Place::open();
    for (n, memo) in (1..).zip(["=1+2", "a;\"b\",c\nd", "＝1", "chợ \u{202E}x"]) {
        let event = transfer(&n.to_string(), "1250000");
        let facts = event.facts.clone().with(Fact::Content, memo.to_owned());
        let event = Event { received: at(n), facts, ..event };
        _ = place.world.ledger.claim(&event).await.unwrap();
    }
    let token = place.owner().await;
    (place, token)
}

async fn get(place: &Place, token: &str, query: &str) -> (u16, String, Vec<u8>) {
    let request = Request::get(format!("/api/v1/export{query}"))
        .header("authorization", format!("Bearer {token}"));
    let (head, body) =
        place.door.answer(request.body("".to_owned().into()).unwrap()).await.into_parts();
    let kind = head.headers["content-type"].to_str().unwrap().to_owned();
    (head.status.as_u16(), kind, body.to_vec())
}

#[tokio::test]
async fn a_table_for_spreadsheets_runs_no_formula() {
    let (place, token) = shop().await;
    let (status, kind, body) = get(&place, &token, "?from=2026-03-01").await;
    assert_eq!((status, kind.as_str()), (200, "text/csv; charset=utf-8"));
    let text = String::from_utf8(body).unwrap();
    let expected = "\u{FEFF}received,occurred,source,kind,direction,amount,currency,balance,test,\
        account,virtual_account,bank,counterparty,counterparty_account,code,content,reference,key\n\
        2026-03-01 09:00:04,2026-03-01 09:00:00,casso/shop,transfer.in,in,1250000,VND,,0,88888888,,,,,,chợ x,,casso/shop/4\n\
        2026-03-01 09:00:03,2026-03-01 09:00:00,casso/shop,transfer.in,in,1250000,VND,,0,88888888,,,,,,'＝1,,casso/shop/3\n\
        2026-03-01 09:00:02,2026-03-01 09:00:00,casso/shop,transfer.in,in,1250000,VND,,0,88888888,,,,,,\"a;\"\"b\"\",c d\",,casso/shop/2\n\
        2026-03-01 09:00:01,2026-03-01 09:00:00,casso/shop,transfer.in,in,1250000,VND,,0,88888888,,,,,,'=1+2,,casso/shop/1\n";
    assert_eq!(text, expected);
    let (_, _, none) = get(&place, &token, "?text=nothing").await;
    assert_eq!(String::from_utf8(none).unwrap().lines().count(), 1);
}

#[tokio::test]
async fn a_workbook_is_one_and_a_format_that_is_none_is_named() {
    let (place, token) = shop().await;
    let (status, kind, body) = get(&place, &token, "?format=xlsx&source=casso/shop").await;
    assert_eq!(status, 200);
    assert!(kind.ends_with("spreadsheetml.sheet"), "{kind}");
    assert!(body.starts_with(b"PK"), "a zip");
    for (query, field) in [("?format=pdf", "format"), ("?state=x&format=csv", "state")] {
        let (status, _, body) = get(&place, &token, query).await;
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status, 400);
        assert!(json["errors"][field].is_string(), "{query} {json}");
    }
}

#[tokio::test]
async fn where_little_is_found_the_table_is_short_and_says_where_more_begins() {
    let place = Place::open();
    for n in 1..=5_500 {
        let event = transfer(&n.to_string(), if n == 1 { "7" } else { "50000" });
        _ = place.world.ledger.claim(&Event { received: at(n), ..event }).await.unwrap();
    }
    let token = place.owner().await;
    let part = async |cursor: &str| {
        let path = format!("/api/v1/export?from=2026-03-01&until=2026-04-01&max_amount=7{cursor}");
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let request = request.body("".to_owned().into()).unwrap();
        let (head, body) = place.door.answer(request).await.into_parts();
        let next = head.headers.get("x-next-cursor").map(|next| next.to_str().unwrap().to_owned());
        (String::from_utf8(body.to_vec()).unwrap().lines().count() - 1, next)
    };
    let (none, next) = part("").await;
    assert_eq!(none, 0, "five thousand events were looked at");
    let next = next.expect("and there are more");
    assert_eq!(part(&format!("&cursor={next}")).await, (1, None));
}
