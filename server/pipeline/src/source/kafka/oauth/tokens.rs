//! The token that all clients of the same settings share, and how they come by it. The endpoint is
//! asked anew when four fifths of a token's life are over; while it gives none then, what is left of
//! the last one is used.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use bearer::{Token, give};
use rdkafka::{ClientContext, client::Client};

use super::{Identity, TokenError, endpoint::fetch};
use crate::source::kafka::{ProbeError, Settings, record};

/// How long an endpoint that is away is not asked again, in milliseconds.
const AWAY: i64 = 1_000;

/// How long an endpoint that refused is not asked again, in milliseconds.
const REFUSED: i64 = 30_000;

/// How often it is looked whether there is a new token for a client.
const TICK: Duration = Duration::from_millis(250);

/// The newest token, or why there is none. Clones share it.
#[derive(Clone, Default)]
pub(in super::super) struct Tokens(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// Whose token it is.
    identity: Option<Identity>,
    token: Option<Token>,
    /// Why the endpoint gave none when it was asked last.
    fault: Option<TokenError>,
    /// When the endpoint is asked next.
    due: i64,
}

/// What was fetched does not make settings differ.
impl PartialEq for Tokens {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tokens {}

impl Tokens {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().expect("nothing panics while it holds this lock")
    }

    /// A broker did not take the token: another is fetched. Answers whether tokens are used at all.
    pub fn forget(&self) -> bool {
        let mut memory = self.memory();
        *memory = Memory { identity: memory.identity.take(), ..Memory::default() };
        memory.identity.is_some()
    }

    /// A token that is good at `now`. Blocks while the endpoint is asked, for whomever.
    fn get(
        &self,
        identity: &Identity,
        now: i64,
        fetch: impl FnOnce(&Identity, i64) -> Result<Token, TokenError>,
    ) -> Result<Token, TokenError> {
        let mut memory = self.memory();
        if memory.identity.as_ref() != Some(identity) {
            *memory = Memory { identity: Some(identity.clone()), ..Memory::default() };
        }
        if memory.due <= now {
            memory.take(fetch(identity, now), now);
        }
        let good = memory.token.as_ref().filter(|token| token.ends > now);
        good.cloned()
            .ok_or_else(|| memory.fault.clone().expect("the endpoint is asked before a token ends"))
    }
}

impl Memory {
    fn take(&mut self, answer: Result<Token, TokenError>, now: i64) {
        match answer {
            Ok(token) => {
                // As librdkafka counts.
                self.due = now + (token.ends - now) * 4 / 5;
                (self.token, self.fault) = (Some(token), None);
            }
            Err(fault) => {
                let pause =
                    if matches!(fault, TokenError::Refused { .. }) { REFUSED } else { AWAY };
                self.due = now + pause;
                if self.token.as_ref().is_some_and(|token| token.ends > now) {
                    tracing::warn!(%fault, "the last token is used until it ends");
                }
                self.fault = Some(fault);
            }
        }
    }
}

/// Who we are to a token endpoint, where one is asked.
fn identity(settings: &Settings) -> Result<Option<Identity>, ProbeError> {
    Identity::read(&settings.properties).map_err(|misfits| {
        let said = misfits.iter().map(|misfit| format!("{} {}", misfit.property, misfit.reason));
        ProbeError::Config(said.collect::<Vec<_>>().join("; "))
    })
}

/// Gives a client that does not live long the one token that it needs, where the settings ask for
/// one.
///
/// # Errors
/// When there is none.
pub(in super::super) fn admit<C: ClientContext>(
    settings: &Settings,
    client: &Client<C>,
) -> Result<(), ProbeError> {
    let Some(identity) = identity(settings)? else { return Ok(()) };
    let token = settings.tokens.get(&identity, record::now().millis(), fetch)?;
    give(client, &token).map_err(|code| ProbeError::Config(format!("its token: {code}")))
}

/// Keeps a client in tokens on a thread of its own, until this value is dropped.
pub(in super::super) struct Supply {
    _end: Sender<()>,
}

