//! Asks a token endpoint (RFC 6749, section 4.4). Nothing that it says is told on, but the code of
//! a refusal.

use std::time::Duration;

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use bearer::Token;
use serde::Deserialize;
use ureq::{
    Agent,
    http::{StatusCode, header::AUTHORIZATION},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem},
};

use super::Identity;

/// How long the whole request may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Most bytes of an answer.
const ANSWER_BYTES: u64 = 128 * 1024;

/// Most bytes of a refusal's code that are told.
const CODE_BYTES: usize = 40;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The endpoint knows us not, or not so; asking again at once does not help.
    #[error("the token endpoint {host} refused the client: {reason}")]
    Refused {
        /// Host and port of the endpoint.
        host: String,
        /// The code of the refusal, such as `invalid_client`.
        reason: String,
    },
    /// Nobody answered with a token; trying again may help.
    #[error("the token endpoint {host} gives no token: {reason}")]
    Away {
        /// Host and port of the endpoint.
        host: String,
        /// What happened instead.
        reason: String,
    },
}

/// Fetches a token at `now`, in milliseconds since 1970. Blocks for 5 s at most.
///
/// # Errors
/// When there is none.
pub fn fetch(identity: &Identity, now: i64) -> Result<Token, TokenError> {
    let host = || identity.endpoint.authority().map(ToString::to_string).unwrap_or_default();
    let away = |reason: String| TokenError::Away { host: host(), reason };
    let (status, body) = ask(identity).map_err(away)?;
    match status {
        StatusCode::OK => token(identity, &body, now).map_err(|reason| away(reason.to_owned())),
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(TokenError::Refused { host: host(), reason: code(&body).unwrap_or(said(status)) })
        }
        other => Err(away(said(other))),
    }
}

fn said(status: StatusCode) -> String {
    format!("it answers {status}")
}

/// Status and body of the endpoint's answer.
fn ask(identity: &Identity) -> Result<(StatusCode, Vec<u8>), String> {
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        // A secret goes to where it was meant for.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(tls(identity)?)
        .build();
    // As librdkafka does, neither is encoded further.
    let pair = BASE64_STANDARD.encode(format!("{}:{}", identity.client, identity.secret));
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(identity.scope.as_deref().map(|scope| ("scope", scope)));
    let answer = Agent::from(config)
        .post(&identity.endpoint)
        .header(AUTHORIZATION, format!("Basic {pair}"))
        .header("accept", "application/json")
        .send_form(form);
    let mut answer = answer.map_err(|error| error.to_string())?;
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
    Ok((answer.status(), body.map_err(|error| error.to_string())?))
}

fn tls(identity: &Identity) -> Result<TlsConfig, String> {
    let roots = match &identity.ca {
        None => RootCerts::PlatformVerifier,
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
            let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(format!("{path} holds no certificate"));
            }
            RootCerts::new_with_certs(&certificates)
        }
    };
    Ok(TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(roots).build())
}

/// A token endpoint's answer (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds.
    expires_in: Option<f64>,
}

/// What we read of a token that is a JWT (RFC 7519).
#[derive(Default, Deserialize)]
struct Claims {
    sub: Option<String>,
    /// Seconds since 1970.
    exp: Option<f64>,
}

fn token(identity: &Identity, body: &[u8], now: i64) -> Result<Token, &'static str> {
    let granted: Granted =
        serde_json::from_slice(body).map_err(|_| "its answer holds no access_token")?;
    let claims = claims(&granted.access_token).unwrap_or_default();
    let ends = [granted.expires_in.map(|rest| now + millis(rest)), claims.exp.map(millis)];
    let ends = ends.into_iter().flatten().min().ok_or("its token never ends")?;
    if ends <= now {
        return Err("its token is over already");
    }
    Ok(Token {
        value: granted.access_token,
        principal: claims.sub.unwrap_or_else(|| identity.client.clone()),
        ends,
        extensions: identity.extensions.clone(),
    })
}

/// The claims of a token, where it is a JWT. Whether they are true is for the broker to say.
fn claims(token: &str) -> Option<Claims> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&claims).ok()
}

#[expect(clippy::cast_possible_truncation, reason = "whoever says more means for ever")]
fn millis(seconds: f64) -> i64 {
    // Within 300 years: the client counts in microseconds.
    (seconds * 1e3).clamp(0.0, 9e12) as i64
}

