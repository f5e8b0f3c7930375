//! SePay in its four ways of proof: the first line is the content type, or whatever stands in
//! `Authorization`; the rest is the body.
#![no_main]

use std::sync::LazyLock;

use domain::Reading;
use libfuzzer_sys::fuzz_target;
use promises::door::{Call, Door, NOW, SECRET, STRANGERS, sha256_mac};
use promises::head_and_body;
use serde_json::{Value, json};

/// The four doors, and the bearer token that the third gave out.
struct Sepay {
    api_key: Door,
    hmac: Door,
    oauth2: Door,
    none: Door,
    bearer: String,
}

static SEPAY: LazyLock<Sepay> = LazyLock::new(|| {
    let record = |auth| json!({ "provider": "sepay", "auth": auth, "secrets": ["old", SECRET] });
    let mut client = record("oauth2");
    client["client_id"] = "shop".into();
    let oauth2 = Door::new(client);
    let credentials = json!({ "clientId": "shop", "clientSecret": SECRET }).to_string();
    let ask = Call { tail: "token", ..Call::post(credentials) };
    let Ok(Reading::Answer { body, .. }) = oauth2.read(&ask, "r0", NOW) else {
        panic!("the right credentials get a token")
    };
    let answer: Value = serde_json::from_str(&body).expect("which is JSON");
    let bearer = format!("Bearer {}", answer["access_token"].as_str().expect("a token"));
    let none = Door::new(json!({ "provider": "sepay", "auth": "none" }));
    let (api_key, hmac) = (Door::new(record("api_key")), Door::new(record("hmac")));
    Sepay { api_key, hmac, oauth2, none, bearer }
});

fuzz_target!(|data: &[u8]| {
    let (head, body) = head_and_body(data);
    let bare = Call::post(body).with("content-type", head);
    proven(&SEPAY.none, &bare);
    proven(&SEPAY.api_key, &bare.with("authorization", format!("Apikey {SECRET}")));
    proven(&SEPAY.oauth2, &bare.with("authorization", SEPAY.bearer.as_str()));
    proven(&SEPAY.hmac, &signed(&bare, SECRET));

    let mut tampered = signed(&bare, SECRET);
    tampered.body.push(b' ');
    SEPAY.hmac.refused(&tampered);
    SEPAY.hmac.refused(&signed(&bare, STRANGERS));
    for door in [&SEPAY.api_key, &SEPAY.hmac, &SEPAY.oauth2] {
        door.refused(&bare);
        door.refused(&bare.with("authorization", head));
    }
    let stamped = bare.with("x-sepay-timestamp", NOW.to_string());
    SEPAY.hmac.refused(&stamped.with("x-sepay-signature", head));
    SEPAY.oauth2.refused(&Call { tail: "token", ..bare.with("authorization", head) });
});

/// A proven call is one event or one parked body.
fn proven(door: &Door, call: &Call<'_>) {
    let told = door.proven(call);
    assert_eq!(told.events.len() + told.parked.len(), 1, "nothing authentic vanishes");
}

fn signed<'a>(call: &Call<'a>, secret: &str) -> Call<'a> {
    let message = [NOW.to_string().as_bytes(), b".", &call.body].concat();
    call.with("x-sepay-timestamp", NOW.to_string())
        .with("x-sepay-signature", format!("sha256={}", sha256_mac(secret, &message)))
}
