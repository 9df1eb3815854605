//! Connections: accepting them, cutting the idle ones, letting the busy ones finish.

use super::patience::Patient;
use crate::Limits;
use axum::Router;
use axum::extract::Request;
use futures_util::future::{Either, select};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Who is at the other end of a connection; an extension of every request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Most of a request that is held before it is read, in bytes; so also the largest header over HTTP/1.
const BUFFER: usize = 64 << 10;

/// Serves HTTP/1 and HTTP/2 until `stop` comes; then nothing new is accepted and running requests may
/// finish within the drain time.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.read_timeout).max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.read_timeout)
        .keep_alive_timeout(limits.read_timeout);
    let room = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
                let (builder, router) = (builder.clone(), router.clone());
                let (patience, watcher) = (limits.read_timeout, graceful.watcher());
                connections.spawn(async move {
                    connection(&builder, stream, Peer(peer), router, patience, watcher).await;
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
    router: Router,
    patience: Duration,
    watcher: Watcher,
) {
    // Answers are written whole; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let spoke = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&spoke);
    let router = tower::service_fn(move |mut request: Request<Incoming>| {
        heard.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(peer);
        tower::ServiceExt::oneshot(router.clone(), request)
    });
    let stream = TokioIo::new(Patient::new(stream, patience));
    let connection = builder.serve_connection(stream, TowerToHyperService::new(router));
    let connection = pin!(watcher.watch(connection));
    // hyper's own timeout begins once it knows which version of HTTP is spoken, so a client that sends
    // nothing, or half a preface, would stay for ever.
    let ended = match select(connection, pin!(sleep(patience))).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((), connection)) if spoke.load(Ordering::Relaxed) => connection.await,
        Either::Right(_) => return,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
