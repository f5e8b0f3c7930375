//! A whole program on a free port, with a temporary folder, for one test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Answer, Clock, DestinationName, Display, Egress as _, Entropy, Screen};
use egress::{Guard, HttpEgress};
use jiff::Timestamp;
use tempfile::TempDir;
use tingting::config::{Config, Surroundings};
use tingting::serve::{Options, Running, serve};

/// The machine's clock.
pub(crate) struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a journey runs in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Entropy for Machine {
    fn next(&self) -> u64 {
        rand::random()
    }
}

/// A screen that remembers.
#[derive(Default)]
pub(crate) struct Shown(pub(crate) Mutex<Vec<Display>>);

impl Screen for Shown {
    fn show(&self, display: &Display, _: &DestinationName) {
        self.0.lock().unwrap().push(display.clone());
    }
}

/// A running program, and a client for it.
pub(crate) struct Shop {
    running: Option<Running>,
    pub(crate) screen: Arc<Shown>,
    client: HttpEgress,
    folder: TempDir,
    config: String,
}

impl Shop {
    /// Starts with these sources and destinations.
    pub(crate) async fn open(tables: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\ndata = {:?}\n[egress]\nallow = [\"127.0.0.1/32\"]\n{tables}",
            data.to_str().unwrap()
        );
        let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap()]);
        let client = HttpEgress::new(guard, Arc::new(Machine)).unwrap();
        let mut shop = Self { running: None, screen: Arc::default(), client, folder, config };
        shop.start().await;
        shop
    }

    /// Stops, as an operator does, and starts again on the same folder.
    pub(crate) async fn restart(&mut self) {
        self.close().await;
        self.start().await;
    }

    /// Stops; what is in flight ends first.
    pub(crate) async fn close(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        assert!(self.folder.path().exists());
    }

    /// Calls a hook.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: impl Into<bytes::Bytes>,
    ) -> Answer {
        let address = self.running.as_ref().unwrap().address;
        let mut request =
            http::Request::builder().method(method).uri(format!("http://{address}{path}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.into()).unwrap();
        self.client.send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap()
    }

    async fn start(&mut self) {
        let surroundings = Surroundings {
            env: &|_| None,
            resolve: &|_| Ok(Vec::new()),
            providers: providers::ALL,
            channels: channels::ALL,
        };
        let config = Config::parse(&self.config, surroundings).unwrap();
        let screen: Arc<dyn Screen> = Arc::clone(&self.screen) as Arc<dyn Screen>;
        let options = Options {
            config,
            clock: Arc::new(Machine),
            entropy: Arc::new(Machine),
            screen,
            providers: providers::ALL,
            channels: channels::ALL,
            seen: false,
        };
        self.running = Some(serve(options).await.unwrap());
    }
}
