//! From a real broker: the whole flow beside a tuned loop that only reads headers and parses the
//! JSON, on the same topics in the same run.

use std::{
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use model::Provenance;
use pipeline::{
    conductor::Stored,
    edge::from_outside,
    encode::encode,
    flow::{Arrived, Request, Room},
    message::Delivery,
    simulate::Burst,
    source::kafka::{Consumer, Producer, Settings, ensure_topics, parse_only},
    store::Positions,
};
use server::clock;
use tempfile::TempDir;

use crate::{
    Figure,
    flow::{Bench, until},
    rate,
};

/// Starts and ends brokers.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/kafka.sh");

/// A broker: the one that `KAFKA_BROKERS` names, or one that lives as long as this value.
pub struct Broker {
    /// Its address.
    pub address: String,
    own: Option<TempDir>,
}

impl Broker {
    /// Finds or starts a broker.
    pub fn start() -> anyhow::Result<Broker> {
        if let Ok(address) = std::env::var("KAFKA_BROKERS") {
            return Ok(Broker { address, own: None });
        }
        let folder = TempDir::new()?;
        let started = Command::new(SCRIPT)
            .arg("start")
            .arg(folder.path())
            .env("KAFKA_OWNER", std::process::id().to_string())
            .stdout(Stdio::null())
            .status()?;
        ensure!(started.success(), "no broker could be started");
        let address = std::fs::read_to_string(folder.path().join("brokers"))?.trim().to_owned();
        Ok(Broker { address, own: Some(folder) })
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(folder) = &self.own {
            // It ends with this process in any case.
            Command::new(SCRIPT).arg("stop").arg(folder.path()).status().ok();
        }
    }
}

/// Messages on the topics.
const MESSAGES: usize = 1_000_000;

/// Fills seven topics, then reads them twice.
pub fn compare(brokers: &str) -> anyhow::Result<Vec<Figure>> {
    let run = uuid::Uuid::now_v7().simple().to_string();
    let settings = Settings::new(brokers, format!("bench-{run}"), format!("bench-{run}."));
    ensure_topics(&settings).context("cannot create the topics")?;
    let produced = produce(&settings, MESSAGES)?;
    let parsing = parse_only(&settings, MESSAGES).context("the parsing loop")?;
    let whole = whole(&settings, MESSAGES)?;
    let (parsing, whole) = (rate(MESSAGES, parsing), rate(MESSAGES, whole));
    Ok(vec![
        Figure::new(
            "produced, idempotent, acks=all",
            format!("{:.0} msg/s", rate(MESSAGES, produced)),
            "none",
        ),
        Figure::new(
            "parsing loop: headers and JSON, no more",
            format!("{parsing:.0} msg/s"),
            "none",
        ),
        Figure::new(
            "from the broker: decoded, folded, stored, one viewer",
            format!("{whole:.0} msg/s, {:.0} % of it", 100.0 * whole / parsing),
            "25 % of the parsing loop now, 100 % later",
        ),
    ])
}

/// Produces so many messages, seven topics mixed; answers the time.
pub fn produce(settings: &Settings, count: usize) -> anyhow::Result<Duration> {
    let producer = Producer::start(settings)?;
    let mut source = Burst::load(11, Provenance::Real);
    let start = Instant::now();
    for _ in 0..count {
        let now = clock::now();
        producer.send(&encode(&source.next(now), now))?;
    }
    producer.flush(Duration::from_secs(120))?;
    Ok(start.elapsed())
}

/// The time that the whole flow takes, from the start of its consumer until its viewer has seen so
/// many messages.
pub fn whole(settings: &Settings, count: usize) -> anyhow::Result<Duration> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stored = Stored::default();
        let told = stored.clone();
        let bench = Bench::start(move |positions| told.tell(positions))?;
        let seen = Arc::new(AtomicU64::new(0));
        bench.view(Arc::clone(&seen));
        let (input, room) = (bench.input.clone(), Room::default());
        let sender = move |delivery: Delivery| {
            let room = Some(room.take(delivery.messages.len()));
            let arrived = Arrived { room, ..from_outside(delivery.messages, clock::now()) };
            input.send_blocking(Request::Arrived(arrived)).is_ok()
        };
        let start = Instant::now();
        let consumer = Consumer::start(settings, Positions::new(), sender, |_| {})?;
        until(&seen, count as u64).await;
        let took = start.elapsed();
        assert!(seen.load(Ordering::Acquire) >= count as u64);
        tokio::task::spawn_blocking(move || {
            consumer.stop();
            bench.end();
        })
        .await?;
        anyhow::Ok(took)
    })
}
