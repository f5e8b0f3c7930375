//! The first client: made once, of the secret that was written when this was installed, or here.

use std::cell::Cell;
use std::convert::Infallible;

use console::access::{self as who, FirstError, Scope};
use domain::Clock as _;

use crate::{Place, form};

const SECRET: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

fn written() -> String {
    format!(r#"{{"client_id":"client_first","client_secret":"{SECRET}"}}"#)
}

/// What came of it, and whether the secret was read.
async fn first(place: &Place, text: Option<String>) -> (Result<(), FirstError>, bool) {
    let read = Cell::new(false);
    let made = who::first(place.console.cabinet.as_ref(), place.clock.now(), async || {
        read.set(true);
        Ok::<_, Infallible>(text)
    });
    (made.await, read.get())
}

async fn status(place: &Place) -> u16 {
    let said = "grant_type=client_credentials&client_id=client_first&client_secret=";
    place.ask(form(&format!("{said}{SECRET}"))).await.status.as_u16()
}

#[tokio::test]
async fn it_is_made_once_with_every_scope_and_does_not_come_back() {
    let place = Place::open();
    assert_eq!(status(&place).await, 401);
    assert!(matches!(first(&place, Some(written())).await, (Ok(()), true)));
    assert_eq!(status(&place).await, 200);
    let listed = who::list(place.console.cabinet.as_ref()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].scopes, Scope::ALL.into());
    assert_eq!(
        (listed[0].name.as_str(), listed[0].created),
        ("the first client", place.clock.now())
    );
    assert!(matches!(first(&place, Some(written())).await, (Ok(()), false)), "not read again");

    let cabinet = place.console.cabinet.as_ref();
    assert!(who::revoke(cabinet, "client_first", place.clock.now()).await.unwrap());
    assert!(matches!(first(&place, Some(written())).await, (Ok(()), false)));
    assert_eq!(status(&place).await, 401, "revoked it stays");
}

#[tokio::test]
async fn where_there_is_a_client_there_is_no_first() {
    let place = Place::open();
    place.client(&[Scope::WebhookRead]).await;
    assert!(matches!(first(&place, Some(written())).await, (Ok(()), false)));
    assert_eq!(status(&place).await, 401);
}

#[tokio::test]
async fn a_secret_that_says_nothing_makes_none_and_a_bad_one_is_told_and_not_quoted() {
    let place = Place::open();
    assert!(matches!(first(&place, None).await, (Ok(()), true)));
    for text in [
        "",
        SECRET,
        r#"{"client_id":"client_first"}"#,
        r#"{"client_id":"client_first","client_secret":"hide-me"}"#,
        r#"{"client_id":"","client_secret":"hide-me-0123456789-0123456789-0123456789"}"#,
    ] {
        let error = first(&place, Some(text.to_owned())).await.0.unwrap_err();
        assert!(matches!(error, FirstError::Unusable), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hide-me"), "{error:?}");
    }
    let failed = who::first(place.console.cabinet.as_ref(), place.clock.now(), async || {
        Err::<Option<String>, _>("GetSecretValue got no answer")
    });
    let error = failed.await.unwrap_err();
    assert!(
        matches!(&error, FirstError::Unread(why) if why.to_string().contains("GetSecretValue"))
    );
    assert!(who::list(place.console.cabinet.as_ref()).await.unwrap().is_empty());
}

#[tokio::test]
async fn two_at_once_make_one() {
    let place = Place::open();
    let (one, two) =
        futures_util::join!(first(&place, Some(written())), first(&place, Some(written())));
    assert!(one.0.is_ok() && two.0.is_ok());
    assert_eq!(who::list(place.console.cabinet.as_ref()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_of_ours_is_made_where_there_never_was_one_and_no_revoked_one_comes_back() {
    let place = Place::open();
    let (cabinet, entropy) = (place.console.cabinet.as_ref(), place.console.entropy.as_ref());
    let now = place.clock.now();
    let again = async || who::first_of_ours(cabinet, entropy, now).await.unwrap();
    assert!(!who::ever(cabinet).await.unwrap());
    let made = again().await.unwrap();
    assert_eq!((made.client.name.as_str(), made.client.created), ("the first client", now));
    assert_eq!(made.client.scopes, Scope::ALL.into());
    place.token(&made).await;
    assert!(who::ever(cabinet).await.unwrap() && again().await.is_none());
    assert!(who::revoke(cabinet, &made.client.id, now).await.unwrap());
    assert!(who::ever(cabinet).await.unwrap() && again().await.is_none(), "it is on record");
}
