//! The feed that the tests read: a system metric from the columns or pointers `at`, `service` and
//! `cpu`.

use std::path::PathBuf;

use model::Topic;

use crate::feed::{Convert, Feed, Field, Format, Mapping, Place, Take};

pub fn monitor(format: Format) -> Feed {
    let column = |name: &str| match format {
        Format::Csv { .. } => name.to_owned(),
        _ => format!("/{name}"),
    };
    let field =
        |path: &str, take: Take, convert: Convert| Field { path: vec![path.into()], take, convert };
    let mut fields = vec![
        field("service", Take::From(column("service")), Convert::Text),
        field("up", Take::Value(true.into()), Convert::Flag),
        field("system.cpu.utilization", Take::From(column("cpu")), Convert::Number),
    ];
    for name in [
        "system.memory.utilization",
        "request_rate",
        "error_ratio",
        "latency_p50_ms",
        "latency_p95_ms",
        "latency_p99_ms",
    ] {
        fields.push(field(name, Take::Value(0.into()), Convert::Number));
    }
    let map = Mapping { time: column("at"), id: None, fields };
    let place = Place::Files(PathBuf::new());
    Feed { name: "monitor".into(), topic: Topic::System, place, format, map }
}
