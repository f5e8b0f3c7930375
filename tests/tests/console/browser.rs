//! A browser, as far as the console can tell: it keeps cookies, shows pages, and sends their forms.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use console::people::{self as who, OperatorName, Password, Role};
use domain::Clock as _;
use form_urlencoded::Serializer;
use http::{HeaderMap, Request, StatusCode, header};

use crate::Place;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser at a console behind TLS.
pub(crate) struct Browser<'a> {
    pub(crate) place: &'a Place,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
    token: RefCell<String>,
}

/// A page, or where a browser is led instead.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn leads_to(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Place {
    /// Makes an operator of this name and role.
    pub(crate) async fn operator(&self, name: &str, role: Role) {
        let (cabinet, entropy) = (self.console.cabinet.as_ref(), self.console.entropy.as_ref());
        let (name, password) =
            (OperatorName::parse(name).unwrap(), Password::parse(PASSWORD).unwrap());
        let (passwords, now) = (&self.console.passwords, self.clock.now());
        let made = who::create(cabinet, entropy, passwords, (&name, role, &password), now).await;
        assert!(made.unwrap());
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Browser<'_> {
        let (cookies, token) = (RefCell::default(), RefCell::default());
        Browser { place: self, cookies, token }
    }

    /// A browser of a new operator of this role, who is called as the role is.
    pub(crate) async fn signed_in(&self, role: Role) -> Browser<'_> {
        self.operator(role.word(), role).await;
        let browser = self.browser();
        let page = browser.sign_in(role.word(), PASSWORD).await;
        assert_eq!((page.status.as_u16(), page.leads_to()), (303, "/"), "{}", page.text);
        browser
    }
}

impl Browser<'_> {
    /// Sends a request as it is, with the cookies.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Page {
        let mut request = request;
        let accept = header::HeaderValue::from_static("text/html,*/*;q=0.8");
        request.headers_mut().entry(header::ACCEPT).or_insert(accept);
        let line: Vec<String> =
            self.cookies.borrow().iter().map(|(name, said)| format!("{name}={said}")).collect();
        if !line.is_empty() {
            request.headers_mut().insert(header::COOKIE, line.join("; ").parse().unwrap());
        }
        let (head, body) = self.place.door.answer(request).await.into_parts();
        for line in head.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let said = rest.split(';').next().unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), said.to_owned());
            }
        }
        let text = String::from_utf8(body.to_vec()).unwrap();
        if let Some((_, rest)) = text.split_once(r#"name="form" value=""#) {
            *self.token.borrow_mut() = rest.split('"').next().unwrap().to_owned();
        }
        Page { status: head.status, headers: head.headers, text }
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).body(Bytes::new()).unwrap()).await
    }

    /// Sends a form with the token of the last page that had one.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(self.form(path, fields)).await
    }

    /// The request of such a form.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request<Bytes> {
        let mut body = Serializer::new(String::new());
        body.append_pair("form", &self.token.borrow()).extend_pairs(fields);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "shop.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, "https://shop.example");
        request.body(Bytes::from(body.finish())).unwrap()
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Page {
        self.get("/signin").await;
        self.post("/signin", &[("name", name), ("password", password)]).await
    }
}
