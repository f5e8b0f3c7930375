//! `tingting operators` beside a running `serve`: to the letter what each says, and who can sign in afterwards.

use std::path::Path;
use std::time::Duration;

use domain::{Answer, Egress as _};
use form_urlencoded::Serializer;
use http::{Request, header};
use jiff::Timestamp;

use crate::program::{client, configure, start};
use crate::{Ended, typed};

fn operators(config: &Path, arguments: &[&str], input: &str) -> Ended {
    typed(config, &[&["operators"], arguments].concat(), input).timeless()
}

/// Calls a page as a browser on this machine does.
async fn page(address: &str, path: &str, cookies: &str, form: Option<String>) -> Answer {
    let request = Request::builder()
        .method(if form.is_some() { "POST" } else { "GET" })
        .uri(format!("http://{address}{path}"))
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookies)
        .header(header::ORIGIN, format!("http://{address}"))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(form.unwrap_or_default().into()).unwrap();
    client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap()
}

/// The cookies of an answer, as they are sent back.
fn cookies(answer: &Answer) -> String {
    let said = answer.headers.get_all(header::SET_COOKIE).iter();
    let pair = said.map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned());
    pair.collect::<Vec<_>>().join("; ")
}

/// Signs in; the session's cookies, where that went well.
async fn sign_in(address: &str, name: &str, password: &str) -> Option<String> {
    let shown = page(address, "/signin", "", None).await;
    let text = String::from_utf8_lossy(&shown.body).into_owned();
    let token = text.split_once(r#"name="form" value=""#).unwrap().1.split('"').next().unwrap();
    let mut form = Serializer::new(String::new());
    form.extend_pairs([("form", token), ("name", name), ("password", password)]);
    let answer = page(address, "/signin", &cookies(&shown), Some(form.finish())).await;
    (answer.status == 303).then(|| cookies(&answer))
}

/// Whether a session still shows a page of this role's.
async fn sees(address: &str, session: &str, path: &str) -> u16 {
    page(address, path, session, None).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_made_listed_given_another_password_and_role_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let (_serve, address) = start(&config, &[]).await;
    let run = |arguments: &[&str], input: &str| operators(&config, arguments, input);
    let none = "none; make one with `tingting operators create NAME --role owner`\n";
    assert_eq!(run(&["list"], ""), Ended::well(none));

    let said = run(&["create", " Mai ", "--role", "owner"], "correct horse battery\n");
    assert_eq!(said, Ended::well("mai may sign in as owner\n"));
    let said = run(&["create", "an"], "");
    let password = said.1.lines().nth(1).unwrap().strip_prefix("password  ").unwrap().to_owned();
    let expected =
        format!("an may sign in as operator\npassword  {password}\nIt is shown this once.\n");
    assert_eq!(said, Ended::well(&expected));
    let groups: Vec<usize> = password.split('-').map(str::len).collect();
    assert_eq!(groups, [4; 6], "{password}");
    let list = "an\n  operator, created TIME\nmai\n  owner, created TIME\n";
    assert_eq!(run(&["list"], ""), Ended::well(list));
    let mai = sign_in(&address, "mai", "correct horse battery").await.unwrap();
    let an = sign_in(&address, "an", &password).await.unwrap();
    assert_eq!(sign_in(&address, "an", "correct horse battery").await, None);
    assert_eq!(
        (sees(&address, &mai, "/people").await, sees(&address, &an, "/people").await),
        (200, 403)
    );

    // Another password, or another role, ends the session.
    let said = run(&["password", "Mai"], "another horse battery\r\n");
    assert_eq!(said, Ended::well("mai has a new password, and is signed out everywhere\n"));
    assert_eq!(sees(&address, &mai, "/people").await, 303);
    assert_eq!(sign_in(&address, "mai", "correct horse battery").await, None);
    assert!(sign_in(&address, "mai", "another horse battery").await.is_some());
    let said = run(&["role", "an", "owner"], "");
    assert_eq!(said, Ended::well("an may sign in as owner now, and is signed out everywhere\n"));
    assert_eq!(sees(&address, &an, "/people").await, 303);
    let an = sign_in(&address, "an", &password).await.unwrap();
    assert_eq!(sees(&address, &an, "/people").await, 200);

    let said = run(&["remove", "an"], "");
    assert_eq!(said, Ended::well("an is removed, and signed out everywhere\n"));
    assert_eq!(sees(&address, &an, "/people").await, 303);
    assert_eq!(sign_in(&address, "an", &password).await, None);
    assert_eq!(run(&["list"], ""), Ended::well("mai\n  owner, created TIME\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let run = |arguments: &[&str], input: &str| operators(&config, arguments, input);
    let nothing = run(&["list"], "");
    assert!(nothing.0 == 1 && nothing.2.contains("`tingting serve` makes one"), "{nothing:?}");

    let (_serve, _) = start(&config, &[]).await;
    let good = "correct horse battery\n";
    assert_eq!(run(&["create", "mai"], good), Ended::well("mai may sign in as operator\n"));
    let name = "a name has 1 to 64 visible characters";
    let long = "x".repeat(65);
    for (arguments, input, why) in [
        (&["create", ""][..], good, name),
        (&["create", "a\u{1b}[2Jb"], good, name),
        (&["create", &long], good, name),
        (&["password", "\u{202e}"], good, name),
        (&["create", "an", "--role", "king"], good, {
            "\"king\" is no role; there are: viewer, operator, owner"
        }),
        (&["role", "mai", "Owner"], "", {
            "\"Owner\" is no role; there are: viewer, operator, owner"
        }),
        (&["create", "an"], "too short\n", "a password has at least 10 characters"),
        (&["create", "MAI"], good, {
            "there is an operator mai already; `tingting operators password mai` helps"
        }),
        (&["password", "mai"], "short\n", "a password has at least 10 characters"),
        (&["password", "an"], good, {
            "there is no operator an; `tingting operators list` shows them"
        }),
        (&["role", "an", "viewer"], "", {
            "there is no operator an; `tingting operators list` shows them"
        }),
        (&["remove", "an"], "", "there is no operator an; `tingting operators list` shows them"),
    ] {
        assert_eq!(run(arguments, input), Ended::badly(why), "{arguments:?}");
    }
    let long = format!("{}\n", "x".repeat(257));
    assert_eq!(run(&["create", "an"], &long), Ended::badly("a password has at most 256 bytes"));
    let unknown = run(&["rename", "mai"], "");
    assert!(unknown.0 == 2 && unknown.1.is_empty(), "{unknown:?}");
    assert_eq!(run(&["list"], ""), Ended::well("mai\n  operator, created TIME\n"));
}
