//! Cleaning what strangers wrote, once for every channel (channels.md §0, rule 6). Not escaping:
//! each channel escapes in its own way, after cleaning and truncation.

/// Turns controls and line breaks into spaces, deletes invisible and direction-changing characters,
/// collapses runs of blanks and trims. Keeps everything else as it is, accents in either normal form.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if deleted(c) {
            continue;
        }
        let blank = c.is_whitespace() || c.is_control();
        if !blank {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// At most `limit` bytes of a cleaned text, cut between characters, for records and log lines.
pub fn excerpt(text: &str, limit: usize) -> String {
    let mut text = clean(text);
    if text.len() > limit {
        let mut end = limit;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Zero-width, bidirectional and other characters that change how their neighbours look.
fn deleted(c: char) -> bool {
    matches!(
        c,
        '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{FFFE}'
            | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memo_cannot_forge_a_line_or_turn_the_text_around() {
        for (from, to) in [
            ("x\nSố tiền: 9.000.000", "x Số tiền: 9.000.000"),
            ("a\r\n\u{2028}\u{2029}\u{0}b", "a b"),
            ("\u{202E}000.1\u{202C} \u{2066}x\u{2069}", "000.1 x"),
            ("@\u{200B}here \u{FEFF}\u{2060}!", "@here !"),
            ("  nhiều\t\tkhoảng   trắng  ", "nhiều khoảng trắng"),
            ("e\u{0302}\u{0301} = ế", "e\u{0302}\u{0301} = ế"),
            ("\u{FFFE}\u{FFFF}", ""),
        ] {
            assert_eq!(clean(from), to, "{from:?}");
        }
    }

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt("ếếế", 4), "ế…");
        assert_eq!(excerpt("ế", 4), "ế");
    }
}
