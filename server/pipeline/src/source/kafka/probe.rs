//! Asks whether a broker answers. A port that takes connections and says nothing is down.

use std::{
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

use model::Topic;
use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    metadata::Metadata,
    producer::{BaseProducer, DeliveryResult, Producer as _, ProducerContext},
};

use super::{
    Settings,
    oauth::{TokenError, admit},
    property::refusal,
};
use crate::supervisor::Observation;

/// Why no broker answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// Nobody answered in time; trying again may help.
    #[error("no broker answers: {0}")]
    Down(String),
    /// A broker refused who we are; trying again at once does not help.
    #[error("the broker refuses to authenticate: {0}")]
    Auth(String),
    /// There is no token to show to a broker.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No TLS with a broker: it is not who it should be, or it does not accept our certificate.
    #[error("no secure connection to a broker: {0}")]
    Tls(String),
    /// The settings are no configuration of a client.
    #[error("the Kafka settings are refused: {0}")]
    Config(String),
}

impl ProbeError {
    /// Whether asking on for a while cannot change the answer. Of TLS only a certificate that was
    /// looked at says so: what a broker that goes down leaves of a handshake looks like the rest.
    fn is_verdict(&self) -> bool {
        match self {
            ProbeError::Auth(_) | ProbeError::Config(_) => true,
            ProbeError::Tls(reason) => reason.contains("certificate"),
            ProbeError::Token(_) | ProbeError::Down(_) => false,
        }
    }
}

impl From<ProbeError> for Observation {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Down(reason) => Observation::BrokerSilent(reason),
            // A broker that goes down in the middle of a handshake looks the same.
            error @ ProbeError::Tls(_) => Observation::BrokerSilent(error.to_string()),
            ProbeError::Token(error) => match error {
                TokenError::Refused { .. } => Observation::AuthFailed(error.to_string()),
                TokenError::Away { .. } => Observation::BrokerSilent(error.to_string()),
            },
            // Settings do not mend themselves: they are as hopeless as a wrong password.
            ProbeError::Auth(reason) | ProbeError::Config(reason) => {
                Observation::AuthFailed(reason)
            }
        }
    }
}

/// How long one request for metadata may take before the errors of the client are looked at.
const SLICE: Duration = Duration::from_millis(200);

/// Brokers that all turn us away within this time hold no port: nobody is waited for any longer.
/// The client takes half a second to begin; a broker that takes connections and is slow to answer
/// fails 1 s after that at the earliest, when the setup of the connection is given up.
const TURNED_AWAY: Duration = Duration::from_millis(1_400);

/// Reports of the client that are looked at after each request; there are seldom more than three.
const REPORTS: usize = 16;

/// How long the reason is waited for where all that is known is that every broker is down: the
/// client may say the one before the other, and a refused password is not to pass for silence.
const SETTLE: Duration = Duration::from_secs(1);

/// Waits until a broker hands out metadata, and answers which of the topics are not in its
/// cluster. Blocks for `timeout` at most, and a little longer while the client shuts down.
///
/// # Errors
/// Why no broker did.
pub fn probe(settings: &Settings, timeout: Duration) -> Result<Vec<Topic>, ProbeError> {
    let (_, cluster) = connect(settings, timeout)?;
    let is_there = |name| cluster.topics().iter().any(|topic| topic.name() == name);
    let missing = settings.read().filter(|&topic| !is_there(settings.name(topic)));
    Ok(missing.collect())
}

/// A client that a broker has answered, and what it said of the cluster.
pub(super) fn connect(
    settings: &Settings,
    timeout: Duration,
) -> Result<(BaseProducer<Witness>, Metadata), ProbeError> {
    let config = settings.client(&[("socket.connection.setup.timeout.ms", setup(settings))]);
    let client: BaseProducer<Witness> = config
        .create_with_context(Witness::default())
        .map_err(|error| ProbeError::Config(refusal(&error)))?;
    admit(settings, client.client())?;
    let begin = Instant::now();
    let end = begin + timeout;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        // Metadata of the whole cluster: asking for a topic by name might create it.
        let answer = client.client().fetch_metadata(None, left.min(SLICE));
        // One call takes one report, and lines of the client's log are reports too.
        for _ in 0..REPORTS {
            client.poll(Duration::ZERO);
        }
        match (answer, client.context().worst()) {
            (Ok(cluster), _) => return Ok((client, cluster)),
            (Err(_), Some(error)) if error.is_verdict() => {
                // The next attempt shows another token, where one was shown.
                settings.tokens.forget();
                return Err(error);
            }
            (Err(_), Some(error)) if client.context().turned_away(begin) => return Err(error),
            (Err(error), seen) if left <= SLICE => {
                return Err(seen.unwrap_or_else(|| ProbeError::Down(error.to_string())));
            }
            _ => {}
        }
    }
}

/// How long the setup of a connection may take, in milliseconds. TLS and a password are several
/// round trips and heavy sums: a busy broker that is given too little is asked again and again and
/// never gets to say that the password is wrong.
fn setup(settings: &Settings) -> &'static str {
    let protocol = settings.properties.get("security.protocol");
    if protocol.is_none_or(|name| name.eq_ignore_ascii_case("plaintext")) { "1000" } else { "5000" }
}

