//! What the shipped tools send and tell: every tool against a vendor that records each byte.
//!
//! Tests carry the number of the requirement they prove: `row_011_…`.

mod claims;
mod examples;
mod generation;
mod guidance;
mod heroes;
mod heroes_simulated;
mod long_poll;
mod outcomes;
mod own_vendor;
mod press;
mod rate_limits;
mod relations;
mod requests;
mod rules;
mod schemas;
mod surface;
mod table;
mod typed;
mod world;