/// The code of a refusal (RFC 6749, section 5.2), if it is one: who holds a secret may echo it.
fn code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let code = serde_json::from_slice::<Refusal>(body).ok()?.error;
    let is_code = code.len() <= CODE_BYTES
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread::{JoinHandle, spawn},
    };

    use super::{super::tests::properties, *};

    const NOW: i64 = 1_764_000_000_000;

    /// An endpoint that answers once; what it was asked comes from the thread.
    fn endpoint(status: &'static str, body: String) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let answered = spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = String::new();
            let mut buffer = [0; 4_096];
            while !asked.contains("grant_type") {
                let read = stream.read(&mut buffer).unwrap();
                asked += std::str::from_utf8(&buffer[..read]).unwrap();
            }
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
            asked
        });
        (url, answered)
    }

    fn identity(url: &str) -> Identity {
        Identity::read(&properties(super::super::ENDPOINT, url)).unwrap().unwrap()
    }

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn it_is_asked_as_the_rfc_says() {
        let (url, asked) = endpoint("200 OK", r#"{"access_token":"x","expires_in":9}"#.into());
        let identity = Identity { scope: Some("kafka read".into()), ..identity(&url) };
        let token = fetch(&identity, NOW).unwrap();
        assert_eq!((&*token.value, &*token.principal, token.ends), ("x", "desk", NOW + 9_000));
        let asked = asked.join().unwrap().to_lowercase();
        assert!(asked.starts_with("post /token "), "{asked}");
        let pair = BASE64_STANDARD.encode("desk:hunter2").to_lowercase();
        assert!(asked.contains(&format!("authorization: basic {pair}\r\n")), "{asked}");
        assert!(asked.ends_with("grant_type=client_credentials&scope=kafka+read"), "{asked}");
    }

    #[test]
    fn a_refusal_is_told_from_an_absence() {
        let check = |status, body: &str, refused: bool, part: &str| {
            let (url, asked) = endpoint(status, body.to_owned());
            let error = fetch(&identity(&url), NOW).unwrap_err();
            asked.join().unwrap();
            assert_eq!(matches!(error, TokenError::Refused { .. }), refused, "{error}");
            let said = error.to_string();
            assert!(said.contains(part) && !said.contains("hunter2"), "{said}");
            assert!(said.contains("127.0.0.1:"), "{said}");
        };
        check("401 Unauthorized", r#"{"error":"invalid_client"}"#, true, "client: invalid_client");
        check("400 Bad Request", r#"{"error":"invalid_scope"}"#, true, "invalid_scope");
        check("401 Unauthorized", r#"{"error":"who is hunter2?"}"#, true, "it answers 401");
        check("403 Forbidden", "hunter2", true, "it answers 403");
        check("503 Service Unavailable", r#"{"error":"later"}"#, false, "it answers 503");
        check("404 Not Found", "", false, "it answers 404");
        check("302 Found", "", false, "it answers 302");
        check("200 OK", "hunter2", false, "holds no access_token");
        check("200 OK", r#"{"access_token":"hunter2"}"#, false, "never ends");
        check("200 OK", r#"{"access_token":"x","expires_in":0}"#, false, "over already");
        let long = " ".repeat(200_000);
        check("200 OK", &long, false, "");
    }

    #[test]
    fn nobody_there_is_an_absence() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        drop(listener);
        let error = fetch(&identity(&url), NOW).unwrap_err();
        assert!(matches!(&error, TokenError::Away { reason, .. } if reason.contains("refused")));
        let unread = Identity { ca: Some("/no/such.pem".into()), ..identity(&url) };
        let error = fetch(&unread, NOW).unwrap_err().to_string();
        assert!(error.contains("/no/such.pem"), "{error}");
    }

    #[test]
    fn a_token_ends_when_the_first_says_so() {
        let check = |expires_in: &str, claims: &str, expected: Option<(&str, i64)>| {
            let body = format!(r#"{{"access_token":"{}"{expires_in}}}"#, jwt(claims));
            let token = token(&identity("https://bank.example/t"), body.as_bytes(), NOW);
            let found = token.as_ref().ok().map(|token| (&*token.principal, token.ends - NOW));
            assert_eq!(found, expected, "{expires_in} {claims}");
        };
        let seconds = NOW / 1_000;
        check("", &format!(r#"{{"exp":{},"sub":"s"}}"#, seconds + 60), Some(("s", 60_000)));
        check(r#","expires_in":30"#, "{}", Some(("desk", 30_000)));
        check(
            r#","expires_in":30"#,
            &format!(r#"{{"exp":{}}}"#, seconds + 60),
            Some(("desk", 30_000)),
        );
        check(
            r#","expires_in":90"#,
            &format!(r#"{{"exp":{}}}"#, seconds + 60),
            Some(("desk", 60_000)),
        );
        check(r#","expires_in":90"#, "no JSON", Some(("desk", 90_000)));
        check("", "{}", None);
        check("", &format!(r#"{{"exp":{}}}"#, seconds - 1), None);
    }
}
