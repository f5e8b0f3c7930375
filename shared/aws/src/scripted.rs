//! For tests: clients of the services that talk to a script instead of AWS. What is asked is kept;
//! what is answered was written beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// What was asked: the operation and its input.
pub(crate) type Asked = (String, Value);

/// Answers in order, and what was asked.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Script {
    /// These answers, one after the other.
    pub(crate) fn of(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        Self { answers, asked: Arc::default() }
    }

    /// A client of DynamoDB that does not try again.
    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-southeast-1"))
            .credentials_provider(Credentials::new("id", "key", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(self.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A client of SQS that does not try again.
    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-southeast-1"))
            .credentials_provider(Credentials::new("id", "key", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(self.clone());
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// A client of Secrets Manager that does not try again.
    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-southeast-1"))
            .credentials_provider(Credentials::new("id", "key", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(self.clone());
        aws_sdk_secretsmanager::Client::from_conf(config.build())
    }

    /// Everything that was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// An answer of success.
pub(crate) fn good(body: Value) -> (u16, Value) {
    (200, body)
}

/// An error that AWS answers with.
pub(crate) fn bad(code: &str, mut body: Value) -> (u16, Value) {
    body["__type"] = json!(format!("com.amazonaws#{code}"));
    (400, body)
}

impl HttpClient for Script {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let input = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap();
        self.asked.lock().unwrap().push((operation, input));
        let (status, body) = self.answers.lock().unwrap().pop_front().expect("an answer is left");
        HttpConnectorFuture::new(async move {
            // As a network does: others get their turn meanwhile.
            tokio::task::yield_now().await;
            let body = SdkBody::from(body.to_string());
            Ok(HttpResponse::new(status.try_into().unwrap(), body))
        })
    }
}
