//! Mutants: valid messages in the three encodings, damaged at places of a seed.

use bytes::Bytes;
use model::{Event, Position, Provenance, Timestamp, Topic};
use pipeline::{encode::encode, message::Message, simulate::Burst};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng, seq::IndexedRandom};
use serde_json::{Value, json};

/// A source of mutants. The same seed makes the same ones.
pub struct Mutants {
    now: Timestamp,
    chance: ChaCha8Rng,
    burst: Burst,
    made: i64,
}

impl Mutants {
    /// The mutants of a seed, at a moment.
    pub fn new(seed: u64, now: Timestamp) -> Mutants {
        let burst = Burst::load(seed, Provenance::Real);
        Mutants { now, chance: ChaCha8Rng::seed_from_u64(seed), burst, made: 0 }
    }

    /// The next message, before anything is done to it.
    pub fn sound(&mut self) -> Message {
        let event = self.burst.next(self.now.plus(-self.made % 60_000));
        let mut message = encode(&event, self.now);
        message.record_time = Some(self.now);
        message.position = Some(Position { partition: 0, offset: self.made });
        match self.made % 3 {
            0 => {}
            1 => structure(&mut message, &event),
            _ => message.headers.clear(),
        }
        self.made += 1;
        message
    }

    fn mutant(&mut self) -> Message {
        let mut message = self.sound();
        // Most often one wound, so that many live on.
        let wounds =
            if self.chance.random_bool(0.75) { 1 } else { self.chance.random_range(2..=3) };
        for _ in 0..wounds {
            self.damage(&mut message);
        }
        message
    }

    fn damage(&mut self, message: &mut Message) {
        let chance = &mut self.chance;
        match chance.random_range(0..100) {
            0..25 => edit(message, |value| bytes(chance, value)),
            25..75 => edit(message, |value| fields(chance, value)),
            75..93 => headers(chance, &mut message.headers),
            93..96 => message.key = Some(noise(chance, 12).into()),
            96..98 => message.topic = *Topic::ALL.choose(chance).expect("seven topics"),
            98 => message.value = None,
            _ => edit(message, |value| {
                let longest = chance.random_range(1..1_200_000);
                value.resize(value.len() + longest, b' ');
            }),
        }
    }
}

impl Iterator for Mutants {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        Some(self.mutant())
    }
}

/// From the binary to the structured mode.
fn structure(message: &mut Message, event: &Event) {
    let envelope = &event.envelope;
    let whole = json!({
        "specversion": "1.0", "id": envelope.id.as_str(), "source": envelope.source,
        "type": envelope.kind, "time": envelope.time.to_string(), "data": event.data,
    });
    message.value = Some(whole.to_string().into());
    message.headers =
        vec![("content-type".into(), Bytes::from_static(b"application/cloudevents+json"))];
}

fn edit(message: &mut Message, change: impl FnOnce(&mut Vec<u8>)) {
    let mut value = message.value.take().unwrap_or_default().to_vec();
    change(&mut value);
    message.value = Some(value.into());
}

fn noise(chance: &mut ChaCha8Rng, longest: usize) -> Vec<u8> {
    (0..chance.random_range(0..=longest)).map(|_| chance.random()).collect()
}

/// A place within, or at the end of, so many bytes.
fn place(chance: &mut ChaCha8Rng, length: usize) -> usize {
    chance.random_range(0..=length)
}

