//! `rotate-key`: another key for stored credentials, while servers run.

use super::installation::{self, Place};
use super::{Failure, output};
use crate::keyring::{Rotated, Rotation, RotationError};
use toolpress_core::Catalog;

const EXAMPLES: &str = "\
Works on the key file and the database; servers may run, and no call fails. If it is broken off
at any point, the key file still opens every credential: run it again. Keys that are not needed
any more stay in the file until --retire.

Nodes that read one and the same key file:
  toolpress rotate-key
  toolpress rotate-key --retire

Nodes with copies of it (copy the file to all of them after each step):
  toolpress rotate-key --prepare
  toolpress rotate-key
  toolpress rotate-key --retire";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only adds a key to the file, which encrypts from the next rotation on
    #[arg(long, conflicts_with = "retire")]
    prepare: bool,

    /// Drops the keys from before the last rotation, after encrypting anew what nodes still encrypted with them
    #[arg(long)]
    retire: bool,

    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: Args, catalog: &'static Catalog) -> Result<(), Failure> {
    let address = args.place.stored()?;
    let store = installation::existing(&args.place).await?;
    let Some(path) = args.place.key_file(&address) else {
        return Err(Failure::Usage("a database in memory has no key file".to_owned()));
    };
    let mut rotation = Rotation::begin(&path, &*store, catalog).await.map_err(failure)?;
    if args.prepare {
        rotation.prepare().map_err(failure)?;
        return output::print("A key that encrypts from the next rotation on is in the key file.");
    }
    let rotated = if args.retire { rotation.retire().await } else { rotation.rotate().await };
    let rotated = rotated.map_err(failure)?;
    let (action, key) = (if args.retire { "key.retire" } else { "key.rotate" }, rotation.current());
    let credentials = rotated.credentials;
    tracing::info!(target: "audit", action, by = "command line", key, credentials);
    drop(rotation);
    store.close().await;
    told(&rotated, args.retire)
}

fn told(rotated: &Rotated, retired: bool) -> Result<(), Failure> {
    let count = rotated.credentials;
    output::print(&if retired {
        format!("Only the newest key is left in the key file; {count} credentials were encrypted anew.")
    } else {
        format!(
            "{count} credentials were encrypted with a new key. `toolpress rotate-key --retire` drops the old one."
        )
    })?;
    if rotated.left.is_empty() {
        return Ok(());
    }
    let mut message = "these credentials do not open and were left as they are; set them anew with \
                       `toolpress account update ACCOUNT --new-credentials`:"
        .to_owned();
    for credential in &rotated.left {
        message.push_str("\n  ");
        message.push_str(credential);
    }
    Err(Failure::Failed(message))
}

fn failure(error: RotationError) -> Failure {
    Failure::failed(error)
}
