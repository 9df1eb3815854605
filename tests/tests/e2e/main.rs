//! The whole, as its users meet it: the official SDK's client, the server, the pressed tools, a simulated vendor.
//!
//! Tests named after rows (`row_119_…`) prove the rows of the list of what the product must do.

mod access_calls;
mod access_filters;
mod access_leaks;
mod agent;
mod bridge;
mod claude_desktop;
mod clients;
mod commands;
mod control_commands;
mod copies;
mod long_poll;
mod own_vendor;
mod press;
mod press_filters;
mod program;
mod redelivery;
mod serving;
mod snippets;
mod support;
mod the_binary;
mod workflows;
mod workflows_streams;
