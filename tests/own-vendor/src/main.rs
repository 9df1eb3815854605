//! An MCP server of one's own: the pressed tools, and the commands that serve them.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolpress_runtime::cli::run(&toolpress_own_vendor::CATALOG, Vec::new)
}
