//! The flow in this process, with the real store on the real disk: decode, dedupe, fold, commit,
//! hub, and one viewer that takes every frame.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use hdrhistogram::Histogram;
use model::{Book, Provenance};
use pipeline::{
    edge::from_outside,
    encode::encode,
    flow::{Flow, Forwarding, Input, Parts, Request, Stats},
    hub::{Form, Hub, Topics},
    message::Message,
    rule::Rules,
    simulate::{self, Burst},
};
use server::{
    clock,
    store::{Options, open},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{Figure, rate};

/// Events of the throughput run.
const EVENTS: usize = 600_000;

/// Messages that a source hands over at once.
const GROUP: usize = 2_000;

/// Events a second of the latency run, and its seconds.
const PACE: (u32, u64) = (1_000, 15);

/// A flow on a store in a folder that goes away with it.
pub struct Bench {
    pub input: Input,
    pub hub: Arc<Hub>,
    flow: Flow,
    stop: CancellationToken,
    folder: TempDir,
}

impl Bench {
    /// Starts a flow; must be called within a runtime.
    pub fn start(
        stored: impl FnMut(&pipeline::store::Positions) + Send + 'static,
    ) -> anyhow::Result<Self> {
        // Beside the program, so that it is a disk and not memory.
        let folder = TempDir::new_in(std::env::current_exe()?.parent().unwrap_or(Path::new(".")))?;
        let (writer, reader) = open(folder.path(), Options::default())?;
        let hub = Hub::new(1);
        let flow = Flow::start(Parts {
            writer: Box::new(writer),
            reader: Arc::new(reader),
            hub: Arc::clone(&hub),
            rules: Arc::new(Rules::builtin()),
            people: simulate::people(),
            stats: Arc::new(Stats::default()),
            spool: None,
            stored: Box::new(stored),
            forwarding: Forwarding::default(),
            clock: clock::now,
        })?;
        let stop = CancellationToken::new();
        tokio::spawn(Arc::clone(&hub).pace(stop.clone()));
        Ok(Self { input: flow.input(), hub, flow, stop, folder })
    }

    /// Takes every frame of the real book, as a viewer would; counts what it has seen.
    pub fn view(&self, seen: Arc<AtomicU64>) {
        let book = self.hub.book(&Book::Real).expect("the real book is always shown");
        tokio::spawn(async move {
            let (_, mut frames) = book.join(None);
            loop {
                match frames.recv().await {
                    Ok(frame) => {
                        std::hint::black_box(frame.bytes(Form::Postcard, Topics::ALL));
                        seen.store(frame.delta().to, Ordering::Release);
                    }
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                }
            }
        });
    }

    /// Stops the flow and removes its folder.
    pub fn end(self) {
        self.stop.cancel();
        drop(self.input);
        self.flow.stop();
        drop(self.folder);
    }
}

/// Waits until the viewer has seen a place of the log.
pub async fn until(seen: &AtomicU64, place: u64) {
    while seen.load(Ordering::Acquire) < place {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")
}

/// Messages as a broker would hand them over, in groups: seven topics mixed, in binary mode.
fn messages() -> Vec<Vec<Message>> {
    let mut source = Burst::load(7, Provenance::Real);
    let mut message = || {
        let now = clock::now();
        encode(&source.next(now), now)
    };
    (0..EVENTS / GROUP).map(|_| (0..GROUP).map(|_| message()).collect()).collect()
}

/// Events a second from bytes to the viewer's frame.
pub fn throughput() -> anyhow::Result<Figure> {
    let messages = messages();
    let runtime = runtime()?;
    let took = runtime.block_on(async {
        let bench = Bench::start(|_| {})?;
        let seen = Arc::new(AtomicU64::new(0));
        bench.view(Arc::clone(&seen));
        let input = bench.input.clone();
        let start = Instant::now();
        let sender = tokio::task::spawn_blocking(move || {
            for group in messages {
                let arrived = from_outside(group, clock::now());
                if input.send_blocking(Request::Arrived(arrived)).is_err() {
                    return;
                }
            }
        });
        sender.await?;
        until(&seen, EVENTS as u64).await;
        let took = start.elapsed();
        tokio::task::spawn_blocking(move || bench.end()).await?;
        anyhow::Ok(took)
    })?;
    let rate = rate(EVENTS, took);
    Ok(Figure::new(
        "whole flow in process, stored, one viewer",
        format!("{rate:.0} events/s"),
        "150,000 events/s now, 300,000 later",
    ))
}

/// Time from handing an event in to the viewer's frame, at a steady pace.
pub fn latency(sync: Duration) -> anyhow::Result<Figure> {
    let (pace, seconds) = PACE;
    let runtime = runtime()?;
    let latency = runtime.block_on(async {
        let bench = Bench::start(|_| {})?;
        let latency = paced(&bench, pace, seconds).await?;
        tokio::task::spawn_blocking(move || bench.end()).await?;
        anyhow::Ok(latency)
    })?;
    let at = |quantile| latency.value_at_quantile(quantile) as f64 / 1_000.0;
    let sync = sync.as_secs_f64() * 1_000.0;
    let bound = 10.0 + 2.0 * sync;
    Ok(Figure::new(
        "event to viewer's frame at 1,000 events/s, p50 / p99",
        format!("{:.1} / {:.1} ms", at(0.5), at(0.99)),
        format!("p99 {bound:.1} ms: 10 ms + 2 x {sync:.1} ms of sync"),
    ))
}

async fn paced(bench: &Bench, pace: u32, seconds: u64) -> anyhow::Result<Histogram<u64>> {
    let seen = Arc::new(AtomicU64::new(0));
    bench.view(Arc::clone(&seen));
    let mut source = Burst::load(9, Provenance::Real);
    let mut latency = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
    let count = u64::from(pace) * seconds;
    let start = Instant::now();
    let mut waiting = std::collections::VecDeque::new();
    let mut sent = 0;
    while sent < count || !waiting.is_empty() {
        let now = start.elapsed();
        while sent < count && now >= Duration::from_secs_f64(sent as f64 / f64::from(pace)) {
            let time = clock::now();
            let arrived = from_outside(vec![encode(&source.next(time), time)], time);
            bench.input.send(Request::Arrived(arrived)).await?;
            sent += 1;
            // From the moment it was meant to be sent.
            waiting.push_back((sent, Duration::from_secs_f64((sent - 1) as f64 / f64::from(pace))));
        }
        let reached = seen.load(Ordering::Acquire);
        while waiting.front().is_some_and(|(place, _)| *place <= reached) {
            let (_, intended) = waiting.pop_front().expect("just looked at");
            let micros = (start.elapsed() - intended).as_micros();
            latency.saturating_record(u64::try_from(micros).unwrap_or(u64::MAX).max(1));
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    Ok(latency)
}

/// Median time that the disk takes to make 4 KB durable.
pub fn sync_time() -> anyhow::Result<Duration> {
    let folder = TempDir::new_in(std::env::current_exe()?.parent().unwrap_or(Path::new(".")))?;
    let mut file = File::create(folder.path().join("sync"))?;
    let mut times = Vec::new();
    for _ in 0..101 {
        file.write_all(&[7; 4_096])?;
        let start = Instant::now();
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}
