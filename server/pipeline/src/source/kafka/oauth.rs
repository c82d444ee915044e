//! SASL OAUTHBEARER with client credentials, by librdkafka's names for it. The client is built
//! without libcurl, which librdkafka would ask a token endpoint with: the token is fetched here, and
//! these properties never reach the client.

mod endpoint;
mod tokens;

use std::{collections::BTreeMap, net::IpAddr};

use ureq::http::{Uri, uri::Scheme};

pub use self::endpoint::TokenError;
pub(super) use self::tokens::{Supply, Tokens, admit};

/// The properties that are ours, and not the client's.
const METHOD: &str = "sasl.oauthbearer.method";
const CLIENT: &str = "sasl.oauthbearer.client.id";
const SECRET: &str = "sasl.oauthbearer.client.secret";
const ENDPOINT: &str = "sasl.oauthbearer.token.endpoint.url";
const SCOPE: &str = "sasl.oauthbearer.scope";
const EXTENSIONS: &str = "sasl.oauthbearer.extensions";
const CA: &str = "https.ca.location";

/// The client's property that says whether SASL is used at all.
const PROTOCOL: &str = "security.protocol";

/// Whether a property is taken by this program instead of the client.
pub(super) fn is_ours(name: &str) -> bool {
    [METHOD, CLIENT, SECRET, ENDPOINT, SCOPE, EXTENSIONS, CA].contains(&name)
}

/// Who we are to a token endpoint.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Identity {
    client: String,
    secret: String,
    endpoint: Uri,
    scope: Option<String>,
    extensions: Vec<(String, String)>,
    /// File of the authorities that may vouch for the endpoint; the system's where there is none.
    ca: Option<String>,
}

/// A property that does not go with the others, and why. Its value, which may be a secret, is not
/// told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The property's name; it may be missing.
    pub property: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Holds the properties of OAUTHBEARER against each other. There is nothing to say where another
/// mechanism is asked for.
pub fn check_oauth(properties: &BTreeMap<String, String>) -> Vec<Misfit> {
    Identity::read(properties).err().unwrap_or_default()
}

impl Identity {
    /// The identity that properties describe; nothing where OAUTHBEARER is not asked for.
    ///
    /// # Errors
    /// All that is missing or does not fit.
    pub fn read(properties: &BTreeMap<String, String>) -> Result<Option<Self>, Vec<Misfit>> {
        let value =
            |name| properties.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let mechanism = value("sasl.mechanism").or_else(|| value("sasl.mechanisms"));
        if mechanism != Some("OAUTHBEARER") {
            return Ok(None);
        }
        let mut misfits = Vec::new();
        let mut misfit = |property, reason| misfits.push(Misfit { property, reason });
        let protocol = value(PROTOCOL).unwrap_or_default().to_ascii_uppercase();
        if !["SASL_SSL", "SASL_PLAINTEXT"].contains(&&*protocol) {
            misfit(PROTOCOL, "must be SASL_SSL or SASL_PLAINTEXT with OAUTHBEARER");
        }
        if value(METHOD) != Some("oidc") {
            misfit(METHOD, "must be oidc with OAUTHBEARER");
        }
        for property in [CLIENT, SECRET, ENDPOINT] {
            if value(property).is_none() {
                misfit(property, "is missing: OAUTHBEARER fetches its token with it");
            }
        }
        let endpoint = value(ENDPOINT).map(endpoint).transpose();
        let endpoint = endpoint.unwrap_or_else(|reason| {
            misfit(ENDPOINT, reason);
            None
        });
        let extensions = extensions(value(EXTENSIONS).unwrap_or_default());
        if extensions.is_none() {
            misfit(EXTENSIONS, "is NAME=VALUE by commas, each name letters, and not auth");
        }
        match (value(CLIENT), value(SECRET), endpoint, extensions) {
            (Some(client), Some(secret), Some(endpoint), Some(extensions))
                if misfits.is_empty() =>
            {
                Ok(Some(Self {
                    client: client.to_owned(),
                    secret: secret.to_owned(),
                    endpoint,
                    scope: value(SCOPE).map(str::to_owned),
                    extensions,
                    ca: value(CA).map(str::to_owned),
                }))
            }
            _ => Err(misfits),
        }
    }
}

