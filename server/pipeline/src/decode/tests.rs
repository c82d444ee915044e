//! Bad input, row by row and in each encoding; what is good comes back as it was.

use model::{Money, Payload, Position, event::budget::DepartmentId};
use proptest::prelude::*;

use super::*;
use crate::encode::encode;

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

/// One good payload of each topic, in the order of `Topic::ALL`.
const GOOD: [&str; 7] = [
    r#"{"department":"retail-banking","cost_centre":"RB-4410","svp":"p-7","fiscal_period":"2026-Q4",
        "approved":{"minor":100,"currency":"USD"},"planned_to_date":{"minor":50,"currency":"USD"},
        "actual_to_date":{"minor":60,"currency":"USD"},"committed":{"minor":5,"currency":"USD"},
        "forecast_remaining":{"minor":40,"currency":"USD"}}"#,
    r#"{"project":"instant-payments","name":"Instant payments","portfolio":"Payments",
        "sponsor":"p-1","department":"retail-banking","status":"active",
        "bac":{"minor":900,"currency":"BRL"},"pv":{"minor":300,"currency":"BRL"},
        "ev":{"minor":200,"currency":"BRL"},"ac":{"minor":250,"currency":"BRL"},
        "percent_complete":0.22,"baseline_finish":"2027-01-01T00:00:00Z",
        "forecast_finish":"2027-02-01T00:00:00Z","reported_rag":"green","risk_score":40,
        "milestones":[{"name":"Pilot","baseline":"2026-12-01T00:00:00Z",
                       "forecast":"2026-12-05T00:00:00Z","done":false}]}"#,
    r#"{"item":"BCRA-A-7724","title":"Report","kind":"obligation","regulator":"BCRA",
        "jurisdiction":"AR","regulation":"A 7724","severity":"high","status":"open",
        "opened":"2026-11-01T00:00:00Z","due":"2026-12-01T00:00:00Z","owner":"p-2"}"#,
    r#"{"transaction":"t-1","account":"acc-1","customer":"c-1",
        "amount":{"minor":1500,"currency":"CLP"},"type":"purchase","channel":"atm",
        "status":"approved","country":"CL","card_present":true}"#,
    r#"{"event":"RSK-2041","title":"Outage","category":"operational","business_line":"Retail",
        "probability":0.1,"impact":{"minor":10,"currency":"USD"},
        "gross_loss":{"minor":4,"currency":"USD"},"recovery":{"minor":1,"currency":"USD"},
        "mitigation_status":"planned","control_effectiveness":0.5}"#,
    r#"{"service":"payments","up":true,"system.cpu.utilization":0.4,
        "system.memory.utilization":0.5,"request_rate":120.5,"error_ratio":0.001,
        "latency_p50_ms":5.0,"latency_p95_ms":20.0,"latency_p99_ms":80.25}"#,
    r#"{"eventType":"COMPLETE","job":{"namespace":"airflow","name":"fx_rates"},
        "run":{"runId":"r-1"},"nominalTime":"2026-11-01T00:00:00Z","attempt":1,"maxAttempts":3}"#,
];

/// The three ways in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Binary,
    Structured,
    Bare,
}

const FORMS: [Form; 3] = [Form::Binary, Form::Structured, Form::Bare];

fn header(name: &str, value: &str) -> (String, Bytes) {
    (name.to_owned(), Bytes::copy_from_slice(value.as_bytes()))
}

fn bare(topic: Topic, value: &[u8]) -> Message {
    Message {
        topic,
        position: Some(Position { partition: 3, offset: 184_220 }),
        key: None,
        headers: Vec::new(),
        value: Some(Bytes::copy_from_slice(value)),
        record_time: Some(NOW.plus(-2_000)),
        received: NOW.plus(-1_000),
    }
}

const ATTRIBUTES: [(&str, &str); 5] = [
    ("specversion", "1.0"),
    ("id", "e-1"),
    ("source", "/erp"),
    ("type", "bank.budget"),
    ("time", "2026-11-01T12:00:00Z"),
];

