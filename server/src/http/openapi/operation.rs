//! Every operation of the HTTP interface: the list that the router is tested against.

use model::{
    Alert, AlertState, Book, Provenance, Recorded, Severity, Status, Timestamp, Topic, scenario,
    status::ChangeOver,
};
use pipeline::{
    rule::Rule,
    source::kafka::Surveyed,
    store::{DeadLetter, Page},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::shape::{CloudEvent, Limit};
use crate::http::{
    alerts::Act,
    dead_letters::Corrected,
    events::Accepted,
    rates::{Quoted, Rate},
    scenarios::{Scenario, Start},
    state::{Series, SnapshotNow},
};

/// What can be asked, and what comes back.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Method of HTTP.
    pub method: Method,
    /// Path with parameters in braces, as the router and OpenAPI both write it.
    pub path: &'static str,
    /// Its name in generated clients.
    pub id: &'static str,
    /// Group that it belongs to.
    pub tag: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Its parameters in path and query.
    pub parameters: &'static [Parameter],
    /// The bodies that it takes, one of them; none where it takes no body.
    pub request: &'static [Body],
    /// Whether the body may be left out.
    pub body_optional: bool,
    /// What comes back when it succeeds.
    pub response: Response,
    /// The statuses of its problems, besides 500.
    pub errors: &'static [u16],
}

/// Method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Changes nothing.
    Get,
    /// Changes something.
    Post,
    /// Takes something away.
    Delete,
}

impl Method {
    /// The name of the member in OpenAPI.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
            Method::Delete => "delete",
        }
    }
}

/// Makes the schema of a type, and those that it needs.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
    /// Its type.
    pub shape: Shape,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

impl Parameter {
    pub(super) fn describe(&self, generator: &mut SchemaGenerator) -> Value {
        let place = match self.place {
            Place::Path => "path",
            Place::Query => "query",
        };
        let schema: Value = (self.shape)(generator).into();
        json!({
            "name": self.name,
            "in": place,
            "required": self.required,
            "description": self.doc,
            "schema": schema
        })
    }
}

/// A body of one media type.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Media type.
    pub media: &'static str,
    /// Its type.
    pub shape: Shape,
}

/// What comes back when an operation succeeds.
#[derive(Debug, Clone, Copy)]
pub struct Response {
    /// Status of HTTP.
    pub status: u16,
    /// What it is.
    pub description: &'static str,
    /// The body, where there is one.
    pub body: Option<Body>,
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Any of the seven payloads.
fn payload(generator: &mut SchemaGenerator) -> Schema {
    of::<model::event::Payload>(generator)
}

const fn json_of<T: JsonSchema>() -> Body {
    Body { media: "application/json", shape: of::<T> }
}

const fn ok<T: JsonSchema>(description: &'static str) -> Response {
    answer::<T>(200, description)
}

const fn answer<T: JsonSchema>(status: u16, description: &'static str) -> Response {
    Response { status, description, body: Some(json_of::<T>()) }
}

const fn text(description: &'static str) -> Response {
    let body = Body { media: "text/plain", shape: of::<String> };
    Response { status: 200, description, body: Some(body) }
}

const fn query<T: JsonSchema>(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { name, place: Place::Query, required: false, doc, shape: of::<T> }
}

const fn needed<T: JsonSchema>(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { required: true, ..query::<T>(name, doc) }
}

const fn segment<T: JsonSchema>(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { place: Place::Path, ..needed::<T>(name, doc) }
}

const BOOK: Parameter =
    query::<Book>("book", "The book; without one, that which the source shows.");
const IN_BOOK: Parameter = query::<Book>("book", "Of this book.");
const OF_TOPIC: Parameter = query::<Topic>("topic", "Of this topic.");
const TO: Parameter = query::<Timestamp>("to", "Before this time.");
const FROM: Parameter = query::<Timestamp>("from", "Not before this time.");
const LIMIT: Parameter = query::<Limit>("limit", "Most items of the page.");
const CURSOR: Parameter = query::<String>("cursor", "`next` of the page before.");
const ID: Parameter = segment::<String>("id", "Its id.");

/// A question without body.
const fn get(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    response: Response,
) -> Operation {
    Operation {
        method: Method::Get,
        path,
        id,
        tag,
        summary: response.description,
        parameters: &[],
        request: &[],
        body_optional: false,
        response,
        errors: &[],
    }
}

const ACT: &[Body] = &[json_of::<Act>()];

/// What somebody does to an alert.
const fn act(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        method: Method::Post,
        summary,
        parameters: &[ID],
        request: ACT,
        errors: &[400, 404, 409, 413, 415, 422, 503],
        ..get(path, id, "alerts", ok::<Alert>("The alert afterwards."))
    }
}

