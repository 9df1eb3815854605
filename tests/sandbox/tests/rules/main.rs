//! The rules of the simulated vendors, one test each, by their numbers: Sequin Stream here, Artie in its folder.

mod artie;
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
