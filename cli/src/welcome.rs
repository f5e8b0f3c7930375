//! What `serve` says when it listens: the URLs, and at the first start what to do with them.

use std::fmt::Write as _;
use std::path::Path;

use console::access::Created;

use crate::args::DEFAULT_CONFIG;
use crate::config::Config;

/// At the first start; `program` is how the program was called, and can be again.
pub(crate) fn first(program: &str, path: &Path, config: &Config, base: &str) -> String {
    let named = named(path);
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

/// Where nobody can sign in to the console yet: how to make the first operator.
pub(crate) fn nobody(program: &str, path: &Path, base: &str) -> String {
    let named = named(path);
    format!(
        "\nBảng điều khiển {base}: tạo người đầu tiên.  The console: make the first operator.\n\n  \
         {program} operators create NAME --role owner{named}\n"
    )
}

/// The first client, made just now: its secret is shown this once.
pub(crate) fn client(program: &str, path: &Path, base: &str, made: &Created) -> String {
    let named = named(path);
    let (id, secret) = (&made.client.id, made.secret.expose());
    format!(
        "
API: một client đầu tiên với mọi quyền; khoá bí mật của nó chỉ hiện lần này.
The API: a first client, which may do everything; its secret is shown this once.

  client_id      {id}
  client_secret  {secret}

Đăng nhập từ một cửa sổ khác, nơi sẽ hỏi hai giá trị này.  Log in from another window; it asks for these two.

  {program} login --url {base}

Thu hồi khi không cần; nó không trở lại.  Revoke it when it is not needed; it does not come back.

  {program} clients revoke {id}{named}
"
    )
}

/// Where there is no client yet, and none is made because nobody would see its secret.
pub(crate) fn no_client(program: &str, path: &Path) -> String {
    let named = named(path);
    format!(
        "\nAPI: chưa có client nào.  The API: no client yet.\n\n  {program} clients create NAME{named}\n"
    )
}

/// The argument that says where the configuration is, where that is not the usual place.
fn named(path: &Path) -> String {
    match path.to_str() {
        Some(DEFAULT_CONFIG) => String::new(),
        Some(_) | None => format!(" --config {}", path.display()),
    }
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
