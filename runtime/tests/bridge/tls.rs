//! Servers whose certificate nobody vouches for.

use crate::pipe::{Pipe, call};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn nothing_is_sent_to_a_server_that_cannot_be_trusted() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key.into()).expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://localhost:{}/mcp", listener.local_addr().expect("an address").port());
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            if stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let error = Pipe::open(&url).ask(call(1)).await;
    let message = error["error"]["message"].as_str().expect("a message");
    assert!(message.contains("is not trustworthy") && message.contains("nothing was sent"), "{message}");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}
