//! The core by itself, on tables written by hand as the press would write them.

mod arguments;
mod filters;
mod requests;
mod sending;
mod tables;
