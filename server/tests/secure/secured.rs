//! The broker that all tests here share, and who knocks at it how.

mod client;
mod endpoint;
mod secrets;
mod storm;
mod token;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
};

use super::broker::{self, Broker};

/// The password of the user `desk`.
const RIGHT: &str = "cobalt-heron-41";

/// A password that is nobody's.
const WRONG: &str = "umber-otter-97";

/// The password of `client-locked.key`.
const KEY: &str = "ochre-lynx-23";

/// The broker with its listeners `sasl` and `mutual`; it ends with the last test that holds it.
fn shared() -> Arc<Broker> {
    static SHARED: Mutex<Weak<Broker>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let settings =
            [("KAFKA_SECURE", "yes"), ("KAFKA_PASSWORD", RIGHT), ("KAFKA_KEY_PASSWORD", KEY)];
        let broker = Arc::new(Broker::start(&settings));
        *shared = Arc::downgrade(&broker);
        broker
    })
}

/// How many clients or programs knock at a time: each of them computes as much as the broker.
const ABREAST: usize = 2;

/// The broker, and the machine for this test.
fn turn() -> (Arc<Broker>, MutexGuard<'static, ()>) {
    let broker = shared();
    (broker, broker::turn())
}

/// Does the same with each row, some at a time.
fn each<T: Send>(rows: Vec<T>, check: impl Fn(T) + Sync) {
    let rows = Mutex::new(rows.into_iter());
    let next = || rows.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..ABREAST {
            scope.spawn(|| {
                while let Some(row) = next() {
                    check(row);
                }
            });
        }
    });
}

/// Properties of a client.
type Properties = Vec<(&'static str, String)>;

/// The path of a file of the broker's folder.
fn file(broker: &Broker, name: &str) -> String {
    broker.folder.path().join(name).to_str().expect("a path of letters").to_owned()
}

/// TLS that trusts one CA of the broker's folder.
fn tls(broker: &Broker, protocol: &str, ca: &str) -> Properties {
    vec![("security.protocol", protocol.into()), ("ssl.ca.location", file(broker, ca))]
}

/// A user with a password, over TLS.
fn password(broker: &Broker, mechanism: &str, user: &str, password: &str) -> Properties {
    let mut properties = tls(broker, "SASL_SSL", "tls/ca.pem");
    properties.push(("sasl.mechanism", mechanism.into()));
    properties.push(("sasl.username", user.into()));
    properties.push(("sasl.password", password.into()));
    properties
}

/// A client certificate, over TLS.
fn certificate(broker: &Broker, key: &str) -> Properties {
    let mut properties = tls(broker, "SSL", "tls/ca.pem");
    properties.push(("ssl.certificate.location", file(broker, "tls/client.pem")));
    properties.push(("ssl.key.location", file(broker, key)));
    properties
}

/// The variables that set a program up for this.
fn variables(brokers: &str, properties: Properties) -> Vec<(String, String)> {
    let name = |property: &str| {
        let property = property.replace('.', "_").to_uppercase();
        format!("STREAMBOARD_KAFKA__PROPERTIES__{property}")
    };
    let mut variables: Vec<_> =
        properties.into_iter().map(|(property, value)| (name(property), value)).collect();
    variables.push(("STREAMBOARD_KAFKA__BROKERS".into(), brokers.into()));
    variables.push(("STREAMBOARD_LOG__LEVEL".into(), "trace".into()));
    variables
}
