//! Listening: connections that are bounded in number and time, and an end that lets requests finish.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::chores::chores;
use crate::clock::Clock;
use crate::config::Config;
use crate::connection::Connections;
use crate::http::Shares;
use crate::keys::Passphrase;
use crate::operations::audit::{Entry, record};
use crate::{StartError, State, app};

/// A service that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    state: State,
}

impl Server {
    /// Listens.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(state: State) -> io::Result<Self> {
        let listener = TcpListener::bind(state.config().listen).await?;
        Ok(Self { listener, state })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Those of the system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `end`, then lets open requests finish for as long as the configuration says.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let limits = self.state.config().limits.clone();
        let routes = app(self.state.clone());
        let room = Arc::new(Semaphore::new(limits.connections));
        let shares = Shares::new(self.state.config().client.connections_at_once);
        let connections = GracefulShutdown::new();
        let serving = Connections::new(&self.state, routes);
        record::event(&self.state, Entry::of("service.started").with("version", env!("CARGO_PKG_VERSION")));
        let chores = tokio::spawn(chores(self.state.clone()));
        let mut end = std::pin::pin!(end);
        loop {
            let accept = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (self.listener.accept().await, place)
            };
            let (accepted, place) = tokio::select! {
                accepted = accept => accepted,
                () = &mut end => break,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // No file descriptors, or a client that was gone at once: the next may do better.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let client = self.state.turnstile().of_connection(address.ip());
            let Some(share) = shares.take(client) else {
                // Closed as it is: nothing was asked yet.
                self.state.metrics().connections_refused.inc();
                continue;
            };
            let (serving, watcher) = (serving.clone(), connections.watcher());
            tokio::spawn(async move {
                let _place = (place, share);
                serving.serve(stream, address.ip(), watcher).await;
            });
        }
        drop(self.listener);
        chores.abort();
        if timeout(Duration::from_secs(limits.shutdown_seconds), connections.shutdown()).await.is_err() {
            tracing::warn!("requests were cut off at the end");
        }
        record::event(&self.state, Entry::of("service.ended"));
        if let Some(Err(error)) = self.state.audit().map(|audit| audit.sync()) {
            tracing::error!(%error, "the audit log");
        }
    }
}

/// Serves until the process is told to end (SIGTERM, SIGINT).
///
/// # Errors
/// When the address cannot be had.
pub async fn serve(state: State) -> io::Result<()> {
    let server = Server::bind(state).await?;
    tracing::info!(address = %server.address()?, "listening");
    server.run(told_to_end()).await;
    tracing::info!("ended");
    Ok(())
}

/// Runs the service of this configuration until the process is told to end.
///
/// # Errors
/// What keeps it from running.
pub fn run(config: Config, passphrase: Passphrase, clock: Arc<dyn Clock>) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError(error.to_string()))?;
    runtime.block_on(async {
        let listen = config.listen;
        let state = State::open_with(config, passphrase, clock, None).await?;
        serve(state).await.map_err(|error| StartError(format!("{listen}: {error}")))
    })
}

async fn told_to_end() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
