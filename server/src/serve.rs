//! Serving: starts everything in the order in which it depends on each other, waits for a signal,
//! and stops it in the opposite order, with nothing acknowledged lost.

use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use model::{Book, Person, Timestamp, Topic};
use pipeline::{
    conductor::{Conductor, Setup, Stored},
    courier::{self, Courier},
    drill::Drills,
    feed::Feed,
    flow::{Flow, Forwarding, Input, Parts, Stats},
    hub::{Hub, Mix},
    rule::Rules,
    simulate::{self, Intervals},
    source::{
        feed::{self, Board, Feeds},
        kafka,
        simulator::Simulation,
    },
    spool::Spool,
    store::{Reader, Writer},
    supervisor::Policy,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    config::Config,
    http::{self, Shared},
    standby,
    store::{Options, open},
};

/// What is on its way to the store has so long to get there: only a store that refuses takes
/// longer, and what it did not take was never acknowledged.
const FINISH: Duration = Duration::from_millis(1_200);

/// Open connections have so long to end; viewers are told by their closing socket.
const GRACE: Duration = Duration::from_millis(500);

/// Runs the dashboard until a signal ends it.
///
/// # Errors
/// When it cannot start: a taken port, a data directory that cannot be used.
pub fn run(config: Config, rules: Rules) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let served = runtime.block_on(serve(config, Arc::new(rules)));
    // What still runs has been told to stop; a probe of a silent broker is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

/// The rules in force: of the configured file, or the built-in ones.
///
/// # Errors
/// When the file cannot be read or used: file, line, column and reason.
pub fn rules(config: &Config) -> anyhow::Result<Rules> {
    let Some(path) = &config.rules.file else { return Ok(Rules::builtin()) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the rules {}", path.display()))?;
    Rules::parse(&text).map_err(|fault| {
        let (line, column, reason) = (fault.line, fault.column, fault.reason);
        anyhow::anyhow!("{}:{line}:{column}: {reason}", path.display())
    })
}

async fn serve(config: Config, rules: Arc<Rules>) -> anyhow::Result<()> {
    let metrics = http::recorder().context("cannot record metrics")?;
    // Bound already, so that a taken port is told before anything is begun.
    let listener = TcpListener::bind(config.http.listen)
        .await
        .and_then(TcpListener::into_std)
        .with_context(|| format!("cannot listen on {}", config.http.listen))?;
    let mut ended = std::pin::pin!(signalled()?);
    let opened = || open(&config.store.directory, options(&config));
    let opened = standby::until_free(&listener, opened, &mut ended).await.with_context(|| {
        format!("cannot use the data directory {}", config.store.directory.display())
    })?;
    let Some((mut writer, reader)) = opened else { return Ok(()) };
    let seed = seed(&config, &mut writer, &reader)?;
    let stop = CancellationToken::new();
    let identity = identity(&config.store.directory)?;
    for warning in config.feeds.warnings() {
        tracing::warn!(%warning, "a feed waits");
    }
    let mut kafka = settings(&config);
    kafka.instance = Some(format!("streamboard-{identity}"));
    let world = World { config: &config, kafka, identity, rules, seed, stop: stop.clone() };
    let started = world.start(Box::new(writer), Arc::new(reader))?;
    let site = site()?;
    let shared = Arc::new(Shared {
        hub: Arc::clone(&started.hub),
        input: started.input.clone(),
        reader: Arc::clone(&started.reader),
        drills: Arc::clone(&started.drills),
        rules: world.rules,
        kafka: world.kafka,
        stored: started.stored.clone(),
        started: Instant::now(),
        metrics,
        parts: http::Manifest::read(&site),
        site,
        stop: stop.clone(),
    });
    let address = listener.local_addr().context("the socket has no address")?;
    let listener = TcpListener::from_std(listener).context("the socket cannot be served")?;
    let http = tokio::spawn(
        axum::serve(listener, http::router(Arc::clone(&shared)))
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future(),
    );
    shared.first_figures().await;
    drop(shared);
    announce(address)?;
    ended.await;
    tracing::info!("stopping");
    stop.cancel();
    if tokio::time::timeout(GRACE, http).await.is_err() {
        tracing::debug!("open connections are closed");
    }
    if tokio::time::timeout(FINISH, started.finish()).await.is_err() {
        tracing::warn!("stopped before the store had taken all that waited for it");
    }
    Ok(())
}

/// Says where it serves, on one line of standard output.
fn announce(address: SocketAddr) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "http://{address}").and_then(|()| out.flush()).context("cannot print the URL")
}

