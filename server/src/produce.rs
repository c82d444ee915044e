//! `streamboard produce`: writes the generator's events to the configured brokers, for a
//! demonstration or for load.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pipeline::{
    encode::encode,
    simulate::Burst,
    source::kafka::{Producer, ensure_topics},
};

use crate::{cli::Produce, clock, config::Config, serve::settings};

/// How long the last messages may take to arrive.
const FLUSH: Duration = Duration::from_secs(60);

/// Events are sent in groups, so long apart.
const BEAT: Duration = Duration::from_millis(10);

/// Writes as many events as asked for, as fast as asked for, and says what arrived.
///
/// # Errors
/// When no broker takes them.
pub fn run(config: &Config, wanted: &Produce) -> anyhow::Result<()> {
    // It makes events of every topic, also of those that this program does not read.
    let mut settings = settings(config);
    settings.left_out.clear();
    ensure_topics(&settings).context("cannot create the topics")?;
    let producer = Producer::start(&settings).context("cannot produce")?;
    let seed = config.simulation.seed.unwrap_or_else(|| rand::random_range(1..10_000));
    let mut source = Burst::load(seed, wanted.provenance);
    let start = Instant::now();
    let mut sent = 0;
    while sent < wanted.count {
        let due = due(start.elapsed(), wanted.rate).min(wanted.count);
        while sent < due {
            let now = clock::now();
            producer.send(&encode(&source.next(now), now)).context("cannot produce")?;
            sent += 1;
        }
        std::thread::sleep(BEAT);
    }
    producer.flush(FLUSH).context("the last messages did not arrive")?;
    let (delivered, failed) = (producer.delivered(), producer.failed());
    println!(
        "{delivered} events delivered in {:.1} s, {failed} failed",
        start.elapsed().as_secs_f64()
    );
    ensure!(failed == 0, "{failed} events were not delivered");
    Ok(())
}

/// Events that should have been sent by now.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a product of positive numbers, far below 2^53"
)]
fn due(elapsed: Duration, rate: u32) -> u64 {
    (elapsed.as_secs_f64() * f64::from(rate)) as u64 + 1
}
