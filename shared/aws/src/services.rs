//! The clients of DynamoDB and SQS over one HTTP client, with deadlines, and retries until then of what
//! AWS throttles or drops.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};

use domain::LEASE_MARGIN;

use crate::http::{CaBundleError, Hyper};
use crate::settings::Surroundings;

/// One try of one call: AWS answers in milliseconds or is in trouble.
pub(crate) const TRY: Duration = Duration::from_millis(900);
const FIRST_BACKOFF: Duration = Duration::from_millis(30);

/// How long a call may take with all its tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// A caller waits, who is answered within 3 s.
    Answer,
    /// A lease waits: what was sent must be written down while the lease's margin lasts, for whoever
    /// leases it next sends it again.
    Lease,
}

impl Patience {
    pub(crate) fn timeout(self) -> Duration {
        match self {
            Self::Answer => Duration::from_millis(2_700),
            Self::Lease => LEASE_MARGIN.unsigned_abs() - Duration::from_secs(2),
        }
    }

    pub(crate) fn retries(self) -> RetryConfig {
        let (tries, longest) = match self {
            Self::Answer => (4, Duration::from_millis(400)),
            Self::Lease => (12, Duration::from_secs(1)),
        };
        RetryConfig::standard()
            .with_max_attempts(tries)
            .with_initial_backoff(FIRST_BACKOFF)
            .with_max_backoff(longest)
    }
}

/// The two services.
#[derive(Debug, Clone)]
pub struct Services {
    /// Tables.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Queues.
    pub sqs: aws_sdk_sqs::Client,
    /// What both call by.
    pub connections: Connections,
}

/// The connections of both clients, and where they lead.
#[derive(Debug, Clone)]
pub struct Connections {
    pub(crate) http: Hyper,
    pub(crate) dynamodb: String,
    pub(crate) sqs: String,
}

impl Services {
    /// Clients for these surroundings. Nothing is called.
    pub fn new(at: &Surroundings, patience: Patience) -> Result<Self, CaBundleError> {
        let place = |given: &Option<String>, service| {
            given.clone().unwrap_or_else(|| public_url(service, &at.region))
        };
        let connections = Connections {
            http: Hyper::new(at.ca_bundle.as_deref())?,
            dynamodb: place(&at.dynamodb, "dynamodb"),
            sqs: place(&at.sqs, "sqs"),
        };
        // Every try has its deadline: nobody needs to watch how fast its bytes come.
        let streams = StalledStreamProtectionConfig::disabled();
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(TRY)
            .operation_timeout(patience.timeout())
            .build();
        let retries = patience.retries();
        let mut dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(at.region.clone()))
            .credentials_provider(at.credentials.clone())
            .http_client(connections.http.clone())
            .stalled_stream_protection(streams.clone())
            .timeout_config(timeouts.clone())
            .retry_config(retries.clone());
        dynamodb.set_endpoint_url(Some(connections.dynamodb.clone()));
        let mut sqs = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(aws_sdk_sqs::config::Region::new(at.region.clone()))
            .credentials_provider(at.credentials.clone())
            .http_client(connections.http.clone())
            .stalled_stream_protection(streams)
            .timeout_config(timeouts)
            .retry_config(retries);
        sqs.set_endpoint_url(Some(connections.sqs.clone()));
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
            connections,
        })
    }
}

/// A service's public address. Regions that are cut off from the internet have names of their own,
/// for which there is `AWS_ENDPOINT_URL`.
pub(crate) fn public_url(service: &str, region: &str) -> String {
    let domain = match region.split('-').next() {
        Some("cn") => "amazonaws.com.cn",
        Some("eusc") => "amazonaws.eu",
        Some(_) | None => "amazonaws.com",
    };
    format!("https://{service}.{region}.{domain}")
}

#[cfg(test)]
mod tests {
    use super::public_url;

    #[test]
    fn a_service_is_where_its_region_is() {
        for (region, url) in [
            ("ap-southeast-1", "https://sqs.ap-southeast-1.amazonaws.com"),
            ("us-gov-west-1", "https://sqs.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", "https://sqs.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(public_url("sqs", region), url);
        }
    }
}
