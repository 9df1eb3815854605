//! A disk that is full, or may not be written.

use crate::support::{Asker, One, echo};
use reqwest::Method;
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;
use toolpress_tests::PATIENCE;
use toolpress_tests::engine::{Engine, Site};

/// A small disk, taken away when it is dropped.
struct Disk(TempDir);

impl Disk {
    /// `None`, with a line on the terminal, where this user may not mount.
    fn of(size: &str) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let options = format!("size={size}");
        match run("mount", &["-t", "tmpfs", "-o", &options, "none"], folder.path()) {
            Ok(()) => Some(Self(folder)),
            Err(problem) => {
                toolpress_tests::skip("mount", &format!("a small disk cannot be mounted: {problem}"));
                None
            }
        }
    }

    /// A place for a node whose database is on the disk; the key file is elsewhere.
    async fn site(&self) -> Site {
        let mut site = Engine::Sqlite.site().await.expect("SQLite is built in");
        site.database = format!("sqlite:{}", self.path().join("toolpress.db").display());
        site
    }

    fn remount(&self, options: &str) {
        run("mount", &["-o", &format!("remount,{options}")], self.path()).expect("mounted in another way");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes until there is no more room.
    fn fill(&self) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.filler()).expect("a file");
        // Ever smaller pieces, so that nothing is left.
        for size in [1 << 20, 64 << 10, 4 << 10, 512, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        File::create(self.filler()).expect("a file that is empty again");
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = run("umount", &["-l"], self.path());
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let output = Command::new(program).args(arguments).arg(folder).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(told) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g4_a_full_disk_stops_creation_and_nothing_else() {
    let Some(disk) = Disk::of("4m") else { return };
    let site = disk.site().await;
    let vendor = echo().await;
    let node = site.node().await;
    let (rest, asker) = (node.rest(), Asker::new());
    let one = One::of(&rest, &vendor.base_url()).await;
    let path = format!("/integrated-account/{}/mcp", one.account);

    disk.fill();
    // Pages that the database had already may take a few.
    let began = Instant::now();
    let refused = loop {
        let answer = rest.post(&path, json!({})).await;
        disk.fill();
        if answer.status.as_u16() != 201 {
            break answer;
        }
        assert!(began.elapsed() < PATIENCE, "a full disk takes everything");
    };
    assert!(refused.headers.contains_key("retry-after"), "{:?}", refused.headers);
    assert_eq!(refused.clone().refused(503)["code"], "unavailable", "{}", refused.text);
    for _ in 0..3 {
        rest.post(&path, json!({})).await.refused(503);
        assert_eq!(asker.call(&node, &one.token, "while-full").await["isError"], false);
        // What asks the database again goes on too, and so do lists.
        sleep(Duration::from_millis(900)).await;
    }
    assert_eq!(rest.get(&path).await.status.as_u16(), 200);

    disk.make_room();
    let began = Instant::now();
    let server = loop {
        let answer = rest.post(&path, json!({})).await;
        if answer.status.as_u16() == 201 {
            break answer.created();
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{} {}", answer.text, node.log.so_far());
        sleep(Duration::from_millis(50)).await;
    };
    let token = server["token"].as_str().expect("a token");
    assert_eq!(asker.call(&node, token, "afterwards").await["isError"], false);
    let (status, _, log) = node.stop().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    // And it is whole.
    let node = site.node().await;
    assert_eq!(asker.status(&node, token).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g4_a_disk_that_may_not_be_written_is_told_at_the_start() {
    let Some(disk) = Disk::of("4m") else { return };
    let site = disk.site().await;
    let node = site.node().await;
    let one = One::of(&node.rest(), "http://127.0.0.1:9").await;
    node.stop().await;
    disk.remount("ro");
    let (code, output, log) = site.start().fail().await;
    assert_eq!(code, Some(1), "{output}{log}");
    assert!(log.contains("toolpress.db") && log.contains("to read and to write"), "{log}");
    disk.remount("rw");
    let node = site.node().await;
    assert_eq!(Asker::new().status(&node, &one.token).await.0, 200);
    let path = format!("/integrated-account/{}", one.account);
    assert_eq!(node.rest().request(Method::DELETE, &path).send().await.expect("an answer").status(), 204);
}
