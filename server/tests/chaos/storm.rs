//! The kill storm: program and broker are killed, the line between them is cut, slowed and
//! silenced, all at moments of a seed; in the end everything is there once.

use std::{
    io::Write,
    sync::Arc,
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use pipeline::source::kafka::{Settings, ensure_topics};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use tempfile::TempDir;

use super::{
    books::audit,
    broker::{self, Broker},
    feed::Feed,
    ledger::{Ledger, Way},
    program::{Program, within},
    proxy::{Proxy, Weather},
    told,
};

/// Events that are handed out with each blow, for each way.
const EVENTS: (usize, usize) = (350, 35);

/// How long a kill waits for the program to be in the middle of something.
const BUSY: Duration = Duration::from_secs(4);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Program,
    Broker,
    Weather(Weather),
}

/// A number from the environment: `CHAOS_KILLS=100`.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// Says something even where the output of a test that passes is not shown.
pub fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error takes it");
}

fn blows(chance: &mut ChaCha8Rng, kills: u64, broker_kills: u64) -> Vec<Blow> {
    let mut blows: Vec<_> = (0..kills).map(|_| Blow::Program).collect();
    blows.extend((0..broker_kills).map(|_| Blow::Broker));
    for _ in 0..kills.div_ceil(10) {
        let slow = Weather::Slow(Duration::from_millis(chance.random_range(20..150)));
        blows.extend([Weather::Cut, slow, Weather::HalfOpen].map(Blow::Weather));
    }
    blows.shuffle(chance);
    blows
}

struct Storm {
    chance: ChaCha8Rng,
    proxy: Proxy,
    broker: Arc<Broker>,
    rising: Option<JoinHandle<()>>,
    program: Program,
}

impl Storm {
    fn strike(&mut self, blow: Blow) {
        match blow {
            Blow::Program => self.kill_program(),
            Blow::Broker => self.kill_broker(),
            Blow::Weather(weather) => {
                self.proxy.set(weather);
                self.pause(200, 1_500);
                self.proxy.set(Weather::Fair);
            }
        }
    }

    fn pause(&mut self, from: u64, to: u64) {
        sleep(Duration::from_millis(self.chance.random_range(from..to)));
    }

    /// Most often in the middle of reading, else at any moment of its start.
    fn kill_program(&mut self) {
        if self.chance.random_bool(0.75) {
            within(BUSY, || {
                let (_, text) = self.program.ask("/metrics")?;
                text.contains("streamboard_events_total{").then_some(())
            });
            self.pause(0, 300);
        } else {
            self.pause(0, 900);
        }
        self.program.kill();
        self.program.start();
    }

    /// The broker comes back while the storm goes on.
    fn kill_broker(&mut self) {
        self.wait_for_broker();
        self.pause(0, 300);
        self.broker.kill();
        let broker = Arc::clone(&self.broker);
        self.rising = Some(spawn(move || broker.restart()));
    }

    fn wait_for_broker(&mut self) {
        if let Some(rising) = self.rising.take() {
            rising.join().expect("the broker comes back");
        }
    }
}

#[test]
fn nothing_is_lost_and_nothing_doubled_whatever_is_killed() {
    let (kills, broker_kills) = (setting("CHAOS_KILLS", 20), setting("CHAOS_BROKER_KILLS", 5));
    let seed = setting("CHAOS_SEED", 4_127);
    say(&format!("kill storm: CHAOS_SEED={seed}, {kills} kills, {broker_kills} of the broker"));
    let _turn = broker::turn();
    let begin = Instant::now();
    let folder = TempDir::new().expect("a temporary directory");
    let mut proxy = Proxy::bind();
    let broker = Arc::new(Broker::start(&[("KAFKA_PROXY", &proxy.address)]));
    proxy.forward(broker.address("behind"));
    let mut settings = Settings::new(broker.address("brokers"), "ledger", "streamboard.");
    settings.properties.insert("message.timeout.ms".into(), "600000".into());
    ensure_topics(&settings).expect("the topics are created");
    let reached = proxy.address.clone();
    let program = Program::new(
        &folder.path().join("data"),
        &[
            ("STREAMBOARD_SOURCE__MODE", "kafka"),
            ("STREAMBOARD_KAFKA__BROKERS", &reached),
            ("STREAMBOARD_KAFKA__ALERTS", "true"),
        ],
    );
    let feed = Feed::start(settings, vec![program.address.clone()]);
    let chance = ChaCha8Rng::seed_from_u64(seed);
    let mut storm = Storm { chance, proxy, broker, rising: None, program };
    storm.program.start();
    storm.program.ready();
    let mut ledger = Ledger::new(seed);
    for blow in blows(&mut storm.chance, kills, broker_kills) {
        let mut written = |count, way| (0..count).map(|_| ledger.write(way)).collect();
        feed.give(written(EVENTS.0, Way::Kafka), written(EVENTS.1, Way::Http));
        storm.strike(blow);
    }
    storm.wait_for_broker();
    let delivered = feed.finish();
    let found = audit(&storm.program, &ledger);
    storm.program.kill();
    storm.program.start();
    assert_eq!(audit(&storm.program, &ledger), found, "the same after one more kill");
    let steps = told::alerts(&storm.program, &storm.broker.address("brokers"));
    say(&format!(
        "kill storm: {} events written ({} records, {} requests and {} repeated); {} stored once, \
         0 lost, 0 doubled; all sums equal; {} alerts raised once; {steps} steps of alerts told once in Kafka; {:.0} s",
        ledger.ids.len(),
        delivered.records,
        delivered.acknowledged,
        delivered.repeated,
        found.stored,
        found.alerts,
        begin.elapsed().as_secs_f64()
    ));
}
