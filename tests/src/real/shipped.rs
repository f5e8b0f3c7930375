//! Where the programs are that are measured: as they are shipped.

use std::path::PathBuf;

use super::Anything;

/// The folder in which cargo built this: that of its profiles.
pub fn target() -> Result<PathBuf, Anything> {
    let here = std::env::current_exe()?;
    Ok(here.ancestors().nth(3).ok_or("where cargo built this is not known")?.to_owned())
}

/// The folder of the programs: `PROGRAMS`, or what `--profile dist` builds.
#[expect(clippy::disallowed_methods, reason = "a measurement owns its environment")]
pub fn programs() -> Result<PathBuf, Anything> {
    let given = std::env::var_os("PROGRAMS").map(PathBuf::from);
    given.map_or_else(|| Ok(target()?.join("dist")), Ok)
}

/// The program `tingting`.
pub fn tingting() -> Result<PathBuf, Anything> {
    let program = programs()?.join("tingting");
    if program.is_file() {
        return Ok(program);
    }
    let program = program.display();
    Err(format!("{program} is missing; run cargo build --profile dist -p tingting").into())
}
