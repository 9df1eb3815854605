//! Benchmarks of what people wait for and pay for: listing tools, calling them, starting, pressing.
//!
//! Every program under test is a process of its own, so that its CPU time and memory can be read from
//! `/proc`. What we measure is set beside a floor measured in the same run: the least that any server
//! could do for the same answer. Figures are reported, never asserted.

#![expect(clippy::print_stdout, reason = "figures go to standard output")]

pub mod call;
pub mod client;
pub mod floor;
pub mod idle;
pub mod isolation;
pub mod list;
pub mod lookup;
pub mod pairs;
pub mod press;
pub mod process;
pub mod product;
pub mod report;
pub mod server;
pub mod soak;
pub mod start;
pub mod synthetic;
pub mod upstream;
pub mod vendor;
pub mod workshop;
