//! Encryption, by rustls: its only door.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    StreamOwned,
};

use super::stream::Timed;
use super::uri::{Tls, Trust};

/// Why a connection cannot be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file of certificates or keys is missing or holds none.
    #[error("cannot use {file} for TLS: {why}; it takes a PEM file with {takes}")]
    File {
        /// Its path.
        file: Utf8PathBuf,
        /// What is wrong.
        why: String,
        /// What should be in it.
        takes: &'static str,
    },
    /// What rustls says of our settings or of the host's name.
    #[error("cannot set up TLS: {0}")]
    SetUp(#[from] Error),
    /// The host's name is none that a certificate could hold.
    #[error("{0} is no name that a certificate could hold")]
    Name(String),
    /// The two sides do not agree, or the server's certificate is not trusted.
    #[error("TLS handshake failed: {0}")]
    Handshake(io::Error),
}

/// An encrypted connection.
pub type TlsStream = StreamOwned<ClientConnection, Timed<TcpStream>>;

/// Settings as rustls wants them; made once and used for many connections.
#[derive(Clone, Debug)]
pub struct Encryption(Arc<ClientConfig>);

impl Encryption {
    /// Reads the files.
    ///
    /// # Errors
    /// A file is missing or holds nothing of use.
    pub fn new(tls: &Tls) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let versions =
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let verifier = verifier(tls, provider)?;
        let builder = versions.dangerous().with_custom_certificate_verifier(verifier);
        let config = match &tls.key_file {
            Some(file) => builder.with_client_auth_cert(certificates(file)?, key(file)?)?,
            None => builder.with_no_client_auth(),
        };
        Ok(Self(Arc::new(config)))
    }

    /// Encrypts an open connection; the handshake obeys the connection's own time limits.
    ///
    /// # Errors
    /// The handshake fails or times out.
    pub fn encrypt(&self, mut stream: Timed<TcpStream>, name: &str) -> Result<TlsStream, TlsError> {
        let server = ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name(name.to_owned()))?;
        let mut connection = ClientConnection::new(Arc::clone(&self.0), server)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).map_err(TlsError::Handshake)?;
        }
        Ok(StreamOwned::new(connection, stream))
    }
}

fn verifier(tls: &Tls, provider: Arc<CryptoProvider>) -> Result<Arc<Lenient>, TlsError> {
    let trusted = match (&tls.ca_file, tls.trust) {
        (_, Trust::Anything) | (None, _) => None,
        (Some(file), _) => {
            let mut roots = RootCertStore::empty();
            certificates(file)?.into_iter().try_for_each(|one| roots.add(one))?;
            let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
            Some(built.map_err(|error| Error::General(error.to_string()))?)
        }
    };
    Ok(Arc::new(Lenient { trusted, trust: tls.trust, provider }))
}

fn certificates(file: &Utf8Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unusable = |why: String| TlsError::File { file: file.to_owned(), why, takes: "certificates" };
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))?.collect();
    let found = found.map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() { Err(unusable("it holds no certificate".into())) } else { Ok(found) }
}

fn key(file: &Utf8Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| TlsError::File {
        file: file.to_owned(),
        why: error.to_string(),
        takes: "a certificate and its unencrypted key",
    })
}

/// Verifies as much of a certificate as the user asks for. What signs the handshake must always hold the key.
#[derive(Debug)]
struct Lenient {
    /// Absent where nothing is demanded.
    trusted: Option<Arc<WebPkiServerVerifier>>,
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(trusted) = &self.trusted else { return Ok(ServerCertVerified::assertion()) };
        match trusted.verify_server_cert(certificate, between, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::AnyName => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
