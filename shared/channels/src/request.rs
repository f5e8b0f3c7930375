//! Requests as `egress` takes them. URLs here are credentials: no error shows one.

use bytes::Bytes;
use domain::{Secret, Unsendable};
use http::{HeaderValue, Request, Uri, header};
use url::Url;

/// The type of every JSON body that leaves.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// The type of a form's body.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A POST of a JSON body.
pub(crate) fn post_json(url: &Url, body: String) -> Result<Request<Bytes>, Unsendable> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = uri(url)?;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    Ok(request)
}

/// A URL in the form in which requests carry it. A fragment is not sent.
pub(crate) fn uri(url: &Url) -> Result<Uri, Unsendable> {
    let whole = url.as_str();
    let sent = whole.split_once('#').map_or(whole, |(sent, _)| sent);
    let unfit = |_| Unsendable("the URL has characters that no request can carry".to_owned());
    sent.parse().map_err(unfit)
}

/// A header's value that logs must not show.
pub(crate) fn secret_value(prefix: &str, secret: &Secret) -> Result<HeaderValue, Unsendable> {
    let unfit = |_| Unsendable("a credential has characters that no header can carry".to_owned());
    let mut value =
        HeaderValue::from_str(&format!("{prefix}{}", secret.expose())).map_err(unfit)?;
    value.set_sensitive(true);
    Ok(value)
}
