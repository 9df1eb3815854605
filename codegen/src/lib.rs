//! Presses vendor API documentation into typed Rust tools, from a build script.