/// Ends with the signal that ends the program; hears it from now on.
fn signalled() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Folder with the browser's files: beside the folder of the program, wherever it was started.
fn site() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("the program does not know where it is")?;
    let near = program.parent().and_then(Path::parent).map(|target| target.join("site"));
    near.context("the program lies in no folder")
}

fn options(config: &Config) -> Options {
    Options {
        real_age_ms: i64::try_from(config.store.real_age.as_millis()).unwrap_or(i64::MAX),
        real_bytes: config.store.real_size,
        simulated_bytes: config.store.simulated_size,
        dead_letters: u32::try_from(config.store.dead_letters).unwrap_or(u32::MAX),
        ..Options::default()
    }
}

/// The seed of the simulation: the configured one, else the one of the data directory, else a new
/// one. Another seed than before starts a new simulated book.
fn seed(
    config: &Config,
    writer: &mut crate::store::SqliteWriter,
    reader: &crate::store::SqliteReader,
) -> anyhow::Result<u64> {
    let kept = reader.seed()?;
    let seed = config.simulation.seed.or(kept).unwrap_or_else(|| rand::random_range(1..10_000));
    if kept != Some(seed) {
        writer.forget(&Book::Simulated)?;
        writer.set_seed(seed)?;
    }
    tracing::info!(seed, "seed of the simulation");
    Ok(seed)
}

/// The name of this data directory in its consumer group: drawn once, kept beside the data, so
/// that a program that was killed comes back as the same member.
fn identity(directory: &Path) -> anyhow::Result<String> {
    let path = directory.join("instance");
    match std::fs::read_to_string(&path) {
        Ok(kept) if uuid::Uuid::parse_str(kept.trim()).is_ok() => Ok(kept.trim().to_owned()),
        _ => {
            let drawn = uuid::Uuid::now_v7().to_string();
            std::fs::write(&path, &drawn)
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(drawn)
        }
    }
}

struct World<'a> {
    config: &'a Config,
    kafka: kafka::Settings,
    identity: String,
    rules: Arc<Rules>,
    seed: u64,
    stop: CancellationToken,
}

struct Started {
    hub: Arc<Hub>,
    input: Input,
    reader: Arc<dyn Reader>,
    drills: Arc<Drills>,
    flow: Flow,
    conductor: tokio::task::JoinHandle<()>,
    courier: Option<Courier>,
    stored: Stored,
    feeds: Feeds,
}

