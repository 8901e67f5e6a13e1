//! One connection: TLS where it is spoken, then requests, each with what is known of the other end.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::State;
use crate::instances::ADDRESS_BYTES;
use crate::operations::{Peer, fingerprint};

/// How connections are served.
#[derive(Clone, Debug)]
pub struct Connections {
    state: State,
    routes: Router,
    builder: http1::Builder,
    /// For a handshake, and for the head of a request.
    patience: Duration,
}

/// The longest head of a request: addresses of the collateral service have an encrypted PPID of 768 digits.
const HEAD_BYTES: usize = 32 * 1024;

impl Connections {
    /// As configured.
    pub fn new(state: &State, routes: Router) -> Self {
        let patience = Duration::from_secs(state.config().limits.header_seconds);
        // Machines report in addresses as long as addresses can be.
        let head = if state.config().instances.is_open() { ADDRESS_BYTES } else { HEAD_BYTES };
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(head);
        Self { state: state.clone(), routes, builder, patience }
    }

    /// Serves a connection to its end.
    pub async fn serve(self, stream: TcpStream, address: IpAddr, watcher: Watcher) {
        let open = self.state.metrics().connections.clone();
        open.inc();
        // Answers are short: whoever does not take one for so long is gone, or means harm.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(Duration::from_secs(self.state.config().limits.request_seconds)));
        let stream = Box::pin(stream);
        match self.state.tls().map(|tls| tls.acceptor()) {
            None => self.requests(stream, Peer { address, certificate: None }, watcher).await,
            Some(acceptor) => match timeout(self.patience, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                    let peer =
                        Peer { address, certificate: shown.map(|certificate| fingerprint(certificate)) };
                    self.requests(stream, peer, watcher).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            },
        }
        open.dec();
    }

    async fn requests(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        watcher: Watcher,
    ) {
        let told = move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        };
        let service = TowerToHyperService::new(self.routes.clone().map_request(told));
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
