//! The rules of the simulated Artie.

mod demo;
mod discovery;
mod examples;
mod fields;
mod junk;
mod limits;
mod network;
mod pipelines;
mod provisioning;
mod readers;
mod secrets;
mod support;
mod transport;
