//! What stands around every page: where one is, who one is, the other language, what was just done.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use form_urlencoded::byte_serialize;
use http::StatusCode;
use serde::Deserialize;

use super::told::{Told, attempted};
use super::words::Words;
use super::{Language, assets};
use crate::Problem;
use crate::people::{FIELD, Role, SignedIn, View};

/// What stands around a page.
#[derive(Debug)]
pub(crate) struct Frame {
    view: View,
    pub(crate) section: &'static str,
    pub(crate) who: Option<Who>,
    pub(crate) note: Option<&'static str>,
}

/// Who looks.
#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) acts: bool,
    pub(crate) owns: bool,
}

impl Frame {
    /// Around a page of a section.
    pub(crate) fn of<R>(by: &SignedIn<R>, section: &'static str) -> Self {
        let (name, role) = (by.operator.name.to_string(), by.operator.role);
        let who = Who { name, acts: role >= Role::Operator, owns: role >= Role::Owner };
        Self { who: Some(who), ..Self::bare(by.view.clone(), section) }
    }

    /// Around a page that nobody has signed in for.
    pub(crate) fn bare(view: View, section: &'static str) -> Self {
        Self { view, section, who: None, note: None }
    }

    /// With what was just done.
    pub(crate) fn saying(self, note: Option<&'static str>) -> Self {
        Self { note, ..self }
    }

    pub(crate) fn language(&self) -> Language {
        self.view.language
    }

    pub(crate) fn words(&self) -> &'static Words {
        self.view.language.words()
    }

    pub(crate) fn style(&self) -> String {
        assets::style()
    }

    pub(crate) fn script(&self) -> String {
        assets::script()
    }

    /// What a stranger wrote.
    pub(crate) fn clean(&self, text: &str) -> String {
        domain::clean(text)
    }

    /// What came of an attempt.
    pub(crate) fn attempted(&self, detail: &str, delivered: bool) -> Told {
        attempted(detail, delivered, self.language())
    }

    /// Whoever looks may act.
    pub(crate) fn acts(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.acts)
    }

    /// The same page in the other language.
    pub(crate) fn switch(&self) -> String {
        let back: String = byte_serialize(self.view.here.as_bytes()).collect();
        format!("/language/{}?back={back}", self.words().other_code)
    }

    /// What every form carries. Of letters, digits, `-` and `_` alone: safe in a page.
    pub(crate) fn hidden(&self) -> String {
        format!(r#"<input type="hidden" name="{FIELD}" value="{}">"#, self.view.token.as_str())
    }
}

/// What was just done, as its page is led to.
#[derive(Debug, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    pub(crate) done: String,
}

/// A page of another status than 200.
pub(crate) fn html_as(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    Ok((status, html(page)?).into_response())
}

/// A page.
pub(crate) fn html(page: &impl Template) -> Result<Response, Problem> {
    let text = page.render().map_err(|error| Problem::ours(&error))?;
    Ok(Html(text).into_response())
}

/// On to another page, after something was done.
pub(crate) fn redirect(to: &str) -> Response {
    Redirect::to(to).into_response()
}
