//! One call from arguments to result: check, build, send once, read, tell.

mod outcome;

pub use outcome::{CallOutcome, RateLimit};
