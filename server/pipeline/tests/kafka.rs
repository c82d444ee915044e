//! Source and sink against a real broker at `$KAFKA_BROKERS`. Each test has topics and a group of
//! its own, so that they run side by side and again on the same broker.
#![cfg(feature = "broker-tests")]

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use model::{Position, Provenance, Timestamp, Topic};
use pipeline::{
    decode::{Reason, Trust, decode},
    encode::encode,
    message::{Delivery, Gap, Message},
    source::kafka::{Consumer, Producer, Settings, Transactions, ensure_topics, probe, survey},
    store::{Positions, Waiting},
    supervisor::Observation,
};
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
};

const PATIENCE: Duration = Duration::from_secs(30);

const SYSTEM: &str = r#"{"service":"payments","up":true,"system.cpu.utilization":0.4,
    "system.memory.utilization":0.5,"request_rate":120.5,"error_ratio":0.001,
    "latency_p50_ms":5.0,"latency_p95_ms":20.0,"latency_p99_ms":80.25}"#;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(since.as_millis().try_into().unwrap())
}

/// Settings for topics that nobody has used, not created yet.
fn unused(test: &str) -> Settings {
    let brokers = std::env::var("KAFKA_BROKERS").expect("KAFKA_BROKERS names a broker");
    let unique = format!("{test}-{}-{}", std::process::id(), now().millis());
    let mut settings = Settings::new(brokers, &unique, format!("{unique}."));
    // The broker's own limit of 1 MiB would stop an overlong message before it gets here.
    settings.topic_properties.insert("max.message.bytes".into(), "8388608".into());
    settings.properties.insert("message.max.bytes".into(), "8388608".into());
    settings
}

fn created(test: &str) -> Settings {
    let settings = unused(test);
    assert_eq!(ensure_topics(&settings).unwrap().len(), 7);
    settings
}

fn message(topic: Topic, key: &str, value: impl Into<Bytes>) -> Message {
    Message {
        topic,
        position: None,
        key: Some(Bytes::copy_from_slice(key.as_bytes())),
        headers: vec![],
        value: Some(value.into()),
        record_time: None,
        received: now(),
    }
}

fn produce(settings: &Settings, messages: impl IntoIterator<Item = Message>) {
    let producer = Producer::start(settings).unwrap();
    for message in messages {
        producer.send(&message).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    assert_eq!(producer.failed(), 0);
}

/// A consumer, and what it hands over.
struct Reader {
    consumer: Consumer,
    messages: Receiver<Message>,
    observed: Receiver<Observation>,
    gaps: Arc<Mutex<Vec<Gap>>>,
}

impl Reader {
    fn start(settings: &Settings, positions: Positions) -> Self {
        let (send, messages) = channel();
        let (tell, observed) = channel();
        let found = Arc::new(Mutex::new(Vec::new()));
        let gaps = Arc::clone(&found);
        let sender = move |batch: Delivery| {
            gaps.lock().unwrap().extend(batch.gaps);
            batch.messages.into_iter().all(|message| send.send(message).is_ok())
        };
        let observer = move |observation| tell.send(observation).unwrap_or_default();
        let consumer = Consumer::start(settings, positions, sender, observer).unwrap();
        Self { consumer, messages, observed, gaps: found }
    }

    fn assigned(&self) {
        assert_eq!(self.observed.recv_timeout(PATIENCE), Ok(Observation::BrokerAnswered));
    }

    fn read(&self, count: usize) -> Vec<Message> {
        let end = Instant::now() + PATIENCE;
        let left = || end.saturating_duration_since(Instant::now());
        (0..count).map(|_| self.messages.recv_timeout(left()).expect("a message in time")).collect()
    }

    /// Stops, and answers what was delivered until then.
    fn stop(self) -> Vec<Message> {
        let begin = Instant::now();
        self.consumer.stop();
        assert!(begin.elapsed() < Duration::from_millis(1_500), "{:?}", begin.elapsed());
        self.messages.iter().collect()
    }
}

fn positions(messages: &[Message]) -> Positions {
    let mut positions = Positions::new();
    for message in messages {
        let Position { partition, offset } = message.position.unwrap();
        positions.insert((message.topic, partition), offset + 1);
    }
    positions
}

fn values(messages: &[Message]) -> Vec<u32> {
    let number = |message: &Message| {
        std::str::from_utf8(message.value.as_ref().unwrap()).unwrap().parse().unwrap()
    };
    let mut all: Vec<u32> = messages.iter().map(number).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_broker_answers_and_missing_topics_are_created_once() {
    let settings = unused("topics");
    assert_eq!(probe(&settings, PATIENCE), Ok(Topic::ALL.to_vec()), "none is there yet");
    let created = ensure_topics(&settings).unwrap();
    assert_eq!(created.iter().collect::<BTreeSet<_>>(), settings.names.iter().collect());
    let end = Instant::now() + PATIENCE;
    while ensure_topics(&settings).unwrap() != Vec::<String>::new() {
        assert!(Instant::now() < end, "the topics never show");
    }
}

#[test]
fn three_encodings_there_and_back() {
    let settings = created("encodings");
    let event = |id: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/apm","type":"metrics",
                "time":"2026-11-01T12:00:00Z","data":{SYSTEM}}}"#
        )
    };
    let bare = message(Topic::System, "payments", SYSTEM);
    let mut structured = message(Topic::System, "payments", event("structured"));
    structured.headers =
        vec![("content-type".into(), Bytes::from_static(b"application/cloudevents+json"))];
    let mut own = decode(&structured, now(), Trust::Outside).unwrap().event;
    own.envelope.provenance = Provenance::Simulated;
    own.envelope.tenant = Some("ñandú".into());
    let binary = encode(&own, now());
    produce(&settings, [bare, structured, binary.clone()]);

    let reader = Reader::start(&settings, Positions::new());
    let read = reader.read(3);
    let decoded: Vec<_> =
        read.iter().map(|message| decode(message, now(), Trust::Outside).unwrap()).collect();
    let partition = read[0].position.unwrap().partition;
    let id = format!("streamboard.system-{partition}-0");
    assert_eq!(decoded[0].event.envelope.id.as_str(), id);
    assert_eq!(decoded[0].event.envelope.time, read[0].record_time.unwrap());
    assert_eq!(decoded[1].event.envelope.id.as_str(), "structured");
    assert_eq!(decoded[0].raw, SYSTEM);
    assert_eq!(decoded[1].raw, SYSTEM);
    assert_eq!(decoded[2].event, own);
    assert_eq!((&read[2].headers, &read[2].key), (&binary.headers, &binary.key));
    assert_eq!(decoded[2].position, Some(Position { partition, offset: 2 }));
    assert_eq!(reader.stop(), []);
}

