//! An MCP server of one's own: the pressed tools, and the commands that serve them.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: toolpress_runtime::Allocator = toolpress_runtime::Allocator;

fn main() -> ExitCode {
    toolpress_runtime::cli::run(&toolpress_own_vendor::CATALOG, Vec::new)
}
