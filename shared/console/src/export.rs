//! The log as a table for spreadsheets, CSV or XLSX: the newest events that a filter finds, one row each.
//! What strangers wrote is never read as a formula.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Event, Fact, VIETNAM, Wanted, clean, search};
use http::{HeaderValue, header};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::{EventRead, Granted};
use crate::body::Queried;
use crate::events::asked::Asked;
use crate::problem::Failed;
use crate::{Console, Desk, Problem};

/// Rows of one table.
const MOST: usize = 5_000;
/// Searches for one table: where little is found, the table is short, and more begins where it ended.
const SEARCHES: usize = 5;
const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The most characters that a cell of an XLSX holds; no text has fewer bytes.
const LONGEST_CELL: usize = 32_767;
/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];
/// Facts that are columns of their own, after those of every event.
const FACTS: [Fact; 8] = [
    Fact::Account,
    Fact::VirtualAccount,
    Fact::Bank,
    Fact::Counterparty,
    Fact::CounterpartyAccount,
    Fact::Code,
    Fact::Content,
    Fact::Reference,
];
const OWN: [&str; 9] = [
    "received",
    "occurred",
    "source",
    "kind",
    "direction",
    "amount",
    "currency",
    "balance",
    "test",
];

/// Which sort of table.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Kind {
    /// csv, where nothing is said, or xlsx.
    format: Option<String>,
}

/// One cell.
enum Cell {
    Text(String),
    Number(rust_decimal::Decimal),
    Empty,
}

/// Gives the newest events that a filter finds as a table: up to five thousand rows, with a header that
/// says where more begins.
#[utoipa::path(
    get, path = "/api/v1/export", tag = "events", params(Asked, Kind),
    security(("oauth2" = ["event:read"])),
    responses(
        (status = 200, content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ), headers(("x-next-cursor" = Option<String>, description = "cursor of the next part"))),
        Failed,
    ),
)]
pub(crate) async fn export(
    _: Granted<EventRead>,
    State(console): Desk,
    request: axum::extract::Request,
) -> Result<Response, Problem> {
    let query = request.uri().query().unwrap_or_default();
    let (format, rest) = split(query);
    let Queried(asked): Queried<Asked> = Queried::of(&uri(&rest)?)?;
    let page = asked.page(console.clock.now())?;
    let table = console.table(&page.wanted, page.after.as_deref()).await?;
    let (kind, name, body) = match format.as_deref() {
        None | Some("" | "csv") => (CSV, "events.csv", csv(&table.rows)?),
        Some("xlsx") => {
            let book = xlsx(&table.rows);
            (XLSX, "events.xlsx", book.map_err(|error| Problem::ours(&error))?)
        }
        Some(_) => return Err(Problem::field("format", "use csv or xlsx")),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let named = format!("attachment; filename=\"{name}\"");
    if let Ok(named) = HeaderValue::from_str(&named) {
        headers.insert(header::CONTENT_DISPOSITION, named);
    }
    if let Some(Ok(next)) = table.next.as_deref().map(HeaderValue::from_str) {
        headers.insert("x-next-cursor", next);
    }
    Ok(response)
}

/// The format, and the rest of the query.
fn split(query: &str) -> (Option<String>, String) {
    let (mut format, mut rest) = (None, form_urlencoded::Serializer::new(String::new()));
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "format" {
            format = Some(value.into_owned());
        } else {
            rest.append_pair(&name, &value);
        }
    }
    (format, rest.finish())
}

fn uri(query: &str) -> Result<http::Uri, Problem> {
    let uri = format!("/?{query}").parse();
    uri.map_err(|_| Problem::Body("the query cannot be read".to_owned()))
}

struct Table {
    rows: Vec<Vec<Cell>>,
    next: Option<String>,
}

impl Console {
    async fn table(&self, wanted: &Wanted, after: Option<&str>) -> Result<Table, Problem> {
        let (mut rows, mut next) = (Vec::new(), after.map(str::to_owned));
        for _ in 0..SEARCHES {
            let found =
                search(self.log.as_ref(), wanted, next.as_deref(), MOST - rows.len()).await?;
            rows.extend(found.events.iter().map(|(_, stored)| row(&stored.event)));
            next = found.next;
            if next.is_none() || rows.len() >= MOST {
                break;
            }
        }
        Ok(Table { rows, next: next.as_deref().map(crate::events::asked::cursor) })
    }
}

fn row(event: &Event) -> Vec<Cell> {
    let local = |at| VIETNAM.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let text = |text: &str| Cell::Text(clean(text));
    let number = |number: Option<_>| number.map_or(Cell::Empty, Cell::Number);
    let mut cells = vec![
        Cell::Text(local(event.received)),
        event.occurred.map_or(Cell::Empty, |moment| Cell::Text(local(moment.at))),
        text(event.source.as_str()),
        text(event.kind.as_str()),
        event.kind.direction().map_or(Cell::Empty, |direction| text(direction.as_str())),
        number(event.money.map(|money| money.amount)),
        event.money.map_or(Cell::Empty, |money| Cell::Text(money.currency.to_string())),
        number(event.balance),
        text(if event.test { "1" } else { "0" }),
    ];
    cells.extend(FACTS.map(|fact| event.facts.get(fact).map_or(Cell::Empty, text)));
    cells.push(text(event.key.as_str()));
    cells
}

fn titles() -> impl Iterator<Item = &'static str> {
    OWN.into_iter().chain(FACTS.map(Fact::as_str)).chain(["key"])
}

fn csv(rows: &[Vec<Cell>]) -> Result<Vec<u8>, Problem> {
    // With a mark of its encoding: spreadsheets take it for another otherwise.
    let mut writer = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
    let failed = |error: csv::Error| Problem::ours(&error);
    writer.write_record(titles()).map_err(failed)?;
    for row in rows {
        writer.write_record(row.iter().map(plain)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Problem::ours(&error))
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(FORMULA) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Empty => String::new(),
    }
}

fn xlsx(rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (bold, money) = (Format::new().set_bold(), Format::new().set_num_format("#,##0.##"));
    for (column, title) in (0..).zip(titles()) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => {
                    let end = text.floor_char_boundary(LONGEST_CELL);
                    sheet.write_string(line, column, &text[..end])?
                }
                Cell::Number(number) => sheet.write_with_format(line, column, *number, &money)?,
                Cell::Empty => sheet,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}
