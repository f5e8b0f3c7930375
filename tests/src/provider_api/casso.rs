//! Casso's API: `/v2/transactions` in pages, `/v2/sync`, and its limits.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::{ApiServer, Reply, Row, authorization, locked, reply, target};
use crate::clock::HandClock;
use crate::sink::Received;

/// A fake of Casso's API. Its key is `key`.
#[derive(Debug)]
pub struct CassoApi {
    /// The server.
    pub server: ApiServer,
    bank: Arc<Mutex<Bank>>,
}

#[derive(Debug)]
struct Bank {
    largest: usize,
    rows: Vec<Row>,
    unseen: Vec<Row>,
    limited: Option<u64>,
}

impl CassoApi {
    /// Starts it.
    pub async fn start(clock: Arc<HandClock>) -> Self {
        let bank = Bank { largest: 100, rows: Vec::new(), unseen: Vec::new(), limited: None };
        let bank = Arc::new(Mutex::new(bank));
        let state = Arc::clone(&bank);
        let server = ApiServer::start(clock, move |asked| locked(&state).answer(asked)).await;
        Self { server, bank }
    }

    /// A transaction that Casso knows.
    pub fn put(&self, row: Row) {
        locked(&self.bank).rows.push(row);
    }

    /// A transaction that Casso learns of when it is told to look.
    pub fn put_unseen(&self, row: Row) {
        locked(&self.bank).unseen.push(row);
    }

    /// No page has more rows, whatever is asked for; 100 unless this says otherwise.
    pub fn set_largest(&self, rows: usize) {
        locked(&self.bank).largest = rows;
    }

    /// The next request is answered 429, with so many seconds to wait.
    pub fn limit_once(&self, seconds: u64) {
        locked(&self.bank).limited = Some(seconds);
    }
}

impl Bank {
    fn answer(&mut self, asked: &Received) -> Reply {
        if let Some(seconds) = self.limited.take() {
            let mut answer = reply(429, r#"{"error":429,"message":"Too Many Requests"}"#);
            answer.headers_mut().insert("retry-after", seconds.into());
            return answer;
        }
        if authorization(asked) != "Apikey key" {
            return reply(401, r#"{"error":401,"message":"Unauthorized Access","data":null}"#);
        }
        match (asked.method.as_str(), target(asked).0) {
            ("POST", "/v2/sync") if asked.json()["bank_acc_id"].is_string() => {
                self.rows.append(&mut self.unseen);
                reply(200, r#"{"error":0,"message":"success","data":null}"#)
            }
            ("GET", "/v2/transactions") => self.page(asked),
            _ => reply(404, r#"{"error":404,"message":"Not Found","data":null}"#),
        }
    }

    fn page(&mut self, asked: &Received) -> Reply {
        let (_, query) = target(asked);
        let number = |name: &str, or: usize| query.get(name).map_or(or, |n| n.parse().expect(name));
        let (page, size) = (number("page", 1), number("pageSize", 10).min(self.largest));
        let from = query.get("fromDate").cloned().unwrap_or_default();
        let until = query.get("toDate").cloned().unwrap_or_else(|| "9".to_owned());
        self.rows.sort_by_key(|row| row.id);
        if query.get("sort").is_none_or(|sort| sort != "ASC") {
            self.rows.reverse();
        }
        let rows: Vec<&Row> =
            self.rows.iter().filter(|row| row.day() >= from && row.day() <= until).collect();
        let pages = rows.len().div_ceil(size);
        let records: Vec<_> = rows.iter().skip((page - 1) * size).take(size).map(record).collect();
        let data = json!({
            "page": page, "pageSize": size, "totalPages": pages, "totalRecords": rows.len(),
            "nextPage": (page < pages).then_some(page + 1), "prevPage": page.checked_sub(1),
            "records": records,
        });
        reply(200, json!({ "error": 0, "message": "success", "data": data }).to_string())
    }
}

fn record(row: &&Row) -> serde_json::Value {
    json!({
        "id": row.id, "tid": format!("TF{}", row.id), "description": format!("DH{} chuyen tien", row.id),
        "amount": row.amount, "cusum_balance": 0, "when": row.time().replace(' ', "T"),
        "bankSubAccId": "8007000000001", "paymentChannel": "", "virtualAccount": "",
        "virtualAccountName": "", "corresponsiveName": "", "corresponsiveAccount": "",
        "corresponsiveBankId": "", "corresponsiveBankName": "", "accountId": 733,
        "bankCodeName": "acb_digi",
    })
}
