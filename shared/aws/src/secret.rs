//! One secret of AWS Secrets Manager, read when it is asked for and kept nowhere. Its client is made
//! here and not with the others', for one function needs it.

use std::fmt;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};

use crate::failure::Failure;
use crate::services::{Patience, Services, TRY, public_url};
use crate::settings::Surroundings;

/// A secret that may be read.
pub struct StackSecret {
    client: Client,
    /// Its ARN, where the stack has one.
    id: Option<String>,
}

impl fmt::Debug for StackSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

impl StackSecret {
    /// The secret of this ARN; none is a secret that says nothing. Nothing is called.
    pub(crate) fn new(at: &Surroundings, services: &Services, id: Option<String>) -> Self {
        let place = at.secrets.clone().unwrap_or_else(|| public_url("secretsmanager", &at.region));
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(TRY)
            .operation_timeout(Patience::Answer.timeout())
            .build();
        let mut config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(at.region.clone()))
            .credentials_provider(at.credentials.clone())
            .http_client(services.connections.http.clone())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(timeouts)
            .retry_config(Patience::Answer.retries());
        config.set_endpoint_url(Some(place));
        Self { client: Client::from_conf(config.build()), id }
    }

    /// What it says.
    pub async fn read(&self) -> Result<Option<String>, Failure> {
        let Some(id) = &self.id else { return Ok(None) };
        let asked = self.client.get_secret_value().secret_id(id).send().await;
        Ok(asked.map_err(|error| Failure::of("GetSecretValue", error))?.secret_string)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scripted::{Script, bad, good};

    fn secret(script: &Script, id: Option<&str>) -> StackSecret {
        StackSecret { client: script.secrets(), id: id.map(str::to_owned) }
    }

    #[tokio::test]
    async fn a_secret_is_read_by_its_arn_and_only_where_there_is_one() {
        let none = Script::of([]);
        assert_eq!(secret(&none, None).read().await.unwrap(), None);
        assert_eq!(none.asked(), []);
        let script = Script::of([good(json!({ "SecretString": "text" }))]);
        let secret = secret(&script, Some("arn:aws:secretsmanager:x:1:secret:first-a1b2c3"));
        assert_eq!(secret.read().await.unwrap().as_deref(), Some("text"));
        let input = json!({ "SecretId": "arn:aws:secretsmanager:x:1:secret:first-a1b2c3" });
        assert_eq!(script.asked(), [("GetSecretValue".to_owned(), input)]);
    }

    #[tokio::test]
    async fn what_aws_says_against_it_is_told() {
        let script = Script::of([bad("AccessDeniedException", json!({ "message": "not you" }))]);
        let failure = secret(&script, Some("arn")).read().await.unwrap_err();
        let told = "GetSecretValue was answered AccessDeniedException: not you";
        assert_eq!(failure.to_string(), told);
    }
}
