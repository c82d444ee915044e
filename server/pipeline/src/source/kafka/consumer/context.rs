//! What the client calls back: rebalances, errors, statistics.

use std::{
    collections::HashMap,
    mem::{self, Discriminant},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext, Message as _, Offset, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol},
    error::{KafkaError, RDKafkaErrorCode},
    message::BorrowedMessage,
    types::RDKafkaRespErr,
};
use serde::Deserialize;

use super::Shared;
use crate::{
    message::Message,
    source::kafka::{
        TokenError,
        probe::{is_auth, plain},
        progress::Part,
        record,
    },
    supervisor::Observation,
};

/// How long the same kind of complaint is not repeated.
const QUIET: Duration = Duration::from_secs(1);

/// What the client calls back.
pub(super) struct Context {
    /// Looked at by the loop too.
    pub shared: Arc<Shared>,
    observer: Box<dyn Fn(Observation) + Send + Sync>,
    /// What kind of observation was passed on last, and when.
    told: Mutex<Option<(Discriminant<Observation>, Instant)>>,
    /// Why a connection failed last: what the client says when all have failed is less precise.
    cause: Mutex<String>,
}

impl Context {
    pub fn new(shared: Arc<Shared>, observer: Box<dyn Fn(Observation) + Send + Sync>) -> Self {
        Self { shared, observer, told: Mutex::new(None), cause: Mutex::new(String::new()) }
    }

    /// A record as a message, noted as read.
    pub fn take(&self, found: &BorrowedMessage<'_>) -> Option<Message> {
        let topic = self.shared.settings.topic(found.topic())?;
        let message = record::message(found, topic, record::now());
        if let Some(position) = message.position {
            self.shared.progress().read(topic, position, message.record_time);
        }
        Some(message)
    }

    /// Tells the observer of an error that means something for the whole source. The rest, such
    /// as one connection that was closed, the client mends by itself.
    fn notice(&self, error: &KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "from the Kafka client");
        let reason = plain(reason);
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed)
                if self.shared.settings.tokens.forget() =>
            {
                // A token that was over proves nothing: what is said of the next one decides.
                self.tell(Observation::ClientError(reason));
            }
            Some(code) if is_auth(code) => self.tell(Observation::AuthFailed(reason)),
            Some(
                RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::SSL,
            ) => {
                *self.cause.lock().expect("nothing panics while it holds this lock") = reason;
            }
            Some(RDKafkaErrorCode::AllBrokersDown) => {
                let cause =
                    self.cause.lock().expect("nothing panics while it holds this lock").clone();
                let cause = if cause.is_empty() { reason } else { cause };
                self.tell(Observation::ClientError(cause));
            }
            Some(RDKafkaErrorCode::Fatal | RDKafkaErrorCode::FencedInstanceId) => {
                self.tell(Observation::ClientError(reason));
            }
            _ => {}
        }
    }

    /// There is no token to show to a broker.
    pub fn notice_token(&self, error: &TokenError) {
        tracing::debug!(%error, "no token for the Kafka client");
        self.tell(match error {
            TokenError::Refused { .. } => Observation::AuthFailed(error.to_string()),
            TokenError::Away { .. } => Observation::ClientError(error.to_string()),
        });
    }

    /// A topic that is subscribed to is not there, or not any more: a reason to ask which.
    pub fn notice_topic(&self, error: &KafkaError) {
        use RDKafkaErrorCode::{UnknownTopic, UnknownTopicOrPartition};
        if matches!(error.rdkafka_error_code(), Some(UnknownTopic | UnknownTopicOrPartition)) {
            self.tell(Observation::ClientError(error.to_string()));
        }
    }

    /// Passes an observation on, unless it is a complaint of a kind that was passed on just now: a
    /// client that cannot connect says so several times a second.
    fn tell(&self, observation: Observation) {
        let mut told = self.told.lock().expect("nothing panics while it holds this lock");
        let kind = mem::discriminant(&observation);
        let again = observation != Observation::BrokerAnswered
            && told.is_some_and(|(last, at)| last == kind && at.elapsed() < QUIET);
        if !again {
            *told = Some((kind, Instant::now()));
            drop(told);
            (self.observer)(observation);
        }
    }

    fn parts(&self, list: &TopicPartitionList) -> Vec<Part> {
        let topic = |name: &str| self.shared.settings.topic(name);
        let elements = list.elements();
        elements.iter().filter_map(|each| Some((topic(each.topic())?, each.partition()))).collect()
    }

    /// Sets each partition that is given to where it is read from.
    fn position(&self, list: &mut TopicPartitionList) -> Result<(), KafkaError> {
        let mut progress = self.shared.progress();
        for (topic, partition) in self.parts(list) {
            let start = progress.start((topic, partition));
            let offset = start.map_or(Offset::Beginning, Offset::Offset);
            list.set_partition_offset(self.shared.settings.name(topic), partition, offset)?;
            progress.assign((topic, partition));
        }
        Ok(())
    }

    /// Begins to read every partition that is owned anew, each from its place.
    pub fn read_on(&self, client: &BaseConsumer<Self>) -> Result<(), KafkaError> {
        let mut list = client.assignment()?;
        self.position(&mut list)?;
        match client.rebalance_protocol() {
            RebalanceProtocol::Cooperative => {
                client.incremental_unassign(&list)?;
                client.incremental_assign(&list)
            }
            _ => client.assign(&list),
        }
    }

    fn assigned(
        &self,
        client: &BaseConsumer<Self>,
        list: &mut TopicPartitionList,
    ) -> Result<(), KafkaError> {
        self.position(list)?;
        match client.rebalance_protocol() {
            RebalanceProtocol::Cooperative => client.incremental_assign(list)?,
            _ => client.assign(list)?,
        }
        self.tell(Observation::BrokerAnswered);
        Ok(())
    }

    fn revoked(
        &self,
        client: &BaseConsumer<Self>,
        list: &TopicPartitionList,
    ) -> Result<(), KafkaError> {
        let mut progress = self.shared.progress();
        for part in self.parts(list) {
            progress.revoke(part);
        }
        drop(progress);
        match client.rebalance_protocol() {
            RebalanceProtocol::Cooperative => client.incremental_unassign(list),
            _ => client.unassign(),
        }
    }
}