/// Remembers what the client reported.
#[derive(Default)]
pub(super) struct Witness(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    worst: Option<ProbeError>,
    /// When every broker was down for the first time.
    all_down: Option<Instant>,
    /// Whether more is known than that.
    precise: bool,
}

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().expect("nothing panics while it holds this lock")
    }

    fn worst(&self) -> Option<ProbeError> {
        self.seen().worst.clone()
    }

    /// Whether no broker let us connect, counted from `begin`.
    fn turned_away(&self, begin: Instant) -> bool {
        let seen = self.seen();
        let settled = |at: Instant| seen.precise || at.elapsed() >= SETTLE;
        seen.all_down.is_some_and(|at| at.duration_since(begin) < TURNED_AWAY && settled(at))
    }
}

impl ClientContext for Witness {
    fn log(&self, _: RDKafkaLogLevel, fac: &str, message: &str) {
        tracing::debug!(target: "librdkafka", fac, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        let all_down = code == Some(RDKafkaErrorCode::AllBrokersDown);
        let mut seen = self.seen();
        if all_down {
            seen.all_down.get_or_insert_with(Instant::now);
        } else {
            seen.precise = true;
        }
        match seen.worst {
            Some(ProbeError::Auth(_)) => {}
            _ if code.is_some_and(is_auth) => seen.worst = Some(ProbeError::Auth(plain(reason))),
            Some(ProbeError::Tls(_)) => {}
            _ if code == Some(RDKafkaErrorCode::SSL) || is_alert(reason) => {
                seen.worst = Some(ProbeError::Tls(plain(reason)));
            }
            // That all brokers are down only follows from a reason that is more precise.
            Some(_) if all_down => {}
            _ => seen.worst = Some(ProbeError::Down(plain(reason))),
        }
    }
}

impl ProducerContext for Witness {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// A reason without the client's own state at its end.
pub(super) fn plain(reason: &str) -> String {
    reason.split(" (after ").next().unwrap_or(reason).to_owned()
}

/// Whether a broker ended TLS with an alert. By TLS 1.3 our handshake is done by then, so that the
/// client calls it a failure to receive.
fn is_alert(reason: &str) -> bool {
    reason.contains("SSL routines") && reason.contains("alert")
}

/// Whether an error says that we are not let in.
pub(super) fn is_auth(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::UnsupportedSASLMechanism
            | RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
    )
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn reasons_are_cut_to_what_matters() {
        assert_eq!(plain("refused (after 3ms in state CONNECT)"), "refused");
        assert_eq!(plain("timed out"), "timed out");
    }

    #[test]
    fn the_precise_reason_is_kept() {
        let witness = Witness::default();
        let report = |code, reason: &str| {
            witness.error(KafkaError::Global(code), reason);
            witness.worst().unwrap()
        };
        let down = |reason: &str| ProbeError::Down(reason.into());
        let all = RDKafkaErrorCode::AllBrokersDown;
        assert_eq!(report(all, "1/1 brokers are down"), down("1/1 brokers are down"));
        let transport = RDKafkaErrorCode::BrokerTransportFailure;
        assert_eq!(report(transport, "connection refused"), down("connection refused"));
        assert_eq!(report(all, "1/1 brokers are down"), down("connection refused"));
        let tls = ProbeError::Tls("unknown CA".into());
        assert_eq!(report(RDKafkaErrorCode::SSL, "unknown CA"), tls);
        assert_eq!(report(transport, "connection refused"), tls);
        let alert = "Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate";
        assert_eq!(report(transport, alert), tls);
        assert!(is_alert(alert) && ProbeError::Tls(alert.into()).is_verdict());
        assert!(!tls.is_verdict());
        let auth = ProbeError::Auth("wrong password".into());
        assert_eq!(report(RDKafkaErrorCode::Authentication, "wrong password"), auth);
        assert_eq!(report(transport, "connection refused"), auth);
    }

    fn ask(brokers: String) -> (Result<Vec<Topic>, ProbeError>, Duration) {
        let begin = Instant::now();
        let answer = probe(&Settings::new(brokers, "g", ""), Duration::from_millis(600));
        (answer, begin.elapsed())
    }

    #[test]
    fn a_port_that_nobody_holds_is_down() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let begin = Instant::now();
        let answer = probe(&Settings::new(address, "g", ""), Duration::from_secs(60));
        assert!(matches!(answer, Err(ProbeError::Down(_))), "{answer:?}");
        assert!(begin.elapsed() < Duration::from_secs(20), "it is not waited for");
    }

    #[test]
    fn a_port_that_never_answers_is_down() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (answer, took) = ask(listener.local_addr().unwrap().to_string());
        assert!(matches!(answer, Err(ProbeError::Down(_))), "{answer:?}");
        assert!(took < Duration::from_secs(3), "{took:?}");
    }

    #[test]
    fn settings_that_mean_nothing_are_told_apart() {
        let mut settings = Settings::new("127.0.0.1:1", "g", "");
        settings.properties.insert("no.such.property".into(), "1".into());
        let answer = probe(&settings, Duration::from_millis(100));
        assert!(matches!(answer, Err(ProbeError::Config(_))), "{answer:?}");
    }
}