#[test]
fn goes_on_exactly_where_the_store_says() {
    let settings = created("resume");
    let numbered = |from: u32, to: u32| {
        (from..to).map(|number| {
            let topic = Topic::ALL[number as usize % 7];
            message(topic, &format!("k{}", number % 50), number.to_string())
        })
    };
    produce(&settings, numbered(0, 5_000));
    let reader = Reader::start(&settings, Positions::new());
    // Only a part becomes durable; what was delivered beyond it must come again.
    let first = reader.read(1_500);
    let stored = positions(&first);
    reader.consumer.committed(stored.clone());
    reader.stop();

    produce(&settings, numbered(5_000, 6_000));
    let reader = Reader::start(&settings, stored);
    let second = reader.read(4_500);
    let end = Instant::now() + PATIENCE;
    while reader.consumer.lag().len() < 28
        || reader.consumer.lag().iter().any(|lag| lag.records > 0)
    {
        assert!(Instant::now() < end, "{:?}", reader.consumer.lag());
        std::thread::sleep(Duration::from_millis(50));
    }
    let rest = reader.stop();
    assert_eq!(rest, [], "nothing comes twice");
    assert_eq!(values(&[first, second].concat()), (0..6_000).collect::<Vec<_>>());
}

/// A member that is killed never leaves its group. Static membership lets the next one in, which
/// else waits for the session of the lost one to end.
#[test]
fn a_known_instance_goes_on_though_it_never_left() {
    let mut settings = created("instance");
    settings.instance = Some("data-1".into());
    produce(&settings, (0..10).map(|n| message(Topic::Etl, "job", n.to_string())));
    let reader = Reader::start(&settings, Positions::new());
    let first = reader.read(10);
    reader.stop();
    produce(&settings, (10..20).map(|n| message(Topic::Etl, "job", n.to_string())));
    let begin = Instant::now();
    let reader = Reader::start(&settings, positions(&first));
    assert_eq!(values(&reader.read(10)), (10..20).collect::<Vec<_>>());
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
    assert_eq!(reader.stop(), []);
}

