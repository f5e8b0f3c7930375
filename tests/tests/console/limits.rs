//! How often a token may call.

use http::header::RETRY_AFTER;
use jiff::SignedDuration;

use crate::Place;

#[tokio::test]
async fn six_hundred_calls_a_minute_are_answered_and_the_next_is_told_when() {
    let place = Place::open();
    let token = place.owner().await;
    let other = place.owner().await;
    for _ in 0..600 {
        assert_eq!(place.call(&token, "GET", "/api/v1/webhooks", "").await.status, 200);
    }
    let answered = place.call(&token, "GET", "/api/v1/webhooks", "").await;
    assert_eq!((answered.status.as_u16(), &answered.json["error"]), (429, &"slow_down".into()));
    assert_eq!(answered.headers[RETRY_AFTER], "60");
    assert_eq!(place.call(&other, "GET", "/api/v1/webhooks", "").await.status, 200);
    place.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(place.call(&token, "GET", "/api/v1/webhooks", "").await.status, 200);
}
