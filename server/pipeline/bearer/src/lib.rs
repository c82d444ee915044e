//! Hands a SASL OAUTHBEARER token to a Kafka client. The callback of rdkafka reaches neither its
//! admin client, whose events nobody polls, nor the extensions of a token; the function of
//! librdkafka reaches both, and is called nowhere else.

use std::{
    ffi::{CString, c_char},
    fmt,
};

use rdkafka::{
    ClientContext, bindings::rd_kafka_oauthbearer_set_token, client::Client,
    error::RDKafkaErrorCode,
};

/// A token, and what a broker is told with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What the broker looks into; a secret.
    pub value: String,
    /// Whose it is.
    pub principal: String,
    /// When it ends, in milliseconds since 1970.
    pub ends: i64,
    /// Extensions of SASL, name and value (RFC 7628).
    pub extensions: Vec<(String, String)>,
}

/// All but the value.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("principal", &self.principal)
            .field("ends", &self.ends)
            .finish_non_exhaustive()
    }
}

/// Gives a client a token for the connections that it makes from now on. One that waits for a token
/// goes on at once.
///
/// # Errors
/// When the token is over, or a part of it is not text that a token may be.
pub fn give<C: ClientContext>(client: &Client<C>, token: &Token) -> Result<(), RDKafkaErrorCode> {
    let text =
        |text: &String| CString::new(text.as_str()).map_err(|_| RDKafkaErrorCode::InvalidArgument);
    let (value, principal) = (text(&token.value)?, text(&token.principal)?);
    let extensions = token.extensions.iter().flat_map(|(name, value)| [name, value]);
    let extensions = extensions.map(text).collect::<Result<Vec<_>, _>>()?;
    let mut words: Vec<*const c_char> = extensions.iter().map(|word| word.as_ptr()).collect();
    // Written and not read: it may quote the token.
    let mut reason = [0; 512];
    #[expect(unsafe_code, reason = "rdkafka has no safe function for it")]
    // SAFETY: `client` outlives the call, and a client of librdkafka may be used by any thread.
    // Every string ends with zero and outlives the call, which copies what it keeps. Both lengths
    // are those of their arrays.
    let code = unsafe {
        rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            value.as_ptr(),
            token.ends,
            principal.as_ptr(),
            words.as_mut_ptr(),
            words.len(),
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    match RDKafkaErrorCode::from(code) {
        RDKafkaErrorCode::NoError => Ok(()),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use rdkafka::{
        ClientConfig,
        producer::{BaseProducer, Producer as _},
    };

    use super::*;

    fn give_to(mechanism: &str, seconds: i64, extensions: &[(&str, &str)]) -> Result<(), String> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", "127.0.0.1:1").set("security.protocol", "SASL_PLAINTEXT");
        config.set("sasl.mechanism", mechanism);
        config.set("sasl.username", "u").set("sasl.password", "p");
        let client: BaseProducer = config.create().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let token = Token {
            value: "a.b.c".into(),
            principal: "desk".into(),
            ends: i64::try_from(now).unwrap() + seconds * 1_000,
            extensions: extensions.iter().map(owned).collect(),
        };
        give(client.client(), &token).map_err(|code| code.to_string())
    }

    #[test]
    fn a_client_takes_a_token_that_is_one() {
        assert_eq!(give_to("OAUTHBEARER", 60, &[]), Ok(()));
        assert_eq!(give_to("OAUTHBEARER", 60, &[("logicalCluster", "lkc-1")]), Ok(()));
        for (mechanism, seconds, extensions) in [
            ("OAUTHBEARER", -1, &[][..]),
            ("OAUTHBEARER", 60, &[("auth", "x")]),
            ("OAUTHBEARER", 60, &[("name", "zero\0")]),
            ("PLAIN", 60, &[]),
        ] {
            assert!(give_to(mechanism, seconds, extensions).is_err(), "{mechanism} {extensions:?}");
        }
    }
}
