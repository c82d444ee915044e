//! A program that is refused knocks once and waits; what it shows meanwhile says so.

use std::{
    io::copy,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{sleep, spawn},
    time::Duration,
};

use tempfile::TempDir;

use super::{WRONG, password, turn, variables};
use crate::program::Program;

/// How long a refused program is watched.
const WATCH: Duration = Duration::from_secs(10);

/// Connections in that time: one for each client that found out by itself, at most.
const FEW: usize = 4;

/// Counts the connections that it hands on.
struct Turnstile {
    address: String,
    passed: Arc<AtomicUsize>,
}

impl Turnstile {
    fn before(broker: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let passed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&passed);
        spawn(move || {
            for client in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::Relaxed);
                let broker = TcpStream::connect(&broker).expect("the broker listens");
                join(&client, &broker);
                join(&broker, &client);
            }
        });
        Self { address, passed }
    }
}

fn join(from: &TcpStream, to: &TcpStream) {
    let mut from = from.try_clone().expect("a handle");
    let mut to = to.try_clone().expect("a handle");
    spawn(move || {
        // Either side may end the connection, which is then none of ours.
        copy(&mut from, &mut to).ok();
        to.shutdown(Shutdown::Write).ok();
    });
}

#[test]
fn a_refused_program_does_not_storm() {
    let (broker, _turn) = turn();
    let turnstile = Turnstile::before(broker.address("sasl"));
    let folder = TempDir::new().expect("a temporary directory");
    let properties = password(&broker, "SCRAM-SHA-512", "desk", WRONG);
    let settings = variables(&turnstile.address, properties);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut program = Program::new(&folder.path().join("data"), &settings);
    program.start();
    program.ready();
    // The first question may be over before the broker has answered; the next is not.
    let status = program.until("refused", |program| {
        let status = program.get("/api/v1/status")?;
        let refused = status["reason"].as_str()?.contains("Authentication failed");
        (refused && status["state"] == "simulating").then_some(status)
    });
    sleep(WATCH);
    let attempts = program.get("/api/v1/status").expect("it serves")["attempt"].clone();
    assert_eq!(attempts, status["attempt"], "no further attempt within {WATCH:?}");
    let passed = turnstile.passed.load(Ordering::Relaxed);
    assert!((1..=FEW).contains(&passed), "{passed} connections");
}
