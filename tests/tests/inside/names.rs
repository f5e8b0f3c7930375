//! Names: taken when they are said, because nobody waits for a resolver then, and judged by every address that
//! they have when they are called.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use egress::unresolved;
use serde_json::json;

use crate::trap::Trap;
use crate::{Place, inside, leads, logged, oauth2, told, webhook};

/// Where names lead, and the address that is refused.
const NAMES: &[(&str, &[&str], &str)] = &[
    ("here.example", &["127.0.0.1"], "127.0.0.1"),
    ("six.example", &["::1"], "::1"),
    ("mapped.example", &["::ffff:127.0.0.1"], "::ffff:127.0.0.1"),
    ("nat64.example", &["64:ff9b::7f00:1"], "64:ff9b::7f00:1"),
    ("6to4.example", &["2002:7f00:1::"], "2002:7f00:1::"),
    ("metadata.example", &["169.254.169.254"], "169.254.169.254"),
    ("network.example", &["10.0.0.1"], "10.0.0.1"),
    ("local.example", &["fd00::1"], "fd00::1"),
    ("nowhere.example", &["0.0.0.0"], "0.0.0.0"),
    // One address that may not be forbids the name, wherever among the others it stands.
    ("mix.example", &["8.8.8.8", "127.0.0.1"], "127.0.0.1"),
    ("xim.example", &["127.0.0.1", "8.8.8.8"], "127.0.0.1"),
    ("last.example", &["8.8.8.8", "2606:4700::1111", "1.1.1.1", "::1"], "::1"),
    ("127.0.0.1.nip.example", &["127.0.0.1"], "127.0.0.1"),
    ("here.example.", &["127.0.0.1"], "127.0.0.1"),
    // Names that this machine may be called by where it is configured so.
    ("ip6-localhost", &["::1"], "::1"),
    ("host.docker.internal", &["172.17.0.1"], "172.17.0.1"),
    ("localhost", &["127.0.0.1"], "127.0.0.1"),
    ("foo.localhost", &["127.0.0.1"], "127.0.0.1"),
    ("localhost.", &["127.0.0.1"], "127.0.0.1"),
];

#[tokio::test]
async fn a_name_that_leads_inside_is_taken_and_never_called() {
    let trap = Trap::set();
    let lookup = Arc::new(|name: &str| {
        let found = NAMES.iter().find(|(one, ..)| *one == name);
        leads(found.unwrap_or_else(|| panic!("{name}")).1)
    });
    let place = Place::open(&[], lookup).await;
    let mut expected = Vec::new();
    for (n, (host, to, address)) in NAMES.iter().enumerate() {
        // By plain http no public address may be called either, and the first of all is named.
        let plain = match to[0] == *address {
            true => inside(address),
            false => format!("{} (called by https on port 443 or 8443 only)", to[0]),
        };
        let urls = [format!("https://{host}/"), format!("http://{host}:{}/", trap.port())];
        for (m, (url, refused)) in urls.iter().zip([inside(address), plain]).enumerate() {
            let why = logged(&refused);
            let is_local = host.trim_end_matches('.') == "localhost";
            for (what, body) in [("hook", webhook(url)), ("token", oauth2(url))] {
                let (status, said) = place.call("POST", "/api/v1/webhooks", &body).await;
                let (tested, test) = place.call("POST", "/api/v1/webhooks/test", &body).await;
                if is_local {
                    assert_eq!((status, tested), (400, 400), "{url}: {said}");
                    assert!(said.to_string().contains(&told(&inside(address))), "{url}: {said}");
                    assert_eq!(said["errors"], test["errors"], "{url}");
                } else {
                    assert_eq!(status, 201, "{url}: {said}");
                    let saved = format!("/api/v1/webhooks/{}/test", said["id"]);
                    for (status, test) in
                        [(tested, test), place.call("POST", &saved, &json!({})).await]
                    {
                        let data = &test["data"];
                        let tried = [
                            &data["delivered"],
                            &data["verdict"],
                            &data["http_status"],
                            &data["detail"],
                        ];
                        let expected = [&json!(false), &json!("retry"), &json!(null), &json!(why)];
                        assert_eq!((status, tried), (200, expected), "{url}");
                    }
                    let id = said["id"].to_string();
                    assert_eq!(
                        place.call("DELETE", &format!("/api/v1/webhooks/{id}"), &json!({})).await.0,
                        200
                    );
                }
                let name = format!("{what}-{m}-{n}");
                let auth = json!({ "type": "oauth2", "token_url": url, "client_id": "i", "client_secret": "s" });
                place
                    .keep(
                        &name,
                        &match what {
                            "hook" => json!({ "endpoint": url }),
                            _ => json!({ "endpoint": "https://example.com/", "auth": auth }),
                        },
                    )
                    .await;
                expected.push((name, "retry", why.clone()));
            }
        }
    }
    let mut sent = place.pay().await;
    sent.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sent, expected);
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_between_being_judged_and_called_gains_nothing() {
    let trap = Trap::set();
    for (when, address) in
        [("https://rebind.example/", "127.0.0.1"), ("https://rebind.example:8443/", "::1")]
    {
        let looked = Arc::new(AtomicUsize::new(0));
        let (said, called) = (Arc::clone(&looked), Arc::clone(&looked));
        // Public whoever judges it, and inside from then on.
        let judging = Arc::new(move |_: &str| {
            said.fetch_add(1, Ordering::SeqCst);
            leads(&["8.8.8.8"])
        });
        let calling = Arc::new(move |_: &str| {
            called.fetch_add(100, Ordering::SeqCst);
            leads(&[address])
        });
        let place = Place::judging(&[], calling, judging).await;
        let (status, made) = place.call("POST", "/api/v1/webhooks", &webhook(when)).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/api/v1/webhooks/{}/test", made["id"]);
        let (status, tried) = place.call("POST", &path, &json!({})).await;
        let (status, verdict) = (status, (&tried["data"]["verdict"], &tried["data"]["detail"]));
        let why = logged(&inside(address));
        assert_eq!((status, verdict), (200, (&json!("retry"), &json!(why))));
        let sent = place.pay().await;
        assert_eq!((sent.len(), sent[0].1, &sent[0].2), (1, "retry", &why));
        // What is looked up to be called is what is judged: once for each call, and never again.
        let looked = looked.load(Ordering::SeqCst);
        assert_eq!(looked / 100, 2);
    }
    assert_eq!(trap.caught(), 0);
}

#[tokio::test]
async fn a_mix_reaches_what_is_allowed_only_where_all_of_it_is() {
    let trap = Trap::set();
    let lookup = Arc::new(|name: &str| match name {
        "all.example" => leads(&["127.0.0.1"]),
        _ => leads(&["127.0.0.1", "127.0.0.2"]),
    });
    let place = Place::judging(&["127.0.0.1/32"], lookup, Arc::new(unresolved)).await;
    let url = format!("http://some.example:{}/", trap.port());
    let (_, tried) = place.call("POST", "/api/v1/webhooks/test", &webhook(&url)).await;
    assert_eq!(tried["data"]["detail"], logged(&inside("127.0.0.2")), "{tried}");
    assert_eq!(trap.caught(), 0);
}
