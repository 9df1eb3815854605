//! What all HTTP clients of the program have in common: how they trust.

use reqwest::{Certificate, Client, ClientBuilder};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Builds a client that verifies certificates by the system's roots, or by those that browsers trust where
/// the system has none.
///
/// # Errors
/// If the client cannot be set up.
pub(crate) fn build(builder: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    provide();
    builder().build().or_else(|problem| {
        // A bare container has no root certificates.
        let roots: Result<Vec<_>, _> =
            TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root)).collect();
        builder().tls_certs_only(roots?).build().map_err(|_| problem)
    })
}

/// The same trust for a client that is built of parts.
///
/// # Errors
/// If no protocol version can be spoken.
pub(crate) fn tls() -> Result<ClientConfig, rustls::Error> {
    provide();
    let trusting = ClientConfig::builder().with_platform_verifier().or_else(|_| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(TLS_SERVER_ROOT_CERTS.iter().cloned());
        Ok::<_, rustls::Error>(ClientConfig::builder().with_root_certificates(roots))
    });
    Ok(trusting?.with_no_client_auth())
}

/// Whoever links this library may have chosen a provider already; theirs stays.
fn provide() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
