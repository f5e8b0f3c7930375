//! `/api`: the API's document for people, made of the same document that programs get.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::words::Words;
use super::{Frame, html};
use crate::people::{SignedIn, by};
use crate::{Desk, Problem};

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    calls: Vec<Call>,
}

/// One call.
struct Call {
    method: String,
    path: String,
    anchor: String,
    says: String,
    scope: Option<String>,
    parameters: Vec<Field>,
    body: Vec<Field>,
    answers: Vec<(String, String)>,
}

/// A parameter or a field of a body.
struct Field {
    name: String,
    required: bool,
    says: String,
}

/// The document.
pub(crate) async fn show(
    by: SignedIn<by::Viewer>,
    State(_): Desk,
    Extension(document): Extension<Arc<OpenApi>>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "api");
    let document = serde_json::to_value(document.as_ref()).unwrap_or(Value::Null);
    html(&Page { t: f.words(), calls: calls(&document), f })
}

fn calls(document: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, methods) in object(&document["paths"]) {
        for (method, said) in object(methods) {
            let parameters = said["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let summary = text(&said["summary"]);
            let more = text(&said["description"]);
            let scope = said["security"][0]["oauth2"][0].as_str();
            let answers = object(&said["responses"]);
            calls.push(Call {
                method: method.to_uppercase(),
                path: path.clone(),
                anchor: format!("{method}-{}", calls.len()),
                says: [summary, more].join(" ").trim().to_owned(),
                scope: scope.map(str::to_owned),
                parameters: parameters.iter().map(parameter).collect(),
                body: body(&said["requestBody"], document),
                answers: answers
                    .map(|(status, a)| (status.clone(), text(&a["description"])))
                    .collect(),
            });
        }
    }
    calls
}

fn parameter(said: &Value) -> Field {
    Field {
        name: text(&said["name"]),
        required: said["required"] == Value::Bool(true),
        says: text(&said["description"]),
    }
}

/// The fields of a body: those of the schema that it names.
fn body(said: &Value, document: &Value) -> Vec<Field> {
    let content = object(&said["content"]).next().map(|(_, content)| &content["schema"]);
    let Some(schema) = content else { return Vec::new() };
    let named = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#'));
    let schema = named.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema);
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fields = object(&schema["properties"]).map(|(name, field)| Field {
        name: name.clone(),
        required: required.iter().any(|one| one == name),
        says: text(&field["description"]),
    });
    fields.collect()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
