//! How often a token may call.

use bytes::Bytes;
use http::Request;
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
    // The same token, however it is written, and whatever strangers send meanwhile.
    for n in 0..1_001 {
        assert_eq!(place.call(&n.to_string(), "GET", "/api/v1/webhooks", "").await.status, 401);
    }
    let request =
        Request::get("/api/v1/webhooks").header("authorization", format!("bEARER  {token}"));
    assert_eq!(place.ask(request.body(Bytes::new()).unwrap()).await.status, 429);
    place.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(place.call(&token, "GET", "/api/v1/webhooks", "").await.status, 200);
}
