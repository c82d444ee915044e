//! Properties of the operator: whether the client takes them, said without their values, which may
//! be secrets.

use rdkafka::{ClientConfig, error::KafkaError};

use super::oauth;

/// Holds a property against what the client knows and was built with.
///
/// # Errors
/// Why it is not taken; the value is not named.
pub fn check_property(name: &str, value: &str) -> Result<(), String> {
    // How those fit together is checked where all are known.
    if oauth::is_ours(name) {
        return Ok(());
    }
    let mut config = ClientConfig::new();
    config.set(name, value);
    config.create_native_config().map(drop).map_err(|error| refusal(&error))
}

/// Why the client refuses a configuration. Its own text ends with the value, which is left out.
pub(super) fn refusal(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, reason, name, value) => {
            format!("{name}: {}", reason.replace(&format!("\"{value}\""), "this value"))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, refused: Option<&str>) {
        let answer = check_property(name, value);
        match refused {
            None => assert_eq!(answer, Ok(()), "{name}"),
            Some(part) => {
                let reason = answer.expect_err(name);
                assert!(reason.contains(part) && !reason.contains("hunter2"), "{reason}");
            }
        }
    }

    #[test]
    fn what_is_built_in_is_taken_and_the_rest_is_said_without_its_value() {
        check("security.protocol", "SASL_SSL", None);
        check("ssl.ca.location", "/etc/ssl/bank.pem", None);
        check("ssl.key.password", "hunter2", None);
        check("sasl.password", "hunter2", None);
        for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] {
            check("sasl.mechanism", mechanism, None);
        }
        check("sasl.pasword", "hunter2", Some("No such configuration property"));
        check("security.protocol", "hunter2", Some("this value"));
        check("socket.timeout.ms", "hunter2", Some("socket.timeout.ms"));
        check("sasl.oauthbearer.client.secret", "hunter2", None);
        check("sasl.oauthbearer.assertion.file", "hunter2", Some("libcurl"));
    }
}
