//! What the tools of Artie send and tell, and what agents do with them against its simulator.
//!
//! Tests carry the number of the requirement they prove: `row_086_…`.

mod agent;
mod claims;
mod connectors;
mod drift;
mod examples;
mod golden;
mod heroes;
mod hints;
mod prompts;
mod surface;
mod verdicts;
mod workflows;
mod world;
