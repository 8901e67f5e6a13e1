//! Listening: connections that are bounded in number and time, and an end that lets requests finish.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::clock::Clock;
use crate::config::Config;
use crate::instances::ADDRESS_BYTES;
use crate::keys::Passphrase;
use crate::{StartError, State, app, random};

/// A service that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    state: State,
}

/// The longest head of a request: addresses of the collateral service have an encrypted PPID of 768 digits,
/// those of machines that report a quote.
const HEAD_BYTES: usize = 32 * 1024;

/// How often challenges that nobody can answer any more are forgotten.
const CLEANING: Duration = Duration::from_secs(60);

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
        let connections = GracefulShutdown::new();
        let head = if self.state.config().instances.is_open() { ADDRESS_BYTES } else { HEAD_BYTES };
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits.header_seconds))
            .max_buf_size(head);
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
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // No file descriptors, or a client that was gone at once: the next may do better.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let service = TowerToHyperService::new(routes.clone());
            let connection = connections.watch(builder.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                let _place = place;
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        drop(self.listener);
        chores.abort();
        if timeout(Duration::from_secs(limits.shutdown_seconds), connections.shutdown()).await.is_err() {
            tracing::warn!("requests were cut off at the end");
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

/// What is done beside requests: keys are read again and replaced in time, old challenges are forgotten.
async fn chores(state: State) {
    let mut keys = interval(Duration::from_secs(state.config().keys.reload_seconds));
    let mut cleaning = interval(CLEANING);
    let node = random::uuid().unwrap_or_else(|_| std::process::id().to_string());
    for timer in [&mut keys, &mut cleaning] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        tokio::select! {
            _ = keys.tick() => {
                if let Err(error) = state.tend_keys(&node).await {
                    tracing::error!(%error, "keys");
                }
            }
            _ = cleaning.tick() => {
                if let Err(error) = state.store().forget_challenges(state.now()).await {
                    tracing::error!(%error, "challenges");
                }
                if let Err(error) = state.store().forget_nonces(state.now()).await {
                    tracing::error!(%error, "nonces");
                }
            }
        }
    }
}