/// An address that the secret may be sent to.
fn endpoint(text: &str) -> Result<Uri, &'static str> {
    let url: Uri = text.parse().map_err(|_| "is no URL")?;
    let host = url.host().filter(|host| !host.is_empty()).ok_or("is no URL with a host")?;
    if url.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err("names a user, who belongs into sasl.oauthbearer.client.id");
    }
    match url.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => Ok(url),
        Some(scheme) if *scheme == Scheme::HTTP && is_loopback(host) => Ok(url),
        Some(scheme) if *scheme == Scheme::HTTP => {
            Err("must be https: a secret goes to another machine")
        }
        _ => Err("must begin with https://"),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Extensions of SASL, as librdkafka reads them; nothing where they are none (RFC 7628).
fn extensions(text: &str) -> Option<Vec<(String, String)>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let pair = |word: &str| {
        let (name, value) = word.split_once('=')?;
        let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let valued = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let is_one = named && name != "auth" && valued && !value.is_empty();
        is_one.then(|| (name.to_owned(), value.to_owned()))
    };
    words.map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Properties that fit, with one of them changed, or taken away where the value is empty.
    pub(super) fn properties(changed: &str, value: &str) -> BTreeMap<String, String> {
        let fitting = [
            (PROTOCOL, "SASL_SSL"),
            ("sasl.mechanism", "OAUTHBEARER"),
            (METHOD, "oidc"),
            (CLIENT, "desk"),
            (SECRET, "hunter2"),
            (ENDPOINT, "https://login.bank.example/token"),
        ];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut properties: BTreeMap<_, _> = fitting.map(owned).into();
        properties.insert(changed.to_owned(), value.to_owned());
        properties.retain(|_, value| !value.is_empty());
        properties
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let check = |changed: &str, value: &str, part: Option<&str>| {
            let found = check_oauth(&properties(changed, value));
            match part {
                None => assert_eq!(found, [], "{changed} = {value}"),
                Some(part) => {
                    assert_eq!(found.len(), 1, "{found:?}");
                    let at_fault = found[0].property == changed && found[0].reason.contains(part);
                    assert!(at_fault, "{changed} = {value}: {found:?}");
                }
            }
        };
        check(SCOPE, "kafka", None);
        check("sasl.mechanism", "PLAIN", None);
        check(PROTOCOL, "", Some("must be SASL_SSL"));
        check(PROTOCOL, "SSL", Some("must be SASL_SSL"));
        check(PROTOCOL, "sasl_plaintext", None);
        check(METHOD, "", Some("must be oidc"));
        for property in [CLIENT, SECRET, ENDPOINT] {
            check(property, "", Some("is missing"));
        }
        for url in ["http://127.0.0.1:8/t", "http://localhost/t", "http://[::1]:9/t"] {
            check(ENDPOINT, url, None);
        }
        check(ENDPOINT, "http://login.bank.example/t", Some("must be https"));
        check(ENDPOINT, "http://127.0.0.1.bank.example/t", Some("must be https"));
        check(ENDPOINT, "ftp://127.0.0.1/t", Some("must begin with https"));
        check(ENDPOINT, "https://desk:hunter2@bank.example/t", Some("names a user"));
        check(ENDPOINT, "/token", Some("no URL with a host"));
        check(ENDPOINT, "https://bank example", Some("is no URL"));
        check(EXTENSIONS, "logicalCluster=lkc-1, identityPoolId=pool-2", None);
        for wrong in ["logicalCluster", "logical.cluster=1", "auth=x", "a="] {
            check(EXTENSIONS, wrong, Some("NAME=VALUE"));
        }
    }

    #[test]
    fn either_name_of_the_mechanism_will_do() {
        let mut properties = properties(SECRET, "");
        properties.remove("sasl.mechanism");
        assert_eq!(check_oauth(&properties), []);
        properties.insert("sasl.mechanisms".into(), "OAUTHBEARER".into());
        assert_eq!(check_oauth(&properties).len(), 1);
    }
}
