//! A table for people: columns as wide as their widest value. Values may be strangers' words: they are
//! cleaned here, and none moves the cursor, turns its line around or forges another.

use domain::clean;

/// How a column's values stand below its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column<'a> {
    /// They begin below each other: words.
    Left(&'a str),
    /// They end below each other: amounts.
    Right(&'a str),
}

/// Rows under their headings.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    aligned(headings.map(Column::Left), rows)
}

/// Rows under their headings, each column in its own way.
pub(crate) fn aligned<const N: usize>(columns: [Column<'_>; N], rows: &[[String; N]]) -> String {
    let headings = columns.map(|column| match column {
        Column::Left(heading) | Column::Right(heading) => heading.to_owned(),
    });
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.each_ref().map(|value| clean(value))).collect();
    let all: Vec<&[String; N]> = std::iter::once(&headings).chain(&rows).collect();
    let mut widths = [0; N];
    for row in &all {
        for (width, value) in widths.iter_mut().zip(row.iter()) {
            *width = (*width).max(value.chars().count());
        }
    }
    let mut text = String::new();
    for row in all {
        let mut line = String::new();
        for ((width, value), column) in widths.iter().zip(row).zip(columns) {
            let gap = " ".repeat(width.saturating_sub(value.chars().count()));
            let [before, after] = match column {
                Column::Left(_) => ["", gap.as_str()],
                Column::Right(_) => [gap.as_str(), ""],
            };
            line.extend([before, value, after, "  "]);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_no_value_forges_a_row() {
        let row = |id: &str, title: &str| [id.to_owned(), title.to_owned(), String::new()];
        let rows = [row("-100123", "Đơn hàng"), row("7", "\u{202e}x\u{1b}[2J\n8  y\u{200b}")];
        let expected = "id       title      bot\n-100123  Đơn hàng\n7        x [2J 8 y\n";
        assert_eq!(table(["id", "title", "bot"], &rows), expected);
    }

    #[test]
    fn amounts_end_below_each_other() {
        let row = |amount: &str| [amount.to_owned(), "x".to_owned()];
        let columns = [Column::Right("amount"), Column::Left("of")];
        let expected = "   amount  of\n1,000,000  x\n        5  x\n";
        assert_eq!(aligned(columns, &[row("1,000,000"), row("5")]), expected);
    }
}
