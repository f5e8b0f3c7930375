//! The functions as AWS runs them: several processes for each, one invocation at a time in each, hooks
//! handed to whichever is free, the queue polled in batches, the sweep on a schedule. Any of them can be
//! killed in the midst of its work; another takes its place, as on AWS.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use aws::DynamoDirectory;
use bytes::Bytes;
use domain::{DestinationRecord, Entries as _, Entry, Origin, Over};
use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::caller::Door;
use super::casso::{self, Call};
use super::{Anything, Function, Wall, timestamp};
use crate::aws::Place;

/// Within this a kill strikes, once it is decided.
const STRIKE_MS: u64 = 200;
/// Between two messages that are asked for where there was none.
const REST: Duration = Duration::from_millis(100);

/// How many there are, and where AWS is.
#[derive(Debug)]
pub struct Crew {
    /// The folder of the functions.
    pub programs: PathBuf,
    /// Where they find DynamoDB.
    pub tables: String,
    /// Where they find SQS.
    pub queues: String,
    /// Processes that take hooks.
    pub ingest: usize,
    /// Processes that deliver.
    pub dispatch: usize,
    /// How often is swept.
    pub sweep_every: Duration,
}

/// Functions at work; all end when this is dropped.
#[derive(Debug)]
pub struct Lambdas {
    hooks: mpsc::Sender<Hook>,
    killed: Arc<Killed>,
    /// The most memory that a process of each had resident, in KiB.
    pub resident: Arc<Resident>,
    _tasks: JoinSet<()>,
}

/// The most memory that was resident in one process, in KiB.
#[derive(Debug, Default)]
pub struct Resident {
    /// Of those that take hooks.
    pub ingest: AtomicU64,
    /// Of those that deliver.
    pub dispatch: AtomicU64,
}

#[derive(Debug, Default)]
struct Killed {
    bell: Notify,
    count: AtomicU32,
}

struct Hook {
    event: Bytes,
    answer: oneshot::Sender<Bytes>,
}

struct Shared {
    programs: PathBuf,
    variables: Vec<(&'static str, String)>,
    place: Place,
    killed: Arc<Killed>,
    resident: Arc<Resident>,
}

impl Lambdas {
    /// Starts them over a place.
    pub fn start(crew: &Crew, place: &Place) -> Self {
        let (hooks, handed) = mpsc::channel(1);
        let handed = Arc::new(Mutex::new(handed));
        let (killed, resident) = (Arc::<Killed>::default(), Arc::<Resident>::default());
        let shared = Arc::new(Shared {
            programs: crew.programs.clone(),
            variables: variables(crew, place),
            place: place.clone(),
            killed: Arc::clone(&killed),
            resident: Arc::clone(&resident),
        });
        let mut tasks = JoinSet::new();
        for _ in 0..crew.ingest {
            tasks.spawn(Arc::clone(&shared).ingest(Arc::clone(&handed)));
        }
        for _ in 0..crew.dispatch {
            tasks.spawn(Arc::clone(&shared).dispatch());
        }
        tasks.spawn(shared.sweep(crew.sweep_every));
        Self { hooks, killed, resident, _tasks: tasks }
    }

    /// Kills the next that is at work.
    pub fn kill_one(&self) {
        self.killed.bell.notify_one();
    }

    /// How many were killed.
    pub fn killed(&self) -> u32 {
        self.killed.count.load(Ordering::Relaxed)
    }
}

impl Door for Lambdas {
    type Kept = ();

    async fn knock(&self, (): &mut (), call: &Call) -> Result<bool, Anything> {
        let (answer, answered) = oneshot::channel();
        self.hooks.send(Hook { event: gateway(call)?, answer }).await?;
        let answer: Value = serde_json::from_slice(&answered.await?)?;
        Ok(answer["statusCode"] == 200)
    }
}

impl Shared {
    async fn ingest(self: Arc<Self>, hooks: Arc<Mutex<mpsc::Receiver<Hook>>>) {
        let mut process = None;
        loop {
            let Some(hook) = hooks.lock().await.recv().await else { return };
            // Whoever waits for an answer that does not come calls again.
            if let Some(answer) = self.invoke("casso", &mut process, hook.event).await {
                _ = hook.answer.send(answer);
            }
            note(&self.resident.ingest, process.as_ref());
        }
    }

