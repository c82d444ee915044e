//! Values: what a file, a variable or a flag says, checked against the kind of its setting.

use std::{net::SocketAddr, time::Duration};

use super::setting::Kind;

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    /// Text of a file, a variable or a flag.
    Text(String),
    /// A whole number of a file.
    Integer(i128),
    /// `true` or `false` in a file.
    Flag(bool),
    /// Anything else that a file may hold, by its name in TOML.
    Other(&'static str),
}

/// What it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Flag(bool),
    Address(SocketAddr),
    Text(String),
    Integer(u64),
    Duration(Duration),
}

/// Checks what was written against its kind.
///
/// A variable and a flag hold text, so text that reads as a number or a truth is one
/// (`lenient`); in a file `"7"` is no number.
pub(super) fn parse(kind: Kind, raw: &Raw, lenient: bool) -> Result<Value, String> {
    match (kind, raw) {
        (Kind::Flag, Raw::Flag(value)) => Ok(Value::Flag(*value)),
        (Kind::Flag, Raw::Text(text)) if lenient => {
            text.parse().map(Value::Flag).map_err(|_| wrong(kind, raw))
        }
        (Kind::Integer(least, most), raw) => {
            let number = match raw {
                Raw::Integer(number) => Some(*number),
                Raw::Text(text) if lenient => text.trim().parse().ok(),
                _ => None,
            };
            let number = number.ok_or_else(|| wrong(kind, raw))?;
            within(number, least, most).ok_or_else(|| wrong(kind, raw)).map(Value::Integer)
        }
        (Kind::Size(least, most), raw) => {
            let number = match raw {
                Raw::Integer(number) => Some(*number),
                Raw::Text(text) => size(text),
                _ => None,
            };
            let number = number.ok_or_else(|| wrong(kind, raw))?;
            within(number, least, most).ok_or_else(|| wrong(kind, raw)).map(Value::Integer)
        }
        (Kind::Duration(least, most), Raw::Text(text)) => duration(text)
            .filter(|duration| (least..=most).contains(duration))
            .map(Value::Duration)
            .ok_or_else(|| wrong(kind, raw)),
        (Kind::Address, Raw::Text(text)) => {
            address(text).map(Value::Address).ok_or_else(|| wrong(kind, raw))
        }
        (_, Raw::Text(text)) if is_text(kind, text) => Ok(Value::Text(text.clone())),
        _ => Err(wrong(kind, raw)),
    }
}

fn within(number: i128, least: u64, most: u64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| (least..=most).contains(number))
}

fn is_text(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Text | Kind::Path => !text.trim().is_empty() && !text.contains('\0'),
        Kind::Choice(words) => words.contains(&text),
        Kind::KafkaName => is_kafka_name(text),
        Kind::Brokers => text.split(',').all(|broker| is_broker(broker.trim())),
        _ => false,
    }
}

fn is_kafka_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=249).contains(&text.len()) && text.bytes().all(plain) && text != "." && text != ".."
}

/// Whether the text is a host and a port: `kafka-1:9092`, `[::1]:9092`.
fn is_broker(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_fits = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            !host.is_empty() && host.bytes().all(plain)
        }
    };
    host_fits && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// An address with a port; `localhost` is the loopback address of IPv4.
fn address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?))),
        None => text.parse().ok(),
    }
}

/// What is wrong, and what would be right. What was meant as a property may be a secret.
fn wrong(kind: Kind, raw: &Raw) -> String {
    let found = match raw {
        _ if matches!(kind, Kind::Properties) => "something else".to_owned(),
        Raw::Text(text) => format!("{:?}", text.chars().take(80).collect::<String>()),
        Raw::Integer(number) => number.to_string(),
        Raw::Flag(flag) => flag.to_string(),
        Raw::Other(name) => (*name).to_owned(),
    };
    format!("expected {}, found {found}", expected(kind))
}

