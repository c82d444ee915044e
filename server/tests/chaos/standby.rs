//! The standby: a second program on the same data directory and in the same group takes over from
//! one that is killed while events stream in.

use std::time::{Duration, Instant};

use pipeline::source::kafka::{Settings, ensure_topics};
use tempfile::TempDir;

use super::{
    books::audit,
    broker::{self, Broker},
    feed::Feed,
    ledger::{Ledger, Way},
    program::Program,
    storm::say,
};

/// Between the end of the one and the first answer of the other.
const TAKES_OVER_WITHIN: Duration = Duration::from_secs(10);

/// How often the program that serves is killed.
const TURNS: usize = 4;

#[test]
fn the_second_takes_over_and_nothing_is_lost_or_doubled() {
    let _turn = broker::turn();
    let folder = TempDir::new().expect("a temporary directory");
    let broker = Broker::start(&[]);
    let reached = broker.address("brokers");
    let settings = Settings::new(&*reached, "ledger", "streamboard.");
    ensure_topics(&settings).expect("the topics are created");
    let program = || {
        let variables =
            [("STREAMBOARD_SOURCE__MODE", "kafka"), ("STREAMBOARD_KAFKA__BROKERS", &*reached)];
        Program::new(&folder.path().join("data"), &variables)
    };
    let (mut active, mut waiting) = (program(), program());
    let addresses = vec![active.address.clone(), waiting.address.clone()];
    let feed = Feed::start(settings, addresses);
    let mut ledger = Ledger::new(4_127);
    active.start();
    active.ready();
    let mut slowest = Duration::ZERO;
    for _ in 0..TURNS {
        waiting.start();
        waiting.until("standing by", |program| {
            let (status, said) = program.ask("/readyz")?;
            (status == 503 && said.contains("standing by")).then_some(())
        });
        let mut written = |count, way| (0..count).map(|_| ledger.write(way)).collect();
        feed.give(written(1_500, Way::Kafka), written(100, Way::Http));
        std::thread::sleep(Duration::from_millis(400));
        active.kill();
        let killed = Instant::now();
        waiting.until("live in place of the other", |program| {
            let status = program.get("/api/v1/status")?;
            (status["state"] == "live").then_some(())
        });
        slowest = slowest.max(killed.elapsed());
        (active, waiting) = (waiting, active);
    }
    feed.finish();
    let found = audit(&active, &ledger);
    assert_eq!(found.stored, ledger.ids.len());
    assert!(slowest < TAKES_OVER_WITHIN, "{slowest:?}");
    say(&format!(
        "standby: {TURNS} takeovers, the slowest in {:.1} s; {} events stored once, {} alerts \
         raised once",
        slowest.as_secs_f64(),
        found.stored,
        found.alerts
    ));
}