/// `data` in a form, with attributes on top of, or instead of, the good ones. Empty leaves out.
fn message(form: Form, topic: Topic, data: &[u8], over: &[(&str, &str)]) -> Message {
    let given = |name: &str| over.iter().any(|(other, _)| *other == name);
    let good = ATTRIBUTES.iter().filter(|(name, _)| !given(name));
    let attributes = good.chain(over).filter(|(_, value)| !value.is_empty());
    match form {
        Form::Bare => bare(topic, data),
        Form::Binary => {
            let headers = attributes.map(|(name, value)| header(&format!("ce_{name}"), value));
            Message { headers: headers.collect(), ..bare(topic, data) }
        }
        Form::Structured => {
            let mut value = b"{".to_vec();
            for (name, text) in attributes {
                value.extend(format!("{name:?}:{text:?},").bytes());
            }
            value.extend(b"\"data\":");
            value.extend(data);
            value.push(b'}');
            let headers =
                vec![header("content-type", "application/cloudevents+json; charset=utf-8")];
            Message { headers, ..bare(topic, &value) }
        }
    }
}

fn good(topic: Topic) -> &'static str {
    GOOD[topic.index()]
}

#[test]
fn every_topic_in_every_form() {
    for topic in Topic::ALL {
        for form in FORMS {
            let data = good(topic);
            let decoded = decode(&message(form, topic, data.as_bytes(), &[]), NOW, Trust::Outside)
                .unwrap_or_else(|fault| panic!("{topic} {form:?}: {fault}"));
            assert_eq!(decoded.event.data.topic(), topic);
            assert_eq!(decoded.raw, data.as_bytes(), "{topic} {form:?}");
            assert_eq!(decoded.event.envelope.subject, decoded.event.data.entity());
            let (id, time) = match form {
                Form::Bare => (format!("streamboard.{topic}-3-184220"), NOW.plus(-2_000)),
                _ => ("e-1".into(), "2026-11-01T12:00:00Z".parse().unwrap()),
            };
            assert_eq!(decoded.event.envelope.id.as_str(), id);
            assert_eq!(decoded.event.envelope.time, time);
            assert_eq!(decoded.event.envelope.provenance, Provenance::Real);
        }
    }
}

