//! A text as people look for it: `nguyen` finds *Nguyễn*. Not cleaning for display (`text`), and not the
//! comparison by which a payer is erased, which keeps accents.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::clean;

/// A text in small letters, without accents, invisible characters and surplus blanks; `đ` is a `d`.
pub fn fold(text: &str) -> String {
    let bare = clean(text).nfd().filter(|c| !is_combining_mark(*c)).collect::<String>();
    bare.to_lowercase().replace('đ', "d")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_what_cannot_be_seen_make_no_difference() {
        for text in ["Nguyễn Văn Đức", "NGUYE\u{302}\u{303}N VA\u{306}N ĐU\u{31B}\u{301}C"] {
            assert_eq!(fold(text), "nguyen van duc");
        }
        assert_eq!(fold("nguyen\u{200B} \t van\u{202E}  duc "), "nguyen van duc");
        for (text, folded) in [("", ""), ("ĐƠN #DH-12", "don #dh-12"), ("İstanbul ß", "istanbul ß")]
        {
            assert_eq!(fold(text), folded, "{text}");
        }
    }
}
