//! What the functions use on AWS: each is started as Lambda starts it, on a Runtime API served here, and
//! calls canned DynamoDB and SQS over TLS; beside them a bare function that answers 200. CPU is the
//! process's own, all threads, user and system; times and counts are in the tables.
//!
//! Asserts nothing: a busy machine is no fault. `make bench-lambda`, or, once the functions are built:
//! `cargo bench -p testkit --bench lambda -- [--quick] [--log] [FUNCTION…]`. The functions are those in
//! the folder `PROGRAMS`, or those of `--profile dist`.

mod canned;
mod cases;
mod cost;
mod figures;
mod front;
mod hooks;
mod report;
mod rounds;
mod world;

use std::time::Duration;

use hooks::PROVIDERS;
use rounds::Scale;
use testkit::real::{Anything, shipped, timestamp};
use world::{BARE, DISPATCH, World};

const WHOLE: Scale = Scale { starts: 15, warm: 500, timed: 300, latency: Duration::from_millis(5) };
const QUICK: Scale = Scale { starts: 5, warm: 200, timed: 100, ..WHOLE };

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn main() -> Result<(), Anything> {
    // `--bench` is what cargo adds.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let asked = |option: &str| arguments.iter().any(|argument| argument == option);
    let chosen = |name: &str| !arguments.iter().any(|a| !a.starts_with('-')) || asked(name);
    let scale = if asked("--quick") { QUICK } else { WHOLE };
    let others: Vec<&str> =
        PROVIDERS.into_iter().chain([DISPATCH]).filter(|name| chosen(name)).collect();
    let names: Vec<&str> = [BARE].into_iter().chain(others).collect();
    let world = World::new(shipped::programs()?).await?;
    let figures = rounds::measure(&world, &names, scale).await?;
    println!("\n{}", report::functions(&names, &figures));
    let of = |wanted| names.iter().zip(&figures).find(|(name, _)| **name == wanted);
    if let (Some((_, casso)), Some((_, dispatch))) = (of("casso"), of(DISPATCH)) {
        let counted = cases::count(&world).await?;
        println!("{}\n{}", report::calls(&counted), report::costs(&counted, casso, dispatch));
        if asked("--log") {
            println!("{}{}", counted.logs[0], counted.logs[1]);
        }
    }
    Ok(())
}
