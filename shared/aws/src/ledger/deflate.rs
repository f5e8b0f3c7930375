//! Texts made small and large again. A compressor is a quarter of a MiB of tables; making them for every
//! event would cost a fifth of its CPU, so that each thread keeps its own.

use std::cell::RefCell;

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// How hard to deflate: beyond this little is won on a text of a KiB or two.
const LEVEL: u8 = 4;
/// More than any body becomes: what inflates to more was not written by us.
const MOST: usize = 64 * 1024 * 1024;

thread_local! {
    static COMPRESSOR: RefCell<CompressorOxide> =
        // No zlib header, and the strategy that suits most texts.
        RefCell::new(CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL.into(), 0, 0)));
}

/// A text, deflated.
pub(super) fn deflate(text: &str) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut deflated = Vec::with_capacity(text.len());
        let (status, _) =
            compress_to_output(compressor, text.as_bytes(), TDEFLFlush::Finish, |bytes| {
                deflated.extend_from_slice(bytes);
                true
            });
        debug_assert_eq!(status, TDEFLStatus::Done, "it was ready for a new text");
        match status {
            TDEFLStatus::Done => deflated,
            TDEFLStatus::Okay | TDEFLStatus::PutBufFailed | TDEFLStatus::BadParam => {
                compress_to_vec(text.as_bytes(), LEVEL)
            }
        }
    })
}

/// A text that was deflated; none if it was not, or not by us.
pub(super) fn inflate(bytes: &[u8]) -> Option<String> {
    String::from_utf8(decompress_to_vec_with_limit(bytes, MOST).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deflated_inflates_to_the_same_however_often() {
        let long = "một đơn hàng, ".repeat(50_000);
        for text in ["", "a", "{\"amount\":\"1250000\"}", &long, "a"] {
            let deflated = deflate(text);
            assert_eq!(deflated, compress_to_vec(text.as_bytes(), LEVEL), "{} bytes", text.len());
            assert_eq!(inflate(&deflated).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_was_not_deflated_is_nothing() {
        assert_eq!(inflate(b"\xff\xff"), None);
        let deflated = deflate("a text that ends too soon");
        assert_eq!(inflate(&deflated[..deflated.len() / 2]), None);
    }
}
