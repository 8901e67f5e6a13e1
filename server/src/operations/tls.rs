//! TLS: certificates from files, which may be replaced while the service runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsConfig;

/// What new connections are greeted with.
#[derive(Debug)]
pub struct Tls {
    files: Files,
    current: RwLock<Current>,
}

#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

#[derive(Debug)]
struct Current {
    /// SHA-256 of the files.
    digest: [u8; 32],
    config: Arc<ServerConfig>,
}

impl Tls {
    /// As configured; `None` without a certificate.
    ///
    /// # Errors
    /// Files that cannot be read, or do not go together.
    pub fn open(config: &TlsConfig) -> Result<Option<Self>, String> {
        let (Some(certificate), Some(key)) = (&config.certificate, &config.key) else {
            return Ok(None);
        };
        let files =
            Files { certificate: certificate.clone(), key: key.clone(), client_ca: config.client_ca.clone() };
        let current = files.load()?;
        Ok(Some(Self { files, current: RwLock::new(current) }))
    }

    /// For the next connection.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current.config))
    }

    /// Looks at the files again: `true` when they were others. What cannot be read leaves everything as it was.
    ///
    /// # Errors
    /// Files that cannot be read, or do not go together.
    pub fn reload(&self) -> Result<bool, String> {
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).digest;
        if self.files.digest()? == known {
            return Ok(false);
        }
        let loaded = self.files.load()?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(true)
    }
}

impl Files {
    fn load(&self) -> Result<Current, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path)? {
                    roots.add(certificate).map_err(|error| told(path, error))?;
                }
                // Who attests needs no certificate; who shows one shows one of these.
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .allow_unauthenticated()
                    .build()
                    .map_err(|error| told(path, error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| told(&self.key, error))?;
        let mut config = builder
            .with_single_cert(certificates(&self.certificate)?, key)
            .map_err(|error| told(&self.certificate, error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Current { digest: self.digest()?, config: Arc::new(config) })
    }

    fn digest(&self) -> Result<[u8; 32], String> {
        let mut text = Vec::new();
        for path in [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten()
        {
            text.extend(std::fs::read(path).map_err(|error| told(path, error))?);
        }
        Ok(fingerprint(&text))
    }
}

/// SHA-256.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> [u8; 32] {
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest(&SHA256, bytes).as_ref());
    fingerprint
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let found = found.map_err(|error| told(path, error))?;
    if found.is_empty() { Err(told(path, "there is no certificate in it")) } else { Ok(found) }
}

fn told(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
