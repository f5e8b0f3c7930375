//! SePay's API in both generations: the list by `since_id` with its limits, and the pages behind
//! OAuth2, whose refresh tokens are good once.

use std::sync::{Arc, Mutex};

use domain::Clock as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{ApiServer, Reply, Row, authorization, locked, reply, target};
use crate::clock::HandClock;
use crate::sink::Received;

/// In which order the list comes; the documents do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    OldestFirst,
    /// The newest first.
    NewestFirst,
}

/// What the token endpoint issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issuing {
    /// A new refresh token each time; the old one is spent.
    Rotating,
    /// Access tokens only; the refresh token stays good.
    Lasting,
}

/// A fake of SePay's API. Its token is `token`, its application `app` with the secret `app-secret`,
/// its first refresh token `refresh-0`.
#[derive(Debug)]
pub struct SepayApi {
    /// The server.
    pub server: ApiServer,
    bank: Arc<Mutex<Bank>>,
}

#[derive(Debug)]
struct Bank {
    clock: Arc<HandClock>,
    order: Order,
    issuing: Issuing,
    rows: Vec<Row>,
    limited: Option<u64>,
    refresh: String,
    access: Option<(String, Timestamp)>,
    issued: u32,
}

impl SepayApi {
    /// Starts it.
    pub async fn start(clock: Arc<HandClock>, order: Order, issuing: Issuing) -> Self {
        let bank = Arc::new(Mutex::new(Bank {
            clock: Arc::clone(&clock),
            order,
            issuing,
            rows: Vec::new(),
            limited: None,
            refresh: "refresh-0".to_owned(),
            access: None,
            issued: 0,
        }));
        let state = Arc::clone(&bank);
        let server = ApiServer::start(clock, move |asked| locked(&state).answer(asked)).await;
        Self { server, bank }
    }

    /// A transaction.
    pub fn put(&self, row: Row) {
        locked(&self.bank).rows.push(row);
    }

    /// The next request is answered 429, with so many seconds to wait in the list's own header.
    pub fn limit_once(&self, seconds: u64) {
        locked(&self.bank).limited = Some(seconds);
    }

    /// The access token is withdrawn before its time.
    pub fn withdraw_access(&self) {
        locked(&self.bank).access = None;
    }

    /// The operator went through the consent page again.
    pub fn consent_again(&self, refresh: &str) {
        locked(&self.bank).refresh = refresh.to_owned();
    }
}

impl Bank {
    fn answer(&mut self, asked: &Received) -> Reply {
        if let Some(seconds) = self.limited.take() {
            let mut answer = reply(429, "");
            answer.headers_mut().insert("x-sepay-userapi-retry-after", seconds.into());
            return answer;
        }
        match (asked.method.as_str(), target(asked).0) {
            ("GET", "/userapi/transactions/list") => self.list(asked),
            ("POST", "/oauth/token") => self.token(asked),
            ("GET", "/api/v1/transactions") => self.page(asked),
            _ => reply(404, r#"{"status":404}"#),
        }
    }

    fn list(&mut self, asked: &Received) -> Reply {
        if authorization(asked) != "Bearer token" {
            return reply(200, "");
        }
        let (_, query) = target(asked);
        let number = |name: &str| query.get(name).map(|n| n.parse::<u64>().expect(name));
        let (since, limit) = (number("since_id").unwrap_or(0), number("limit").unwrap_or(5000));
        let day = query.get("transaction_date_min").cloned().unwrap_or_default();
        let until = query.get("transaction_date_max");
        self.sort();
        let wanted = self.rows.iter().filter(|row| {
            row.id >= since && row.day() >= day && until.is_none_or(|until| row.time() <= *until)
        });
        let limit = usize::try_from(limit.min(5000)).expect("small");
        let rows: Vec<Value> = wanted.take(limit).map(|row| record(row, true)).collect();
        let messages = json!({ "success": true });
        let body =
            json!({ "status": 200, "error": null, "messages": messages, "transactions": rows });
        reply(200, body.to_string())
    }

    fn token(&mut self, asked: &Received) -> Reply {
        let form: std::collections::HashMap<String, String> =
            form_urlencoded::parse(&asked.body).into_owned().collect();
        let is = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
        let good = is("grant_type", "refresh_token")
            && is("client_id", "app")
            && is("client_secret", "app-secret")
            && is("refresh_token", &self.refresh);
        if !good {
            return reply(400, r#"{"error":"invalid_grant"}"#);
        }
        self.issued += 1;
        let access = format!("access-{}", self.issued);
        let hour = SignedDuration::from_secs(3600);
        self.access = Some((access.clone(), self.clock.now() + hour));
        let mut body =
            json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600 });
        if self.issuing == Issuing::Rotating {
            self.refresh = format!("refresh-{}", self.issued);
            body["refresh_token"] = json!(self.refresh);
        }
        reply(200, body.to_string())
    }

    fn page(&mut self, asked: &Received) -> Reply {
        let now = self.clock.now();
        let live = self.access.as_ref().filter(|(_, until)| now < *until);
        if live.is_none_or(|(token, _)| authorization(asked) != format!("Bearer {token}")) {
            return reply(401, r#"{"status":"error","error":"unauthorized"}"#);
        }
        let (_, query) = target(asked);
        let number = |name: &str, or: usize| query.get(name).map_or(or, |n| n.parse().expect(name));
        let (page, limit) = (number("page", 1), number("limit", 20));
        let from = query.get("from_date").cloned().unwrap_or_default();
        let until = query.get("to_date").cloned().unwrap_or_else(|| "9".to_owned());
        self.sort();
        let rows: Vec<&Row> =
            self.rows.iter().filter(|row| row.day() >= from && row.day() <= until).collect();
        let data: Vec<Value> = rows
            .iter()
            .skip((page - 1) * limit)
            .take(limit)
            .map(|row| record(row, false))
            .collect();
        let last_page = rows.len().div_ceil(limit).max(1);
        let pagination = json!({
            "total": rows.len(), "per_page": limit, "current_page": page, "last_page": last_page,
        });
        let meta = json!({ "pagination": pagination });
        reply(200, json!({ "status": "success", "data": data, "meta": meta }).to_string())
    }

    fn sort(&mut self) {
        self.rows.sort_by_key(|row| row.id);
        if self.order == Order::NewestFirst {
            self.rows.reverse();
        }
    }
}

/// A row: numbers and amounts as texts in the list, as numbers in the pages.
fn record(row: &Row, texts: bool) -> Value {
    let (came, went) = (row.amount.max(0), (-row.amount).max(0));
    let number = |text: String| -> Value { serde_json::from_str(&text).expect("a number") };
    let money = |dong: i64| match texts {
        true => Value::from(format!("{dong}.00")),
        false => number(format!("{dong}.0")),
    };
    let id = if texts { Value::from(row.id.to_string()) } else { Value::from(row.id) };
    json!({
        "id": id, "bank_brand_name": "Vietcombank", "account_number": "0071000888888",
        "transaction_date": row.time(), "amount_in": money(came), "amount_out": money(went),
        "accumulated": money(0), "transaction_content": format!("DH{} chuyen tien", row.id),
        "reference_number": format!("FT{}", row.id), "code": null, "sub_account": null,
        "bank_account_id": "19",
    })
}