    async fn dispatch(self: Arc<Self>) {
        let (mut process, place) = (None, &self.place);
        loop {
            let receive = place.services.sqs.receive_message().queue_url(&place.queue);
            let received = receive.max_number_of_messages(10).send().await;
            let messages = received.ok().and_then(|received| received.messages).unwrap_or_default();
            if messages.is_empty() {
                sleep(REST).await;
                continue;
            }
            let records: Vec<Value> = messages.iter().map(record).collect();
            let event = json!({ "Records": records }).to_string().into();
            let Some(answer) = self.invoke("dispatch", &mut process, event).await else { continue };
            note(&self.resident.dispatch, process.as_ref());
            let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
            let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
            for message in messages {
                let failed =
                    |failure: &Value| failure["itemIdentifier"].as_str() == message.message_id();
                if failures.iter().any(failed) {
                    continue;
                }
                let delete = place.services.sqs.delete_message().queue_url(&place.queue);
                // One that could not be deleted comes again.
                _ = delete.set_receipt_handle(message.receipt_handle).send().await;
            }
        }
    }

    async fn sweep(self: Arc<Self>, every: Duration) {
        let mut process = None;
        let tick = Bytes::from_static(
            br#"{"version":"0","detail-type":"Scheduled Event","source":"aws.scheduler","detail":{}}"#,
        );
        loop {
            sleep(every).await;
            _ = self.invoke("sweep", &mut process, tick.clone()).await;
        }
    }

    /// What a function answers; nothing where it failed or was killed, and is replaced next time.
    async fn invoke(
        &self,
        name: &str,
        process: &mut Option<Function>,
        event: Bytes,
    ) -> Option<Bytes> {
        let mut function = match process.take() {
            Some(function) => function,
            None => Function::start(&self.programs.join(name), &self.variables).await.ok()?,
        };
        let strike = async {
            self.killed.bell.notified().await;
            let moment = rand::rng().random_range(0..STRIKE_MS);
            sleep(Duration::from_millis(moment)).await;
        };
        tokio::select! {
            answered = function.invoke(event) => {
                let (answer, _) = answered.ok()?;
                *process = Some(function);
                Some(answer)
            }
            () = strike => {
                self.killed.count.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }
}

/// Puts the called source, and these destinations, into a place's directory.
pub async fn furnish(place: &Place, destinations: Vec<Value>) -> Result<(), Anything> {
    let (client, table) = (place.services.dynamodb.clone(), place.directory.clone());
    let directory = DynamoDirectory::new(client, table, Arc::new(Wall));
    directory.put(&Entry::source(&casso::record(), Origin::File)?, Over::Anything).await?;
    for record in destinations {
        let record: DestinationRecord = serde_json::from_value(record)?;
        directory.put(&Entry::destination(&record, Origin::File)?, Over::Anything).await?;
    }
    Ok(())
}

fn note(most: &AtomicU64, process: Option<&Function>) {
    if let Some(Ok(now)) = process.map(Function::resident_kib) {
        most.fetch_max(now, Ordering::Relaxed);
    }
}

fn variables(crew: &Crew, place: &Place) -> Vec<(&'static str, String)> {
    let url = |queue: &str| {
        let name = Path::new(queue).file_name().unwrap_or_default().to_string_lossy().into_owned();
        format!("{}/000000000000/{name}", crew.queues)
    };
    vec![
        ("AWS_REGION", "ap-southeast-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", crew.tables.clone()),
        ("AWS_ENDPOINT_URL_SQS", crew.queues.clone()),
        ("TINGTING_QUEUE_URL", url(&place.queue)),
        ("TINGTING_DEAD_LETTERS_URL", url(&place.dead_letters)),
        ("TINGTING_DIRECTORY_TABLE", place.directory.clone()),
        ("TINGTING_LEDGER_TABLE", place.ledger.clone()),
        ("TINGTING_STACK", "tingting".to_owned()),
        ("TINGTING_EGRESS_ALLOW", "127.0.0.1/32".to_owned()),
        ("TINGTING_PROBE_MINUTES", "1".to_owned()),
    ]
}

fn record(message: &aws_sdk_sqs::types::Message) -> Value {
    json!({
        "messageId": message.message_id(), "receiptHandle": message.receipt_handle(),
        "body": message.body(), "attributes": { "ApproximateReceiveCount": "1" },
        "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "ap-southeast-1",
        "eventSourceARN": "arn:aws:sqs:ap-southeast-1:000000000000:events",
    })
}

/// A call as API Gateway's HTTP API hands it over, payload format 2.0.
fn gateway(call: &Call) -> Result<Bytes, Anything> {
    let path = casso::PATH;
    let http = json!({
        "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
        "userAgent": "GuzzleHttp/7",
    });
    let at = timestamp();
    let event = json!({
        "version": "2.0", "routeKey": "ANY /hooks/{provider}/{source}", "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json", "host": "hooks.example.com",
            casso::SIGNATURE: call.signature.to_str()?,
        },
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "hooks.example.com",
            "domainPrefix": "api", "http": http,
            "requestId": format!("{:012}", at.as_microsecond()),
            "routeKey": "ANY /hooks/{provider}/{source}", "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": at.as_millisecond(),
        },
        "body": std::str::from_utf8(&call.body)?, "isBase64Encoded": false,
    });
    Ok(event.to_string().into())
}
