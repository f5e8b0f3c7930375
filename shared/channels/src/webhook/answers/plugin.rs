//! ThueAPI's WooCommerce plugin (1.2.0, read in its source): everything is HTTP 200, and the message
//! tells. Only for endpoints that look like it; a repeat may book an order's payment twice, so what
//! the shop has understood is not sent again.

use domain::{Answer, Destination, Job, Verdict};
use serde::Deserialize;
use url::Url;

use crate::answer::{body, is_page, is_third_in_a_row, quote, retry};

#[derive(Debug, Deserialize)]
struct Response {
    success: bool,
    #[serde(default)]
    message: String,
}

/// Whether a destination leads to the plugin: `/wc-api/thueapi`, or `?wc-api=thueapi` where a shop
/// has no pretty links.
pub(super) fn is_at(destination: &Destination) -> bool {
    let endpoint = destination.settings.endpoint.as_ref();
    let Some(url) = endpoint.and_then(|text| Url::parse(text.expose()).ok()) else { return false };
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    path.ends_with("/wc-api/thueapi")
        || url.query_pairs().any(|(name, value)| {
            name.eq_ignore_ascii_case("wc-api") && value.eq_ignore_ascii_case("thueapi")
        })
}

/// What the plugin's words mean; `None` where they are not the plugin's.
pub(super) fn verdict(job: &Job<'_>, answer: &Answer) -> Option<Verdict> {
    let text = body(answer);
    match answer.status.as_u16() {
        // The memo named no order.
        200 if text == "-1" => Some(Verdict::Delivered),
        200 if is_page(answer) => Some(retry("a page instead of the plugin's answer")),
        200 => serde_json::from_str(&text).ok().map(|said| words(&said)),
        400 if text == "-1" && is_third_in_a_row(job, answer) => {
            Some(Verdict::Dead("the shop's ThueAPI plugin is not active; activate it".to_owned()))
        }
        400 if text == "-1" => Some(retry("the shop's ThueAPI plugin is not active")),
        _ => None,
    }
}

fn words(said: &Response) -> Verdict {
    let message = said.message.trim();
    match message {
        _ if said.success => Verdict::Delivered,
        // The shop has decided; asking again changes nothing.
        "No order found !" | "Order was paid !" | "Not enough money !" => Verdict::Delivered,
        "Token incorrect !" => {
            Verdict::Dead("Token incorrect: copy the plugin's token to auth".to_owned())
        }
        _ => Verdict::Refused(format!("the shop's plugin says: {}", quote(message))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{answer, destination_at, id, job, transfer};

    #[test]
    fn the_plugin_is_known_by_its_address() {
        for (url, at) in [
            ("https://shop.example/wc-api/thueapi", true),
            ("https://shop.example/blog/wc-api/thueapi/", true),
            ("https://shop.example/WC-API/ThueAPI", true),
            ("https://shop.example/?wc-api=thueapi", true),
            ("https://shop.example/?a=b&wc-api=thueapi", true),
            ("https://shop.example/wc-api/thueapi2", false),
            ("https://shop.example/?wc-api=other", false),
            ("https://shop.example/hook", false),
        ] {
            assert_eq!(is_at(&destination_at("webhook", url)), at, "{url}");
        }
    }

    #[test]
    fn each_answer_of_the_plugin_has_its_verdict() {
        let event = transfer();
        let judge = |url: &str, status, body: &str, earlier: &[Option<u16>]| {
            let to = destination_at("webhook", url);
            let id = id(&event, &to);
            let job = Job { attempt: 9, earlier, ..job(&event, &to, &id) };
            let verdict = super::super::verdict(&job, &answer(status, body));
            format!("{verdict:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
        };
        for (status, body, expected) in [
            (200, r#"{"success":true,"message":"Order paid successfully"}"#, "Delivered"),
            (200, r#"{"success":false,"message":"Token incorrect !"}"#, "Dead"),
            (200, r#"{"success":false,"message":"No data !"}"#, "Refused"),
            (200, r#"{"success":false,"message":"No transaction txn id !"}"#, "Refused"),
            (200, r#"{"success":false,"message":"No order found !"}"#, "Delivered"),
            (200, r#"{"success":false,"message":"Order was paid !"}"#, "Delivered"),
            (200, r#"{"success":false,"message":"Not enough money !"}"#, "Delivered"),
            (200, r#"{"success":false,"message":"something new"}"#, "Refused"),
            (200, "-1", "Delivered"),
            (200, "\u{FEFF}-1", "Delivered"),
            (200, "\u{FEFF}{\"success\":false,\"message\":\"Token incorrect !\"}", "Dead"),
            (200, "<!DOCTYPE html>", "Retry"),
            (200, "", "Delivered"),
            (400, "-1", "Retry"),
            (404, "<html>", "Retry"),
            (500, "", "Retry"),
            (410, "", "Dead"),
        ] {
            let said = judge("https://shop.example/wc-api/thueapi", status, body, &[]);
            assert_eq!(said, expected, "{status} {body}");
        }
        for (earlier, expected) in [
            (&[Some(400)][..], "Retry"),
            (&[Some(500), Some(400), Some(400)], "Retry"),
            (&[Some(400), Some(400)], "Dead"),
        ] {
            let said = judge("https://shop.example/wc-api/thueapi", 400, "-1", earlier);
            assert_eq!(said, expected, "{earlier:?}");
        }
        let elsewhere = r#"{"success":false,"message":"Token incorrect !"}"#;
        assert_eq!(judge("https://shop.example/hook", 200, elsewhere, &[]), "Delivered");
    }
}
