//! SePay's access and refresh tokens: bought, kept, rotated, withdrawn, and lost.

use domain::Blame;
use testkit::provider_api::{Issuing, Order, SepayApi};

use crate::desk::{Desk, at_the_pages, fault, found, sepay_oauth2};

fn bought(api: &SepayApi) -> Vec<String> {
    let asked = api.server.asked();
    let calls = asked.iter().filter(|(_, asked)| asked.target == "/oauth/token");
    let refresh = |body: &[u8]| {
        let mut pairs = form_urlencoded::parse(body).into_owned();
        pairs.find(|(name, _)| name == "refresh_token").unwrap().1
    };
    calls.map(|(_, asked)| refresh(&asked.body)).collect()
}

async fn shop(issuing: Issuing) -> (Desk, SepayApi) {
    let (desk, api) = at_the_pages(Order::NewestFirst, issuing).await;
    api.put(desk.row(1, 5000, 30));
    (desk, api)
}

#[tokio::test]
async fn an_access_token_is_used_until_shortly_before_it_ends() {
    let (desk, api) = shop(Issuing::Rotating).await;
    assert_eq!(found(&desk.ask().await), (0, 1, 0, false));
    for _ in 0..3 {
        desk.advance(15);
        assert_eq!(found(&desk.ask().await), (1, 0, 0, false));
    }
    assert_eq!(bought(&api), ["refresh-0"], "one for the first 59 minutes");
    desk.advance(15);
    assert_eq!(found(&desk.ask().await), (1, 0, 0, false));
    assert_eq!(bought(&api), ["refresh-0", "refresh-1"], "then with the one that was issued");
    assert_eq!(desk.note()["refresh"], "refresh-2");
}

#[tokio::test]
async fn a_refresh_token_that_stays_good_is_kept() {
    let (desk, api) = shop(Issuing::Lasting).await;
    for _ in 0..2 {
        assert_eq!(desk.ask().await.fault, None);
        desk.advance(60);
    }
    assert_eq!(bought(&api), ["refresh-0", "refresh-0"]);
}

#[tokio::test]
async fn a_token_withdrawn_before_its_time_is_bought_anew_once() {
    let (desk, api) = shop(Issuing::Rotating).await;
    desk.ask().await;
    api.withdraw_access();
    desk.advance(15);
    assert_eq!(found(&desk.ask().await), (1, 0, 0, false));
    assert_eq!(bought(&api), ["refresh-0", "refresh-1"]);
}

#[tokio::test]
async fn a_lost_consent_is_the_operators_and_a_new_one_is_taken_from_the_settings() {
    let (desk, api) = shop(Issuing::Rotating).await;
    desk.ask().await;
    api.withdraw_access();
    api.consent_again("refresh-typed-anew");
    desk.advance(15);
    let report = desk.ask().await;
    let why = "SePay refuses the refresh token; get a new one and write it into the settings";
    assert_eq!(fault(&report), (Blame::Operator, why));
    assert_eq!(bought(&api), ["refresh-0", "refresh-1", "refresh-0"], "both that we know");
    let desk = desk.open(sepay_oauth2(api.server.base(), "refresh-typed-anew"));
    desk.advance(15);
    assert_eq!(found(&desk.ask().await), (1, 0, 0, false));
    let note = desk.note().to_string();
    assert!(!note.contains("typed-anew"), "only issued tokens are noted here: {note}");
}

#[tokio::test]
async fn the_settings_token_is_tried_where_the_issued_one_is_refused() {
    let (desk, api) = shop(Issuing::Rotating).await;
    desk.ask().await;
    // Restored from a backup, say: what was issued last is not known to SePay any more.
    api.withdraw_access();
    api.consent_again("refresh-0");
    desk.advance(15);
    assert_eq!(found(&desk.ask().await), (1, 0, 0, false));
    assert_eq!(bought(&api), ["refresh-0", "refresh-1", "refresh-0"]);
}
