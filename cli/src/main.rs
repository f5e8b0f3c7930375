//! The command `tingting`.

fn main() {}
