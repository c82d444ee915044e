use std::collections::BTreeSet;

use super::*;

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let contract = openapi();
    let mut found = BTreeSet::new();
    references(&contract, &mut found);
    assert!(found.len() > 30, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a reference within the contract");
        assert!(contract.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn operations_are_whole() {
    let mut ids = BTreeSet::new();
    let mut routes = BTreeSet::new();
    for operation in OPERATIONS {
        let Operation { method, path, id, parameters, .. } = operation;
        assert!(ids.insert(id), "{id} twice");
        assert!(routes.insert((method.name(), path)), "{path} twice");
        let in_path: BTreeSet<_> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let declared: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| parameter.place == Place::Path)
            .map(|parameter| parameter.name)
            .collect();
        assert_eq!(in_path, declared, "{path}");
        assert!(*method == Method::Post || operation.request.is_empty(), "{path}: GET with a body");
        assert!(operation.errors.iter().all(|status| (400..600).contains(status)), "{path}");
        assert!(operation.summary.ends_with('.'), "{path}");
    }
}

#[test]
fn the_contract_lists_every_operation() {
    let contract = openapi();
    for operation in OPERATIONS {
        let item = &contract["paths"][operation.path][operation.method.name()];
        assert_eq!(item["operationId"], operation.id);
        let responses = item["responses"].as_object().expect("responses");
        assert_eq!(responses.len(), 1 + operation.errors.len(), "{}", operation.path);
    }
    let listed: usize = contract["paths"]
        .as_object()
        .expect("paths")
        .values()
        .map(|p| p.as_object().map_or(0, |p| p.len()))
        .sum();
    assert_eq!(listed, OPERATIONS.len());
}

/// Names in the contract are those of the types: none got a number for being there twice.
#[test]
fn component_names_are_plain() {
    let contract = openapi();
    let names = contract["components"]["schemas"].as_object().expect("schemas");
    for name in names.keys() {
        assert!(!name.ends_with(|last: char| last.is_ascii_digit()), "{name}");
    }
    for name in ["Alert", "BudgetRow", "PageOfRecorded", "Problem", "Run", "Status"] {
        assert!(names.contains_key(name), "{name} is not among {:?}", names.keys());
    }
}

/// Validates a value against a schema of the contract.
fn check(name: &str, value: &impl serde::Serialize) {
    let mut schema = openapi();
    schema["$ref"] = json!(format!("#/components/schemas/{name}"));
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let value = serde_json::to_value(value).expect("JSON");
    assert!(validator.is_valid(&value), "{name}: {:?}", validator.validate(&value));
    assert!(!validator.is_valid(&json!(7)), "{name} takes anything");
}

#[test]
fn examples_of_payloads_fit_the_contract() {
    for topic in model::Topic::ALL {
        for example in super::super::schema::payload(topic)["examples"].as_array().expect("some") {
            check("Payload", example);
            let event = json!({
                "specversion": "1.0", "id": "1", "source": "/erp", "data": example,
                "type": format!("streamboard.{topic}.v1"),
            });
            check("CloudEvent", &event);
        }
    }
}