impl World<'_> {
    fn start(
        &self,
        mut writer: Box<dyn Writer>,
        reader: Arc<dyn Reader>,
    ) -> anyhow::Result<Started> {
        // Drills end with the program that ran them.
        for (book, _) in reader.books()? {
            if matches!(book, Book::Drill(_) | Book::Replay(_)) {
                writer.forget(&book)?;
            }
        }
        let simulated = self.config.source.simulated;
        let mix = simulated.contains(&true).then_some(Mix(simulated));
        let hub = Hub::mixing(rand::random(), mix);
        let stats = Arc::new(Stats::default());
        let spool = self.spool();
        let stored = Stored::default();
        let told = stored.clone();
        let flow = Flow::start(Parts {
            writer,
            reader: Arc::clone(&reader),
            hub: Arc::clone(&hub),
            rules: Arc::clone(&self.rules),
            people: self.people(),
            stats: Arc::clone(&stats),
            stored: Box::new(move |positions| told.tell(positions)),
            spool: spool.clone(),
            forwarding: Forwarding {
                left_out: left_out(self.config),
                dead_letters: self.config.kafka.dead_letters,
                alerts: self.config.kafka.alerts,
            },
            clock: clock::now,
        })?;
        let input = flow.input();
        tokio::spawn(Arc::clone(&hub).pace(self.stop.clone()));
        let drills =
            Drills::new(input.clone(), Arc::clone(&hub), clock::now, self.stop.child_token());
        let courier = spool.clone().map(|spool| courier::Setup {
            kafka: self.kafka.clone(),
            identity: self.identity.clone(),
            reader: Arc::clone(&reader),
            input: input.clone(),
            spool,
        });
        let feeds: Vec<Feed> =
            self.config.feeds.list.iter().map(|(_, feed)| feed.clone()).collect();
        let board = Board::new(feeds.iter());
        let feeds = Feeds::start(feed::Setup {
            feeds,
            input: input.clone(),
            reader: Arc::clone(&reader),
            board: board.clone(),
            clock: clock::now,
        });
        let feeds = feeds.context("no thread for a feed")?;
        let courier = courier.map(Courier::start).transpose();
        let courier = courier.context("no thread for the courier")?;
        let setup = Setup {
            policy: self.policy(),
            kafka: self.kafka.clone(),
            simulation: Simulation {
                seed: self.seed,
                intervals: Intervals(self.config.simulation.interval.map(millis)),
                clock: clock::now,
            },
            expected_every: self.config.source.expected_every.map(millis),
            input: input.clone(),
            hub: Arc::clone(&hub),
            reader: Arc::clone(&reader),
            stats,
            drills: Arc::clone(&drills),
            spool,
            feeds: board,
            stored: stored.clone(),
            version: env!("CARGO_PKG_VERSION"),
            jitter: rand::random::<f64>,
        };
        let conductor = tokio::spawn(Conductor::new(setup, self.stop.clone()).run());
        Ok(Started { hub, input, reader, drills, flow, conductor, courier, stored, feeds })
    }

    /// What is handed in goes to Kafka, unless no broker is ever asked for.
    fn spool(&self) -> Option<Arc<Spool>> {
        self.config
            .source
            .mode
            .asks_kafka()
            .then(|| Arc::new(Spool::new(self.config.store.spool_size)))
    }

    fn people(&self) -> Vec<Person> {
        match self.config.people.as_slice() {
            [] => simulate::people(),
            people => people.to_vec(),
        }
    }

    fn policy(&self) -> Policy {
        Policy {
            mode: self.config.source.mode,
            mixed: self.config.source.simulated.contains(&true),
            fallback_after: millis(self.config.source.fallback_after),
            ..Policy::default()
        }
    }
}

impl Started {
    /// Waits until the sources have stopped, then until the flow has stored what they sent.
    async fn finish(self) {
        self.feeds.stop();
        if let Err(error) = self.conductor.await {
            tracing::error!(%error, "the conductor had failed");
        }
        if let Some(courier) = &self.courier {
            courier.stop();
        }
        self.drills.finish().await;
        let Started { input, drills, hub, flow, .. } = self;
        drop((input, drills, hub));
        if tokio::task::spawn_blocking(move || flow.stop()).await.is_err() {
            tracing::error!("the flow had failed");
        }
    }
}

/// How to reach Kafka, as the pipeline wants it.
pub fn settings(config: &Config) -> kafka::Settings {
    let kafka = &config.kafka;
    let mut settings = kafka::Settings::new(&*kafka.brokers, &*kafka.group, &*kafka.prefix);
    settings.names.clone_from(&kafka.topics);
    settings.spool = format!("{}spool", kafka.prefix);
    settings.left_out = left_out(config);
    settings.dead_letters = kafka.dead_letters.then(|| format!("{}dead-letters", kafka.prefix));
    settings.alerts = kafka.alerts.then(|| format!("{}alerts", kafka.prefix));
    settings.partitions = kafka.partitions;
    settings.replication = kafka.replication;
    settings.topic_properties.clone_from(&kafka.topic_properties);
    let properties = kafka.properties.iter();
    settings.properties =
        properties.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    settings
}

/// Topics that are simulated, and so not read from Kafka.
fn left_out(config: &Config) -> Vec<Topic> {
    Topic::ALL.into_iter().filter(|topic| config.source.simulated[topic.index()]).collect()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(Timestamp::DAY)
}