impl ConsumerContext for Context {
    fn rebalance(
        &self,
        client: &BaseConsumer<Self>,
        what: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let done = match what {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => self.assigned(client, list),
            _ => self.revoked(client, list),
        };
        if let Err(error) = done {
            self.tell(Observation::ClientError(format!("rebalance failed: {error}")));
        }
    }
}

impl ClientContext for Context {
    fn log(&self, _: RDKafkaLogLevel, fac: &str, message: &str) {
        tracing::debug!(target: "librdkafka", fac, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.notice(&error, reason);
    }

    fn stats_raw(&self, statistics: &[u8]) {
        let Ok(statistics) = serde_json::from_slice::<Statistics>(statistics) else { return };
        let mut progress = self.shared.progress();
        for (name, topic) in &statistics.topics {
            let Some(known) = self.shared.settings.topic(name) else { continue };
            for part in topic.partitions.values() {
                progress.ends_at((known, part.partition), part.ls_offset);
            }
        }
    }
}

/// The part of librdkafka's statistics that is read.
#[derive(Deserialize)]
struct Statistics {
    topics: HashMap<String, TopicStatistics>,
}

#[derive(Deserialize)]
struct TopicStatistics {
    partitions: HashMap<String, PartitionStatistics>,
}

#[derive(Deserialize)]
struct PartitionStatistics {
    partition: i32,
    /// Last stable offset: where committed transactions end.
    ls_offset: i64,
}

#[cfg(test)]
mod tests {
    use std::sync::{atomic::AtomicBool, mpsc::channel};

    use model::Topic;

    use super::*;
    use crate::source::kafka::{Settings, progress::Progress};

    #[test]
    fn a_complaint_is_not_repeated_at_once() {
        let (tell, told) = channel();
        let settings = Settings::new("127.0.0.1:1", "nobody", "");
        let progress = Mutex::new(Progress::default());
        let shared = Arc::new(Shared { settings, stop: AtomicBool::new(false), progress });
        let observer = move |observation| tell.send(observation).unwrap_or_default();
        let context = Context::new(shared, Box::new(observer));
        let report = |code, reason: &str| context.notice(&KafkaError::Global(code), reason);
        report(RDKafkaErrorCode::BrokerTransportFailure, "refused (after 0ms in state CONNECT)");
        report(RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down");
        report(RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down");
        report(RDKafkaErrorCode::Authentication, "wrong password");
        drop(context);
        let told: Vec<_> = told.iter().collect();
        let down = Observation::ClientError("refused".into());
        assert_eq!(told, [down, Observation::AuthFailed("wrong password".into())]);
    }

    #[test]
    fn ends_are_read_from_statistics() {
        let text = br#"{"name":"x","topics":{"risk":{"topic":"risk","partitions":{
            "2":{"partition":2,"ls_offset":8,"hi_offset":9},
            "-1":{"partition":-1,"ls_offset":-1001}}}}}"#;
        let settings = Settings::new("127.0.0.1:1", "nobody", "");
        let progress = Mutex::new(Progress::new([((Topic::Risk, 2), 3)].into()));
        let shared = Arc::new(Shared { settings, stop: AtomicBool::new(false), progress });
        shared.progress().assign((Topic::Risk, 2));
        let context = Context::new(Arc::clone(&shared), Box::new(|_| {}));
        context.stats_raw(text);
        context.stats_raw(b"{");
        let lag = shared.progress().lag(record::now());
        assert_eq!(lag.iter().map(|lag| lag.records).collect::<Vec<_>>(), [5]);
    }
}
