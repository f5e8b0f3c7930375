//! What `serve` says when it listens: the URLs, and at the first start what to do with them.

use std::fmt::Write as _;
use std::path::Path;

use crate::config::Config;

/// At the first start.
pub(crate) fn first(path: &Path, config: &Config, base: &str) -> String {
    let path = path.display();
    format!(
        "\
Đã viết {path} với khoá mới cho năm nguồn.
Wrote {path} with fresh secrets for five sources.

{}
Thử ngay ở cửa sổ khác.  Try it now in another window:

  tingting simulate casso

Tiếp theo: sửa {path}, thêm kênh Slack, Telegram, Lark hay webhook, rồi khởi động lại.
Next: edit {path}, add Slack, Telegram, Lark or a webhook, and start again.
",
        urls(config, base)
    )
}

/// At every later start.
pub(crate) fn again(config: &Config, base: &str) -> String {
    if config.sources.is_empty() {
        return "Chưa có nguồn nào: thêm [[source]].      No source yet: add [[source]].\n"
            .to_owned();
    }
    urls(config, base)
}

fn urls(config: &Config, base: &str) -> String {
    let mut text = String::new();
    for (_, source) in &config.sources {
        // Writing to a String cannot fail.
        _ = writeln!(text, "  {:<10}  {base}/hooks/{}", source.id.provider(), source.id);
    }
    text
}
