//! A TCP proxy whose weather the test makes: fair, slow, silent, cut.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::watch,
    time::sleep,
};

/// What becomes of bytes on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// They pass.
    Fair,
    /// They pass, each piece so much later.
    Slow(Duration),
    /// Connections are accepted, and nothing is ever forwarded.
    HalfOpen,
    /// Connections are closed, new ones at once.
    Cut,
}

/// A running proxy. It ends with this value.
pub struct Proxy {
    /// Where clients come to: `127.0.0.1:PORT`.
    pub address: String,
    listener: Option<TcpListener>,
    weather: watch::Sender<Weather>,
    runtime: Runtime,
}

impl Proxy {
    /// Takes a port; connections wait until [`Proxy::forward`].
    pub fn bind() -> Proxy {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let weather = watch::channel(Weather::Fair).0;
        Proxy { address, listener: Some(listener), weather, runtime }
    }

    /// Forwards from now on.
    pub fn forward(&mut self, target: String) {
        let listener = self.listener.take().expect("it forwards to one target");
        let weather = self.weather.subscribe();
        self.runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, target.clone(), weather.clone()));
            }
        });
    }

    /// Changes the weather, for connections that are there and for new ones.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

async fn serve(client: TcpStream, target: String, mut weather: watch::Receiver<Weather>) {
    let now = *weather.borrow_and_update();
    match now {
        Weather::Cut => return,
        // What was accepted in silence never comes to anything; it is closed when the sky clears.
        Weather::HalfOpen => return drop(weather.changed().await),
        Weather::Fair | Weather::Slow(_) => {}
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let ((client_in, client_out), (server_in, server_out)) =
        (client.into_split(), server.into_split());
    tokio::select! {
        () = carry(client_in, server_out, weather.clone()) => {}
        () = carry(server_in, client_out, weather) => {}
    }
}

/// Carries bytes one way until either end closes or the line is cut.
async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut weather: watch::Receiver<Weather>,
) {
    let mut piece = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut piece) => read,
            () = cut(weather.clone()) => return,
        };
        let Ok(length @ 1..) = read else { return };
        // Silence holds what was read until the weather changes.
        let passes = |now: &Weather| *now != Weather::HalfOpen;
        let now = weather.wait_for(passes).await.map(|now| *now);
        match now {
            Ok(Weather::Fair) => {}
            Ok(Weather::Slow(delay)) => sleep(delay).await,
            _ => return,
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}

async fn cut(mut weather: watch::Receiver<Weather>) {
    // An ended proxy cuts too.
    drop(weather.wait_for(|now| *now == Weather::Cut).await);
}
