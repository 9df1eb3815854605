//! What all HTTP clients of the program have in common: how they trust.

use reqwest::{Certificate, Client, ClientBuilder};

/// Builds a client that verifies certificates by the system's roots, or by those that browsers trust where
/// the system has none.
///
/// # Errors
/// If the client cannot be set up.
pub(crate) fn build(builder: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    // Whoever links this library may have chosen a provider already; theirs stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder().build().or_else(|problem| {
        // A bare container has no root certificates.
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let roots: Result<Vec<_>, _> = roots.map(|root| Certificate::from_der(root)).collect();
        builder().tls_certs_only(roots?).build().map_err(|_| problem)
    })
}
