//! The `toolpress` binary: the library, linked with the bundled catalogue and the simulators.

use std::process::ExitCode;
#[cfg(feature = "bundled")]
use toolpress_generated::CATALOG;
use toolpress_runtime::Allocator;
use toolpress_runtime::cli::{self, SandboxVendor};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

#[cfg(not(feature = "bundled"))]
static CATALOG: toolpress_core::Catalog =
    toolpress_core::Catalog { vendors: &[], fingerprint: "0000000000000000" };

fn main() -> ExitCode {
    cli::run(&CATALOG, simulators)
}

#[cfg(feature = "sandbox")]
fn simulators() -> Vec<SandboxVendor> {
    let simulators = toolpress_sandbox::simulators(&toolpress_sandbox::Clock::system());
    let vendor = |simulator: toolpress_sandbox::Simulator| SandboxVendor {
        vendor: simulator.vendor,
        base_path: simulator.base_path,
        credentials: simulator.credentials,
        router: simulator.router,
    };
    simulators.into_iter().map(vendor).collect()
}

#[cfg(not(feature = "sandbox"))]
fn simulators() -> Vec<SandboxVendor> {
    Vec::new()
}