#[test]
fn a_group_of_two_shares_the_partitions() {
    let settings = created("group");
    let one = Reader::start(&settings, Positions::new());
    one.assigned();
    produce(&settings, (0..400).map(|n| message(Topic::Risk, &format!("k{n}"), n.to_string())));
    let before = one.read(400);
    let two = Reader::start(&settings, positions(&before));
    two.assigned();
    one.assigned();
    let more = 400..2_000;
    produce(&settings, more.map(|n| message(Topic::Risk, &format!("k{n}"), n.to_string())));
    let end = Instant::now() + PATIENCE;
    let (mut from_one, mut from_two) = (before, Vec::new());
    while from_one.len() + from_two.len() < 2_000 {
        assert!(Instant::now() < end, "{} and {}", from_one.len(), from_two.len());
        from_one.extend(one.messages.recv_timeout(Duration::from_millis(20)));
        from_two.extend(two.messages.recv_timeout(Duration::from_millis(20)));
        from_one.extend(one.messages.try_iter());
        from_two.extend(two.messages.try_iter());
    }
    assert!(from_one.len() > 400, "the first goes on with its share");
    assert!(!from_two.is_empty(), "the second has a share");
    // Who stays takes the partitions back, where it was itself: what it has read it reads no more.
    let seen = positions(&from_two);
    from_two.extend(two.stop());
    one.assigned();
    from_one.extend(one.stop());
    let parts = |messages: &[Message]| positions(messages).into_keys().collect::<BTreeSet<_>>();
    assert_eq!(parts(&from_two), seen.into_keys().collect());
    let mut of_one = values(&from_one);
    of_one.dedup();
    let again = from_one.len() - of_one.len();
    assert_eq!(again, 0, "one member reads nothing twice");
}

#[test]
fn tombstones_and_overlong_messages_arrive_to_be_refused() {
    let settings = created("refused");
    let tombstone = Message { value: None, ..message(Topic::Budget, "retail", "") };
    let long = |size: usize| message(Topic::Budget, "retail", vec![b'x'; size]);
    let last = message(Topic::Budget, "payments", "{}");
    produce(&settings, [tombstone, long(1_500_000), long(5_500_000), last]);
    let reader = Reader::start(&settings, Positions::new());
    let reason = |message: &Message| decode(message, now(), Trust::Outside).unwrap_err().reason;
    let mut found: Vec<_> = reader.read(4).iter().map(reason).collect();
    found.sort_unstable();
    assert_eq!(found, [Reason::Tombstone, Reason::TooLarge, Reason::TooLarge, Reason::Shape]);
    reader.stop();
}

#[test]
fn a_sender_that_has_enough_ends_the_consumer() {
    let settings = created("enough");
    produce(&settings, [message(Topic::Etl, "job", "{}")]);
    let (tell, told) = channel();
    let sender = move |batch: Delivery| tell.send(batch.messages.len()).is_err();
    let consumer = Consumer::start(&settings, Positions::new(), sender, |_| {}).unwrap();
    assert_eq!(told.recv_timeout(PATIENCE), Ok(1));
    let end = Instant::now() + PATIENCE;
    while !consumer.is_finished() {
        assert!(Instant::now() < end, "the consumer never ends");
        std::thread::sleep(Duration::from_millis(20));
    }
    consumer.stop();
}

/// A spool of its own: numbered messages for one topic.
fn spooled(from: u64, to: u64) -> Vec<Waiting> {
    let one = |number: u64| {
        waiting(number, message(Topic::Risk, &format!("k{}", number % 20), number.to_string()))
    };
    (from..=to).map(one).collect()
}

fn waiting(number: u64, message: Message) -> Waiting {
    Waiting { number, route: None, message }
}

#[test]
fn a_spool_is_delivered_once_whoever_takes_over() {
    let settings = created("spool");
    let (mut first, reached) = Transactions::open(&settings, "a").unwrap();
    assert_eq!(reached, 0);
    first.deliver(&spooled(1, 300)).unwrap();
    // Another directory delivers to the same topics and has a place of its own.
    let (mut other, reached) = Transactions::open(&settings, "b").unwrap();
    assert_eq!(reached, 0);
    other.deliver(&[waiting(9, message(Topic::Etl, "job", "9"))]).unwrap();
    let (mut second, reached) = Transactions::open(&settings, "a").unwrap();
    assert_eq!(reached, 300);
    let fenced = first.deliver(&spooled(301, 310));
    assert!(fenced.is_err(), "who was taken over from delivers nothing any more");
    drop(first);
    second.deliver(&spooled(301, 400)).unwrap();
    assert_eq!(Transactions::open(&settings, "a").unwrap().1, 400);
    assert_eq!(Transactions::open(&settings, "b").unwrap().1, 9);

    let reader = Reader::start(&settings, Positions::new());
    let mut read = reader.read(401);
    read.retain(|message| message.topic == Topic::Risk);
    assert_eq!(values(&read), (1..=400).collect::<Vec<_>>());
    let mut newest = std::collections::BTreeMap::new();
    for message in &read {
        let number = values(std::slice::from_ref(message))[0];
        let before = newest.insert(message.key.clone(), number);
        assert!(before.is_none_or(|before| before < number), "in order for each key");
    }
    assert_eq!(reader.stop(), []);
}

