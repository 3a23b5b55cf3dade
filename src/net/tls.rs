//! The one TLS configuration and the transport under the door. It trusts what this machine trusts (companies put their
//! own roots there), or Mozilla's roots where the machine has none. It never follows a redirect and never adds a credential.

use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// What carries requests under the door. Cheap to clone; clones share their connections.
pub type Transport = reqwest::Client;

/// Why there is no transport.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// The transport that [`super::Door::new`] wants: no redirects, no cookies, no retries of its own, the system's proxy.
///
/// # Errors
/// When TLS or the client cannot be set up on this machine.
pub fn transport() -> Result<Transport, TransportError> {
    Ok(builder()?.build()?)
}

/// The transport for this machine's own addresses: a company's proxy would look for them on itself.
pub(super) fn direct() -> Result<Transport, TransportError> {
    Ok(builder()?.no_proxy().build()?)
}

/// The transport for strangers' sites, whose names are looked up by `resolver`.
pub(super) fn resolving(resolver: impl reqwest::dns::Resolve + 'static) -> Result<Transport, TransportError> {
    Ok(builder()?.dns_resolver(std::sync::Arc::new(resolver)).build()?)
}

fn builder() -> Result<reqwest::ClientBuilder, TransportError> {
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // The certificate that a host showed, for who reads about a site; a copy per connection.
        .tls_info(true)
        .connect_timeout(CONNECT)
        .user_agent(concat!("rescue/", env!("CARGO_PKG_VERSION"))))
}

/// The TLS configuration, for HTTP here and for any other protocol that speaks TLS. Nothing is installed process-wide.
///
/// # Errors
/// When the cryptography cannot do the protocol versions, which does not happen with the ring provider.
pub fn tls() -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots())
        .with_no_client_auth();
    // reqwest leaves this to whoever hands in a configuration.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Read once: it takes some milliseconds of file reading and does not change while we run.
fn roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    Arc::clone(ROOTS.get_or_init(|| {
        let mut store = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (taken, refused) = store.add_parsable_certificates(found.certs);
        if taken == 0 {
            tracing::warn!(refused, "no trusted roots on this machine; taking Mozilla's");
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Arc::new(store)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_roots_and_both_protocols() {
        assert!(!roots().is_empty());
        assert_eq!(tls().unwrap().alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
        transport().unwrap();
        direct().unwrap();
    }
}
