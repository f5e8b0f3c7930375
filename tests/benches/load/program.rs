//! The program on one machine, on SQLite, each event to a webhook.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use testkit::real::books::{Books, Says};
use testkit::real::caller::Rhythm;
use testkit::real::table::Table;
use testkit::real::{Anything, Launch};

use crate::Given;
use crate::course::{Course, PLACE};

const STEADY: Rhythm = Rhythm { from: 0, at_once: 64, per_second: Some(300), repeats: false };
const MOST: Rhythm = Rhythm { per_second: None, ..STEADY };
const A_MINUTE: Duration = Duration::from_secs(60);

/// Three hundred a second.
pub(crate) async fn steady(given: &Given) -> Result<bool, Anything> {
    run(given, "one machine, 300/s", "steady", STEADY, given.lasting).await
}

/// As many as can be.
pub(crate) async fn most(given: &Given) -> Result<bool, Anything> {
    run(given, "one machine, its most", "most", MOST, given.lasting.min(A_MINUTE)).await
}

#[expect(clippy::print_stdout, reason = "a measurement prints")]
async fn run(
    given: &Given,
    what: &str,
    file: &str,
    rhythm: Rhythm,
    lasting: Duration,
) -> Result<bool, Anything> {
    let folder = TempDir::new()?;
    let books = Books::open(|_| Says::now(200)).await?;
    let tables = format!(
        "[[destination]]\nname = \"{PLACE}\"\nchannel = \"webhook\"\nendpoint = \"{}\"\n\
         signing_secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\n",
        books.url(PLACE)
    );
    let data = folder.path().join("data");
    let launch = Launch::new(&given.programs.join("tingting"), folder.path(), &data, &tables)?;
    let server = launch.start().await?;
    let door = Arc::new(launch.address);
    let course = Course::run(door, rhythm, lasting, &books, || server.resident_kib()).await?;
    let mut table = Table::default();
    course.tell(&mut table, what);
    println!("{table}");
    course.write(&given.figures.join(file).with_extension("csv"))?;
    Ok(course.passed())
}
