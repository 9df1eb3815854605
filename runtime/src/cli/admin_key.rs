//! `admin-key`: a new key to the control plane, for those who lost theirs.

use super::installation::{self, Place};
use super::{Failure, output};
use crate::admin_key::AdminKey;

const EXAMPLES: &str = "\
Works on the database itself, so no server needs to run and no key is asked for: whoever can
write the database may do so. The new key is the only line on standard output. Nodes that were
started with TOOLPRESS_ADMIN_KEY or --admin-key-file keep the key they were given.

Examples:
  toolpress admin-key --reset
  toolpress admin-key --reset --database postgres://tools@db/tools
  TOOLPRESS_ADMIN_KEY=$(toolpress admin-key --reset) toolpress account list";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Makes a new key, shown this once; ends the old one and everybody's session on the page, on all nodes
    #[arg(long, required = true)]
    reset: bool,

    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let store = installation::existing(&args.place).await?;
    let key = AdminKey::reset(&*store).await.map_err(Failure::failed)?;
    tracing::info!(target: "audit", action = "admin-key.reset", by = "command line");
    store.close().await;
    output::print(key.expose())
}
