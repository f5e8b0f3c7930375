//! Which language a page is in: what its reader chose, else what the browser asks for, else Vietnamese.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use super::words::Words;
use crate::people::Cookies;

/// The cookie of who chose.
pub(crate) const COOKIE: &str = "tingting-language";

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Vi,
    En,
}

impl Language {
    /// Reads its code.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Its code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// What pages say in it.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Vi => &Words::VI,
            Self::En => &Words::EN,
        }
    }

    /// The language that these headers ask for.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let chosen = Cookies::of(headers).get(COOKIE).and_then(Self::parse);
        chosen.or_else(|| accepted(headers)).unwrap_or(Self::Vi)
    }
}

/// The one of ours with the greatest weight; of two alike the first.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let said = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, u32)> = None;
    for part in said.split(',') {
        let mut parts = part.split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some(language) = Language::parse(tag.split('-').next().unwrap_or_default()) else {
            continue;
        };
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1000, thousandths);
        if weight > best.map_or(0, |(_, weight)| weight) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// `0.8` as 800.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{fraction:0<3}");
    let fraction = digits.get(..3).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    if whole == "1" { 1000 } else { fraction }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_counts_more_than_the_browser_and_vietnamese_is_for_everybody_else() {
        for (cookie, accept, language) in [
            ("", "", Language::Vi),
            ("", "fr", Language::Vi),
            ("", "en-US,en;q=0.9", Language::En),
            ("", "en;q=0.8, vi;q=0.9", Language::Vi),
            ("", "vi;q=0, en;q=0.1", Language::En),
            ("tingting-language=en", "vi", Language::En),
            ("a=b; tingting-language=vi", "en", Language::Vi),
            ("tingting-language=xx", "en", Language::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", cookie.parse().unwrap());
            headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
            assert_eq!(Language::of(&headers), language, "{cookie} {accept}");
        }
    }
}
