//! Dead letters: messages that were refused are listed, deleted, or replayed after a correction.
//! A replay takes the way of every event from outside; what is still refused stays a letter.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use pipeline::{
    decode::{Fault, Reason, Trust, decode},
    flow::{Ingested, Request, SettleError},
    message::{Decoded, Message},
    store::{DeadLetter, KEPT_HEADERS, Page},
};
use serde::{Deserialize, Deserializer};

use super::{
    Shared,
    error::Problem,
    events::Accepted,
    query::{MaybeBody, Params, Segment, limit},
};

/// Which letters are asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// What is corrected in a message that is replayed; what is absent stays as it was kept.
#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CorrectedMessage")]
pub struct Corrected {
    /// The value, in base64 (RFC 4648). Not together with `text`.
    #[serde(default)]
    value: Option<String>,
    /// The value, as text. Not together with `value`.
    #[serde(default)]
    text: Option<String>,
    /// The headers, all of them: names and values.
    #[serde(default)]
    headers: Option<Vec<(String, String)>>,
    /// The key; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    key: Option<Option<String>>,
}

/// Tells a member that is `null` from one that is absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Messages that were refused, newest first.
pub async fn list(
    State(shared): State<Arc<Shared>>,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<DeadLetter>>, Problem> {
    let limit = limit(asked.limit)?;
    shared.read(move |reader| reader.dead_letters(asked.cursor.as_deref(), limit)).await.map(Json)
}

/// Deletes a letter; answers once it is gone from the store.
pub async fn delete(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Problem> {
    let letter = identity(&id)?;
    shared.input.ask(|done| Request::Settle { letter, event: None, done }).await??;
    tracing::info!(letter, "dead letter deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// Hands a letter in once more, corrected or as it is; answers once its event is stored and the
/// letter is gone, or why it stays.
pub async fn replay(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
    MaybeBody(corrected): MaybeBody<Corrected>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let letter = identity(&id)?;
    let found = shared.read(move |reader| reader.dead_letter(letter)).await?;
    let found = found.ok_or(SettleError::Unknown)?;
    let event = read(&found, corrected.unwrap_or_default())?;
    let ids = vec![event.event.envelope.id.clone()];
    let event = Some(Box::new(event));
    let outcome = shared.input.ask(|done| Request::Settle { letter, event, done }).await??;
    tracing::info!(letter, id = %ids[0], ?outcome, "dead letter replayed");
    let known = usize::from(outcome == Some(Ingested::Known));
    Ok((StatusCode::ACCEPTED, Json(Accepted { ids, known })))
}

fn identity(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| SettleError::Unknown.into())
}

fn read(letter: &DeadLetter, corrected: Corrected) -> Result<Decoded, Problem> {
    let now = crate::clock::now();
    let message = message(letter, corrected)?;
    let message = Message { received: now, ..message };
    decode(&message, now, Trust::Outside).map_err(refused)
}

/// The message of a letter with what is corrected in it. The time of its record was not kept: a
/// bare payload is dated with its arrival, which is what comes nearest.
fn message(letter: &DeadLetter, corrected: Corrected) -> Result<Message, Problem> {
    let conflict = |detail: &str| Err(Problem::new(StatusCode::CONFLICT, detail));
    let headers = match corrected.headers {
        Some(headers) => headers,
        None if letter.headers.len() >= KEPT_HEADERS => {
            return conflict("not all headers of this message may be kept: send its headers");
        }
        None => letter.headers.clone(),
    };
    let value = match (corrected.value, corrected.text) {
        (Some(_), Some(_)) => return Err(wrong("text", "stands beside value; send one of them")),
        (Some(value), None) => Some(from_base64(&value)?),
        (None, Some(text)) => Some(text.into()),
        (None, None) if letter.truncated => {
            return conflict("only the first bytes of this message are kept: send it whole");
        }
        (None, None) if letter.reason == Reason::Tombstone => None,
        (None, None) => Some(from_base64(&letter.bytes)?),
    };
    let headers = headers.into_iter().map(|(name, value)| (name, Bytes::from(value)));
    Ok(Message {
        topic: letter.topic,
        position: letter.position,
        key: corrected.key.unwrap_or_else(|| letter.key.clone()).map(Bytes::from),
        headers: headers.collect(),
        value,
        record_time: Some(letter.received),
        received: letter.received,
    })
}

fn from_base64(text: &str) -> Result<Bytes, Problem> {
    let bytes = STANDARD.decode(text).map_err(|error| wrong("value", &error.to_string()))?;
    Ok(bytes.into())
}

fn wrong(field: &str, why: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{field}: {why}")).at(field)
}

/// Still refused: the class, the field and the sentence.
fn refused(fault: Fault) -> Problem {
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, fault.detail);
    let problem = Problem { reason: Some(fault.reason), ..problem };
    match fault.field {
        Some(field) => problem.at(field),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use model::{Position, Topic};

    use super::*;

    fn letter() -> DeadLetter {
        DeadLetter {
            id: 7,
            topic: Topic::Budget,
            position: Some(Position { partition: 3, offset: 1_204 }),
            row: None,
            reason: Reason::NotJson,
            detail: "it is no JSON".into(),
            received: crate::clock::now(),
            key: Some("k".into()),
            headers: vec![("h".into(), "v".into())],
            size: 2,
            bytes: "e30=".into(),
            truncated: false,
        }
    }

    fn corrected(json: &str) -> Corrected {
        serde_json::from_str(json).expect("a correction")
    }

    #[test]
    fn what_is_absent_stays_as_it_was_kept() {
        let check = |json: &str, value: &str, key: Option<&str>, headers: &[(&str, &str)]| {
            let message = message(&letter(), corrected(json)).expect("a message");
            assert_eq!(message.value.as_deref(), Some(value.as_bytes()), "{json}");
            assert_eq!(message.key.as_deref(), key.map(str::as_bytes), "{json}");
            let found = message.headers.iter().map(|(name, value)| (&**name, &**value));
            let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
            assert!(found.eq(headers), "{json}: {:?}", message.headers);
            assert_eq!(message.position, letter().position);
        };
        let kept = [("h", "v")];
        check("{}", "{}", Some("k"), &kept);
        check(r#"{"text": "[1]"}"#, "[1]", Some("k"), &kept);
        check(r#"{"value": "WzJd"}"#, "[2]", Some("k"), &kept);
        check(r#"{"key": null}"#, "{}", None, &kept);
        check(r#"{"key": "x", "headers": []}"#, "{}", Some("x"), &[]);
    }

    #[test]
    fn what_is_not_whole_is_not_replayed_as_it_is() {
        let check = |letter: &DeadLetter, json: &str, status: Option<u16>| {
            let problem = message(letter, corrected(json)).err();
            assert_eq!(problem.map(|problem| problem.status), status, "{json}");
        };
        let cut = DeadLetter { truncated: true, ..letter() };
        check(&cut, "{}", Some(409));
        check(&cut, r#"{"key": "x"}"#, Some(409));
        check(&cut, r#"{"text": "{}"}"#, None);
        let headers = vec![("h".into(), "v".into()); KEPT_HEADERS];
        let long = DeadLetter { headers, ..letter() };
        check(&long, "{}", Some(409));
        check(&long, r#"{"headers": []}"#, None);
        check(&letter(), r#"{"text": "{}", "value": "e30="}"#, Some(422));
        check(&letter(), r#"{"value": "?"}"#, Some(422));
    }
}
