//! The library that stands between a program and its disk (`shims/fsync.c`, which says what it can
//! do), compiled where it is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the shim into a folder and returns its path, for `LD_PRELOAD`. Needs `cc`, as the
/// bundled SQLite does; without it the test fails.
pub fn compile(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("shims/fsync.c");
    let library = folder.join("shim.so");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    let compiled = cc.status().expect("cc is there: the bundled SQLite needs it");
    assert!(compiled.success(), "the shim does not compile");
    library
}
