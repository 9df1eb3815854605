//! Files of `SQLite` that were not written whole, or not as they were meant.

use std::path::{Path, PathBuf};
use tempfile::TempDir;
use toolpress_generated::CATALOG;
use toolpress_runtime::ServerConfig;
use toolpress_runtime::store::{
    AccountRow, Accounts as _, Address, Grant, Hash, ServerRow, Servers as _, SqlStore, StoreError,
};
use toolpress_tests::engine::Engine;

use crate::crash::Random;
use crate::support::VENDOR;

/// Servers that are created one after the other.
const SERVERS: u8 = 6;

/// Of the bytes in the middle of a page, which are of one kind, each this many-th is looked at.
const STEP: usize = 61;

/// `SQLite` writes a header of 32 bytes, and then frames: a header of 24 bytes and a page.
const WAL_HEADER: usize = 32;
const FRAME: usize = 24 + 4096;

/// A database and its write-ahead log, before and after the last commit.
struct Scene {
    folder: TempDir,
    database: Vec<u8>,
    before: usize,
    log: Vec<u8>,
}

fn hash(number: u8) -> Hash {
    [number; 32]
}

fn row(number: u8) -> ServerRow {
    ServerRow {
        id: format!("server-{number}"),
        account_id: "account".to_owned(),
        name: "one of some".to_owned(),
        config: r#"{"methods":["read"],"require_api_token_auth":false,"output_schemas":false}"#.to_owned(),
        expires_at: Some(4_102_444_800_000),
        token_last4: "abcd".to_owned(),
        created_by: "a test".to_owned(),
        created_at: 1,
        updated_at: 1,
        last_used_at: None,
        revision: 1,
    }
}

