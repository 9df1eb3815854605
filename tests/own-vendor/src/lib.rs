//! Tools of an invented vendor, pressed from `docs/` by this crate's own build script.
//!
//! This is what somebody with an API of their own writes: the YAML, three lines of `build.rs`, this line
//! and a `main` of ten.

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
