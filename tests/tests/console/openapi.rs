//! The document is the code's: every route that is served is in it, with its scope.

use std::collections::BTreeSet;

use console::access::Scope;
use http::Request;

use crate::Place;
use crate::access::ROUTES;

#[tokio::test]
async fn the_document_has_every_route_and_its_scope() {
    let place = Place::open();
    let asked = Request::get("/openapi.json").body("".to_owned().into()).unwrap();
    let document = place.ask(asked).await.json;
    assert_eq!(document["openapi"], "3.1.0");
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["security"][0]["oauth2"][0].as_str().unwrap_or_default();
            documented.insert((method.to_uppercase(), path.clone(), scope.to_owned()));
        }
    }
    // What the matrix of routes × scopes asks.
    let place_of = |path: &str| {
        let mut last = String::new();
        let named = path.split('/').map(|part| {
            let shown = match (last.as_str(), part) {
                ("webhooks", "1") | ("events", "eA") => "{id}",
                ("deliveries", "1") => "{webhook_id}",
                ("sources", "casso") => "{provider}",
                ("casso", "shop") => "{name}",
                ("parked", "1") => "{id}",
                _ => part,
            };
            last = part.to_owned();
            shown.to_owned()
        });
        named.collect::<Vec<_>>().join("/")
    };
    let mut asked: BTreeSet<(String, String, String)> = ROUTES
        .iter()
        .map(|(method, path, scope)| {
            ((*method).to_owned(), place_of(path), scope.word().to_owned())
        })
        .collect();
    asked.insert(("POST".to_owned(), "/oauth2/token".to_owned(), String::new()));
    assert_eq!(documented, asked);
    let scopes = &document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
        ["scopes"];
    let scopes: BTreeSet<&str> = scopes.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(scopes, Scope::ALL.map(Scope::word).into());
}
