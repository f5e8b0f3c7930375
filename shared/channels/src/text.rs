//! Lengths and cuts of what people read. The order for every value is: clean, cut on a grapheme,
//! escape, measure. Not escaping: each channel does that in its own way.

use domain::clean;
use unicode_segmentation::UnicodeSegmentation as _;

/// A length in UTF-16 code units: never less than the number of characters by any vendor's count.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A stranger's text, cleaned and then cut to at most `limit` units.
pub(crate) fn tidy(text: &str, limit: usize) -> String {
    cut(&clean(text), limit)
}

/// At most `limit` units of a text, cut between graphemes, so that no accent is torn from its
/// letter; an ellipsis says that something is missing.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(1);
    let mut used = 0;
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        used += units(grapheme);
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    out.truncate(out.trim_end().len());
    if limit > 0 {
        out.push('…');
    }
    out
}

/// At most `limit` units of a text's end, cut between graphemes; an ellipsis says that something is
/// missing before it.
pub(crate) fn tail(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |grapheme: &&str| {
        used += units(grapheme);
        used <= limit
    };
    let kept: Vec<&str> = text.graphemes(true).rev().take_while(fits).collect();
    std::iter::once("…").chain(kept.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cut_keeps_letters_with_their_accents() {
        for (text, limit, expected) in [
            ("ngắn", 4, "ngắn"),
            ("chuyển tiền", 6, "chuyể…"),
            ("chuye\u{302}\u{309}n", 6, "chuy…"),
            ("chuyển tiền", 8, "chuyển…"),
            ("👨‍👩‍👧 nhà", 4, "…"),
            ("a", 0, ""),
        ] {
            assert_eq!(cut(text, limit), expected, "{text:?} to {limit}");
        }
    }

    #[test]
    fn a_letter_with_a_mountain_of_accents_is_cut_away() {
        let zalgo = format!("a{}", "\u{301}".repeat(100_000));
        assert_eq!(tidy(&zalgo, 50), "…");
    }

    #[test]
    fn the_end_of_a_text_is_kept_by_whole_letters() {
        for (text, limit, expected) in [
            ("1017588888", 5, "…8888"),
            ("VA001", 5, "VA001"),
            ("xye\u{302}\u{309}n", 4, "…n"),
            ("👨‍👩‍👧", 4, "…"),
        ] {
            assert_eq!(tail(text, limit), expected, "{text:?} to {limit}");
        }
    }

    proptest! {
        #[test]
        fn a_cut_never_exceeds_its_limit(text in any::<String>(), limit in 0_usize..40) {
            prop_assert!(units(&tidy(&text, limit)) <= limit);
        }
    }
}
