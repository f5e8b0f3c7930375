//! `/people`: the operators, their roles, their sessions; and what an owner does about them.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;

use super::shown::At;
use super::words::Words;
use super::{Done, Frame, html_as, redirect};
use crate::people::{self, Operator, OperatorName, Password, Role, SignedIn, by};
use crate::{Console, Desk, Problem};

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    me: String,
    people: Vec<Person>,
    roles: Vec<(&'static str, &'static str, &'static str)>,
    said: Said,
    fault: Option<(&'static str, &'static str)>,
}

/// An operator and its sessions.
struct Person {
    name: String,
    role: &'static str,
    role_word: &'static str,
    created: At,
    sessions: Vec<Open>,
}

struct Open {
    id: String,
    began: At,
    seen: At,
    this: bool,
}

/// What is said of an operator.
#[derive(Default, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    session: String,
}

/// All of them.
pub(crate) async fn list(
    by: SignedIn<by::Owner>,
    State(console): Desk,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let t = by.view.language.words();
    let note = match done.as_str() {
        "added" => Some(t.people.was_added),
        "changed" => Some(t.people.was_changed),
        "removed" => Some(t.people.was_removed),
        "ended" => Some(t.people.was_ended),
        _ => None,
    };
    page(&console, &by, note, Said::default(), None).await
}

async fn page(
    console: &Console,
    by: &SignedIn<by::Owner>,
    note: Option<&'static str>,
    said: Said,
    fault: Option<(&'static str, &'static str)>,
) -> Result<Response, Problem> {
    let f = Frame::of(by, "people").saying(note);
    let (t, now) = (f.words(), console.clock.now());
    let operators = people::list(console.cabinet.as_ref()).await?;
    let sessions = people::sessions(console.cabinet.as_ref(), &operators, now).await?;
    let open = |operator: &Operator| {
        let own = sessions.iter().filter(|session| session.operator == operator.name);
        let open = own.map(|session| Open {
            id: session.id.clone(),
            began: At::of(session.began, now),
            seen: At::of(session.seen, now),
            this: session.id == by.session.id,
        });
        open.collect()
    };
    let person = |operator: &Operator| Person {
        name: operator.name.to_string(),
        role: word(operator.role, t).0,
        role_word: operator.role.word(),
        created: At::of(operator.created, now),
        sessions: open(operator),
    };
    let roles = Role::ALL.iter().rev().map(|role| {
        let (name, hint) = word(*role, t);
        (role.word(), name, hint)
    });
    let people = operators.iter().map(person).collect();
    let me = by.operator.name.to_string();
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    html_as(status, &Page { me, people, roles: roles.collect(), said, fault, t, f })
}

fn word(role: Role, t: &Words) -> (&'static str, &'static str) {
    match role {
        Role::Owner => (t.people.role_owner, t.people.role_owner_hint),
        Role::Operator => (t.people.role_operator, t.people.role_operator_hint),
        Role::Viewer => (t.people.role_viewer, t.people.role_viewer_hint),
    }
}

/// Adds an operator.
pub(crate) async fn add(
    by: SignedIn<by::Owner>,
    State(console): Desk,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let t = by.view.language.words();
    let role = Role::parse(&said.role).unwrap_or(Role::Viewer);
    let fault = match (OperatorName::parse(&said.name), Password::parse(&said.password)) {
        (Err(_), _) => ("name", t.people.bad_name),
        (_, Err(_)) => ("password", t.people.bad_password),
        (Ok(name), Ok(password)) => {
            let (cabinet, entropy) = (console.cabinet.as_ref(), console.entropy.as_ref());
            let (who, now) = ((&name, role, &password), console.clock.now());
            if people::create(cabinet, entropy, &console.passwords, who, now).await? {
                return Ok(redirect("/people?done=added"));
            }
            ("name", t.people.name_taken)
        }
    };
    let said = Said { password: String::new(), ..said };
    page(&console, &by, None, said, Some(fault)).await
}

/// Gives an operator another role.
pub(crate) async fn set_role(
    _: SignedIn<by::Owner>,
    State(console): Desk,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let name = named(&said)?;
    let role = Role::parse(&said.role);
    let role = role.ok_or_else(|| Problem::field("role", "is no role"))?;
    if role < Role::Owner {
        console.leaves_an_owner(&name).await?;
    }
    let (cabinet, entropy) = (console.cabinet.as_ref(), console.entropy.as_ref());
    done(people::set_role(cabinet, entropy, &name, role).await?, "changed")
}

/// Gives an operator another password.
pub(crate) async fn set_password(
    by: SignedIn<by::Owner>,
    State(console): Desk,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let name = named(&said)?;
    let Ok(password) = Password::parse(&said.password) else {
        let message = by.view.language.words().people.bad_password.to_owned();
        return Ok(Problem::Conflict(message).into_response());
    };
    let (cabinet, entropy) = (console.cabinet.as_ref(), console.entropy.as_ref());
    let passwords = &console.passwords;
    let set = people::set_password(cabinet, entropy, passwords, &name, &password).await?;
    done(set, "changed")
}

/// Removes an operator.
pub(crate) async fn remove(
    _: SignedIn<by::Owner>,
    State(console): Desk,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let name = named(&said)?;
    console.leaves_an_owner(&name).await?;
    done(people::remove(console.cabinet.as_ref(), &name).await?, "removed")
}

/// Ends a session, or all of an operator's.
pub(crate) async fn end(
    _: SignedIn<by::Owner>,
    State(console): Desk,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let cabinet = console.cabinet.as_ref();
    if !said.session.is_empty() {
        people::end(cabinet, &said.session).await?;
        return done(true, "ended");
    }
    let entropy = console.entropy.as_ref();
    done(people::end_sessions(cabinet, entropy, &named(&said)?).await?, "ended")
}

fn named(said: &Said) -> Result<OperatorName, Problem> {
    OperatorName::parse(&said.name).map_err(|_| NOBODY)
}

const NOBODY: Problem = Problem::NotFound("there is no operator of this name");

fn done(was_there: bool, what: &str) -> Result<Response, Problem> {
    if was_there { Ok(redirect(&format!("/people?done={what}"))) } else { Err(NOBODY) }
}

impl Console {
    /// Whether there is an owner beside this operator: somebody must be able to let others in.
    async fn leaves_an_owner(&self, but: &OperatorName) -> Result<(), Problem> {
        let operators = people::list(self.cabinet.as_ref()).await?;
        let mut others = operators.iter().filter(|one| one.name != *but);
        if others.any(|one| one.role == Role::Owner) {
            return Ok(());
        }
        Err(Problem::Conflict("the last owner stays; make another one first".to_owned()))
    }
}
