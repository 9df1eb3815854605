//! The bridge between pipes and HTTP, against servers that do as they please.

mod answers;
mod cancelling;
mod ending;
mod pipe;
mod refusals;
mod script;
mod sessions;
mod streams;
mod tls;
