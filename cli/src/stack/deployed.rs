//! A stack as it was deployed: its tables, how long it keeps things, and the address of its hooks.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use aws::{DynamoDirectory, DynamoLedger};
use aws_config::BehaviorVersion;
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::Stack as Described;
use domain::Retention;
use jiff::SignedDuration;

use crate::args::{Stack, Where};
use crate::run::Process;

/// The template's outputs and parameters that are looked for.
const TABLE: &str = "DirectoryTable";
const LEDGER: &str = "LedgerTable";
const URL: &str = "CassoUrl";
const KEYS: &str = "KeysDays";
const BODIES: &str = "BodiesDays";
/// The days of a stack that does not say.
const DAYS: i64 = 180;

/// A stack that was found.
pub(super) struct Deployed {
    pub(super) directory: DynamoDirectory,
    /// What the hooks' URLs start with, where the stack was asked.
    pub(super) base: Option<String>,
    client: aws_sdk_dynamodb::Client,
    ledger: Option<String>,
    kept: Retention,
}

/// What a stack says of itself.
struct Said {
    directory: String,
    ledger: Option<String>,
    base: Option<String>,
    kept: Retention,
}

impl Deployed {
    /// Finds the stack with the operator's credentials.
    pub(super) async fn find(of: &Stack, process: &Process<'_>) -> anyhow::Result<Self> {
        let config = surroundings(process).await?;
        let said = match &of.table {
            Some(table) => named(table.clone(), None),
            None => described(&of.stack, &config).await?,
        };
        Ok(Self::of(said, &config, process))
    }

    /// The same, where a ledger is meant.
    pub(super) async fn find_ledger(
        place: &Where,
        process: &Process<'_>,
    ) -> anyhow::Result<(Self, DynamoLedger)> {
        let config = surroundings(process).await?;
        let said = match (&place.table, &place.stack) {
            (Some(table), _) => named(table.clone(), place.ledger_table.clone()),
            (None, Some(stack)) => described(stack, &config).await?,
            (None, None) => bail!("name a stack on AWS with --stack"),
        };
        let found = Self::of(said, &config, process);
        let Some(table) = found.ledger.clone() else {
            bail!("the stack has no output {LEDGER}: is it one of tingting's?");
        };
        let entropy = Arc::clone(&process.entropy);
        let ledger = DynamoLedger::new(found.client.clone(), table, found.kept, entropy);
        Ok((found, ledger))
    }

    fn of(said: Said, config: &aws_config::SdkConfig, process: &Process<'_>) -> Self {
        let Said { directory, ledger, mut base, kept } = said;
        if (process.env)("AWS_ENDPOINT_URL").is_some_and(|url| !url.is_empty()) {
            // Not AWS: what its template says of addresses leads elsewhere.
            base = None;
        }
        let client = aws_sdk_dynamodb::Client::new(config);
        let clock = Arc::clone(&process.clock);
        let directory = DynamoDirectory::new(client.clone(), directory, clock);
        Self { directory, base, client, ledger, kept }
    }
}

async fn surroundings(process: &Process<'_>) -> anyhow::Result<aws_config::SdkConfig> {
    let bundle = (process.env)("AWS_CA_BUNDLE");
    let http = aws::http_client(bundle.as_deref().map(Path::new))?;
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    if config.region().is_none() {
        bail!("no AWS region: set AWS_REGION, or a region in your AWS profile");
    }
    Ok(config)
}

fn named(directory: String, ledger: Option<String>) -> Said {
    Said { directory, ledger, base: None, kept: kept(DAYS, DAYS) }
}

/// What the stack's outputs and parameters say.
async fn described(name: &str, config: &aws_config::SdkConfig) -> anyhow::Result<Said> {
    let client = aws_sdk_cloudformation::Client::new(config);
    let described = client.describe_stacks().stack_name(name).send().await;
    let described = described.map_err(|error| match error.as_service_error() {
        Some(said) => anyhow::anyhow!(
            "the stack {name} cannot be described ({}): deploy it first, name another with --stack, or \
             its table with --table",
            said.message().unwrap_or("AWS does not say why")
        ),
        None => anyhow::Error::from(error)
            .context("AWS cannot be asked: are there credentials, and is there a way to it?"),
    })?;
    let said = described.stacks().iter().find_map(read);
    match said {
        Some(said) => Ok(said),
        None => bail!("the stack {name} has no output {TABLE}: is it one of tingting's?"),
    }
}

fn read(stack: &Described) -> Option<Said> {
    let output = |key: &str| {
        let found = stack.outputs().iter().find(|output| output.output_key() == Some(key));
        found.and_then(|output| output.output_value()).map(str::to_owned)
    };
    let days = |key: &str| {
        let mut all = stack.parameters().iter();
        let found = all.find(|parameter| parameter.parameter_key() == Some(key));
        found.and_then(|parameter| parameter.parameter_value()).and_then(|days| days.parse().ok())
    };
    let keys = days(KEYS).unwrap_or(DAYS);
    Some(Said {
        directory: output(TABLE)?,
        ledger: output(LEDGER),
        base: output(URL).as_deref().and_then(before_hooks),
        kept: kept(keys, days(BODIES).unwrap_or(keys)),
    })
}

fn kept(keys: i64, bodies: i64) -> Retention {
    let days = |days: i64| SignedDuration::from_hours(days.saturating_mul(24));
    Retention { keys: days(keys), bodies: days(bodies.min(keys)) }
}

fn before_hooks(url: &str) -> Option<String> {
    url.split_once("/hooks/").map(|(base, _)| base.to_owned())
}
