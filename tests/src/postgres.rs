//! `PostgreSQL` of the tests' own, on loopback, in a temporary folder. It ends with the test process, even
//! if that is killed.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A `PostgreSQL` server.
#[derive(Debug)]
pub struct Postgres {
    binaries: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    databases: AtomicU32,
    /// Stops the server and removes its folder once its input ends, which it does with this process.
    guard: Child,
    folder: PathBuf,
}

/// How the server is made to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Connections are cut, everything is written.
    Fast,
    /// As a crash would.
    Immediate,
}

impl Postgres {
    /// The server that the tests of this process share; `None`, with a line on the terminal, where there
    /// is no `PostgreSQL`.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server for one test, which may stop it.
    pub fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            crate::skip("postgres", "no initdb on the PATH or in /usr/lib/postgresql/*/bin");
            return None;
        };
        let folder = TempDir::with_prefix("toolpress-pg-").expect("a folder").keep();
        // It refuses to run as root.
        let user = rustix::process::geteuid().is_root().then(unprivileged);
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group)).expect("the folder's owner");
        }
        let mut postgres = Self {
            guard: guard(&binaries, &folder, user),
            binaries,
            user,
            port: 0,
            databases: 0.into(),
            folder,
        };
        let data = postgres.data();
        // Whoever trusts the tests' machine may use the tests' databases.
        postgres.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        let settings = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 400\n\
                        shared_buffers = '16MB'\nfsync = off\nfull_page_writes = off\n";
        let mut file = File::options().append(true).open(Path::new(&data).join("postgresql.conf"));
        let file = file.as_mut().expect("the settings");
        file.write_all(settings.as_bytes()).expect("written");
        postgres.port = free_port();
        postgres.start_again();
        Some(postgres)
    }

    /// Starts it on the port it had.
    pub fn start_again(&self) {
        let (log, port) = (self.folder.join("log").display().to_string(), format!("-p {}", self.port));
        self.run("pg_ctl", &["start", "-w", "-t", "60", "-D", &self.data(), "-l", &log, "-o", &port]);
    }

    /// Stops it.
    pub fn stop(&self, stop: Stop) {
        let mode = if stop == Stop::Fast { "fast" } else { "immediate" };
        self.run("pg_ctl", &["stop", "-w", "-D", &self.data(), "-m", mode]);
    }

    /// A new, empty database: its address.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.address("postgres")).await.expect("a connection");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(create).await.expect("a database");
        self.address(&name)
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder with everything it writes: tables, write-ahead log, its own log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let told = self.folder.join(format!("{program}.out"));
        let output = || Stdio::from(File::options().create(true).append(true).open(&told).expect("a file"));
        // Files, not pipes: the server would keep a pipe open.
        let mut command = as_user(&self.binaries.join(program), self.user);
        command.args(arguments).stdin(Stdio::null()).stdout(output()).stderr(output());
        let status = command.current_dir(&self.folder).status().expect("a process");
        let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(status.success(), "{program}: {}{}", fs::read_to_string(&told).unwrap_or_default(), log());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// The guard outlives signals to the terminal's process group, since it is what cleans up.
fn guard(binaries: &Path, folder: &Path, user: Option<(u32, u32)>) -> Child {
    let script = r#"trap '' INT TERM HUP; read -r _
        "$0/pg_ctl" stop -D "$1/data" -m immediate -w >/dev/null 2>&1
        rm -rf "$1"/* ; rmdir "$1" 2>/dev/null || true"#;
    let mut command = as_user(Path::new("sh"), user);
    command.arg("-c").arg(script).arg(binaries).arg(folder).current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a shell")
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

/// Somebody who is not root: `postgres` where there is one, else `nobody`.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("the users");
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(str::parse);
        Some((fields.next()?.ok()?, fields.next()?.ok()?))
    };
    find("postgres").or_else(|| find("nobody")).expect("the user postgres or nobody")
}

/// The folder with `initdb`, `pg_ctl` and `postgres`.
fn binaries() -> Option<PathBuf> {
    let whole = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres"].iter().all(|name| {
            fs::metadata(folder.join(name)).is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
        })
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|folders| folders.flatten().map(|folder| folder.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    // Names on the PATH may be links into a folder whose other programs are needed too.
    let named = std::env::split_paths(&path).filter(whole).map(|folder| {
        let real = folder.join("initdb").canonicalize().ok();
        let beside = real.and_then(|real| real.parent().map(Path::to_owned)).filter(whole);
        beside.unwrap_or(folder)
    });
    named.chain(versions.into_iter().rev().filter(whole)).next()
}

/// A port of loopback that nothing listens on now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}
