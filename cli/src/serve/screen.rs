//! The channel `preview`'s screen: a notification on the operator's terminal. Values may be a
//! stranger's words: nothing in them may move the cursor, colour the text or forge a line.

use std::fmt::Write as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{DestinationName, Display, Screen, clean};

use super::outlet::Outlet;

/// Stdout. One that is gone or stands still hides previews; nothing is lost.
#[derive(Debug)]
pub struct Terminal {
    outlet: Outlet,
    colours: bool,
    complained: AtomicBool,
}

impl Terminal {
    /// Takes stdout over, with colours or without.
    pub fn start(colours: bool) -> io::Result<Self> {
        let gap = |dropped| format!("\n(no room for what followed: {dropped} not shown)\n");
        let outlet = Outlet::start("stdout", io::stdout(), gap)?;
        Ok(Self { outlet, colours, complained: AtomicBool::new(false) })
    }

    /// Shows a text as it is.
    pub fn print(&self, text: &str) {
        if !self.outlet.write(text.as_bytes()) && !self.complained.swap(true, Ordering::Relaxed) {
            tracing::warn!("nobody reads stdout: previews are dropped, notifications are not");
        }
    }

    /// Waits until everything is shown, or `patience` has passed.
    pub fn drain(&self, patience: Duration) {
        self.outlet.drain(patience);
    }
}

impl Screen for Terminal {
    fn show(&self, display: &Display, destination: &DestinationName) {
        self.print(&text(display, destination, self.colours));
    }
}

fn text(display: &Display, destination: &DestinationName, colours: bool) -> String {
    let style = |code: &'static str| if colours { code } else { "" };
    let (bold, dim, green, off) =
        (style("\u{1b}[1m"), style("\u{1b}[2m"), style("\u{1b}[32m"), style("\u{1b}[0m"));
    let notification = &display.notification;
    let mut text = String::new();
    // Writing to a String cannot fail.
    _ = write!(text, "\n{bold}● {}{off}", clean(&notification.title));
    if let Some(amount) = &notification.amount {
        _ = write!(text, "  {green}{}{off}", clean(amount));
    }
    _ = writeln!(text, "  {dim}→ {destination}{off}");
    let widest = notification.lines.iter().map(|(label, _)| label.chars().count()).max();
    for (label, value) in &notification.lines {
        let gap = widest.unwrap_or(0).saturating_sub(label.chars().count());
        _ = writeln!(text, "  {dim}{label}{off}{:gap$}  {}", "", clean(value));
    }
    for (product, body) in &display.bodies {
        _ = writeln!(text, "  {dim}{product}: {}{off}", visible(body));
    }
    text
}

/// A body as it would be sent, on one line: escaped and not cleaned, because it shows what a product
/// would get.
fn visible(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    for c in body.chars() {
        let changes_others =
            c.is_control() || (!c.is_ascii() && clean(c.encode_utf8(&mut [0; 4])).is_empty());
        if changes_others {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Name, Notification};

    #[test]
    fn a_preview_reads_well_and_no_memo_moves_the_cursor() {
        let display = Display {
            notification: Notification {
                title: "Tiền vào".to_owned(),
                amount: Some("+50.000 ₫".to_owned()),
                lines: vec![
                    ("Nội dung", "DH1\u{1b}[2J\nSố tiền: 9".to_owned()),
                    ("Mã", "DH1".to_owned()),
                ],
            },
            bodies: vec![("slack", "{\"text\":\"a\u{1b}\u{202e}\nế\"}".to_owned())],
        };
        let name = Name::parse("xem").unwrap();
        assert_eq!(
            text(&display, &name, false),
            "\n● Tiền vào  +50.000 ₫  → xem\n  Nội dung  DH1 [2J Số tiền: 9\n  Mã        DH1\n  \
             slack: {\"text\":\"a\\u{1b}\\u{202e}\\nế\"}\n"
        );
        assert!(text(&display, &name, true).contains("\u{1b}[1m● Tiền vào\u{1b}[0m"));
    }
}
