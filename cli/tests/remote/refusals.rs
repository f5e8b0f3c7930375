//! Whose fault it is and what to do next: everything that a deployment, or what is taken for one, may answer.

use serde_json::json;
use testkit::sink::Sink;

use crate::fake::{Fake, answer, token};
use crate::{Ended, run};

const TOKEN: &[(&str, &str)] = &[("TINGTING_TOKEN", "hide-me-0123456789")];
const CLIENT: &[(&str, &str)] =
    &[("TINGTING_CLIENT_ID", "client_1"), ("TINGTING_CLIENT_SECRET", "hide-me-0123456789")];

fn empty() -> String {
    answer(200, "", r#"{"status":"success","data":[],"meta":{"next_cursor":null}}"#)
}

async fn list(url: &str, env: &[(&str, &str)]) -> Ended {
    run(&["events", "list", "--url", url], env).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_over_is_got_anew_once() {
    let over = answer(401, "", r#"{"status":"error","error":"unauthorized","message":"over"}"#);
    let script = {
        let over = over.clone();
        move |_: usize, request: &str| match request {
            _ if request.starts_with("POST /oauth2/token ") => {
                let basic = "authorization: Basic Y2xpZW50XzE6aGlkZS1tZS0wMTIzNDU2Nzg5\r\n";
                assert!(
                    request.contains(basic) && request.ends_with("grant_type=client_credentials")
                );
                token("A", 3600)
            }
            _ => over.clone(),
        }
    };
    let fake = Fake::start(script).await;
    let said = list(&fake.url, CLIENT).await;
    let expected = format!(
        "{0} does not take these credentials (401): over; run `tingting login --url {0}`, or correct \
         TINGTING_CLIENT_ID and TINGTING_CLIENT_SECRET",
        fake.url
    );
    assert_eq!(said, Ended::badly(&expected));
    let (get, post) = ("GET /api/v1/events HTTP/1.1", "POST /oauth2/token HTTP/1.1");
    assert_eq!(fake.lines(), [post, get, post, get], "anew once, and not for ever");

    let fake = Fake::start(move |n, _| match n {
        0 | 2 => token(["A", "", "B"][n], 3600),
        1 => over.clone(),
        _ => empty(),
    })
    .await;
    assert_eq!(list(&fake.url, CLIENT).await, Ended::well("none\n"));
    assert_eq!(
        fake.header("authorization")[1..],
        ["Bearer A", "Basic Y2xpZW50XzE6aGlkZS1tZS0wMTIzNDU2Nzg5", "Bearer B"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_serves_a_whole_run() {
    let page =
        |next: &str| format!(r#"{{"status":"success","data":[],"meta":{{"next_cursor":{next}}}}}"#);
    let fake = Fake::start(move |n, _| match n {
        0 => token("A", 3600),
        1 => answer(200, "", &page("\"p2\"")),
        _ => answer(200, "", &page("null")),
    })
    .await;
    let said = run(&["events", "list", "--all", "--json", "--url", &fake.url], CLIENT).await;
    assert_eq!(said, Ended::well(&format!("{}\n{}\n", page("\"p2\""), page("null"))));
    let [first, second] =
        ["", "?cursor=p2"].map(|query| format!("GET /api/v1/events{query} HTTP/1.1"));
    assert_eq!(fake.lines(), ["POST /oauth2/token HTTP/1.1".to_owned(), first, second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_whose_fault_it_is_and_what_to_do() {
    let ours = |error: &str, message: &str| {
        json!({ "status": "error", "error": error, "message": message }).to_string()
    };
    let fields = json!({ "status": "error", "error": "validation_error", "message": "x",
        "errors": { "from": "use 2026-11-22\u{202e}\u{1b}[2J" } });
    let page = "<!doctype html><title>502</title>";
    for (status, body, expected) in [
        (
            400,
            fields.to_string(),
            "URL refuses what was sent (400): look at these\n  from: use 2026-11-22 [2J",
        ),
        (
            401,
            ours("unauthorized", "it is over"),
            "URL does not take the token in TINGTING_TOKEN (401): it is over; set a new one, or unset it and \
             run `tingting login --url URL`",
        ),
        (
            403,
            ours("forbidden", "the token lacks the scope event:read"),
            "URL does not allow that (403): the token lacks the scope event:read\nit needs the scope \
             event:read (read events and statistics); make a client that has it where URL runs, `tingting \
             clients create NAME --scope event:read` (with --stack on AWS), and then `tingting login --url URL`",
        ),
        (
            404,
            ours("not_found", "there is nothing at this address"),
            "URL does not have that (404): it is older than this program, or --url is not the address that \
             comes before /api/",
        ),
        (
            404,
            ours("not_found", "there is no event of this id"),
            "there is no event of this id (404)",
        ),
        (409, ours("conflict", "it is\n\u{200b}held"), "it is held (409)"),
        (409, ours("conflict", "not with hide-me-0123456789"), "not with ******** (409)"),
        (500, ours("internal", "oh"), "URL failed with 500: oh; try again in a moment"),
        (
            404,
            page.to_owned(),
            "what answered 404 at URL is not tingting's API (a page for people): check --url",
        ),
        (
            502,
            page.to_owned(),
            "what stands before URL failed with 502 (a page for people): try again later",
        ),
        (
            200,
            page.to_owned(),
            "what answered 200 at URL is not tingting's API (a page for people): check --url",
        ),
        (
            200,
            "{\"data\":[]}".to_owned(),
            "what answered 200 at URL is not tingting's API (JSON of somebody else's): check --url",
        ),
        (
            200,
            "{\"status\":\"success\",\"data\":7}".to_owned(),
            "what answered 200 at URL is not tingting's API (JSON of somebody else's): check --url",
        ),
        (
            200,
            "{\"status\":\"success\",\"da".to_owned(),
            "what answered 200 at URL is not tingting's API (no whole JSON): check --url",
        ),
        (
            200,
            String::new(),
            "what answered 200 at URL is not tingting's API (an empty answer): check --url",
        ),
    ] {
        let fake = Fake::answering(status, "", &body).await;
        let said = list(&fake.url, TOKEN).await;
        assert_eq!(said, Ended::badly(&expected.replace("URL", &fake.url)), "{status} {body}");
        assert_eq!(fake.lines().len(), 1, "asked once");
    }
    let to = "location: https://elsewhere.example/\u{1b}\r\n".replace('\u{1b}', "");
    let fake = Fake::answering(301, &to, "").await;
    let expected = format!(
        "{} answered 301, which leads elsewhere, to https://elsewhere.example/: that is not followed, so that \
         no secret goes there; correct --url",
        fake.url
    );
    assert_eq!(list(&fake.url, TOKEN).await, Ended::badly(&expected));
    let huge = format!("{{\"status\":\"success\",\"data\":\"{}\"}}", "x".repeat(33 * 1024 * 1024));
    let fake = Fake::answering(200, "", &huge).await;
    let expected = format!(
        "{} answers with more than 32 MiB, which tingting never does: check --url, or ask for less",
        fake.url
    );
    assert_eq!(list(&fake.url, TOKEN).await, Ended::badly(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_wants_to_be_asked_later_is_asked_later_a_few_times() {
    let busy = |status: u16, after: &str| {
        let body =
            r#"{"status":"error","error":"unavailable","message":"our storage cannot be reached"}"#;
        answer(status, after, body)
    };
    for status in [429, 503] {
        let later = busy(status, "retry-after: 1\r\n");
        let fake = Fake::start(move |n, _| if n == 0 { later.clone() } else { empty() }).await;
        let said = list(&fake.url, TOKEN).await;
        let stderr = format!("{}: once more in 1s\n", fake.url);
        assert_eq!(said, Ended { code: 0, stdout: "none\n".to_owned(), stderr });
    }
    let always = busy(503, "retry-after: 0\r\n");
    let fake = Fake::start(move |_, _| always.clone()).await;
    let said = list(&fake.url, TOKEN).await;
    let once_more = format!("{}: once more in 0s\n", fake.url).repeat(2);
    let failed = "failed with 503: our storage cannot be reached; try again in a moment";
    assert_eq!((said.code, said.stderr), (1, format!("{once_more}{} {failed}\n", fake.url)));
    assert_eq!(fake.lines().len(), 3);
    // Nobody waits for an hour.
    let hour = busy(429, "retry-after: 3600\r\n");
    let fake = Fake::start(move |_, _| hour.clone()).await;
    let expected = format!(
        "{} limits the rate (429): our storage cannot be reached; it asks to be asked again in 1h",
        fake.url
    );
    assert_eq!(list(&fake.url, TOKEN).await, Ended::badly(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_that_is_said() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = run(&["events", "list", "--url", &url, "--timeout", "300ms"], TOKEN).await;
    assert_eq!(silent, Ended::badly(&format!("{url} did not answer within 300ms (--timeout)")));
    drop(listener);
    let said = list(&url, TOKEN).await;
    assert!(said.stderr.starts_with(&format!("{url} cannot be reached from here (")), "{said:?}");
    let plain = Sink::answering(200, "").await;
    let tls = plain.url("").replace("http://", "https://");
    let said = list(&tls, TOKEN).await;
    let expected = format!("{tls} does not speak TLS (");
    assert!(said.code == 1 && said.stderr.starts_with(&expected), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_before_anybody_is_asked() {
    let which = "which deployment? say --url https://hooks.example.com, or set TINGTING_URL";
    assert_eq!(run(&["events", "list"], TOKEN).await, Ended::badly(which));
    let plain = "--url is plain http, and so whoever is on the way could read the secret: use https, or say \
                 --allow-http where the network is your own";
    assert_eq!(list("http://10.0.0.1", TOKEN).await, Ended::badly(plain));
    let half = [("TINGTING_CLIENT_ID", "c")];
    let expected = "TINGTING_CLIENT_ID is set and TINGTING_CLIENT_SECRET is not: set both";
    assert_eq!(list("https://127.0.0.1:9", &half).await, Ended::badly(expected));
    let serve = run(&["--url", "https://a.example", "check"], &[]).await;
    let expected = "--url is for the commands that ask a deployment, and this one works where it is started: \
                    leave it out";
    assert_eq!(serve, Ended::badly(expected));
}
