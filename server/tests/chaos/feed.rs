//! Brings the ledger's entries to where they are read: to the broker directly, and to the program
//! over HTTP until it has acknowledged them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::{JoinHandle, sleep, spawn},
    time::Duration,
};

use pipeline::source::kafka::{Producer, SendError, Settings};
use ureq::Agent;

use super::{
    ledger::Entry,
    program::{PATIENCE, within},
};

/// Every so many events one is sent to Kafka twice, as a producer that lost an answer does.
const TWICE: usize = 50;

/// What was delivered.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Records in Kafka, those that were sent twice included.
    pub records: u64,
    /// Requests that were answered with 202.
    pub acknowledged: u64,
    /// Requests that came to nothing and were made again.
    pub repeated: u64,
}

/// Two threads that deliver what they are given, in order.
pub struct Feed {
    kafka: (Sender<Vec<Entry>>, JoinHandle<u64>),
    http: (Sender<Vec<Entry>>, JoinHandle<(u64, u64)>),
    hurry: Arc<AtomicBool>,
}

impl Feed {
    /// Delivers to a broker, and to whichever of the addresses takes it.
    pub fn start(settings: Settings, addresses: Vec<String>) -> Feed {
        let hurry = Arc::new(AtomicBool::new(false));
        let (kafka, records) = channel();
        let pace = Arc::clone(&hurry);
        let kafka = (kafka, spawn(move || produce(&settings, &records, &pace)));
        let (http, requests) = channel();
        let http = (http, spawn(move || post(&addresses, &requests)));
        Feed { kafka, http, hurry }
    }

    /// Hands entries over, without waiting.
    pub fn give(&self, kafka: Vec<Entry>, http: Vec<Entry>) {
        self.kafka.0.send(kafka).expect("the producer runs");
        self.http.0.send(http).expect("the client runs");
    }

    /// Waits until all of it is delivered.
    pub fn finish(self) -> Delivered {
        self.hurry.store(true, Ordering::Relaxed);
        drop((self.kafka.0, self.http.0));
        let records = self.kafka.1.join().expect("the producer succeeds");
        let (acknowledged, repeated) = self.http.1.join().expect("the client succeeds");
        Delivered { records, acknowledged, repeated }
    }
}

fn produce(settings: &Settings, entries: &Receiver<Vec<Entry>>, hurry: &AtomicBool) -> u64 {
    let producer = Producer::start(settings).expect("good settings");
    for (number, entry) in entries.iter().flatten().enumerate() {
        let message = entry.message();
        for _ in 0..=usize::from(number % TWICE == 0) {
            while producer.send(&message) == Err(SendError::Full) {}
        }
        // A stream, so that a kill meets it in the middle.
        if !hurry.load(Ordering::Relaxed) && number % 10 == 0 {
            sleep(Duration::from_millis(10));
        }
    }
    producer.flush(PATIENCE).expect("everything is delivered");
    assert_eq!(producer.failed(), 0, "nothing is given up");
    producer.delivered()
}

/// Hands batches in again, with the same ids, until they are acknowledged.
fn post(addresses: &[String], entries: &Receiver<Vec<Entry>>) -> (u64, u64) {
    let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(5)));
    let agent: Agent = config.build().into();
    let (mut acknowledged, mut repeated) = (0, 0);
    for given in entries {
        let mut batches = BTreeMap::<_, Vec<_>>::new();
        for entry in &given {
            batches.entry(entry.topic).or_default().push(entry.structured());
        }
        for (topic, batch) in batches {
            let body = serde_json::to_vec(&batch).expect("JSON");
            let taken = within(PATIENCE, || {
                let taken = addresses.iter().any(|address| {
                    let url = format!("http://{address}/api/v1/events/{topic}");
                    let media = "application/cloudevents-batch+json";
                    let answer = agent.post(url).content_type(media).send(&body);
                    answer.is_ok_and(|answer| answer.status().as_u16() == 202)
                });
                repeated += u64::from(!taken);
                taken.then_some(())
            });
            taken.expect("it is taken in the end");
            acknowledged += 1;
        }
    }
    (acknowledged, repeated)
}
