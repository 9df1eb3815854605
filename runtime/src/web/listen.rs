//! Connections: accepting them, cutting the idle ones, letting the busy ones finish.

use super::Site;
use super::patience::Patient;
use crate::Limits;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// A timer that ends before all others wakes the runtime with a system call when it is set. Every call sets some,
/// so one that always ends sooner spares each call that. No bound on time is shorter.
const TICK: Duration = Duration::from_secs(1);

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Clients that are connected, and how many may be.
#[derive(Debug)]
pub struct Connections {
    room: Arc<Semaphore>,
    most: usize,
    turned_away: AtomicU64,
}

impl Connections {
    /// Nobody is connected yet.
    pub fn new(limits: &Limits) -> Arc<Self> {
        let most = limits.connections;
        Arc::new(Self { room: Arc::new(Semaphore::new(most)), most, turned_away: AtomicU64::new(0) })
    }

    /// How many are connected now.
    pub fn open(&self) -> usize {
        self.most.saturating_sub(self.room.available_permits())
    }

    /// How many were closed at once so far, since there were too many.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// Serves HTTP/1 and HTTP/2 until `stop` comes; then nothing new is accepted and running requests may
/// finish within the drain time.
pub async fn serve(listener: TcpListener, site: impl Site, limits: &Limits, stop: impl Future<Output = ()>) {
    serve_counted(listener, site, limits, &Connections::new(limits), stop).await;
}

/// The same, with connections that somebody else counts too.
pub(crate) async fn serve_counted(
    listener: TcpListener,
    site: impl Site,
    limits: &Limits,
    clients: &Connections,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.read_timeout)
        .max_buf_size(limits.request_header);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.request_header).unwrap_or(u32::MAX))
        .keep_alive_interval(limits.read_timeout)
        .keep_alive_timeout(limits.read_timeout);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = tick.tick() => continue,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Ok(place) = Arc::clone(&clients.room).try_acquire_owned() else {
                    clients.turned_away.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                let (builder, site) = (builder.clone(), site.clone());
                let (patience, watcher) = (limits.read_timeout, graceful.watcher());
                connections.spawn(async move {
                    connection(&builder, stream, Peer(peer), site, patience, watcher).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: without a pause this would spin.
                tracing::warn!(%error, "no connection could be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    if timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests were still running at the end of the drain time"
        );
    }
    connections.shutdown().await;
}

async fn connection(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    peer: Peer,
    mut site: impl Site,
    patience: Duration,
    watcher: Watcher,
) {
    // Answers are written whole; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let spoke = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&spoke);
    site.meet(peer);
    // What is served is always ready, so it is called at once.
    let site = RefCell::new(site);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        heard.store(true, Ordering::Relaxed);
        site.borrow_mut().call(request.map(Body::new))
    });
    let stream = TokioIo::new(Patient::new(stream, patience));
    let connection = builder.serve_connection(stream, service);
    let (mut connection, mut silence) = (pin!(watcher.watch(connection)), pin!(sleep(patience)));
    // hyper's own timeout begins once it knows which version of HTTP is spoken, so a client that sends
    // nothing, or half a preface, would stay for ever.
    let ended = poll_fn(|context| match connection.as_mut().poll(context) {
        Poll::Pending if !spoke.load(Ordering::Relaxed) => silence.as_mut().poll(context).map(Ok),
        polled => polled,
    });
    if let Err(error) = ended.await {
        tracing::debug!(%error, "a connection ended early");
    }
}
