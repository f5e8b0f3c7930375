//! What no document says and somebody will send: every answer is bounded, told with whose fault it
//! is, and costs no loop without end.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Blame, Reconciled};
use serde_json::json;
use testkit::faults::Faults;
use testkit::provider_api::{ApiServer, Reply, reply};
use testkit::sink::Received;

use crate::desk::{Desk, casso_key, fault, found, sepay_oauth2, sepay_token};

type Answer = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

/// Has a source's API answer like this, and asks it once.
async fn ask(form: &str, answer: Answer) -> (Desk, ApiServer, Reconciled) {
    let provider = if form == "casso" { "casso" } else { "sepay" };
    let desk = Desk::new(provider, Faults::none());
    let server = ApiServer::start(desk.world.clock.clone(), move |asked| {
        if asked.target == "/oauth/token" {
            return reply(200, r#"{"access_token":"a","expires_in":3600}"#);
        }
        answer(asked)
    })
    .await;
    let record = match form {
        "casso" => casso_key(server.base()),
        "list" => sepay_token(server.base()),
        _ => sepay_oauth2(server.base(), "refresh-0"),
    };
    let desk = desk.open(record);
    let report = desk.ask().await;
    (desk, server, report)
}

fn fixed(status: u16, body: &str) -> Answer {
    let body = body.to_owned();
    Box::new(move |_| reply(status, body.clone()))
}

#[tokio::test]
async fn an_answer_that_is_none_is_told_with_whose_fault_it_is() {
    let nonsense = "the provider's API answered nonsense: ";
    let json = "the body is not sound JSON (line 1, column ";
    let huge = format!(r#"{{"error":0,"data":"{}"}}"#, "x".repeat(3 << 20));
    for (form, status, body, blame, reason) in [
        ("casso", 401, "{}", Blame::Operator, "the provider's API answered 401: "),
        (
            "casso",
            200,
            r#"{"error":401,"data":null}"#,
            Blame::Operator,
            "the provider's API answered 401",
        ),
        ("casso", 200, r#"{"error":429}"#, Blame::Pace, "the provider's API answered 429"),
        ("casso", 200, r#"{"error":-1}"#, Blame::Provider, "the provider's API answered 500"),
        ("casso", 200, r#"{"error":0,"data":null}"#, Blame::Provider, "there is no data"),
        ("casso", 200, r#"{"error":0,"data":{}}"#, Blame::Provider, "there is no list of records"),
        (
            "casso",
            200,
            r#"{"error":0,"data":{"records":{}}}"#,
            Blame::Provider,
            "there is no list of records",
        ),
        ("casso", 200, "<html>", Blame::Provider, json),
        ("casso", 200, "", Blame::Provider, json),
        ("casso", 200, huge.as_str(), Blame::Provider, json),
        ("casso", 302, "", Blame::Provider, "the provider's API answered 302"),
        ("casso", 500, "", Blame::Provider, "the provider's API answered 500"),
        ("list", 200, "", Blame::Operator, "SePay answered 200 and nothing"),
        ("list", 200, " \n", Blame::Operator, "SePay answered 200 and nothing"),
        ("list", 200, "[]", Blame::Provider, "the body is not a JSON object"),
        ("list", 200, r#"{"status":403}"#, Blame::Operator, "the provider's API answered 403"),
        ("list", 200, r#"{"status":200}"#, Blame::Provider, "there is no list of transactions"),
        ("list", 200, "\u{0}\u{1}", Blame::Provider, json),
        ("pages", 401, "", Blame::Operator, "the provider's API answered 401"),
        ("pages", 200, r#"{"status":"error"}"#, Blame::Provider, "status is not success"),
        ("pages", 200, r#"{"status":"success","data":7}"#, Blame::Provider, "there is no data"),
        ("pages", 503, "", Blame::Provider, "the provider's API answered 503"),
    ] {
        let (desk, server, report) = ask(form, fixed(status, body)).await;
        let label = format!("{form} {status} {body:.60}");
        let (by, told) = fault(&report);
        let told = told.strip_prefix(nonsense).unwrap_or(told);
        assert!(by == blame && told.starts_with(reason), "{label}: {by:?} {told}");
        assert_eq!((report.pages, report.gaps), (0, 0), "{label}");
        assert!(server.asked().len() <= 4, "{label}: {}", server.asked().len());
        assert!(desk.note()["fault"].as_str().is_some_and(|f| f.contains(reason)), "{label}");
        assert!(desk.world.ledger.events().is_empty() && desk.world.ledger.parked().is_empty());
    }
}

fn casso_page(number: u64, next: u64, ids: std::ops::Range<u64>) -> String {
    let records: Vec<_> =
        ids.map(|id| json!({ "id": id, "amount": 1000, "when": "2026-02-28 10:00:00" })).collect();
    let data = json!({ "page": number, "nextPage": next, "records": records });
    json!({ "error": 0, "data": data }).to_string()
}

/// The number of the page that Casso is asked for.
fn asked_page(asked: &Received) -> u64 {
    let (_, query) = asked.target.split_once('?').unwrap();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "page").unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn the_same_page_for_ever_ends_when_it_shows_nothing_new() {
    let same: Answer = Box::new(|asked| {
        let page = asked_page(asked);
        reply(200, casso_page(page, page + 1, 1..4))
    });
    let (desk, server, report) = ask("casso", same).await;
    let why = "the provider's API answered nonsense: its pages show nothing new and have no end";
    assert_eq!(fault(&report), (Blame::Provider, why));
    assert_eq!((report.gaps, server.asked().len()), (3, 2), "what is there is filled");
    desk.advance(30);
    assert_eq!(desk.ask().await.pages, 2, "and it begins again from the first");
}

#[tokio::test]
async fn two_pages_in_turn_for_ever_end_though_a_row_is_young() {
    let now = Desk::new("casso", Faults::none()).now();
    let young = domain::VIETNAM.to_datetime(now).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let in_turn: Answer = Box::new(move |asked| {
        let page = asked_page(asked);
        let ids = if page.is_multiple_of(2) { 1..3 } else { 3..5 };
        let page = casso_page(page, page + 1, ids);
        reply(200, page.replacen("2026-02-28 10:00:00", &young, 1))
    });
    let (_, server, report) = ask("casso", in_turn).await;
    let why = "the provider's API answered nonsense: its pages show nothing new and have no end";
    assert_eq!(fault(&report), (Blame::Provider, why));
    assert_eq!((report.gaps, report.young, server.asked().len()), (2, 3, 3));
}

#[tokio::test]
async fn a_list_that_goes_forward_again_ends() {
    let calls = AtomicU64::new(0);
    let forth: Answer = Box::new(move |_| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        let rows = list((1..=1000).rev().map(|id| 10_000 - call * 1000 + id));
        let hour = [10, 8, 9][usize::try_from(call).unwrap().min(2)];
        reply(200, rows.replace("2026-02-28 10:", &format!("2026-02-28 {hour:02}:")))
    });
    let (_, server, report) = ask("list", forth).await;
    let why = "the provider's API answered nonsense: a full page leads nowhere but to itself";
    assert_eq!(fault(&report), (Blame::Provider, why));
    assert_eq!((report.gaps, server.asked().len()), (3000, 3));
}

#[tokio::test]
async fn pages_without_end_are_cut_off() {
    let endless: Answer = Box::new(|asked| {
        let page = asked_page(asked);
        reply(200, casso_page(page, page + 1, page * 10..page * 10 + 3))
    });
    let (desk, server, report) = ask("casso", endless).await;
    assert_eq!((report.pages, report.unfinished, report.gaps), (100, true, 300));
    assert_eq!(server.asked().len(), 100);
    for n in 2..=20 {
        let report = desk.ask().await;
        assert_eq!((report.pages, report.unfinished), (100, n % 10 != 0), "{report:?}");
        desk.advance(30);
        if n == 20 {
            let why = "the provider's API answered nonsense: 2026-02-27 seems to have more than ";
            assert!(fault(&report).1.starts_with(why), "{report:?}");
        }
    }
    let since = desk.note()["since"].clone();
    desk.ask().await;
    assert_eq!((&desk.note()["since"], since.is_i64()), (&since, true), "no round is over");
}

#[tokio::test]
async fn a_page_that_leads_backwards_or_elsewhere_is_not_followed() {
    for (number, next, why) in
        [(1, 7, "page 1 is followed by page 7"), (4, 5, "page 1 was asked for, and 4 came")]
    {
        let (_, server, report) =
            ask("casso", Box::new(move |_| reply(200, casso_page(number, next, 1..4)))).await;
        let why = format!("the provider's API answered nonsense: {why}");
        assert_eq!(fault(&report), (Blame::Provider, why.as_str()));
        assert_eq!((report.gaps, server.asked().len()), (3, 1), "what is there is filled");
    }
    let (_, _, report) = ask("casso", fixed(200, &casso_page(1, 1, 1..4))).await;
    assert_eq!(found(&report), (0, 3, 0, false), "followed by itself: the last");
}

fn list(ids: impl Iterator<Item = u64>) -> String {
    let row = |id: u64| {
        json!({ "id": id.to_string(), "amount_in": "1000.00", "amount_out": "0.00",
                "transaction_date": "2026-02-28 10:00:00" })
    };
    json!({ "status": 200, "transactions": ids.map(row).collect::<Vec<_>>() }).to_string()
}

#[tokio::test]
async fn a_list_that_ignores_what_it_is_asked_ends() {
    for (ids, gaps, asked) in
        [((1..=1000).collect::<Vec<u64>>(), 1000, 2), ((1..=1000).rev().collect(), 1000, 2)]
    {
        let body = list(ids.into_iter());
        let (desk, server, report) = ask("list", fixed(200, &body)).await;
        assert_eq!(fault(&report).0, Blame::Provider);
        assert_eq!((report.gaps, server.asked().len()), (gaps, asked), "{report:?}");
        assert_eq!(desk.note()["cursor"], serde_json::Value::Null, "not taken for progress");
    }
}

#[tokio::test]
async fn numbers_that_go_backwards_do_not_take_us_back() {
    let calls = AtomicU64::new(0);
    let backwards: Answer = Box::new(move |_| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        reply(200, list(if call == 0 { 500..503 } else { 5..8 }))
    });
    let (desk, server, report) = ask("list", backwards).await;
    assert_eq!(found(&report), (0, 3, 0, false));
    desk.advance(15);
    assert_eq!(found(&desk.ask().await), (0, 3, 0, false), "filled all the same");
    desk.advance(15);
    desk.ask().await;
    let last = server.asked().pop().unwrap().1.target;
    assert!(last.ends_with("since_id=502"), "{last}");
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_parked_and_told_once_and_stop_nothing() {
    let rows = r#"{"error":0,"data":{"records":[
        {"id":1,"amount":1000},{"id":2,"amount":1.5},{"id":3},{"id":0,"amount":5},
        {"amount":5},7,null,[],{"id":4,"id":4,"amount":5},{"id":5,"amount":2000,"when":"soon"}]}}"#;
    let (desk, _, report) = ask("casso", fixed(200, rows)).await;
    assert_eq!((found(&report), report.parked), ((0, 2, 0, false), 8));
    let parked = desk.world.ledger.parked();
    assert_eq!(parked.len(), 8);
    assert_eq!(parked[0].1.reason, "amount is not an exact amount");
    assert_eq!(parked[2].1.reason, "id is 0, which only a test call has");
    desk.advance(30);
    assert_eq!(desk.ask().await.parked, 0, "told once, though listed for two days");
    assert_eq!(desk.world.ledger.parked().len(), 8);
    let both = r#"{"status":"success","data":[
        {"id":1,"amount_in":5.0,"amount_out":5.0},{"id":2,"amount_in":0.0,"amount_out":0.0},
        {"id":3,"amount_in":-5.0,"amount_out":0.0},{"id":4,"amount_in":5.0}]}"#;
    let (_, _, report) = ask("pages", fixed(200, both)).await;
    assert_eq!((found(&report), report.parked), ((0, 1, 0, false), 3));
}

#[tokio::test]
async fn a_row_from_the_far_future_is_not_waited_for() {
    let row =
        r#"{"error":0,"data":{"records":[{"id":1,"amount":1000,"when":"2099-01-01 00:00:01"}]}}"#;
    let (_, _, report) = ask("casso", fixed(200, row)).await;
    assert_eq!(found(&report), (0, 1, 0, false));
}

#[tokio::test]
async fn an_api_that_is_not_there_is_the_providers_and_a_forbidden_one_the_operators() {
    for (base, blame, why) in [
        (
            "http://127.0.0.1:1",
            Blame::Provider,
            "the provider's API was not reached: no connection",
        ),
        (
            "http://10.0.0.1",
            Blame::Operator,
            "the provider's API was not reached: the address 10.0.0.1",
        ),
    ] {
        let desk = Desk::new("casso", Faults::none()).open(casso_key(base.to_owned()));
        let report = desk.ask().await;
        let (by, told) = fault(&report);
        assert!(by == blame && told.starts_with(why), "{base}: {by:?} {told}");
    }
}
