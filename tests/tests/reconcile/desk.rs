//! What these tests share: a shop with one source and one destination, whose hooks and API can both
//! be played.

use std::sync::Arc;

use domain::{
    ApiRecord, Blame, Clock as _, DestinationRecord, Reconcile, Reconciled, SourceRecord, Text,
};
use egress::{Guard, HttpEgress};
use http::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};
use testkit::clock::HandTimer;
use testkit::faults::{Faults, FaultyDirectory, FaultyLedger, FaultyNotes, FaultyQueue};
use testkit::memory::MemoryNotes;
use testkit::provider_api::{Issuing, Order, Row, SepayApi};
use testkit::world::{World, answer};

pub(crate) const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A world with one source, its provider's API, and one destination.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) notes: Arc<MemoryNotes>,
    pub(crate) flow: Reconcile,
    provider: &'static str,
}

impl Desk {
    /// A shop at `provider`, whose API is wherever [`Desk::open`] says.
    pub(crate) fn new(provider: &'static str, faults: Arc<Faults>) -> Self {
        let world = World::new(providers::ALL, channels::ALL, faults, |_, _| Ok(answer(200, "")))
            .with_destination(&DestinationRecord {
                name: "till".to_owned(),
                channel: "webhook".to_owned(),
                endpoint: Some(Text::Text("https://till.example/hook".to_owned())),
                ..DestinationRecord::default()
            });
        let notes = Arc::new(MemoryNotes::default());
        let flow = flow(&world, &notes);
        Self { world, notes, flow, provider }
    }

    /// The source gets what opens the API.
    #[must_use]
    pub(crate) fn open(mut self, api: ApiRecord) -> Self {
        let record = self.record(Some(api));
        self.world = self.world.with_source(&record);
        self
    }

    fn record(&self, api: Option<ApiRecord>) -> SourceRecord {
        SourceRecord {
            provider: self.provider.to_owned(),
            name: "shop".to_owned(),
            secrets: vec!["hook-secret".to_owned()],
            auth: (self.provider == "sepay").then(|| "api_key".to_owned()),
            api,
            ..SourceRecord::default()
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// A transaction of so many minutes ago.
    pub(crate) fn row(&self, id: u64, amount: i64, minutes_ago: i64) -> Row {
        Row { id, amount, at: self.now() - MINUTE * i32::try_from(minutes_ago).unwrap() }
    }

    /// One run, with an hour to spare.
    pub(crate) async fn run(&self) -> Vec<Reconciled> {
        self.flow.run(self.now() + MINUTE * 60).await.unwrap()
    }

    /// One run of the one source, which must be due.
    pub(crate) async fn ask(&self) -> Reconciled {
        let mut reports = self.run().await;
        assert_eq!(reports.len(), 1, "{reports:?}");
        reports.remove(0)
    }

    /// The hook of a transaction, as its provider sends it.
    pub(crate) async fn hook(&self, row: &Row) {
        let time = domain::VIETNAM.to_datetime(row.at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let (name, proof, body) = match self.provider {
            "casso" => (
                "secure-token",
                "hook-secret",
                serde_json::json!({ "error": 0, "data": [{
                "id": row.id, "tid": "T", "description": "chuyen tien", "amount": row.amount,
                "cusum_balance": 0, "when": time, "bank_sub_acc_id": "8007000000001",
            }] }),
            ),
            _ => (
                "authorization",
                "Apikey hook-secret",
                serde_json::json!({
                    "id": row.id, "gateway": "Vietcombank", "transactionDate": time,
                    "accountNumber": "0071000888888", "content": "chuyen tien", "accumulated": 0,
                    "transferType": if row.amount > 0 { "in" } else { "out" },
                    "transferAmount": row.amount.abs(),
                }),
            ),
        };
        let mut headers = HeaderMap::new();
        headers.insert(name, proof.parse().unwrap());
        let (path, body) = (format!("/hooks/{}/shop", self.provider), body.to_string());
        let ack = self.world.hook(&Method::POST, &path, &headers, body.as_bytes()).await;
        assert!(ack.status.is_success(), "{ack:?}");
    }

    pub(crate) fn advance(&self, minutes: i32) {
        self.world.clock.advance(MINUTE * minutes);
    }

    /// What the source's note says.
    pub(crate) fn note(&self) -> serde_json::Value {
        let text = self.notes.get(&format!("reconcile/{}/shop", self.provider)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// The keys of what reached the destination, in the order of their numbers.
    pub(crate) async fn told(&mut self) -> Vec<u64> {
        self.world.drain().await;
        self.world.check_the_books();
        let number = |sent: &testkit::world::Sent| {
            let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
            body["data"]["id"].as_str().unwrap().parse().unwrap()
        };
        let mut numbers: Vec<u64> = self.world.sent().iter().map(number).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// The flow over a world's ports, which fail as the world's do.
pub(crate) fn flow(world: &World, notes: &Arc<MemoryNotes>) -> Reconcile {
    let faults = || Arc::clone(&world.faults);
    let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap()]);
    let door = HttpEgress::new(guard, world.clock.clone()).unwrap().reading(domain::MAX_PAGE);
    Reconcile {
        ledger: Arc::new(FaultyLedger(world.ledger.clone(), faults())),
        queue: Arc::new(FaultyQueue(world.queue.clone(), faults())),
        directory: Arc::new(FaultyDirectory(world.directory.clone(), faults())),
        egress: Arc::new(door),
        notes: Arc::new(FaultyNotes(notes.clone(), faults())),
        clock: world.clock.clone(),
        timer: Arc::new(HandTimer(world.clock.clone())),
        providers: providers::ALL,
    }
}

pub(crate) fn casso_key(base: String) -> ApiRecord {
    ApiRecord { key: Some("key".to_owned()), base: Some(base), ..ApiRecord::default() }
}

pub(crate) fn sepay_token(base: String) -> ApiRecord {
    ApiRecord { token: Some("token".to_owned()), base: Some(base), ..ApiRecord::default() }
}

pub(crate) fn sepay_oauth2(base: String, refresh: &str) -> ApiRecord {
    ApiRecord {
        client_id: Some("app".to_owned()),
        client_secret: Some("app-secret".to_owned()),
        refresh_token: Some(refresh.to_owned()),
        base: Some(base),
        ..ApiRecord::default()
    }
}

/// A desk at SePay's list of transactions.
pub(crate) async fn at_the_list(order: Order) -> (Desk, SepayApi) {
    let desk = Desk::new("sepay", Faults::none());
    let api = SepayApi::start(desk.world.clock.clone(), order, Issuing::Rotating).await;
    let record = sepay_token(api.server.base());
    (desk.open(record), api)
}

/// A desk at SePay's pages behind OAuth2.
pub(crate) async fn at_the_pages(order: Order, issuing: Issuing) -> (Desk, SepayApi) {
    let desk = Desk::new("sepay", Faults::none());
    let api = SepayApi::start(desk.world.clock.clone(), order, issuing).await;
    let record = sepay_oauth2(api.server.base(), "refresh-0");
    (desk.open(record), api)
}

/// Known, gaps, young, and whether it is unfinished.
pub(crate) fn found(report: &Reconciled) -> (u32, u32, u32, bool) {
    assert_eq!(report.fault, None, "{report:?}");
    (report.known, report.gaps, report.young, report.unfinished)
}

/// Who must do something, and about what.
pub(crate) fn fault(report: &Reconciled) -> (Blame, &str) {
    let fault = report.fault.as_ref().unwrap_or_else(|| panic!("no fault: {report:?}"));
    (fault.blame, &fault.reason)
}
