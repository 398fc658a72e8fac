//! From an untyped document to a typed one, finding as many mistakes as possible in one go.
use super::document::Document;
use super::error::{ConfigError, ConfigErrors, nearest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Gives a document (or the part of it at `key`, `""` for all) its type.
///
/// After each mistake the offending value is repaired and reading goes on, so that one edit can mend them all.
pub fn typed<T: DeserializeOwned>(doc: &Document, key: &str) -> Result<T, ConfigErrors> {
    read(doc, key, doc.get(key))
}

/// As [`typed`], for a map of which some keys (`skip`) belong to somebody else.
pub fn typed_except<T: DeserializeOwned>(
    doc: &Document,
    key: &str,
    skip: &[&str],
) -> Result<T, ConfigErrors> {
    let mut value = doc.get(key);
    // `()` reads as nothing
    if value.is_null() {
        value = json!({});
    }
    if let Some(m) = value.as_object_mut() {
        m.retain(|k, _| !skip.contains(&k.as_str()));
    }
    read(doc, key, value)
}

fn read<T: DeserializeOwned>(doc: &Document, key: &str, mut value: Value) -> Result<T, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    loop {
        let (path, message) = match serde_path_to_error::deserialize::<_, T>(value.clone()) {
            Ok(t) if errors.0.is_empty() => return Ok(t),
            Ok(_) => return Err(errors),
            Err(e) => (dotted(e.path()), e.inner().to_string()),
        };
        let full =
            [key, path.as_str()].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(".");
        errors.0.push(explain(doc, &full, &message));
        if errors.0.len() > 50 || !repair::<T>(&mut value, &path, &message) {
            return Err(errors);
        }
    }
}

fn dotted(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment::{Enum, Map, Seq, Unknown};
    let parts = path.iter().filter_map(|s| match s {
        Map { key } => Some(key.clone()),
        Seq { index } => Some(index.to_string()),
        Enum { variant } => Some(variant.clone()),
        Unknown => None,
    });
    parts.collect::<Vec<_>>().join(".")
}

/// Turns serde's sentence into one that helps.
fn explain(doc: &Document, key: &str, message: &str) -> ConfigError {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let message = if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        let name = quoted.next().unwrap_or_default();
        let what = if message.starts_with("unknown field") { "key" } else { "value" };
        format!("unknown {what} `{name}`; {}", nearest(name, quoted))
    } else {
        let text = message.split(" at line ").next().unwrap_or(message);
        if key.is_empty() { text.to_owned() } else { format!("`{key}`: {text}") }
    };
    doc.error(key, message)
}

/// Replaces what was wrong by something that passes; false if nothing does.
fn repair<T: DeserializeOwned>(value: &mut Value, path: &str, message: &str) -> bool {
    let keys: Vec<&str> = path.split('.').filter(|p| !p.is_empty()).collect();
    if message.starts_with("unknown field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        let parent = if keys.last() == Some(&name) { &keys[..keys.len() - 1] } else { &keys[..] };
        return at(value, parent).and_then(Value::as_object_mut).and_then(|m| m.shift_remove(name)).is_some();
    }
    // any of the names that a list of names takes will do
    let name = message.strip_prefix("unknown variant").and_then(|m| m.split('`').nth(3));
    for probe in [
        json!(name.unwrap_or_default()),
        json!(1.0),
        json!(1),
        json!(true),
        json!(""),
        json!([]),
        json!({}),
        json!([0.0, 0.0, 0.0]),
        Value::Null,
    ] {
        let Some(slot) = at(value, &keys) else { return false };
        let old = std::mem::replace(slot, probe);
        let moved = match serde_path_to_error::deserialize::<_, T>(value.clone()) {
            Ok(_) => true,
            Err(e) => dotted(e.path()) != path,
        };
        if moved {
            return true;
        }
        if let Some(slot) = at(value, &keys) {
            *slot = old;
        }
    }
    false
}

fn at<'a>(mut v: &'a mut Value, keys: &[&str]) -> Option<&'a mut Value> {
    for k in keys {
        v = match v {
            Value::Object(m) => m.get_mut(*k)?,
            Value::Array(a) => a.get_mut(k.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(v)
}