/// What a kind asks for, in words.
pub(super) fn expected(kind: Kind) -> String {
    match kind {
        Kind::Flag => "true or false".into(),
        Kind::Address => "an address with a port such as \"127.0.0.1:8080\"".into(),
        Kind::Text => "a text".into(),
        Kind::Path => "a path".into(),
        Kind::Brokers => "hosts with ports by commas such as \"kafka-1:9092,kafka-2:9092\"".into(),
        Kind::KafkaName => "1 to 249 letters, digits, '.', '_' or '-'".into(),
        Kind::Choice(words) => {
            let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            format!("one of {}", quoted.join(", "))
        }
        Kind::Integer(least, u64::MAX) => format!("a whole number of at least {least}"),
        Kind::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Duration(least, most) => {
            format!("a time from {} to {} such as \"90s\"", time_text(least), time_text(most))
        }
        Kind::Size(least, most) => {
            format!("a size from {} to {} such as \"10 MB\"", size_text(least), size_text(most))
        }
        Kind::Properties => "a table of properties".into(),
    }
}

const TIMES: [(&str, u64); 13] = [
    ("ms", 1),
    ("s", 1_000),
    ("sec", 1_000),
    ("second", 1_000),
    ("seconds", 1_000),
    ("m", 60_000),
    ("min", 60_000),
    ("minutes", 60_000),
    ("h", 3_600_000),
    ("hours", 3_600_000),
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("days", 86_400_000),
];

const SIZES: [(&str, u64); 5] =
    [("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];

/// A time of one or more parts, each a whole number and a unit: `60s`, `5 min`, `1h 30m`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    parts(text, &TIMES).map(Duration::from_millis)
}

/// Bytes in decimal units: `10 MB` is 10,000,000.
fn size(text: &str) -> Option<i128> {
    parts(text, &SIZES).map(i128::from)
}

/// The sum of parts that are each a whole number and a unit.
fn parts(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text.trim();
    let mut sum = None;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        let part = number.parse::<u64>().ok()?.checked_mul(*factor)?;
        sum = Some(sum.unwrap_or(0_u64).checked_add(part)?);
        rest = tail.trim_start();
    }
    sum
}

/// The shortest text of a time in one unit.
fn time_text(time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    in_largest(millis, &[("d", 86_400_000), ("h", 3_600_000), ("s", 1_000), ("ms", 1)], "")
}

fn size_text(bytes: u64) -> String {
    let mut units = SIZES;
    units.reverse();
    in_largest(bytes, &units, " ")
}

fn in_largest(amount: u64, units: &[(&str, u64)], gap: &str) -> String {
    units
        .iter()
        .find(|(_, factor)| amount >= *factor && amount.is_multiple_of(*factor))
        .map_or_else(
            || amount.to_string(),
            |(unit, factor)| format!("{}{gap}{unit}", amount / factor),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let check = |text: &str, millis: Option<u64>| {
            assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        };
        check("60s", Some(60_000));
        check("5 min", Some(300_000));
        check("250ms", Some(250));
        check(" 1h 30m ", Some(5_400_000));
        check("1h30m", Some(5_400_000));
        check("30 days", Some(2_592_000_000));
        for text in ["", "60", "s", "-1s", "1.5s", "1 fortnight", "99999999999999999999s"] {
            check(text, None);
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in
            [("10 MB", Some(10_000_000)), ("20GB", Some(20_000_000_000)), ("1 MiB", None)]
        {
            assert_eq!(size(text), bytes, "{text}");
        }
    }

    #[test]
    fn brokers() {
        for (text, holds) in [
            ("127.0.0.1:9092", true),
            ("kafka-1.bank:9092, kafka-2.bank:9093", true),
            ("[::1]:9092", true),
            ("kafka", false),
            ("kafka:0", false),
            ("kafka:70000", false),
            (":9092", false),
            ("kafka:9092,", false),
            ("http://kafka:9092", false),
        ] {
            assert_eq!(is_text(Kind::Brokers, text), holds, "{text}");
        }
    }
}
