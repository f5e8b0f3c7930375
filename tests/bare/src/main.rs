//! The least that a function can be: it answers 200 and knows nobody. What `make bench-lambda` measures
//! the others against; never deployed.

use lambda_http::{Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>(Response::new(String::new())))).await
}
