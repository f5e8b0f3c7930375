//! A stack as it was deployed: its directory, and the address of its hooks.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use aws::DynamoDirectory;
use aws_config::BehaviorVersion;
use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;

use crate::args::Stack;
use crate::run::Process;

/// The template's outputs that are looked for.
const TABLE: &str = "DirectoryTable";
const URL: &str = "CassoUrl";

/// A stack that was found.
pub(super) struct Deployed {
    pub(super) directory: DynamoDirectory,
    /// What the hooks' URLs start with, where the stack was asked.
    pub(super) base: Option<String>,
}

impl Deployed {
    /// Finds the stack with the operator's credentials.
    pub(super) async fn find(of: &Stack, process: &Process<'_>) -> anyhow::Result<Self> {
        let bundle = (process.env)("AWS_CA_BUNDLE");
        let http = aws::http_client(bundle.as_deref().map(Path::new))?;
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
        if config.region().is_none() {
            bail!("no AWS region: set AWS_REGION, or a region in your AWS profile");
        }
        let (table, mut base) = match &of.table {
            Some(table) => (table.clone(), None),
            None => outputs(of, &aws_sdk_cloudformation::Client::new(&config)).await?,
        };
        if (process.env)("AWS_ENDPOINT_URL").is_some_and(|url| !url.is_empty()) {
            // Not AWS: what its template says of addresses leads elsewhere.
            base = None;
        }
        let client = aws_sdk_dynamodb::Client::new(&config);
        let directory = DynamoDirectory::new(client, table, Arc::clone(&process.clock));
        Ok(Self { directory, base })
    }
}

/// The directory's table and the hooks' address, from the stack's outputs.
async fn outputs(
    of: &Stack,
    client: &aws_sdk_cloudformation::Client,
) -> anyhow::Result<(String, Option<String>)> {
    let name = &of.stack;
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
    let outputs = described.stacks().iter().flat_map(|stack| stack.outputs());
    let mut table = None;
    let mut base = None;
    for output in outputs {
        match output.output_key() {
            Some(TABLE) => table = output.output_value().map(str::to_owned),
            Some(URL) => base = output.output_value().and_then(before_hooks),
            Some(_) | None => {}
        }
    }
    let Some(table) = table else {
        bail!("the stack {name} has no output {TABLE}: is it one of tingting's?");
    };
    Ok((table, base))
}

fn before_hooks(url: &str) -> Option<String> {
    url.split_once("/hooks/").map(|(base, _)| base.to_owned())
}
