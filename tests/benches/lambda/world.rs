//! What surrounds the functions: canned AWS with a source per sender and one destination, the
//! destination itself, and the programs as they are shipped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::{DestinationRecord, Text};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::real::Function;

use crate::canned::{Canned, DIRECTORY, LEDGER};
use crate::front::{Sink, Tls, listen, listen_tls};
use crate::hooks::{self, PROVIDERS};
use crate::{Anything, timestamp};

/// The function that is measured beside all others.
pub(crate) const BARE: &str = "bare";
/// The function that delivers.
pub(crate) const DISPATCH: &str = "dispatch";

/// The surroundings.
pub(crate) struct World {
    pub(crate) canned: Arc<Canned>,
    programs: PathBuf,
    variables: Vec<(&'static str, String)>,
    /// Holds the certificate.
    _folder: TempDir,
}

impl World {
    /// Servers on free ports, for the functions that are in the folder `programs`.
    pub(crate) async fn new(programs: PathBuf) -> Result<Self, Anything> {
        let canned = Arc::new(Canned::default());
        for provider in PROVIDERS {
            canned.add_source(&hooks::source(provider))?;
        }
        let sink = listen(Arc::new(Sink)).await?;
        canned.add_destination(&destination(sink))?;
        let tls = Tls::new()?;
        let dynamodb = listen_tls(Arc::clone(&canned), &tls).await?;
        let sqs = listen_tls(Arc::clone(&canned), &tls).await?;
        let folder = tempfile::tempdir()?;
        let ca_bundle = folder.path().join("authority.pem");
        std::fs::write(&ca_bundle, &tls.ca_bundle)?;
        // By name, as AWS is: resolving it is a part of the cost.
        let sqs = format!("https://localhost:{}", sqs.port());
        let variables = vec![
            ("AWS_REGION", "ap-southeast-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            // As long as Lambda's.
            ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjE".repeat(50)),
            ("AWS_ENDPOINT_URL_DYNAMODB", format!("https://localhost:{}", dynamodb.port())),
            ("TINGTING_QUEUE_URL", format!("{sqs}/123456789012/events")),
            ("TINGTING_DEAD_LETTERS_URL", format!("{sqs}/123456789012/dead-letters")),
            ("AWS_ENDPOINT_URL_SQS", sqs),
            ("AWS_CA_BUNDLE", ca_bundle.display().to_string()),
            ("TINGTING_DIRECTORY_TABLE", DIRECTORY.to_owned()),
            ("TINGTING_LEDGER_TABLE", LEDGER.to_owned()),
            ("TINGTING_STACK", "tingting".to_owned()),
            ("TINGTING_EGRESS_ALLOW", "127.0.0.1/32".to_owned()),
        ];
        Ok(Self { canned, programs, variables, _folder: folder })
    }

    /// The program of a function.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Starts a function.
    pub(crate) async fn start(&self, name: &str) -> Result<Function, Anything> {
        let program = self.program(name);
        let started = Function::start(&program, &self.variables).await;
        started.map_err(|error| format!("{}: {error}", shown(&program)).into())
    }

    /// Messages for so many new events, as `casso` sends them.
    pub(crate) async fn messages(&self, from: u64, count: u64) -> Result<Vec<String>, Anything> {
        let mut casso = self.start("casso").await?;
        for id in from..from + count {
            let (answer, _) = casso.invoke(hooks::hook("casso", id, 20_000, timestamp())?).await?;
            acknowledged(&answer)?;
        }
        let messages = self.canned.receive();
        if messages.len() as u64 == count {
            Ok(messages)
        } else {
            Err(format!("{count} events made {} messages", messages.len()).into())
        }
    }
}

/// An error if a hook was not acknowledged.
pub(crate) fn acknowledged(answer: &[u8]) -> Result<(), Anything> {
    let read: Value = serde_json::from_slice(answer)?;
    let status = read["statusCode"].as_u64().unwrap_or_default();
    if (200..300).contains(&status) { Ok(()) } else { Err(format!("answered with {read}").into()) }
}

/// An error if a message was not dealt with.
pub(crate) fn dealt_with(answer: &[u8]) -> Result<(), Anything> {
    let read: Value = serde_json::from_slice(answer)?;
    let failed = read["batchItemFailures"].as_array().is_some_and(|failed| !failed.is_empty());
    if failed { Err(format!("answered with {read}").into()) } else { Ok(()) }
}

/// A message, as Lambda hands it over.
pub(crate) fn sqs_event(body: &str) -> Bytes {
    let sent = timestamp().as_millisecond().to_string();
    let record = json!({
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": sent,
            "SenderId": "AROAEXAMPLE:bench",
            "ApproximateFirstReceiveTimestamp": sent,
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-southeast-1:123456789012:events",
        "awsRegion": "ap-southeast-1",
    });
    json!({ "Records": [record] }).to_string().into()
}

fn destination(sink: SocketAddr) -> DestinationRecord {
    DestinationRecord {
        name: "sales".to_owned(),
        channel: "webhook".to_owned(),
        endpoint: Some(Text::Text(format!("http://{sink}/hook"))),
        signing_secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()],
        ..DestinationRecord::default()
    }
}

fn shown(program: &Path) -> String {
    let there = if program.is_file() { "" } else { " (missing: make bench-lambda builds it)" };
    format!("{}{there}", program.display())
}