async fn open(path: &Path) -> Result<SqlStore, StoreError> {
    SqlStore::open(&Address::Sqlite(path.to_owned())).await
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Creates servers and copies the files while the database is open, as a power cut would leave them.
async fn scene() -> Scene {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("written.db");
    let store = open(&path).await.expect("a new database");
    let account = AccountRow {
        id: "account".to_owned(),
        integration: VENDOR.to_owned(),
        name: "an account".to_owned(),
        base_url: None,
        created_by: "a test".to_owned(),
        created_at: 1,
        updated_at: 1,
        revision: 1,
    };
    store.add_account(&account, &[]).await.expect("an account");
    let mut before = 0;
    for number in 0..SERVERS {
        before = std::fs::metadata(log_of(&path)).expect("a log").len();
        store.add_server(&row(number), &hash(number)).await.expect("a server");
    }
    let read = |path: &Path| std::fs::read(path).expect("a file");
    let (database, log) = (read(&path), read(&log_of(&path)));
    store.close().await;
    Scene { before: usize::try_from(before).expect("a length"), folder, database, log }
}

impl Scene {
    /// Opens a database of these files, and says which servers are there.
    async fn servers(&self, log: &[u8]) -> Vec<u8> {
        let path = self.folder.path().join("broken.db");
        std::fs::write(&path, &self.database).expect("written");
        std::fs::write(log_of(&path), log).expect("written");
        let store = open(&path).await.expect("a log that breaks off is no damage");
        let mut found = Vec::new();
        for number in 0..SERVERS {
            if let Some(grant) = store.grant(&hash(number)).await.expect("an answer") {
                assert_eq!(grant.server, row(number));
                found.push(number);
            }
        }
        store.close().await;
        found
    }
}

/// Places in a log from `from` on: all bytes where something begins or ends, some of the rest.
fn places(from: usize, log: &[u8]) -> impl Iterator<Item = usize> {
    (from..log.len()).filter(|place| {
        let within = place.checked_sub(WAL_HEADER).map_or(0, |place| place % FRAME);
        !(26..=FRAME - 3).contains(&within) || place.is_multiple_of(STEP)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g3_a_log_that_breaks_off_anywhere_ends_with_a_whole_commit() {
    let scene = scene().await;
    let all: Vec<u8> = (0..SERVERS).collect();
    assert_eq!(scene.servers(&scene.log).await, all);
    assert!(scene.before > WAL_HEADER && scene.before < scene.log.len());
    for cut in places(scene.before, &scene.log) {
        let found = scene.servers(&scene.log[..cut]).await;
        assert_eq!(found, all[..all.len() - 1], "cut at {cut} of {}", scene.log.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g3_a_wrong_byte_in_the_log_takes_back_whole_commits() {
    let scene = scene().await;
    let all: Vec<u8> = (0..SERVERS).collect();
    let (mut random, mut taken_back) = (Random(7), 0);
    for place in places(scene.before, &scene.log).step_by(3) {
        let mut log = scene.log.clone();
        log[place] ^= 1 << random.below(8);
        let found = scene.servers(&log).await;
        // The size of the database in the header of a frame that is no commit's is not looked at.
        assert!(found == all || found == all[..all.len() - 1], "{found:?} with byte {place} changed");
        taken_back += usize::from(found != all);
    }
    assert!(taken_back > 0);
    for _ in 0..60 {
        let mut log = scene.log.clone();
        let place = usize::try_from(random.below(scene.before as u64)).expect("a place");
        log[place] ^= 1 << random.below(8);
        let found = scene.servers(&log).await;
        assert!(all.starts_with(&found), "{found:?} with byte {place} changed");
    }
}

/// `SQLite` has no checksums of its pages, so what a wrong bit in them says cannot always be told from what
/// was meant. It must be an error or no more than was allowed, and never the end of the process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g3_a_wrong_bit_in_the_database_opens_nothing_more() {
    let folder = TempDir::new().expect("a folder");
    let whole = {
        let scene = scene().await;
        // Closing it in order has moved everything into the file.
        std::fs::read(scene.folder.path().join("written.db")).expect("a database")
    };
    let path = folder.path().join("damaged.db");
    let (mut random, mut refused, mut served) = (Random(11), 0, 0);
    for attempt in 0..300 {
        let mut bytes = whole.clone();
        // The header of the file at first, then anywhere.
        let bound = if attempt < 60 { 100 } else { whole.len() as u64 };
        let place = usize::try_from(random.below(bound)).expect("a place");
        bytes[place] ^= 1 << random.below(8);
        std::fs::write(&path, &bytes).expect("written");
        let _ = std::fs::remove_file(log_of(&path));
        match open(&path).await {
            Err(error) => {
                assert!(error.to_string().contains("damaged.db"), "{error}");
                refused += 1;
            }
            Ok(store) => {
                for number in 0..SERVERS {
                    if let Ok(Some(grant)) = store.grant(&hash(number)).await {
                        narrow(&grant, place);
                    }
                }
                served += 1;
                store.close().await;
            }
        }
    }
    assert!(refused > 10 && served > 100, "{refused} refused, {served} served");
}

/// A grant shows no more tools than the one that was stored.
fn narrow(grant: &Grant, place: usize) {
    let Ok(config) = serde_json::from_str::<ServerConfig>(&grant.server.config) else { return };
    let Some(vendor) = CATALOG.vendor(&grant.account.integration) else { return };
    let shown = vendor.select_known(&config.filter()).count();
    let meant: ServerConfig = serde_json::from_str(&row(0).config).expect("a configuration");
    let allowed = vendor.select_known(&meant.filter()).count();
    assert!(shown <= allowed, "{shown} tools instead of {allowed} with byte {place} changed: {config:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g3_a_file_that_is_no_database_is_refused_by_its_name() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let path = site.folder().join("toolpress.db");
    std::fs::write(&path, "Dear diary, ".repeat(1000)).expect("written");
    let (code, output, log) = site.start().fail().await;
    assert_eq!(code, Some(1), "{output}{log}");
    assert!(log.contains("toolpress.db") && log.contains("not a database"), "{log}");
}
