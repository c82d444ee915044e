//! A token endpoint of the test: it knows one client with one secret, signs what it gives with the
//! key that the broker trusts, and goes away when it is told to.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::spawn,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use native_tls::{Identity, TlsAcceptor};

use super::{Properties, RIGHT, file, tls};
use crate::broker::Broker;

/// The endpoint, over TLS under the broker's CA.
pub struct Endpoint(Arc<Shared>);

struct Shared {
    address: SocketAddr,
    tls: TlsAcceptor,
    key: PathBuf,
    life: Duration,
    is_away: AtomicBool,
    asked: AtomicUsize,
    given: Mutex<Vec<String>>,
}

impl Endpoint {
    /// An endpoint whose tokens live so long.
    pub fn start(broker: &Broker, life: Duration) -> Self {
        let read = |name| fs::read(file(broker, name)).expect("the script wrote it");
        let identity = Identity::from_pkcs8(&read("tls/broker.pem"), &read("tls/broker.key"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let shared = Arc::new(Shared {
            address: listener.local_addr().expect("an address"),
            tls: TlsAcceptor::new(identity.expect("a certificate")).expect("TLS"),
            key: file(broker, "tls/token.key").into(),
            life,
            is_away: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            given: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up is none of ours.
                serving.serve(stream);
            }
        });
        Self(shared)
    }

    /// A client with this secret, over TLS with the broker and with this endpoint.
    pub fn client(&self, broker: &Broker, secret: &str) -> Properties {
        let mut properties = tls(broker, "SASL_SSL", "tls/ca.pem");
        let url = format!("https://{}/token", self.0.address);
        properties.extend([
            ("sasl.mechanism", "OAUTHBEARER".into()),
            ("sasl.oauthbearer.method", "oidc".into()),
            ("sasl.oauthbearer.client.id", "desk".into()),
            ("sasl.oauthbearer.client.secret", secret.into()),
            ("sasl.oauthbearer.token.endpoint.url", url),
            ("sasl.oauthbearer.scope", "kafka".into()),
            ("sasl.oauthbearer.extensions", "logicalCluster=lkc-1,pool=one two".into()),
            ("https.ca.location", file(broker, "tls/ca.pem")),
        ]);
        properties
    }

    /// Hangs up on everybody, or no more.
    pub fn set_away(&self, is_away: bool) {
        self.0.is_away.store(is_away, Ordering::Relaxed);
    }

    /// How often it was asked for a token.
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// All that nobody may read: the tokens, and each secret as it was sent.
    pub fn secrets(&self) -> Vec<String> {
        self.0.given.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Shared {
    /// Answers one request; nothing where the other side hangs up.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.is_away.load(Ordering::Relaxed) {
            return None;
        }
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let mut stream = self.tls.accept(stream).ok()?;
        let mut asked = String::new();
        let mut buffer = [0; 4_096];
        while !asked.contains("grant_type=client_credentials&scope=kafka") {
            let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
            asked += std::str::from_utf8(&buffer[..read]).ok()?;
        }
        let pair = asked.lines().find_map(|line| line.strip_prefix("authorization: Basic "))?;
        let mut given = vec![pair.to_owned()];
        let (status, answer) = if pair == BASE64_STANDARD.encode(format!("desk:{RIGHT}")) {
            let token = self.token();
            given.push(token.clone());
            let life = self.life.as_secs();
            let answer = format!(r#"{{"access_token":"{token}","expires_in":{life}}}"#);
            ("200 OK", answer)
        } else {
            ("401 Unauthorized", r#"{"error":"invalid_client"}"#.to_owned())
        };
        self.given.lock().unwrap_or_else(PoisonError::into_inner).extend(given);
        let length = answer.len();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{answer}").ok()
    }

    /// A token of the bank for Kafka (RFC 7519), signed with RS256.
    fn token(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let (issued, ends) = (now.as_secs(), (now + self.life).as_secs() + 1);
        let claims = format!(
            r#"{{"iss":"bank","aud":"kafka","sub":"desk","scope":"kafka","iat":{issued},"exp":{ends}}}"#
        );
        let [head, claims] = [r#"{"alg":"RS256","kid":"1","typ":"JWT"}"#, &claims]
            .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{head}.{claims}");
        let mut openssl = Command::new("openssl")
            .args(["dgst", "-sha256", "-sign"])
            .arg(&self.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("openssl made the certificates");
        let mut input = openssl.stdin.take().expect("it is piped");
        input.write_all(signed.as_bytes()).expect("it reads");
        drop(input);
        let signature = openssl.wait_with_output().expect("it ends").stdout;
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}
