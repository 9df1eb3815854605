//! `toolpress serve` as a process: started, looked at, stopped, killed.

use crate::PATIENCE;
use crate::engine::{ADMIN_KEY, Site};
use crate::postgres::free_port;
use crate::program::bare;
use crate::rest::Rest;
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Command, ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::time::timeout;

/// How a node is to be started.
#[derive(Debug)]
pub struct Start {
    command: Command,
    key: Option<String>,
    /// Where it is told to listen; `None` where the command tells it itself.
    listen: Option<String>,
    /// Where it is reached, if that is not where it says.
    reached: Option<String>,
}

/// A running node. It is killed when it is dropped.
#[derive(Debug)]
pub struct Node {
    /// Where it is reached, such as `http://127.0.0.1:40123`.
    pub address: String,
    /// What it prints.
    pub output: Text,
    /// What it logs.
    pub log: Text,
    key: Option<String>,
    process: Child,
}

/// What a process writes, as far as it has.
#[derive(Debug, Clone)]
pub struct Text(watch::Receiver<(String, bool)>);

impl Start {
    pub(crate) fn at(site: &Site) -> Self {
        let mut command = bare(&["serve", "--allow-upstream", "127.0.0.0/8"]);
        command.arg("--database").arg(&site.database).arg("--key-file").arg(site.key_file());
        command.env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY).current_dir(site.folder());
        Self {
            command,
            key: Some(ADMIN_KEY.to_owned()),
            listen: Some("127.0.0.1:0".to_owned()),
            reached: None,
        }
    }

    /// A command that starts a node in its own way, such as inside a wrapper. Its admin key is `key`.
    pub fn of(command: Command, key: Option<&str>) -> Self {
        Self { command, key: key.map(str::to_owned), listen: None, reached: None }
    }

    /// With further flags.
    #[must_use]
    pub fn flags(mut self, flags: &[&str]) -> Self {
        self.command.args(flags);
        self
    }

    /// With a name that it is known by from outside. It is still reached on loopback.
    #[must_use]
    pub fn public_url(mut self, url: &str) -> Self {
        // It tells its public name instead of its port, so the port is chosen here.
        let port = free_port();
        self.listen = Some(format!("127.0.0.1:{port}"));
        self.reached = Some(format!("http://127.0.0.1:{port}"));
        self.flags(&["--public-url", url])
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Without an admin key from outside.
    #[must_use]
    pub fn without_admin_key(mut self) -> Self {
        self.command.env_remove("TOOLPRESS_ADMIN_KEY");
        self.key = None;
        self
    }

    /// The command, to be changed further.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Starts it and waits until it listens.
    ///
    /// # Panics
    /// With its log, if it ends instead.
    pub async fn run(self) -> Node {
        let (key, reached) = (self.key.clone(), self.reached.clone());
        let (mut process, output, log) = self.spawn();
        let listens = output.line(" listens on ").await;
        let Some((_, address)) = listens.as_deref().and_then(|line| line.split_once(" listens on ")) else {
            let status = process.wait().await;
            panic!("it ended with {status:?}: {}{}", output.all().await, log.all().await);
        };
        Node { address: reached.unwrap_or_else(|| address.to_owned()), output, log, key, process }
    }

    /// Starts it and waits for its end: exit code, output, log. For nodes that refuse to start.
    pub async fn fail(self) -> (Option<i32>, String, String) {
        let (mut process, output, log) = self.spawn();
        let status = timeout(PATIENCE, process.wait()).await.expect("an end in time").expect("a status");
        (status.code(), output.all().await, log.all().await)
    }

    fn spawn(mut self) -> (Child, Text, Text) {
        if let Some(listen) = &self.listen {
            self.command.args(["--listen", listen]);
        }
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process =
            tokio::process::Command::from(self.command).kill_on_drop(true).spawn().expect("a process");
        let output = Text::follow(process.stdout.take().expect("its output"));
        let log = Text::follow(process.stderr.take().expect("its log"));
        (process, output, log)
    }
}

impl Node {
    /// A client of its control plane with the admin key.
    pub fn rest(&self) -> Rest {
        Rest::new(&self.address, self.key.as_deref())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id().expect("a running process")
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let id = self.process.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)).expect("a process");
        kill_process(id, signal).expect("a signal");
    }

    /// Waits for its end: how it ended, all it printed, all it logged.
    pub async fn wait(mut self) -> (ExitStatus, String, String) {
        let status = timeout(PATIENCE, self.process.wait()).await.expect("an end in time").expect("a status");
        (status, self.output.all().await, self.log.all().await)
    }

    /// Asks it to stop and waits for its end.
    pub async fn stop(self) -> (ExitStatus, String, String) {
        self.terminate();
        self.wait().await
    }

    /// Ends it as a power cut would, and waits until it is gone: all it printed, all it logged.
    pub async fn kill(mut self) -> (String, String) {
        self.process.kill().await.expect("killed");
        (self.output.all().await, self.log.all().await)
    }
}

impl Text {
    fn follow(from: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let (text, follower) = watch::channel((String::new(), false));
        tokio::spawn(async move {
            let mut lines = BufReader::new(from).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                text.send_modify(|(text, _)| {
                    text.push_str(&line);
                    text.push('\n');
                });
            }
            text.send_modify(|(_, ended)| *ended = true);
        });
        Self(follower)
    }

    /// What has come so far.
    pub fn so_far(&self) -> String {
        self.0.borrow().0.clone()
    }

    /// Waits for a line with this in it; `None` if the process ends without.
    ///
    /// # Panics
    /// If neither happens for a long time.
    pub async fn line(&self, part: &str) -> Option<String> {
        let mut text = self.0.clone();
        let find = |text: &str| text.lines().find(|line| line.contains(part)).map(str::to_owned);
        let waited = timeout(PATIENCE, text.wait_for(|(text, ended)| *ended || find(text).is_some())).await;
        let seen = waited.unwrap_or_else(|_| panic!("no `{part}` in: {}", self.so_far()));
        seen.ok().and_then(|seen| find(&seen.0))
    }

    /// Everything, once the process has ended.
    pub async fn all(&self) -> String {
        let mut text = self.0.clone();
        let ended = timeout(PATIENCE, text.wait_for(|(_, ended)| *ended)).await.expect("an end in time");
        ended.map_or_else(|_| self.so_far(), |text| text.0.clone())
    }
}
