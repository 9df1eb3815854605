//! The protocol over real transports, with a catalogue written by hand and a vendor on loopback.

#[path = "../acme/mod.rs"]
mod acme;
mod fixture;
mod front;
mod http;
mod modern;
mod refused;
mod slow;
mod stdio;
