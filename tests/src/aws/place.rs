//! A stack of one's own on a server: two tables, a queue and a dead-letter queue that nobody else
//! uses, and clients that know the way there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use aws::{
    DynamoDirectory, DynamoLedger, DynamoSurvey, Patience, Services, SqsDeadLetters, SqsQueue,
    Surroundings,
};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use domain::{Clock as _, Directory, Edited, Entries as _, Entry, Over, Retention};
use jiff::SignedDuration;

use super::Server;
use super::schema::Schema;
use crate::clock::{HandClock, SeededEntropy};

const DAYS_180: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How long things are kept here, unless a test says otherwise.
const KEPT: Retention = Retention { keys: DAYS_180, bodies: DAYS_180 };

/// Tables and queues of one's own.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where.
    pub server: &'static Server,
    /// The way there. Patient: what a slow machine takes long for is no failure.
    pub services: Services,
    /// The directory's table.
    pub directory: String,
    /// The ledger's table.
    pub ledger: String,
    /// The queue's URL.
    pub queue: String,
    /// The dead-letter queue's URL.
    pub dead_letters: String,
}

impl Place {
    /// Makes one.
    pub async fn make(server: &'static Server) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let n = MADE.fetch_add(1, Ordering::Relaxed);
        let services = patient(&services(server.url(), server.queues_url()));
        let (directory, ledger) = (format!("directory-{n}"), format!("ledger-{n}"));
        Schema::of("Directory").make(&services.dynamodb, &directory).await;
        Schema::of("Ledger").make(&services.dynamodb, &ledger).await;
        server.set_time(HandClock::default().now());
        let queue = async |name: String| {
            let made = services.sqs.create_queue().queue_name(name).send().await.unwrap();
            made.queue_url.expect("a queue has a URL")
        };
        let dead_letters = queue(format!("dead-letters-{n}")).await;
        let queue = queue(format!("events-{n}")).await;
        Self { server, services, directory, ledger, queue, dead_letters }
    }

    /// The same place by another way.
    #[must_use]
    pub fn by(&self, services: Services) -> Self {
        Self { services, ..self.clone() }
    }

    /// The ledger of this place.
    pub fn ledger(&self) -> DynamoLedger {
        self.keeping(KEPT)
    }

    /// The ledger of this place, which keeps things for so long.
    pub fn keeping(&self, kept: Retention) -> DynamoLedger {
        // No two know their own writes by the same tokens.
        static LEDGERS: AtomicU64 = AtomicU64::new(0);
        let entropy = SeededEntropy::new(LEDGERS.fetch_add(1, Ordering::Relaxed));
        let client = self.services.dynamodb.clone();
        DynamoLedger::new(client, self.ledger.clone(), kept, Arc::new(entropy))
    }

    /// What the sweep asks of this place, about Casso's sources in a directory.
    pub fn survey(&self, directory: Arc<dyn Directory>) -> DynamoSurvey {
        DynamoSurvey::new(self.ledger(), directory, vec!["casso", "sepay"])
    }

    /// The dead letters of this place.
    pub fn dead_letters(&self) -> SqsDeadLetters {
        SqsDeadLetters::new(self.services.sqs.clone(), self.dead_letters.clone())
    }

    /// The directory of this place.
    pub fn directory(&self, clock: Arc<HandClock>) -> DynamoDirectory {
        let client = self.services.dynamodb.clone();
        DynamoDirectory::new(client, self.directory.clone(), clock)
    }

    /// Puts an entry into its directory.
    pub async fn put(&self, entry: &Entry) {
        let directory = self.directory(Arc::default());
        assert_eq!(directory.put(entry, Over::Anything).await.unwrap(), Edited::Done);
    }

    /// The queue of this place.
    pub fn queue(&self) -> SqsQueue {
        SqsQueue::new(self.services.sqs.clone(), self.queue.clone())
    }
}

/// Clients as the functions have them, for these URLs.
pub fn services(dynamodb: &str, sqs: &str) -> Services {
    let env = |name: &str| match name {
        "AWS_REGION" => Some("ap-southeast-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(dynamodb.to_owned()),
        "AWS_ENDPOINT_URL_SQS" => Some(sqs.to_owned()),
        _ => None,
    };
    Services::new(&Surroundings::read(&env).unwrap(), Patience::Answer).unwrap()
}

/// The same clients with time enough for a hundred calls at once on a machine that does other things too.
pub fn patient(services: &Services) -> Services {
    let minute = Duration::from_secs(60);
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(minute)
        .operation_timeout(minute)
        .build();
    let dynamodb = services.dynamodb.config().to_builder().timeout_config(timeouts.clone());
    let sqs = services.sqs.config().to_builder().timeout_config(timeouts);
    Services {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
        ..services.clone()
    }
}
