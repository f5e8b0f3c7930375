//! What `serve` says when it listens: the URLs, and at the first start what to do with them.

use std::fmt::Write as _;
use std::path::Path;

use crate::args::DEFAULT_CONFIG;
use crate::config::Config;

/// At the first start; `program` is how the program was called, and can be again.
pub(crate) fn first(program: &str, path: &Path, config: &Config, base: &str) -> String {
    let named = match path.to_str() {
        Some(DEFAULT_CONFIG) => String::new(),
        Some(_) | None => format!(" --config {}", path.display()),
    };
    let path = path.display();
    format!(
        "\
Đã viết {path} với khoá mới cho năm nguồn.
Wrote {path} with fresh secrets for five sources.

{}
Thử ngay ở cửa sổ khác.  Try it now in another window:

  {program} simulate casso{named}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Surroundings;

    #[test]
    fn the_first_text_names_the_program_as_it_was_called() {
        let (env, resolve) = (&|_: &str| None, &|_: &str| Ok(Vec::new()));
        let surroundings =
            Surroundings { env, resolve, providers: providers::ALL, channels: channels::ALL };
        let config = Config::parse("", surroundings).unwrap();
        for (path, line) in [
            ("tingting.toml", "  target/release/tingting simulate casso"),
            ("shop/a.toml", "  target/release/tingting simulate casso --config shop/a.toml"),
        ] {
            let text = first("target/release/tingting", Path::new(path), &config, "http://x");
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
