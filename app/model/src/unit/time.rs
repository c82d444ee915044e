//! Time: milliseconds of UTC.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A moment in UTC, to the millisecond, between the years 1 and 9999.
///
/// RFC 3339 in JSON (`2026-11-23T14:35:36.412Z`), milliseconds since 1970 in binary codecs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is no moment in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time; write it as RFC 3339, for instance 2026-11-23T14:35:36Z")]
pub struct InvalidTime(pub String);

impl Timestamp {
    /// One second, in milliseconds.
    pub const SECOND: i64 = 1_000;
    /// One minute, in milliseconds.
    pub const MINUTE: i64 = 60 * Self::SECOND;
    /// One hour, in milliseconds.
    pub const HOUR: i64 = 60 * Self::MINUTE;
    /// One day, in milliseconds.
    pub const DAY: i64 = 24 * Self::HOUR;

    const FIRST: i64 = -62_135_596_800_000;
    const LAST: i64 = 253_402_300_799_999;

    /// A moment by its milliseconds since 1970, held within the years 1 to 9999.
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < Self::FIRST {
            Self::FIRST
        } else if millis > Self::LAST {
            Self::LAST
        } else {
            millis
        })
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment and so many milliseconds; negative is earlier.
    pub const fn plus(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` until this moment; negative when `earlier` is later.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0 - earlier.0
    }

    /// The start of the interval of `millis` in which this moment lies, counted from 1970.
    pub const fn floor(self, millis: i64) -> Self {
        Self::from_millis(self.0.div_euclid(millis) * millis)
    }

    /// The same moment as chrono has it, for calendars.
    pub fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).expect("years 1 to 9999 fit into chrono")
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self::from_millis(time.timestamp_millis())
    }
}

/// RFC 3339 in UTC, with milliseconds only where there are some.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.0 % 1_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        f.write_str(&self.date_time().to_rfc3339_opts(form, true))
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self::from(time.to_utc()))
            .map_err(|_| InvalidTime(text.chars().take(64).collect()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self::from_millis)
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn written_in_utc() {
        let check = |from: &str, to: &str| {
            assert_eq!(from.parse::<Timestamp>().unwrap().to_string(), to);
        };
        check("2026-11-23T14:35:36.412Z", "2026-11-23T14:35:36.412Z");
        check("2026-11-23T11:35:36-03:00", "2026-11-23T14:35:36Z");
        check("2026-11-23T14:35:36.412999Z", "2026-11-23T14:35:36.412Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!("2026-11-23".parse::<Timestamp>().is_err());
    }

    #[test]
    fn floors_towards_the_past() {
        assert_eq!(Timestamp::from_millis(-1).floor(1_000), Timestamp::from_millis(-1_000));
        assert_eq!(Timestamp::from_millis(1_999).floor(1_000), Timestamp::from_millis(1_000));
    }

    proptest! {
        #[test]
        fn text_and_binary_and_back(millis in Timestamp::FIRST..=Timestamp::LAST) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(time.to_string().parse(), Ok(time));
            let bytes = postcard::to_stdvec(&time).unwrap();
            prop_assert_eq!(postcard::from_bytes(&bytes), Ok(time));
        }
    }
}
