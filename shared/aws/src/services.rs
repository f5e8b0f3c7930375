//! The clients of DynamoDB and SQS over one HTTP client, with the deadlines and retries that the
//! acknowledging path can afford: a caller is answered within 3 s, and what AWS throttles or drops is
//! tried again until then.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};

use crate::http::{CaBundleError, http_client};
use crate::settings::Surroundings;

/// One try of one call: AWS answers in milliseconds or is in trouble.
const TRY: Duration = Duration::from_millis(900);
/// A call with all its tries; below the 3 s within which a caller is answered.
const CALL: Duration = Duration::from_millis(2_700);
const TRIES: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(30);
const LONGEST_BACKOFF: Duration = Duration::from_millis(400);

/// The two services.
#[derive(Debug, Clone)]
pub struct Services {
    /// Tables.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Queues.
    pub sqs: aws_sdk_sqs::Client,
}

impl Services {
    /// Clients for these surroundings. Nothing is called.
    pub fn new(at: &Surroundings) -> Result<Self, CaBundleError> {
        let http = http_client(at.ca_bundle.as_deref())?;
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(TRY).operation_timeout(CALL).build();
        let retries = RetryConfig::standard()
            .with_max_attempts(TRIES)
            .with_initial_backoff(FIRST_BACKOFF)
            .with_max_backoff(LONGEST_BACKOFF);
        let mut dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(at.region.clone()))
            .credentials_provider(at.credentials.clone())
            .http_client(http.clone())
            .timeout_config(timeouts.clone())
            .retry_config(retries.clone());
        dynamodb.set_endpoint_url(at.dynamodb.clone());
        let mut sqs = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(aws_sdk_sqs::config::Region::new(at.region.clone()))
            .credentials_provider(at.credentials.clone())
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(retries);
        sqs.set_endpoint_url(at.sqs.clone());
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
        })
    }
}
