//! The process: owns the clock, randomness, the environment and the runtime, starts a function and
//! feeds it invocations. What cannot start says why in one line and ends.

use std::error::Error;
use std::io::{self, Write as _};
use std::panic;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use domain::{Clock, Entropy, Timer};
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::invocation::Invocation;
use crate::line::{Level, Line, write_out};

/// What Lambda sets for every function. Its runtime's client panics where they are missing.
const SET_BY_LAMBDA: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    MEMORY_SIZE,
];
const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// What a function takes from its process.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct Process {
    /// The environment.
    pub env: fn(&str) -> Option<String>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Waiting.
    pub timer: Arc<dyn Timer>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Process {
    /// The stack's name, for its metrics: `TINGTING_STACK`.
    pub(crate) fn stack(&self) -> Option<String> {
        (self.env)("TINGTING_STACK").filter(|stack| !stack.is_empty())
    }
}

/// What became of an invocation.
#[derive(Debug)]
pub struct Handled<A, F> {
    /// The answer, or why the invocation failed as a whole.
    pub answer: Result<A, F>,
    /// The line for the log.
    pub line: String,
}

/// What Lambda invokes.
pub trait Function {
    /// What it answers.
    type Answer: Serialize;
    /// Why an invocation may fail as a whole.
    type Fault: Error + Send + Sync + 'static;

    /// Handles one invocation's payload, JSON text.
    fn handle(
        &self,
        payload: &str,
        of: &Invocation,
    ) -> impl Future<Output = Handled<Self::Answer, Self::Fault>>;
}

/// Builds a function and runs it until Lambda ends the process; for `main`.
pub fn run<F: Function>(build: impl AsyncFnOnce(&Process) -> anyhow::Result<F>) -> ExitCode {
    panic::set_hook(Box::new(|panicked| tell_where(panicked.location())));
    let (clock, timer) = (Arc::new(SystemClock), Arc::new(SystemTimer));
    let process = Process { env, clock, timer, entropy: Arc::new(SystemEntropy) };
    // One thread: a small Lambda has less than one core, and a pool of threads costs a quarter more.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve(&process, build)),
        Err(error) => Err(error).context("the runtime cannot start"),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = Line::new(process.clock.now(), Level::Error, "the function ends")
                .with("error", format!("{error:#}"));
            // Nobody is left to tell when stderr is gone.
            _ = writeln!(io::stderr(), "{}", line.render_alone());
            ExitCode::FAILURE
        }
    }
}

async fn serve<F: Function>(
    process: &Process,
    build: impl AsyncFnOnce(&Process) -> anyhow::Result<F>,
) -> anyhow::Result<()> {
    for name in SET_BY_LAMBDA {
        (process.env)(name).filter(|value| !value.is_empty()).with_context(|| {
            format!(
                "the environment variable {name} is not set; Lambda sets it: this program is for \
                 Lambda, or `cargo lambda watch`"
            )
        })?;
    }
    let memory = (process.env)(MEMORY_SIZE).and_then(|size| size.parse::<i32>().ok());
    memory.with_context(|| format!("the environment variable {MEMORY_SIZE} is not a number"))?;
    let function = Arc::new(build(process).await?);
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| {
        let function = Arc::clone(&function);
        async move {
            let Handled { answer, line } =
                function.handle(event.payload.get(), &Invocation::of(event.context)).await;
            write_out(&line);
            answer.map_err(lambda_runtime::Error::from)
        }
    });
    let ended = Runtime::new(service).run().await;
    ended.map_err(|error| anyhow::anyhow!(error)).context("Lambda's runtime API has gone")
}

/// A panic's place and not its words: they may quote what it was about.
fn tell_where(place: Option<&panic::Location<'_>>) {
    let place = place.map_or("an unknown place".to_owned(), |at| at.to_string());
    let line = Line::new(SystemClock.now(), Level::Error, "a bug: panicked").with("at", place);
    write_out(&line.render_alone());
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

struct SystemTimer;

#[async_trait]
impl Timer for SystemTimer {
    async fn wait_until(&self, at: Timestamp) {
        let left = Duration::try_from(at.duration_since(SystemClock.now())).unwrap_or_default();
        tokio::time::sleep(left).await;
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next(&self) -> u64 {
        rand::random()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