/// Damage that knows nothing of JSON.
fn bytes(chance: &mut ChaCha8Rng, value: &mut Vec<u8>) {
    let (a, b) = (place(chance, value.len()), place(chance, value.len()));
    let (from, to) = (a.min(b), a.max(b));
    match chance.random_range(0..6) {
        0 => {
            for _ in 0..chance.random_range(1..8) {
                if let Some(byte) = value.choose_mut_at(chance) {
                    *byte ^= 1 << chance.random_range(0..8);
                }
            }
        }
        1 => value.truncate(from),
        2 => drop(value.drain(from..to)),
        3 => drop(value.splice(from..from, noise(chance, 20))),
        4 => value.extend_from_within(from..to),
        // Bytes that no UTF-8 has: stray, overlong, half of a pair.
        _ => {
            let bad: &[u8] = [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\x80"]
                .choose(chance)
                .expect("four of them");
            drop(value.splice(from..from, bad.iter().copied()));
        }
    }
}

/// A random element of a list of bytes.
trait ChooseAt {
    fn choose_mut_at(&mut self, chance: &mut ChaCha8Rng) -> Option<&mut u8>;
}

impl ChooseAt for Vec<u8> {
    fn choose_mut_at(&mut self, chance: &mut ChaCha8Rng) -> Option<&mut u8> {
        let last = self.len().checked_sub(1)?;
        self.get_mut(chance.random_range(0..=last))
    }
}

/// Texts that stand where a value was: wrong types, huge numbers, deep nests, odd characters.
fn odd(chance: &mut ChaCha8Rng) -> String {
    let depth = chance.random_range(1..20_000);
    match chance.random_range(0..10) {
        0 => "9".repeat(chance.random_range(1..400)),
        1 => format!("{}1e{}", ["", "-"].choose(chance).expect("two"), chance.random_range(0..400)),
        2 => format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        3 => format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        4 => format!("\"{}\"", "ñ".repeat(chance.random_range(0..5_000))),
        5 => chance.random::<i64>().to_string(),
        6 => chance.random::<f64>().to_string(),
        7 => chance.random_range(0..1_000_000).to_string(),
        8 => format!("\"{}\"", chance.random_range(0..1_000_000)),
        _ => {
            let words = [
                "null",
                "true",
                "\"\"",
                "\"\\u0000\"",
                "\"\\ud800\"",
                "-0.0",
                "[]",
                "{}",
                "\"NaN\"",
                "9223372036854775807",
                "-9223372036854775808",
                "18446744073709551616",
                "1e-400",
                "\"2026-02-30T00:00:00Z\"",
                "\"9999-12-31T23:59:59Z\"",
                "\"1-1-1\"",
                "\"\\n\"",
                "\"+292278994-08-17T07:12:55.807Z\"",
                "\"-000001-01-01T00:00:00Z\"",
            ];
            (*words.choose(chance).expect("many")).to_owned()
        }
    }
}

/// Damage to one or two fields of a payload or of what stands around it.
fn fields(chance: &mut ChaCha8Rng, value: &mut Vec<u8>) {
    let Ok(mut tree) = serde_json::from_slice::<Value>(value) else { return bytes(chance, value) };
    let mut paths = Vec::new();
    collect(&tree, String::new(), &mut paths);
    let (Some(one), Some(other)) = (paths.choose(chance), paths.choose(chance)) else { return };
    let (Some(first), Some(second)) = (tree.pointer(one).cloned(), tree.pointer(other).cloned())
    else {
        return;
    };
    match chance.random_range(0..4) {
        0 => {
            put(&mut tree, one, second);
            put(&mut tree, other, first);
        }
        1 => remove(&mut tree, one),
        _ => {
            // By text, since what is wanted may be no value at all.
            put(&mut tree, one, "\u{1}".into());
            let text = tree.to_string().replace("\"\\u0001\"", &odd(chance));
            *value = text.into_bytes();
            return;
        }
    }
    *value = tree.to_string().into_bytes();
}

fn collect(tree: &Value, path: String, paths: &mut Vec<String>) {
    match tree {
        Value::Object(object) => {
            for (name, inner) in object {
                collect(inner, format!("{path}/{name}"), paths);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect(inner, format!("{path}/{index}"), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}

fn put(tree: &mut Value, path: &str, value: Value) {
    // The first of two swaps may have taken the place of the second away.
    if let Some(place) = tree.pointer_mut(path) {
        *place = value;
    }
}

fn remove(tree: &mut Value, path: &str) {
    let Some((parent, name)) = path.rsplit_once('/') else { return };
    if let Some(Value::Object(object)) = tree.pointer_mut(parent) {
        object.remove(name);
    }
}

/// A well-formed attribute that says what it may not say, or may.
fn claim(chance: &mut ChaCha8Rng, headers: &mut Vec<(String, Bytes)>) {
    let claims = [
        ("ce_provenance", "drill"),
        ("ce_provenance", "replayed"),
        ("ce_provenance", "simulated"),
        ("ce_time", "2031-01-01T00:00:00Z"),
        ("ce_time", "1999-01-01T00:00:00Z"),
        ("ce_correlation", "one"),
    ];
    let (name, value) = *claims.choose(chance).expect("six");
    headers.retain(|(present, _)| present != name);
    headers.push((name.to_owned(), Bytes::from_static(value.as_bytes())));
}

/// Damage to the attributes of the binary mode.
fn headers(chance: &mut ChaCha8Rng, headers: &mut Vec<(String, Bytes)>) {
    let names = [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_provenance",
        "ce_sequence",
        "ce_tenant",
        "content-type",
        "CE_ID",
        "ce_",
        "x",
    ];
    let values = [
        "",
        "0.3",
        "drill",
        "replayed",
        "simulated",
        "9999-01-01T00:00:00Z",
        "yesterday",
        "-1",
        "2026-11-25T12:00:00+99:99",
        "application/xml",
        "application/cloudevents+json",
        "\u{0}",
    ];
    let name = (*names.choose(chance).expect("many")).to_owned();
    let value = match chance.random_range(0..3) {
        0 => Bytes::from(noise(chance, 30)),
        _ => Bytes::from_static(values.choose(chance).expect("many").as_bytes()),
    };
    let at = place(chance, headers.len());
    match chance.random_range(0..5) {
        4 => claim(chance, headers),
        0 if at < headers.len() => drop(headers.remove(at)),
        1 if at < headers.len() => headers[at].1 = value,
        2 if at < headers.len() => headers[at].0 = name,
        _ => headers.insert(at, (name, value)),
    }
}