impl Supply {
    /// Begins at once; there is nothing to do where the settings ask for no token. `inner` is the
    /// client's own, and `complain` is told once why there is no token for it.
    ///
    /// # Errors
    /// When the settings are refused.
    pub fn start<T: Send + Sync + 'static, C: ClientContext>(
        settings: &Settings,
        client: &Arc<T>,
        inner: impl Fn(&T) -> &Client<C> + Send + 'static,
        complain: impl Fn(&T, &TokenError) + Send + 'static,
    ) -> Result<Option<Self>, ProbeError> {
        let Some(identity) = identity(settings)? else { return Ok(None) };
        let (tokens, client) = (settings.tokens.clone(), Arc::downgrade(client));
        let (end, ended) = channel();
        let run = move || {
            let (mut pause, mut last) = (Duration::ZERO, None);
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = TICK;
                let answer = tokens.get(&identity, record::now().millis(), fetch);
                let Some(client) = client.upgrade() else { return };
                if last.as_ref() == Some(&answer) {
                    continue;
                }
                match &answer {
                    Ok(token) => {
                        if let Err(code) = give(inner(&client), token) {
                            tracing::debug!(%code, "the Kafka client did not take a token");
                        }
                    }
                    Err(error) => complain(&client, error),
                }
                last = Some(answer);
            }
        };
        let started = thread::Builder::new().name("kafka tokens".into()).spawn(run);
        started.map_err(|error| ProbeError::Config(error.to_string()))?;
        Ok(Some(Self { _end: end }))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::properties, *};

    fn identity(secret: &str) -> Identity {
        let properties = properties(super::super::SECRET, secret);
        Identity::read(&properties).unwrap().unwrap()
    }

    fn token(ends: i64) -> Token {
        let (value, principal) = (format!("until {ends}"), "desk".into());
        Token { value, principal, ends, extensions: Vec::new() }
    }

    fn refused() -> TokenError {
        TokenError::Refused { host: "h".into(), reason: "invalid_client".into() }
    }

    fn away() -> TokenError {
        TokenError::Away { host: "h".into(), reason: "timeout".into() }
    }

    /// Asks at each time; `answers` are those of the endpoint, in order, with the times at which
    /// they are to be asked for.
    fn check(
        answers: Vec<(i64, Result<Token, TokenError>)>,
        asked: &[(i64, Result<Token, TokenError>)],
    ) {
        let (tokens, mut answers) = (Tokens::default(), answers.into_iter());
        for (now, expected) in asked {
            let found = tokens.get(&identity("hunter2"), *now, |_, now| {
                let (at, answer) = answers.next().expect("it is not asked so often");
                assert_eq!(at, now);
                answer
            });
            assert_eq!(found, *expected, "at {now}");
        }
        assert_eq!(answers.next(), None, "it is asked so often");
    }

    #[test]
    fn a_token_is_shared_until_four_fifths_of_its_life() {
        let (first, second) = (token(1_000), token(2_000));
        check(
            vec![(0, Ok(first.clone())), (800, Ok(second.clone()))],
            &[
                (0, Ok(first.clone())),
                (799, Ok(first)),
                (800, Ok(second.clone())),
                (1_500, Ok(second)),
            ],
        );
    }

    #[test]
    fn what_is_left_of_a_token_is_used_while_there_is_no_other() {
        let (first, second) = (token(10_000), token(90_000));
        check(
            vec![
                (0, Ok(first.clone())),
                (8_000, Err(away())),
                (9_500, Err(away())),
                (10_500, Ok(second.clone())),
            ],
            &[
                (0, Ok(first.clone())),
                (8_000, Ok(first.clone())),
                (8_999, Ok(first.clone())),
                (9_500, Ok(first)),
                (10_000, Err(away())),
                (10_500, Ok(second)),
            ],
        );
    }

    #[test]
    fn an_endpoint_that_refuses_is_not_asked_in_a_storm() {
        check(
            vec![(0, Err(refused())), (REFUSED, Ok(token(90_000)))],
            &[(0, Err(refused())), (REFUSED - 1, Err(refused())), (REFUSED, Ok(token(90_000)))],
        );
    }

    #[test]
    fn another_secret_or_a_broker_that_refused_the_token_asks_anew() {
        let tokens = Tokens::default();
        let get = |secret, ends| tokens.get(&identity(secret), 0, |_, _| Ok(token(ends)));
        assert_eq!(get("hunter2", 1_000), Ok(token(1_000)));
        assert_eq!(get("hunter3", 2_000), Ok(token(2_000)));
        tokens.forget();
        assert_eq!(get("hunter3", 3_000), Ok(token(3_000)));
    }
}
