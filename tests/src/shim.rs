//! The libraries that stand between a program and its surroundings (`shims/*.c`, each of which says
//! what it can do), compiled where they are needed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the shim of the disk into a folder and returns its path, for `LD_PRELOAD`. Needs `cc`, as
/// the bundled SQLite does; without it the test fails.
pub fn compile(folder: &Path) -> PathBuf {
    built("fsync.c", &folder.join("shim.so"))
}

/// Compiles the shim of the clock into a folder and returns its path, for `LD_PRELOAD`.
pub fn compile_clock(folder: &Path) -> PathBuf {
    built("clock.c", &folder.join("clock.so"))
}

fn built(source: &str, library: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("shims").join(source);
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(library).arg(&source).arg("-ldl");
    let compiled = cc.status().expect("cc is there: the bundled SQLite needs it");
    assert!(compiled.success(), "{} does not compile", source.display());
    library.to_owned()
}