/// What somebody does to a run of a scenario.
const fn steer(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        method: Method::Post,
        summary,
        parameters: &[ID],
        errors: &[404, 409, 503],
        ..get(path, id, "scenarios", ok::<scenario::Run>("The run afterwards."))
    }
}

/// Every operation, in the order of the documentation.
pub const OPERATIONS: &[Operation] = &[
    get("/healthz", "alive", "operation", text("The program is alive.")),
    Operation {
        errors: &[503],
        ..get("/readyz", "ready", "operation", text("It can serve figures; else 503 says why not."))
    },
    get("/metrics", "metrics", "operation", text("Metrics in the text format of Prometheus.")),
    Operation {
        errors: &[503],
        ..get(
            "/api/v1/status",
            "status",
            "state",
            ok::<Status>("Source, freshness, lag, rates, rejects, viewers, version."),
        )
    },
    get(
        "/api/v1/status/history",
        "sourceHistory",
        "state",
        ok::<Page<ChangeOver>>("When the source changed over and why, newest first."),
    ),
    Operation {
        parameters: &[BOOK],
        errors: &[400, 404],
        ..get(
            "/api/v1/snapshot",
            "snapshot",
            "state",
            ok::<SnapshotNow>("The state of a book now, with epoch and sequence."),
        )
    },
    Operation {
        parameters: &[
            needed::<Topic>("topic", "Topic of the figure."),
            needed::<String>("figure", "Name of a figure of the topic, such as `utilization`."),
            query::<String>("entity", "The entity; without one, the whole book."),
            FROM,
            TO,
            query::<std::num::NonZeroU32>("step", "Seconds that one point stands for."),
            BOOK,
        ],
        errors: &[400, 404, 503],
        ..get(
            "/api/v1/series",
            "series",
            "state",
            ok::<Series>("A figure over time, oldest first."),
        )
    },
    Operation {
        parameters: &[BOOK],
        errors: &[400, 404],
        ..get(
            "/api/v1/rates",
            "listRates",
            "state",
            ok::<Page<Rate>>("Exchange rates of a book, with as-of and source."),
        )
    },
    Operation {
        method: Method::Post,
        summary: "Takes exchange rates for the real book.",
        request: &[json_of::<Quoted>()],
        errors: &[400, 413, 415, 422, 503],
        ..get("/api/v1/rates", "setRates", "state", ok::<Page<Rate>>("What was taken is stored."))
    },
    Operation {
        parameters: &[
            OF_TOPIC,
            query::<String>("entity", "Of this entity."),
            query::<Provenance>("provenance", "Of this provenance."),
            IN_BOOK,
            FROM,
            TO,
            LIMIT,
            CURSOR,
        ],
        errors: &[400],
        ..get(
            "/api/v1/events",
            "listEvents",
            "events",
            ok::<Page<Recorded>>("Stored events, newest first."),
        )
    },
    Operation {
        parameters: &[ID],
        errors: &[404],
        ..get("/api/v1/events/{id}", "event", "events", ok::<Recorded>("One stored event."))
    },
    Operation {
        method: Method::Post,
        summary: "Takes one payload, one CloudEvent or a batch; the same id twice is stored once.",
        parameters: &[segment::<Topic>("topic", "Topic of the events.")],
        request: &[
            Body { media: "application/json", shape: payload },
            Body { media: "application/cloudevents+json", shape: of::<CloudEvent> },
            Body { media: "application/cloudevents-batch+json", shape: of::<Vec<CloudEvent>> },
        ],
        errors: &[400, 404, 413, 415, 422, 503],
        ..get(
            "/api/v1/events/{topic}",
            "ingest",
            "events",
            answer::<Accepted>(202, "All of it is stored."),
        )
    },
    Operation {
        parameters: &[
            query::<AlertState>("state", "In this state."),
            query::<Severity>("severity", "Of this severity."),
            OF_TOPIC,
            IN_BOOK,
            FROM,
            TO,
            LIMIT,
            CURSOR,
        ],
        errors: &[400],
        ..get(
            "/api/v1/alerts",
            "listAlerts",
            "alerts",
            ok::<Page<Alert>>("Alerts, last changed first."),
        )
    },
    Operation {
        parameters: &[ID],
        errors: &[404],
        ..get(
            "/api/v1/alerts/{id}",
            "alert",
            "alerts",
            ok::<Alert>("One alert, with its why and its history."),
        )
    },
    act(
        "/api/v1/alerts/{id}/acknowledge",
        "acknowledge",
        "Takes an alert: stops its escalation, not its visibility.",
    ),
    act(
        "/api/v1/alerts/{id}/unacknowledge",
        "unacknowledge",
        "Gives an alert back: starts its escalation again.",
    ),
    get(
        "/api/v1/scenarios",
        "listScenarios",
        "scenarios",
        ok::<Page<Scenario>>("The drills that can be run."),
    ),
    Operation {
        method: Method::Post,
        summary: "Starts a run in a book of its own.",
        parameters: &[segment::<scenario::Name>("name", "The scenario.")],
        request: &[json_of::<Start>()],
        errors: &[400, 404, 409, 413, 415, 422, 503],
        ..get(
            "/api/v1/scenarios/{name}/runs",
            "startRun",
            "scenarios",
            answer::<scenario::Run>(201, "The run that began."),
        )
    },
    Operation {
        parameters: &[ID],
        errors: &[404],
        ..get(
            "/api/v1/scenarios/runs/{id}",
            "run",
            "scenarios",
            ok::<scenario::Run>("A run: progress, expected and raised."),
        )
    },
    steer("/api/v1/scenarios/runs/{id}/stop", "stopRun", "Ends a run for good."),
    steer("/api/v1/scenarios/runs/{id}/pause", "pauseRun", "Stops the clock of a run."),
    steer("/api/v1/scenarios/runs/{id}/resume", "resumeRun", "Lets a paused run go on."),
    Operation {
        parameters: &[LIMIT, CURSOR],
        errors: &[400],
        ..get(
            "/api/v1/dead-letters",
            "listDeadLetters",
            "events",
            ok::<Page<DeadLetter>>("Messages that were refused, newest first."),
        )
    },
    Operation {
        method: Method::Delete,
        summary: "Deletes a message that was refused.",
        parameters: &[ID],
        errors: &[404, 503],
        ..get(
            "/api/v1/dead-letters/{id}",
            "deleteDeadLetter",
            "events",
            Response { status: 204, description: "It is gone.", body: None },
        )
    },
    Operation {
        method: Method::Post,
        summary: "Hands a message that was refused in once more, corrected or as it was kept.",
        parameters: &[ID],
        request: &[json_of::<Corrected>()],
        body_optional: true,
        errors: &[400, 404, 409, 413, 415, 422, 503],
        ..get(
            "/api/v1/dead-letters/{id}/replay",
            "replayDeadLetter",
            "events",
            answer::<Accepted>(202, "Its event is stored, and the dead letter is gone."),
        )
    },
    Operation {
        errors: &[503],
        ..get(
            "/api/v1/topics",
            "listTopics",
            "state",
            ok::<Page<Surveyed>>("Topics of Kafka: partitions, what they hold, drift."),
        )
    },
    get("/api/v1/rules", "listRules", "alerts", ok::<Page<Rule>>("The alert rules in force.")),
    Operation {
        parameters: &[segment::<Topic>("topic", "The topic.")],
        errors: &[404],
        ..get(
            "/api/v1/schemas/{topic}",
            "schema",
            "contract",
            ok::<Schema>("JSON Schema 2020-12 of a topic's payload, with examples."),
        )
    },
    get(
        "/api/v1/openapi.json",
        "openapi",
        "contract",
        ok::<serde_json::Map<String, Value>>("This contract, as OpenAPI 3.1."),
    ),
    get(
        "/api/v1/asyncapi.json",
        "asyncapi",
        "contract",
        ok::<serde_json::Map<String, Value>>(
            "The Kafka topics as they are configured, as AsyncAPI 3.0.",
        ),
    ),
    Operation {
        parameters: &[query::<Book>(
            "book",
            "The book; without one, the viewer follows the source.",
        )],
        errors: &[400, 403, 404],
        ..get(
            "/ws",
            "watch",
            "state",
            Response {
                status: 101,
                description: "A WebSocket that tells the state and its changes; subprotocols \
                              `streamboard.v1.json` and `streamboard.v1.postcard`.",
                body: None,
            },
        )
    },
];
