//! Beside a peer: the whole flow and a KafkaJS program that does the least of it, on the same
//! messages of the same broker, in turn within one run.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use pipeline::source::kafka::{Settings, ensure_topics, parse_only};
use tungstenite::Message;

use crate::{Figure, kafka, rate};

/// The peer's folder.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers");

/// Messages on the topics.
const MESSAGES: usize = 400_000;

/// How often each reads all of them.
const TURNS: u32 = 2;

/// How long the peer may be silent; it joins its group in that time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Brings the packages that the peer is made of.
pub fn install() -> anyhow::Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--silent"]).current_dir(FOLDER).stdout(Stdio::null());
    let status = npm.status().context("it needs Node 20 with npm (Debian: nodejs npm)")?;
    ensure!(status.success(), "npm ci in server/benches/peers failed");
    Ok(())
}

/// Fills seven topics, then has both read them, in turn.
pub fn compare(brokers: &str) -> anyhow::Result<Vec<Figure>> {
    let run = uuid::Uuid::now_v7().simple().to_string();
    let mut settings = Settings::new(brokers, "peer", format!("peer-{run}."));
    ensure_topics(&settings).context("cannot create the topics")?;
    // As the peer reads them with the least work.
    settings.properties.insert("compression.type".into(), "none".into());
    kafka::produce(&settings, MESSAGES)?;
    settings.properties.clear();
    // Whoever reads first pays for a broker that still writes and is not warm.
    parse_only(&settings, MESSAGES).context("the first reading")?;
    let [mut ours, mut theirs] = [Duration::ZERO; 2];
    for turn in 0..TURNS {
        settings.group = format!("peer-{run}-{turn}");
        let (whole, peer) = (kafka::whole(&settings, MESSAGES)?, read(&settings)?);
        let [shown, beside] = [whole, peer].map(|took| rate(MESSAGES, took));
        eprintln!("ours {shown:.0} msg/s, KafkaJS + ws {beside:.0} msg/s");
        (ours, theirs) = (ours + whole, theirs + peer);
    }
    let [ours, theirs] = [ours, theirs].map(|took| rate(MESSAGES, took / TURNS));
    Ok(vec![
        Figure::new(
            "KafkaJS + ws: two rules, one viewer, nothing stored",
            format!("{theirs:.0} msg/s"),
            "none",
        ),
        Figure::new(
            "the whole flow on the same messages",
            format!("{ours:.0} msg/s, {:.1} x", ours / theirs),
            "10 x the KafkaJS + ws program",
        ),
    ])
}

/// The time that the peer takes until its viewer has a change for each message.
fn read(settings: &Settings) -> anyhow::Result<Duration> {
    let peer = Peer::start(settings)?;
    let stream = TcpStream::connect(("127.0.0.1", peer.port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let url = format!("ws://127.0.0.1:{}", peer.port);
    let (mut viewer, _) = tungstenite::client(url, stream).context("the peer takes no viewer")?;
    let start = Instant::now();
    let mut seen = 0;
    while seen < MESSAGES {
        let frame = viewer.read().with_context(|| format!("{seen} of {MESSAGES} changes came"))?;
        seen += usize::from(matches!(frame, Message::Text(_)));
    }
    Ok(start.elapsed())
}

/// The peer's process; it ends with this value.
struct Peer {
    child: Child,
    port: u16,
}

impl Peer {
    fn start(settings: &Settings) -> anyhow::Result<Self> {
        let mut command = Command::new("node");
        command.arg("kafkajs.js").current_dir(FOLDER);
        command.args([&settings.brokers, &settings.group]).args(&settings.names);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.spawn().context("node does not start")?;
        let mut peer = Peer { child, port: 0 };
        let told = peer.child.stdout.take().context("it is piped")?;
        let mut line = String::new();
        BufReader::new(told).read_line(&mut line)?;
        peer.port = line.trim().parse().context("the peer tells no port")?;
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