/// Runs something of an administrator's on the broker.
fn administer<T>(settings: &Settings, what: impl AsyncFnOnce(Admin, AdminOptions) -> T) -> T {
    let client = ClientConfig::new().set("bootstrap.servers", &settings.brokers).create().unwrap();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(what(client, options))
}

type Admin = AdminClient<DefaultClientContext>;

/// The first gap that is told, and what is read after it.
fn gap(reader: &Reader) -> Gap {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(gap) = reader.gaps.lock().unwrap().first() {
            return *gap;
        }
        assert!(Instant::now() < end, "no gap is told");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_retention_dropped_is_told_and_reading_goes_on() {
    let settings = created("retention");
    let numbered = |from: u32, to: u32| {
        (from..to).map(|number| message(Topic::Etl, "job", number.to_string()))
    };
    produce(&settings, numbered(0, 20));
    let reader = Reader::start(&settings, Positions::new());
    let stored = positions(&reader.read(8));
    reader.stop();
    let (&(topic, partition), _) = stored.iter().next().unwrap();
    produce(&settings, numbered(20, 50));
    let mut before = TopicPartitionList::new();
    before.add_partition_offset(settings.name(topic), partition, Offset::Offset(41)).unwrap();
    administer(&settings, async |admin, options| {
        admin.delete_records(&before, &options).await.unwrap();
    });
    let reader = Reader::start(&settings, stored);
    let found = gap(&reader);
    assert_eq!(
        (found.topic, found.partition, found.expected, found.found),
        (topic, partition, 8, 41)
    );
    assert_eq!(found.missed(), 33);
    assert_eq!(values(&reader.read(9)), (41..50).collect::<Vec<_>>());
    produce(&settings, numbered(50, 51));
    assert_eq!(values(&reader.read(1)), [50]);
    assert_eq!(reader.gaps.lock().unwrap().len(), 1, "it is told once");
    assert_eq!(reader.stop(), []);
}

#[test]
fn a_topic_that_is_made_anew_is_read_from_its_beginning() {
    let settings = created("anew");
    let numbered = |from: u32, to: u32| {
        (from..to).map(|number| message(Topic::Etl, "job", number.to_string()))
    };
    produce(&settings, numbered(0, 40));
    let reader = Reader::start(&settings, Positions::new());
    reader.read(40);
    administer(&settings, async |admin, options| {
        admin.delete_topics(&[settings.name(Topic::Etl)], &options).await.unwrap();
    });
    let end = Instant::now() + PATIENCE;
    while ensure_topics(&settings).map(|created| created.is_empty()).unwrap_or(true) {
        assert!(Instant::now() < end, "the topic is never created again");
        std::thread::sleep(Duration::from_millis(100));
    }
    produce(&settings, numbered(100, 107));
    let found = gap(&reader);
    assert_eq!((found.topic, found.expected, found.found, found.missed()), (Topic::Etl, 40, 0, 0));
    assert_eq!(values(&reader.read(7)), (100..107).collect::<Vec<_>>());
    assert_eq!(reader.stop(), []);
}

#[test]
fn a_survey_tells_what_the_cluster_has_and_where_it_drifts() {
    let mut settings = unused("survey");
    settings.partitions = 2;
    settings.topic_properties.insert("retention.ms".into(), "3600000".into());
    ensure_topics(&settings).unwrap();
    produce(&settings, (0..30).map(|n| message(Topic::Etl, "job", n.to_string())));
    settings.partitions = 3;
    settings.topic_properties.insert("retention.ms".into(), "7200000".into());
    let found = survey(&settings, |topic, _| (topic == Topic::Etl).then_some(20)).unwrap();
    assert_eq!(found.iter().map(|it| it.topic).collect::<Vec<_>>(), Topic::ALL);
    let etl = &found[Topic::Etl.index()];
    assert!(etl.present && etl.partitions.len() == 2, "{etl:?}");
    let used = etl.partitions.iter().find(|part| part.high > 0).unwrap();
    assert_eq!((used.low, used.high, used.lag_records, used.replicas), (0, 30, 10, 1));
    assert_eq!(etl.skew, Some(2.0), "one partition has all");
    assert_eq!(etl.settings["retention.ms"], "3600000");
    let drift: Vec<_> =
        etl.drift.iter().map(|it| (&*it.setting, &*it.configured, &*it.actual)).collect();
    assert_eq!(drift, [("partitions", "3", "2"), ("retention.ms", "7200000", "3600000")]);
    let mut gone = settings;
    gone.names = unused("nothing").names;
    assert!(survey(&gone, |_, _| None).unwrap().iter().all(|topic| !topic.present));
}
