//! The `toolpress` command.
fn main() {}
