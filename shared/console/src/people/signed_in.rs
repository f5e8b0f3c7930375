//! Who looks at a page: an argument of its handler that exists only where somebody has signed in who
//! may. What the page's frame needs to know of the request comes along.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use domain::PortError;
use form_urlencoded::byte_serialize;
use http::request::Parts;
use http::{Method, StatusCode};

use super::cross_site::SIGN_IN;
use super::{Cookies, FormToken, Jar, Operator, Role, Session, current};
use crate::access::random;
use crate::pages::Language;
use crate::{Console, Problem};

/// The least role that a page needs, as a type.
pub(crate) trait By {
    /// The role.
    const ROLE: Role;
}

/// A type for each role, by its name.
pub(crate) mod by {
    use super::{By, Role};

    /// Whoever has signed in.
    #[derive(Debug)]
    pub(crate) struct Viewer;
    /// Who may act.
    #[derive(Debug)]
    pub(crate) struct Operator;
    /// Who says who the others are.
    #[derive(Debug)]
    pub(crate) struct Owner;

    impl By for Viewer {
        const ROLE: Role = Role::Viewer;
    }
    impl By for Operator {
        const ROLE: Role = Role::Operator;
    }
    impl By for Owner {
        const ROLE: Role = Role::Owner;
    }
}

/// Somebody who has signed in and may do what a page does.
#[derive(Debug)]
pub(crate) struct SignedIn<R> {
    /// Who.
    pub(crate) operator: Operator,
    /// In which session.
    pub(crate) session: Session,
    /// What the page's frame needs.
    pub(crate) view: View,
    role: PhantomData<R>,
}

/// What every page needs to know of its request.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// In which language.
    pub(crate) language: Language,
    /// The path and query, to come back to.
    pub(crate) here: String,
    /// What its forms carry.
    pub(crate) token: FormToken,
    /// How cookies are written.
    pub(crate) jar: Jar,
}

/// Somebody who has not signed in, at the one page for it.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    /// What the page's frame needs.
    pub(crate) view: View,
    /// The guest's cookie, where it has none yet.
    pub(crate) cookie: Option<String>,
}

/// Who is turned away, and where to.
#[derive(Debug)]
pub(crate) enum Turned {
    /// To sign in first, and then to come back.
    SignIn(String),
    /// With a reason.
    Away(Problem),
}

impl From<PortError> for Turned {
    fn from(error: PortError) -> Self {
        Self::Away(error.into())
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) if next == "/" => Redirect::to(SIGN_IN).into_response(),
            Self::SignIn(next) => {
                let next: String = byte_serialize(next.as_bytes()).collect();
                Redirect::to(&format!("{SIGN_IN}?next={next}")).into_response()
            }
            Self::Away(problem) => problem.into_response(),
        }
    }
}

impl View {
    fn of(parts: &Parts, jar: Jar, cookie: &str) -> Self {
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
        // The page that shows what came of a test call is the destination's, of a secret the source's.
        let shows = ["/test", "/rotate", "/retire"].iter().find_map(|it| here.strip_suffix(it));
        let shows = shows.filter(|_| parts.method == http::Method::POST);
        let here = shows.unwrap_or(here).to_owned();
        let language = Language::of(&parts.headers);
        Self { language, here, token: FormToken::of(cookie), jar }
    }
}

/// Who is signed in, whatever they may do.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) session: Session,
    pub(crate) operator: Operator,
    /// The session's cookie.
    token: String,
}

/// Who is signed in; nothing where nobody is. Looked up once for each request, and then kept among its
/// extensions.
pub(crate) async fn signed_in(
    console: &Console,
    parts: &mut Parts,
) -> Result<Option<Known>, PortError> {
    if let Some(known) = parts.extensions.get::<Option<Known>>() {
        return Ok(known.clone());
    }
    let jar = Jar::of(parts, console.plain);
    let token = Cookies::of(&parts.headers).get(jar.session()).map(str::to_owned);
    let known = match token {
        Some(token) => current(console.cabinet.as_ref(), &token, console.clock.now())
            .await?
            .map(|(session, operator)| Known { session, operator, token }),
        None => None,
    };
    parts.extensions.insert(known.clone());
    Ok(known)
}

impl<R: By> FromRequestParts<Arc<Console>> for SignedIn<R> {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Turned> {
        let jar = Jar::of(parts, console.plain);
        let Some(Known { session, operator, token }) = signed_in(console, parts).await? else {
            // What was sent is not sent again after signing in.
            let comes_back = parts.method == Method::GET;
            let here = parts.uri.path_and_query().filter(|_| comes_back);
            return Err(Turned::SignIn(here.map_or("/", |here| here.as_str()).to_owned()));
        };
        if operator.role < R::ROLE {
            return Err(Turned::Away(Problem::Role(R::ROLE)));
        }
        let view = View::of(parts, jar, &token);
        Ok(Self { operator, session, view, role: PhantomData })
    }
}

impl FromRequestParts<Arc<Console>> for Guest {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Arc<Console>,
    ) -> Result<Self, Response> {
        let known = signed_in(console, parts).await;
        let known = known.map_err(|error| Problem::Port(error).into_response())?;
        if known.is_some() {
            return Err((StatusCode::SEE_OTHER, Redirect::to("/")).into_response());
        }
        let jar = Jar::of(parts, console.plain);
        let cookies = Cookies::of(&parts.headers);
        let (cookie, new) = match cookies.get(jar.guest()) {
            Some(cookie) => (cookie.to_owned(), None),
            None => {
                let made = random(console.entropy.as_ref());
                (made.clone(), Some(made))
            }
        };
        Ok(Self { view: View::of(parts, jar, &cookie), cookie: new })
    }
}
