//! The control plane and what it makes, on both databases: every test runs once on `SQLite` and once on
//! `PostgreSQL`.
//!
//! Tests named after rows (`row_21_…`, `security_e2_…`) prove the rows of the lists of what the product must
//! do and must withstand.

mod accounts;
mod api_tokens;
mod articles;
mod connecting;
mod egress;
mod expiry;
mod filters;
mod front;
mod guessing;
mod keys;
mod lists;
mod provisioning;
mod rebinding;
mod retention;
mod scene;
mod scopes;
mod sessions;
mod tokens;
mod validation;
