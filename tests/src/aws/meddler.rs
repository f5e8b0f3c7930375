//! What stands between us and a server when AWS is to be in trouble: passes calls on, and answers in
//! the server's stead where its script says so. Listens on a free port of 127.0.0.1 and stops when
//! dropped.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A call as it came by.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `PutItem`, `SendMessageBatch`…
    pub operation: String,
    /// What was asked; null where it is no JSON.
    pub body: Value,
}

/// What a call cost, as the server says.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Which operation.
    pub operation: String,
    /// The units that it used up, indexes included.
    pub units: f64,
}

/// What the meddler does with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Has the server answer.
    Pass,
    /// Has the server act and keeps its answer.
    Swallow(u16, String),
    /// Has the server act, whatever it says to it, and answers that something broke.
    Forget,
    /// Answers in its stead.
    Answer(u16, String),
    /// Says how much there will be, and breaks off before that.
    BreakOff(String),
    /// Never answers.
    Hang,
}

impl Reply {
    /// An error as both services write it: its code, and a message.
    pub fn error(status: u16, code: &str) -> Self {
        let message = "as told by the test";
        Self::Answer(status, serde_json::json!({ "__type": code, "message": message }).to_string())
    }
}

type Script = dyn FnMut(usize, &Call) -> Reply + Send;
type Body = BoxBody<Bytes, std::io::Error>;

/// Stands in between.
#[derive(Debug)]
pub struct Meddler {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    costs: Arc<Mutex<Vec<Cost>>>,
    server: JoinHandle<()>,
}

struct State {
    behind: String,
    calls: Arc<Mutex<Vec<Call>>>,
    costs: Arc<Mutex<Vec<Cost>>>,
    script: Mutex<Box<Script>>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Meddler {
    /// Stands before the server at a URL; `script` is given each call with its number, from 0.
    pub async fn before(
        url: &str,
        script: impl FnMut(usize, &Call) -> Reply + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (calls, costs) = (Arc::<Mutex<Vec<Call>>>::default(), Arc::default());
        let state = Arc::new(State {
            behind: url.to_owned(),
            calls: Arc::clone(&calls),
            costs: Arc::clone(&costs),
            script: Mutex::new(Box::new(script)),
            client: Client::builder(TokioExecutor::new()).build_http(),
        });
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let state = Arc::clone(&state);
                        async move { Ok::<_, Infallible>(state.answer(request).await) }
                    });
                    let server = hyper::server::conn::http1::Builder::new();
                    // Breaking off is one of its replies.
                    _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, calls, costs, server }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls that came by, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What those that DynamoDB answered have cost.
    pub fn costs(&self) -> Vec<Cost> {
        self.costs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Their operations, in order.
    pub fn operations(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl State {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.split('.').next_back()).unwrap_or_default();
        let call = Call {
            operation: operation.to_owned(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        let n = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call.clone());
            calls.len() - 1
        };
        let reply = {
            let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
            script(n, &call)
        };
        match reply {
            Reply::Pass => self.pass(head, body, &call).await,
            Reply::Swallow(status, instead) => {
                let passed = self.pass(head, body, &call).await;
                assert!(passed.status().is_success(), "the server refused: {passed:?}");
                answer(status, &instead)
            }
            Reply::Forget => {
                _ = self.pass(head, body, &call).await;
                answer(500, r#"{"__type":"InternalServerError","message":"as told by the test"}"#)
            }
            Reply::Answer(status, body) => answer(status, &body),
            Reply::BreakOff(body) => broken_off(&body),
            Reply::Hang => std::future::pending().await,
        }
    }

    async fn pass(
        &self,
        mut head: http::request::Parts,
        body: Bytes,
        call: &Call,
    ) -> Response<Body> {
        let weighed = head.headers.get("x-amz-target").is_some_and(of_dynamodb);
        let body = if weighed { weighing(call) } else { body };
        head.headers.insert(http::header::CONTENT_LENGTH, body.len().into());
        let mut request = Request::from_parts(head, Full::new(body));
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = format!("{}{path}", self.behind).parse().expect("two good halves");
        // It may close a connection that is about to be used, or be gone.
        let Ok(answer) = self.client.request(request).await else {
            return self::answer(503, r#"{"__type":"ServiceUnavailable"}"#);
        };
        let (head, body) = answer.into_parts();
        let body = body.collect().await.expect("the server goes on answering").to_bytes();
        if weighed {
            let cost = Cost { operation: call.operation.clone(), units: units(&body) };
            self.costs.lock().unwrap_or_else(PoisonError::into_inner).push(cost);
        }
        Response::from_parts(head, Full::new(body).map_err(|never| match never {}).boxed())
    }
}

fn of_dynamodb(target: &http::HeaderValue) -> bool {
    target.as_bytes().starts_with(b"DynamoDB")
}

/// The call with the wish to be told what it costs; a signature nobody checks.
fn weighing(call: &Call) -> Bytes {
    let mut body = call.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
    }
    body.to_string().into()
}

/// What an answer says of its cost: of one table, or of each.
fn units(answer: &[u8]) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let cost = &answer["ConsumedCapacity"];
    let each = cost.as_array().map_or(std::slice::from_ref(cost), Vec::as_slice);
    each.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum()
}

fn answer(status: u16, body: &str) -> Response<Body> {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

/// Half of what was announced, then an error: hyper closes the connection.
fn broken_off(body: &str) -> Response<Body> {
    let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let parts = [Ok(Frame::data(half)), Err(std::io::Error::other("broken off"))];
    let mut response = Response::new(StreamBody::new(stream::iter(parts)).boxed());
    response.headers_mut().insert(http::header::CONTENT_LENGTH, body.len().into());
    response
}
