//! What to type into which field of a provider's settings page, in the page's own words as far as the
//! senders' documents show them.

use domain::SourceRecord;
use serde::Serialize;
use utoipa::ToSchema;

/// Stands where the secret is typed, which is shown apart.
pub(crate) const SECRET: &str = "(secret)";

/// A field of the provider's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Pasted {
    /// The field, as the page calls it.
    pub(crate) field: &'static str,
    /// What to type.
    pub(crate) value: String,
}

/// All fields, but for the secret, which is shown apart.
pub(crate) fn fields(record: &SourceRecord, url: &str) -> Vec<Pasted> {
    let field = |field, value: &str| Pasted { field, value: value.to_owned() };
    match (record.provider.as_str(), record.auth.as_deref()) {
        ("casso", _) => vec![field("Webhook URL", url), field("Key bảo mật", SECRET)],
        ("abaha", _) => {
            let header = record.header.as_deref().unwrap_or("X-Abaha-Token");
            // Each sort of object has a webhook of its own.
            let urls = ["order", "product", "customer"];
            let urls = urls.map(|sort| field("Webhook URL", &format!("{url}/{sort}")));
            [urls.to_vec(), vec![field("Key", header), field("Value", SECRET)]].concat()
        }
        ("sepay", Some("oauth2")) => {
            let id = record.client_id.as_deref().unwrap_or_default();
            vec![
                field("Gọi đến URL", url),
                field("Kiểu chứng thực", "OAuth2.0"),
                field("OAuth2.0 Access Token URL", &format!("{url}/token")),
                field("OAuth2.0 Client Id", id),
                field("OAuth2.0 Client Secret", SECRET),
            ]
        }
        ("sepay", Some("api_key")) => vec![
            field("Gọi đến URL", url),
            field("Kiểu chứng thực", "API Key"),
            field("API Key", SECRET),
        ],
        ("sepay", Some("hmac")) => {
            vec![field("Gọi đến URL", url), field("Kiểu chứng thực", "HMAC-SHA256")]
        }
        ("sepay", _) => vec![field("Gọi đến URL", url)],
        ("thueapi", _) => vec![field("Endpoint", url), field("Phương thức", "POST")],
        ("appotapay", _) => vec![field("notifyUrl", url)],
        _ => vec![field("URL", url)],
    }
}
