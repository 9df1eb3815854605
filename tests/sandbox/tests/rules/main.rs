//! The rules of the simulated Sequin Stream, one test each, by their numbers.

mod backfills;
mod config;
mod databases;
mod demo;
mod destinations;
mod endpoints;
mod junk;
mod sinks;
mod streams;
mod streams_waiting;
mod support;
mod transport;