/// Refused in all three forms, for the same reason and at the same field.
#[test]
fn bad_payloads() {
    let check = |topic: Topic, from: &str, to: &str, reason: Reason, field: &str| {
        let data = good(topic).replacen(from, to, 1);
        assert_ne!(data, good(topic), "{from} is not in the payload");
        for form in FORMS {
            let message = message(form, topic, data.as_bytes(), &[]);
            let fault = decode(&message, NOW, Trust::Outside).unwrap_err();
            assert_eq!(fault.reason, reason, "{form:?} {to}: {fault}");
            assert_eq!(fault.field.as_deref(), Some(field), "{form:?} {to}: {fault}");
            assert!(fault.detail.contains(field), "{fault}");
        }
    };
    let (budget, project) = (Topic::Budget, Topic::Projects);
    check(budget, r#""svp":"p-7","#, "", Reason::Shape, "svp");
    check(budget, r#""svp":"p-7""#, r#""svp":7"#, Reason::Shape, "svp");
    check(budget, r#""svp":"p-7""#, r#""svp":"""#, Reason::Shape, "svp");
    check(budget, r#""minor":100"#, r#""minor":1.5"#, Reason::Shape, "approved.minor");
    check(budget, r#""minor":100,"#, "", Reason::Shape, "approved.minor");
    check(budget, r#""minor":100"#, r#""minor":-1"#, Reason::Invalid, "approved");
    check(
        budget,
        r#""minor":60,"currency":"USD""#,
        r#""minor":60,"currency":"EUR""#,
        Reason::Shape,
        "actual_to_date.currency",
    );
    check(
        budget,
        r#""minor":60,"currency":"USD""#,
        r#""minor":60,"currency":"MXN""#,
        Reason::Invalid,
        "actual_to_date",
    );
    check(budget, r#""minor":100"#, r#""minor":100,"cents":1"#, Reason::Shape, "approved.cents");
    check(budget, "2026-Q4", "2026-Q5", Reason::Shape, "fiscal_period");
    check(project, "0.22", "1.22", Reason::Shape, "percent_complete");
    check(project, r#""done":false"#, r#""done":0"#, Reason::Shape, "milestones[0].done");
    check(project, r#","done":false"#, "", Reason::Shape, "milestones[0].done");
    check(Topic::Transactions, "1500", "0", Reason::Invalid, "amount");
    check(
        Topic::Risk,
        r#""recovery":{"minor":1"#,
        r#""recovery":{"minor":9"#,
        Reason::Invalid,
        "recovery",
    );
    check(Topic::System, "20.0", "-20.0", Reason::Invalid, "latency_p95_ms");
    check(Topic::Etl, r#""attempt":1"#, r#""attempt":4"#, Reason::Invalid, "maxAttempts");
    check(Topic::Etl, r#""name":"fx_rates""#, r#""title":"fx_rates""#, Reason::Shape, "job.name");
}

#[test]
fn bad_values() {
    let check = |form: Form, data: &[u8], reason: Reason| {
        let message = message(form, Topic::Budget, data, &[]);
        let fault = decode(&message, NOW, Trust::Outside).unwrap_err();
        assert_eq!(fault.reason, reason, "{form:?}: {fault}");
        assert!(fault.detail.chars().count() <= MAX_DETAIL + 1);
    };
    for form in FORMS {
        check(form, b"\xff\xfe", Reason::NotUtf8);
        check(form, b"budget is fine", Reason::NotJson);
        check(form, b"{\"department\":", Reason::NotJson);
        check(form, b"[]", Reason::Shape);
        check(form, good(Topic::System).as_bytes(), Reason::Shape);
        check(form, &vec![b' '; MAX_BYTES + 1], Reason::TooLarge);
        check(form, format!("{:?}", "x".repeat(90_000)).as_bytes(), Reason::Shape);
        check(form, "[".repeat(200_000).as_bytes(), Reason::NotJson);
    }
    check(Form::Binary, b"", Reason::NotJson);
    check(Form::Bare, b"", Reason::NotJson);
    let tombstone = Message { value: None, ..bare(Topic::Budget, b"") };
    let fault = decode(&tombstone, NOW, Trust::Outside).unwrap_err();
    assert_eq!((fault.reason, fault.field), (Reason::Tombstone, None));
}

#[test]
fn bad_envelopes() {
    let check = |over: &[(&str, &str)], reason: Reason, field: &str| {
        for form in [Form::Binary, Form::Structured] {
            let message = message(form, Topic::Budget, good(Topic::Budget).as_bytes(), over);
            let fault = decode(&message, NOW, Trust::Outside).unwrap_err();
            assert_eq!(fault.reason, reason, "{form:?} {over:?}: {fault}");
            assert_eq!(fault.field.as_deref(), Some(field), "{form:?} {over:?}: {fault}");
            assert!(fault.detail.starts_with(field), "{fault}");
        }
    };
    check(&[("specversion", "0.3")], Reason::Envelope, "specversion");
    check(&[("specversion", "")], Reason::Envelope, "specversion");
    check(&[("id", "")], Reason::Envelope, "id");
    check(&[("id", &"x".repeat(129))], Reason::Envelope, "id");
    check(&[("source", "")], Reason::Envelope, "source");
    check(&[("source", &"x".repeat(1_025))], Reason::Envelope, "source");
    check(&[("type", "")], Reason::Envelope, "type");
    check(&[("time", "yesterday")], Reason::Envelope, "time");
    check(&[("subject", "treasury")], Reason::Envelope, "subject");
    check(&[("sequence", "-4")], Reason::Envelope, "sequence");
    check(&[("provenance", "imagined")], Reason::Envelope, "provenance");
    check(&[("provenance", "drill"), ("scenario", "a-1")], Reason::ForeignBook, "provenance");
    check(&[("provenance", "replayed")], Reason::ForeignBook, "provenance");
    check(&[("time", &NOW.plus(MAX_AHEAD + 1).to_string())], Reason::Future, "time");
}

#[test]
fn time_may_be_five_minutes_ahead() {
    let time = NOW.plus(MAX_AHEAD).to_string();
    let data = good(Topic::Budget).as_bytes();
    let message = message(Form::Binary, Topic::Budget, data, &[("time", &time)]);
    assert!(decode(&message, NOW, Trust::Outside).is_ok());
}

#[test]
fn own_drills_are_taken_and_name_their_run() {
    let take = |over: &[(&str, &str)]| {
        let data = good(Topic::Budget).as_bytes();
        decode(&message(Form::Binary, Topic::Budget, data, over), NOW, Trust::Own)
    };
    let drill = take(&[("provenance", "drill"), ("scenario", "run-7")]).unwrap();
    assert_eq!(drill.event.envelope.book(), Some(model::Book::Drill("run-7".into())));
    for over in [&[("provenance", "drill")][..], &[("provenance", "drill"), ("scenario", "a b")]] {
        let fault = take(over).unwrap_err();
        assert_eq!((fault.reason, fault.field.as_deref()), (Reason::ForeignBook, Some("scenario")));
    }
}

#[test]
fn key_must_be_the_entity() {
    for form in FORMS {
        let data = good(Topic::Budget).as_bytes();
        let keyed = |key: &'static [u8]| {
            let message = message(form, Topic::Budget, data, &[]);
            decode(&Message { key: Some(key.into()), ..message }, NOW, Trust::Outside)
        };
        assert!(keyed(b"retail-banking").is_ok());
        assert!(keyed(b"").is_ok());
        for key in [&b"treasury"[..], b"\xff"] {
            let fault = keyed(key).unwrap_err();
            assert_eq!((fault.reason, fault.field.as_deref()), (Reason::Envelope, Some("key")));
        }
    }
}

#[test]
fn content_type_decides_the_form() {
    let check = |content_type: &str, value: &str, expected: Result<&str, &str>| {
        let headers = vec![header("Content-Type", content_type)];
        let message = Message { headers, ..bare(Topic::Budget, value.as_bytes()) };
        let found = decode(&message, NOW, Trust::Outside);
        let found = found.map(|decoded| decoded.event.envelope.id.to_string());
        let found = found.map_err(|fault| fault.field.unwrap_or_default());
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{content_type}");
    };
    let payload = good(Topic::Budget);
    let structured =
        message(Form::Structured, Topic::Budget, payload.as_bytes(), &[]).value.unwrap();
    let structured = std::str::from_utf8(&structured).unwrap();
    check("application/json", payload, Ok("streamboard.budget-3-184220"));
    check("application/vnd.bank+json; v=1", payload, Ok("streamboard.budget-3-184220"));
    check("application/cloudevents+json", structured, Ok("e-1"));
    check("application/json", structured, Ok("e-1"));
    check("text/plain", payload, Err("datacontenttype"));
    check("application/cloudevents+avro", payload, Err("datacontenttype"));
    check("application/cloudevents-batch+json", payload, Err("datacontenttype"));
    check("application/cloudevents+json", payload, Err("data"));
}

#[test]
fn structured_without_headers_is_recognised_and_its_words_in_a_payload_are_not() {
    let data = good(Topic::Budget);
    let event = message(Form::Structured, Topic::Budget, data.as_bytes(), &[]);
    let decoded = decode(&Message { headers: vec![], ..event }, NOW, Trust::Outside).unwrap();
    assert_eq!((decoded.event.envelope.id.as_str(), &decoded.raw[..]), ("e-1", data.as_bytes()));
    let tricky = data.replacen('{', r#"{"name":"\"specversion\"","specversion":"1.0","#, 1);
    let decoded = decode(&bare(Topic::Budget, tricky.as_bytes()), NOW, Trust::Outside).unwrap();
    assert_eq!(decoded.event.envelope.id.as_str(), "streamboard.budget-3-184220");
}

#[test]
fn bodies_of_http() {
    let data = good(Topic::Budget);
    let id = EventId::new("0193").unwrap();
    let raw = Bytes::from_static(data.as_bytes());
    let decoded = decode_bare(Topic::Budget, raw.clone(), id.clone(), NOW, NOW).unwrap();
    assert_eq!((decoded.event.envelope.id, decoded.event.envelope.time), (id, NOW));
    assert_eq!((decoded.raw, decoded.position), (raw, None));

    let one = message(Form::Structured, Topic::Budget, data.as_bytes(), &[]).value.unwrap();
    let batch: Bytes = [b"[", &one[..], b", 7, ", &one[..], b"]"].concat().into();
    let elements = split_batch(&batch).unwrap();
    let take = |body: &Bytes| decode_structured(Topic::Budget, body, NOW, NOW, Trust::Outside);
    let ids: Vec<_> = elements.iter().map(|body| take(body).map(|decoded| decoded.raw)).collect();
    assert_eq!(ids[0].as_deref().unwrap(), data.as_bytes());
    assert_eq!(ids[1].as_ref().unwrap_err().reason, Reason::Envelope);
    assert_eq!(ids[2], ids[0]);
    for (body, reason) in [("{}", Reason::Shape), ("[1", Reason::NotJson)] {
        assert_eq!(split_batch(&Bytes::from(body)).unwrap_err().reason, reason);
    }
}

#[test]
fn names_of_reasons_are_those_of_the_wire() {
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
    }
}

fn event(topic: Topic) -> impl Strategy<Value = Event> {
    let word = || "[a-zA-Z0-9äñ:/ .-]{1,40}";
    let maybe = || proptest::option::of("[a-zA-Z0-9ñ/-]{1,40}");
    let time = Timestamp::from_millis(0).millis()..=NOW.millis();
    let attributes = (word(), word(), word(), maybe(), maybe(), maybe());
    let more = (time, proptest::option::of(any::<u64>()), 1..Money::LIMIT, any::<bool>());
    (attributes, more).prop_map(
        move |((id, source, kind, dataschema, tenant, correlation), more)| {
            let (time, sequence, minor, drill) = more;
            let mut data = payload::parse(topic, good(topic)).unwrap();
            match &mut data {
                Payload::Budget(budget) => {
                    budget.department = DepartmentId::new(id.clone()).unwrap();
                    budget.approved.minor = minor;
                }
                Payload::Transaction(transaction) => transaction.amount.minor = minor,
                Payload::Risk(risk) => risk.impact.minor = minor,
                _ => {}
            }
            let provenance = if drill { Provenance::Drill } else { Provenance::Simulated };
            let envelope = model::Envelope {
                id: EventId::new(id).unwrap(),
                source,
                kind,
                subject: data.entity().to_owned(),
                time: Timestamp::from_millis(time),
                dataschema,
                tenant,
                provenance,
                correlation,
                scenario: drill.then(|| "run-1".to_owned()),
                sequence,
            };
            Event { envelope, data }
        },
    )
}

proptest! {
    #[test]
    fn encoded_and_decoded_is_the_same(
        event in proptest::sample::select(&Topic::ALL[..]).prop_flat_map(event),
    ) {
        let message = encode(&event, NOW);
        let decoded = decode(&message, NOW, Trust::Own);
        let expected = Decoded { event, raw: message.value.unwrap(), position: None, received: NOW };
        prop_assert_eq!(decoded, Ok(expected));
    }

    #[test]
    fn junk_is_refused_and_never_panics(
        junk in proptest::collection::vec(any::<u8>(), 0..200),
        topic in proptest::sample::select(&Topic::ALL[..]),
        form in proptest::sample::select(&FORMS[..]),
    ) {
        prop_assert!(decode(&message(form, topic, &junk, &[]), NOW, Trust::Outside).is_err());
    }

    #[test]
    fn cut_and_changed_payloads_never_panic(
        topic in proptest::sample::select(&Topic::ALL[..]),
        form in proptest::sample::select(&FORMS[..]),
        at in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut data = good(topic).as_bytes().to_vec();
        let at = at.index(data.len());
        data[at] = byte;
        let changed = decode(&message(form, topic, &data, &[]), NOW, Trust::Outside);
        prop_assert!(changed.is_ok() || !changed.unwrap_err().detail.is_empty());
        data.truncate(at);
        prop_assert!(decode(&message(form, topic, &data, &[]), NOW, Trust::Outside).is_err());
    }

    #[test]
    fn junk_in_headers_never_panics(
        name in "(ce_)?(id|time|type|source|subject|sequence|content-type|.{0,8})",
        value in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut message = message(Form::Binary, Topic::Etl, good(Topic::Etl).as_bytes(), &[]);
        message.headers.push((name, value.into()));
        let found = decode(&message, NOW, Trust::Outside);
        prop_assert!(found.is_ok() || !found.unwrap_err().detail.is_empty());
    }
}
