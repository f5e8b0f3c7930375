//! The API's document: OpenAPI 3.1, made of the handlers themselves. And the page that shows it is
//! `pages`'.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::routes;

use crate::access::Scope;
use crate::{oauth, operations};

/// What is said of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tingting",
        description = "Webhooks of Vietnamese banks and payment senders: sources, webhooks, events. \
            Times are RFC 3339, amounts exact decimals as text.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    modifiers(&Security)
)]
pub(crate) struct About;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scopes = Scopes::from_iter(Scope::ALL.map(|scope| (scope.word(), scope.says())));
        let flow = Flow::ClientCredentials(ClientCredentials::new("/oauth2/token", scopes));
        let scheme = SecurityScheme::OAuth2(OAuth2::new([flow]));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("oauth2", scheme);
    }
}

/// The API's document as JSON text, without a console that serves it.
pub fn openapi() -> Result<String, serde_json::Error> {
    let (_, document) = operations().routes(routes!(oauth::token)).split_for_parts();
    serde_json::to_string_pretty(&document)
}

/// The API's document.
pub(crate) async fn document(State(document): State<Arc<Document>>) -> Response {
    Json(document.as_ref()).into_response()
}
