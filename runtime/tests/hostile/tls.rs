//! Vendors whose certificate is not to be trusted, and one whose is.
//!
//! The server's process trusts one authority, made for the test, so that each certificate has one flaw.

use crate::process::{Process, Setup};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// A certificate for these names with its key.
type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("names")
}

fn identity(params: &CertificateParams, issuer: Option<&Issuer<'_, KeyPair>>) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (certificate.expect("a certificate").der().clone(), key.into())
}

/// A vendor with this identity, and how many requests reached it.
async fn vendor((certificate, key): Identity) -> (SocketAddr, Arc<AtomicUsize>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key);
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("a configuration")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                if stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                    seen.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(ANSWER).await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    (address, requests)
}

/// A vendor that speaks TLS of an older kind only: it answers any greeting with these bytes.
async fn old_vendor(version: u8) -> SocketAddr {
    let hello = [&[2, 0, 0, 38, 3, version][..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
    let length = u8::try_from(hello.len()).expect("a short greeting");
    let record = [&[22, 3, version, 0, length][..], &hello].concat();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let record = record.clone();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(&record).await;
                let _ = stream.read(&mut [0; 4096]).await;
            });
        }
    });
    address
}

/// `error.kind` and text of a call, "none" when it went well.
async fn outcome(base: &str, roots: &std::path::Path) -> (String, String) {
    let process = Process::start(&Setup { vendor: base, roots: Some(roots), ..Setup::default() });
    let result = process.call("delete_a_acme_item_by_id", "7").await;
    let kind = result["structuredContent"]["error"]["kind"].as_str().unwrap_or("none").to_owned();
    (kind, result["content"][0]["text"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn security_b10_no_request_goes_to_whom_cannot_be_trusted() {
    let mut root = params(&[]);
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let folder = tempfile::tempdir().expect("a folder");
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, root.self_signed(&key).expect("a root").pem()).expect("a file");
    let issuer = Issuer::new(root, key);

    let mut expired = params(&["localhost"]);
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut early = params(&["localhost"]);
    (early.not_before, early.not_after) = (date_time_ymd(2100, 1, 1), date_time_ymd(2101, 1, 1));
    for (name, identity, wanted) in [
        ("good", identity(&params(&["localhost"]), Some(&issuer)), "none"),
        ("self-signed", identity(&params(&["localhost"]), None), "tls"),
        ("expired", identity(&expired, Some(&issuer)), "tls"),
        ("not yet valid", identity(&early, Some(&issuer)), "tls"),
        ("another's name", identity(&params(&["localhost.example"]), Some(&issuer)), "tls"),
        ("no name", identity(&params(&[]), Some(&issuer)), "tls"),
    ] {
        let (address, requests) = vendor(identity).await;
        let (kind, text) = outcome(&format!("https://localhost:{}", address.port()), &roots).await;
        assert_eq!(kind, wanted, "{name}: {text}");
        assert_eq!(requests.load(Ordering::SeqCst), usize::from(wanted == "none"), "{name}");
        if wanted == "tls" {
            assert!(text.contains("not trustworthy") && text.ends_with("Nothing was sent."), "{text}");
        }
    }
    // A name does not stand for an address.
    let (address, requests) = vendor(identity(&params(&["localhost"]), Some(&issuer))).await;
    assert_eq!(outcome(&format!("https://{address}"), &roots).await.0, "tls");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
    for version in [1, 2] {
        let address = old_vendor(version).await;
        let (kind, text) = outcome(&format!("https://localhost:{}", address.port()), &roots).await;
        assert_eq!(kind, "tls", "{text}");
    }
}
