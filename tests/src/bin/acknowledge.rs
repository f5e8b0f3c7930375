//! A process that claims events when told to and says of each whether it is recorded: what the
//! durability tests start, watch and kill. `acknowledge FOLDER`; each line of its input, `FROM TO`,
//! asks for the events with these numbers at once; each is answered by a line, `ok N` or `failed N:
//! why`, and all of them by `done`.

use std::error::Error;
use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use domain::{Event, Ledger as _};
use embedded::Database;
use testkit::clock::HandClock;
use testkit::contract::event;
use tokio::task::JoinSet;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: acknowledge FOLDER")?;
    let db = match Database::open(&PathBuf::from(folder), Arc::new(HandClock::default())) {
        Ok(db) => db,
        Err(error) => {
            say(&format!("refused: {error}"))?;
            return Ok(());
        }
    };
    say("open")?;
    for line in stdin().lock().lines() {
        let line = line?;
        let (from, to) = line.split_once(' ').ok_or("each line is FROM TO")?;
        let mut claims = JoinSet::new();
        for n in from.parse::<u32>()?..to.parse()? {
            let db = db.clone();
            claims.spawn(async move {
                match db.claim(&marked(n)).await {
                    Ok(_) => say(&format!("ok {n}")),
                    Err(error) => {
                        let why = error.source.to_string();
                        say(&format!("failed {n}: {why}"))
                    }
                }
            });
        }
        while let Some(said) = claims.join_next().await {
            said??;
        }
        say("done")?;
    }
    Ok(())
}

/// An event whose number can be found in the bytes of the file.
fn marked(n: u32) -> Event {
    Event { object: format!(r#"{{"mark":"mark-{n}."}}"#), ..event(&n.to_string()) }
}

/// One line, in one write.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}
