//! What all HTTP clients of the program have in common: how they trust.

use reqwest::{Certificate, Client, ClientBuilder};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::sync::{Arc, OnceLock};
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
    let provider = provide();
    let trust = Trust { provider: Arc::clone(&provider), verifier: OnceLock::new() };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    // Dangerous is only who does not verify.
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(trust)).with_no_client_auth())
}

/// Verifies by roots that are read when the first certificate is shown: reading some hundred files takes
/// longer than all else that a start does, and a server may be started for a single list.
#[derive(Debug)]
struct Trust {
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Arc<dyn ServerCertVerifier>>,
}

impl Trust {
    fn verifier(&self) -> Result<&dyn ServerCertVerifier, rustls::Error> {
        if let Some(verifier) = self.verifier.get() {
            return Ok(&**verifier);
        }
        let verifier = verifier(&self.provider)?;
        Ok(&**self.verifier.get_or_init(|| verifier))
    }
}

/// The system's roots, or those that browsers trust.
fn verifier(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    if let Ok(verifier) = Verifier::new(Arc::clone(provider)) {
        return Ok(Arc::new(verifier));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(TLS_SERVER_ROOT_CERTS.iter().cloned());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    Ok(verifier.map_err(|problem| rustls::Error::Other(OtherError(Arc::new(problem))))?)
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verifier = self.verifier()?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier()?.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier()?.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whoever links this library may have chosen a provider already; theirs stays.
fn provide() -> Arc<CryptoProvider> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chosen = CryptoProvider::get_default().cloned();
    chosen.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}
