//! Many pages, the providers' pace and limits, and where a run goes on that ended early.

use domain::{Blame, Clock as _};
use jiff::SignedDuration;
use testkit::faults::Faults;
use testkit::provider_api::{ApiServer, CassoApi, Issuing, Order};

use crate::desk::{Desk, at_the_list, at_the_pages, casso_key, fault, found};

/// The least time between two requests.
fn pace(server: &ApiServer) -> SignedDuration {
    let asked = server.asked();
    asked.windows(2).map(|pair| pair[1].0.duration_since(pair[0].0)).min().unwrap()
}

async fn at_casso(accounts: &[&str]) -> (Desk, CassoApi) {
    let desk = Desk::new("casso", Faults::none());
    let casso = CassoApi::start(desk.world.clock.clone()).await;
    let mut record = casso_key(casso.server.base());
    record.accounts = accounts.iter().map(|a| (*a).to_owned()).collect();
    (desk.open(record), casso)
}

fn targets(server: &ApiServer) -> Vec<String> {
    server.asked().into_iter().map(|(_, asked)| asked.target).collect()
}

#[tokio::test]
async fn casso_is_asked_page_by_page_at_one_request_a_second() {
    let (desk, casso) = at_casso(&[]).await;
    for id in 1..=250 {
        casso.put(desk.row(id, 1000, 60));
    }
    let report = desk.ask().await;
    assert_eq!((found(&report), report.pages), ((0, 250, 0, false), 3));
    assert_eq!(pace(&casso.server), SignedDuration::from_secs(1));
    let page = |n| format!("/v2/transactions?fromDate=2026-02-27&page={n}&pageSize=100&sort=ASC");
    assert_eq!(targets(&casso.server), [page(1), page(2), page(3)]);
}

#[tokio::test]
async fn casso_looks_at_the_accounts_when_a_round_begins() {
    let (desk, casso) = at_casso(&["12", "34"]).await;
    casso.put_unseen(desk.row(1, 1000, 60));
    assert_eq!(found(&desk.ask().await), (0, 1, 0, false));
    let [first, second, list] = &casso.server.asked()[..] else { panic!() };
    for ((_, asked), account) in [(first, "12"), (second, "34")] {
        let body = serde_json::json!({ "bank_acc_id": account });
        assert_eq!((asked.target.as_str(), asked.json()), ("/v2/sync", body));
    }
    assert!(list.1.target.starts_with("/v2/transactions"));
}

#[tokio::test]
async fn the_list_is_followed_in_either_order() {
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (desk, sepay) = at_the_list(order).await;
        for id in 1..=2500_i64 {
            sepay.put(desk.row(u64::try_from(id).unwrap(), 1000, 2700 - id));
        }
        let report = desk.ask().await;
        assert_eq!((report.gaps, report.fault, report.unfinished), (2500, None, false));
        assert_eq!(desk.world.ledger.events().len(), 2500, "{order:?}");
        assert!(pace(&sepay.server) >= SignedDuration::from_millis(500), "{order:?}");
        let asked = sepay.server.asked().len();
        desk.advance(15);
        assert_eq!(found(&desk.ask().await), (1, 0, 0, false), "{order:?}");
        let next = &targets(&sepay.server)[asked..];
        assert_eq!(next, ["/userapi/transactions/list?limit=1000&since_id=2500"], "{order:?}");
    }
}

#[tokio::test]
async fn once_a_day_the_list_is_asked_by_date_whatever_the_numbers_say() {
    let (desk, sepay) = at_the_list(Order::OldestFirst).await;
    sepay.put(desk.row(4_000_000_000, 1000, 60));
    assert_eq!(found(&desk.ask().await), (0, 1, 0, false));
    sepay.put(desk.row(5, 1000, 60));
    desk.advance(15);
    assert_eq!(found(&desk.ask().await), (1, 0, 0, false), "below the absurd number");
    desk.advance(24 * 60);
    assert_eq!(found(&desk.ask().await), (1, 1, 0, false), "found by its date");
}

#[tokio::test]
async fn the_pages_behind_oauth2_are_followed_to_the_last() {
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (desk, sepay) = at_the_pages(order, Issuing::Lasting).await;
        for id in 1..=250 {
            sepay.put(desk.row(id, 1000, 60));
        }
        let report = desk.ask().await;
        assert_eq!((found(&report), report.pages), ((0, 250, 0, false), 3), "{order:?}");
    }
}

