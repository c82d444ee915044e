//! Standing by: while another process holds the data directory, this one waits, says so to whoever
//! asks, and takes over when the other has ended, however that was.

use std::{net::TcpListener as StdListener, sync::Arc, time::Duration};

use anyhow::Context;
use pipeline::store::StoreError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::http;

/// How often it is tried whether the data directory is free.
const TRY_EVERY: Duration = Duration::from_millis(200);

/// Answers on the socket have so long to end once it is taken over.
const GRACE: Duration = Duration::from_millis(200);

/// Opens what only one process may hold, as soon as it may; meanwhile the socket answers that this
/// process stands by. Nothing when the signal to end comes first.
///
/// # Errors
/// When it cannot be opened for another reason than that it is held.
pub async fn until_free<T>(
    listener: &StdListener,
    open: impl Fn() -> Result<T, StoreError>,
    ended: impl Future<Output = ()>,
) -> anyhow::Result<Option<T>> {
    let held = match open() {
        Ok(opened) => return Ok(Some(opened)),
        Err(held @ StoreError::Locked(_)) => held,
        Err(error) => return Err(error.into()),
    };
    tracing::warn!("{held}: standing by");
    let stop = CancellationToken::new();
    let waiting = listener.try_clone().context("the socket cannot be shared")?;
    let waiting = TcpListener::from_std(waiting).context("the socket cannot be served")?;
    let answers = tokio::spawn(
        axum::serve(waiting, http::standby(Arc::from(held.to_string())))
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future(),
    );
    let opened = tokio::select! {
        opened = retry(open) => opened.map(Some),
        () = ended => Ok(None),
    };
    stop.cancel();
    if tokio::time::timeout(GRACE, answers).await.is_err() {
        tracing::debug!("connections of the time before are left to end by themselves");
    }
    if matches!(opened, Ok(Some(_))) {
        tracing::warn!("the data directory is free: taking over");
    }
    Ok(opened?)
}

async fn retry<T>(open: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    loop {
        tokio::time::sleep(TRY_EVERY).await;
        match open() {
            Err(StoreError::Locked(_)) => {}
            opened => return opened,
        }
    }
}
