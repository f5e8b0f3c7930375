//! The process under measurement, as the scenarios want it.

use std::net::SocketAddr;
use std::path::Path;

use testkit::real::{Anything, Launch, Server};

use crate::fsync::Shim;

/// Starts the program on `folder`, delivering to `sink` if there is one.
pub(crate) async fn start(
    program: &Path,
    folder: &Path,
    sink: Option<SocketAddr>,
    shim: Option<&Shim>,
) -> Result<Server, Anything> {
    let tables = sink.map_or_else(String::new, |sink| {
        format!(
            "[[destination]]\nname = \"sink\"\nchannel = \"webhook\"\n\
             endpoint = \"http://{sink}/hook\"\n\
             signing_secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\n"
        )
    });
    let mut launch = Launch::new(program, folder, &folder.join("data"), &tables)?;
    if let Some(shim) = shim {
        shim.watch(&mut launch);
    }
    launch.start().await
}