#[tokio::test]
async fn a_limit_is_obeyed_and_the_round_goes_on_where_it_stopped() {
    let (desk, casso) = at_casso(&[]).await;
    casso.put(desk.row(1, 1000, 60));
    casso.limit_once(7200);
    let said = "the provider's API answered 429";
    assert_eq!(fault(&desk.ask().await), (Blame::Pace, said));
    assert_eq!(desk.note()["fault"], said);
    for (minutes, runs) in [(119, 0), (1, 1)] {
        desk.advance(minutes);
        assert_eq!(desk.run().await.len(), runs);
    }
    let (desk, sepay) = at_the_list(Order::OldestFirst).await;
    sepay.put(desk.row(1, 1000, 60));
    sepay.limit_once(1800);
    assert_eq!(fault(&desk.ask().await).0, Blame::Pace);
    for (minutes, runs) in [(29, 0), (1, 1)] {
        desk.advance(minutes);
        assert_eq!(desk.run().await.len(), runs, "by SePay's own header");
    }
    assert_eq!(desk.note()["fault"], serde_json::Value::Null, "it is over");
}

#[tokio::test]
async fn what_does_not_fit_into_a_run_is_gone_on_with_in_the_next() {
    let (desk, casso) = at_casso(&[]).await;
    casso.set_largest(2);
    for id in 1..=215 {
        casso.put(desk.row(id, 1000, 60));
    }
    let first = desk.ask().await;
    assert_eq!((first.pages, first.gaps, first.unfinished, first.fault), (100, 200, true, None));
    // The very next tick: nothing waits for the half hour.
    let second = desk.ask().await;
    assert_eq!((second.pages, found(&second)), (8, (0, 15, 0, false)));
    assert_eq!(desk.world.ledger.events().len(), 215);
    desk.advance(28);
    assert_eq!(desk.run().await, [], "the round is over, and the next has its time");
}

#[tokio::test]
async fn a_round_in_hand_waits_where_the_provider_says_so_or_fails() {
    let (desk, casso) = at_casso(&[]).await;
    casso.set_largest(1);
    for id in 1..=150 {
        casso.put(desk.row(id, 1000, 60));
    }
    assert!(desk.ask().await.unfinished);
    casso.limit_once(600);
    assert_eq!(fault(&desk.ask().await).0, Blame::Pace);
    for (minutes, runs) in [(9, 0), (19, 0), (2, 1)] {
        desk.advance(minutes);
        assert_eq!(desk.run().await.len(), runs, "{minutes} minutes more");
    }
    assert_eq!(desk.world.ledger.events().len(), 150);
}

/// Asks until no round is in hand: how many pages were read, and whether anything was amiss.
async fn whole_rounds(desk: &Desk, rounds: u32) -> (u32, u32) {
    let (mut pages, mut gaps) = (0, 0);
    for _ in 0..rounds {
        loop {
            let report = desk.ask().await;
            assert_eq!(report.fault, None, "{report:?}");
            (pages, gaps) = (pages + report.pages, gaps + report.gaps);
            if !report.unfinished {
                break;
            }
        }
        desk.advance(30);
    }
    (pages, gaps)
}

#[tokio::test]
async fn a_round_of_too_many_pages_is_taken_day_by_day() {
    let (desk, casso) = at_casso(&[]).await;
    casso.set_largest(1);
    for id in 1..=1200 {
        let days_ago = 2 - i64::try_from(id - 1).unwrap() / 400;
        casso.put(desk.row(id, 1000, 60 + days_ago * 24 * 60));
    }
    assert_eq!(whole_rounds(&desk, 1).await, (1000, 1000), "as far as one round goes");
    assert_eq!(whole_rounds(&desk, 1).await, (800, 0), "the first day, and the one after it");
    let last =
        "/v2/transactions?fromDate=2026-02-27&page=800&pageSize=100&sort=ASC&toDate=2026-02-28";
    assert_eq!(targets(&casso.server).pop().unwrap(), last);
    assert_eq!(whole_rounds(&desk, 1).await, (800, 200), "the days after the first");
    assert_eq!(desk.world.ledger.events().len(), 1200, "all were compared");
}

#[tokio::test]
async fn a_run_ends_at_its_deadline() {
    let (desk, casso) = at_casso(&[]).await;
    for id in 1..=1000 {
        casso.put(desk.row(id, 1000, 60));
    }
    let until = desk.now() + SignedDuration::from_secs(3);
    let reports = desk.flow.run(until).await.unwrap();
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!((report.pages, report.unfinished, &report.fault), (3, true, &None));
    assert!(desk.world.clock.now() < until);
    desk.advance(30);
    assert_eq!(found(&desk.ask().await), (0, 700, 0, false));
}
