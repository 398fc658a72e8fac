//! Untyped documents with the history of every value.
use super::error::{ConfigError, ConfigErrors, nearest};
use super::index::index;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// In a file.
    File {
        /// As given by the user.
        path: String,
        /// From one.
        line: usize,
        /// From one.
        column: usize,
    },
    /// On the command line.
    Argument(String),
    /// Turned by hand while the task ran: key and value.
    Knob(String),
    /// Moved by a curriculum while the task ran: key and value.
    Curriculum(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Origin::Argument(a) => write!(f, "command line `{a}`"),
            Origin::Knob(k) => write!(f, "knob `{k}`"),
            Origin::Curriculum(k) => write!(f, "curriculum `{k}`"),
        }
    }
}

/// A tree of values, and where each came from.
#[derive(Clone, Debug)]
pub struct Document {
    /// The values.
    pub value: Value,
    /// By dotted path.
    origins: BTreeMap<String, Origin>,
    /// File that was asked for.
    path: String,
}

/// Reads a file. A file with `extends` and `patch` is the extended file (`<name>.ron` beside it) with changes.
pub fn load(path: &Path) -> Result<Document, ConfigErrors> {
    load_prepared(path, &|_| {})
}

/// As [`load`]; the file at the end of the chain, which extends no other, is prepared before changes are made to it.
///
/// # Errors
/// As [`load`].
pub fn load_prepared(path: &Path, prepare: &dyn Fn(&mut Document)) -> Result<Document, ConfigErrors> {
    load_chain(path, prepare, &mut vec![])
}

fn load_chain(
    path: &Path,
    prepare: &dyn Fn(&mut Document),
    seen: &mut Vec<String>,
) -> Result<Document, ConfigErrors> {
    let shown = path.display().to_string();
    let fail = |message: String| ConfigErrors::from(ConfigError { message, place: shown.clone() });
    if seen.contains(&shown) {
        return Err(fail(format!("extends itself: {}", seen.join(" -> "))));
    }
    seen.push(shown.clone());
    let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    let mut doc = Document::from_text(&text, &shown)?;
    let Some(base) = doc.value.get("extends").and_then(Value::as_str).map(str::to_owned) else {
        prepare(&mut doc);
        return Ok(doc);
    };
    let base_path = path.with_file_name(format!("{base}.ron"));
    if !base_path.exists() {
        let place = doc.place("extends");
        return Err(ConfigError { message: format!("extends unknown `{base}`"), place }.into());
    }
    let mut whole = load_chain(&base_path, prepare, seen)?;
    let mut errors = ConfigErrors::default();
    let patch = match doc.value.as_object_mut().and_then(|m| m.remove("patch")) {
        Some(Value::Object(m)) => m,
        None => Map::new(),
        Some(_) => return Err(fail("`patch` must be a map from dotted keys to values".into())),
    };
    for (key, value) in patch {
        let origin = doc.origin(&format!("patch.{key}"));
        if let Err(e) = whole.put(&key, value, origin) {
            errors.0.push(e);
        }
    }
    for key in doc.value.as_object().into_iter().flat_map(|m| m.keys()) {
        if !matches!(key.as_str(), "extends" | "name" | "about") {
            let message = format!(
                "unknown key `{key}` in a variant; {}",
                nearest(key, ["extends", "patch", "name", "about"])
            );
            errors.0.push(ConfigError { message, place: doc.place(key) });
        }
    }
    for key in ["name", "about"] {
        if let Some(v) = doc.value.get(key) {
            let origin = doc.origin(key);
            whole.value[key] = v.clone();
            whole.origins.insert(key.into(), origin);
        }
    }
    whole.path = shown;
    if errors.0.is_empty() { Ok(whole) } else { Err(errors) }
}

/// Reads one RON value, as written after `=` on a command line; a bare word is a string.
pub fn parse_value(text: &str) -> Value {
    let is_word = text.starts_with(|c: char| c.is_alphabetic())
        && !matches!(text, "true" | "false" | "inf" | "NaN" | "None");
    match ron::from_str::<Value>(text) {
        // the reader takes a bare word for the name of a struct without fields
        Ok(value) if !is_word => value,
        _ => Value::String(text.to_owned()),
    }
}

/// A value of a map by key, or of a list by number.
fn part<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        value => value.get(key),
    }
}

impl Document {
    /// Reads a text; `path` is what messages call it.
    pub fn from_text(text: &str, path: &str) -> Result<Self, ConfigErrors> {
        let value = ron::from_str::<Value>(text).map_err(|e| {
            let p = e.span.start;
            ConfigError { message: e.code.to_string(), place: format!("{path}:{}:{}", p.line, p.col) }
        })?;
        let origins = index(text)
            .into_iter()
            .map(|(k, (line, column))| (k, Origin::File { path: path.into(), line, column }))
            .collect();
        Ok(Self { value, origins, path: path.into() })
    }
    /// The value at a dotted path (`""` is the whole), list elements by number; null where there is none.
    pub fn get(&self, key: &str) -> Value {
        let mut parts = key.split('.').filter(|p| !p.is_empty());
        parts.try_fold(&self.value, part).cloned().unwrap_or(Value::Null)
    }
    /// Replaces the value at a dotted path, which must exist.
    pub fn set(&mut self, key: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        self.write(key, value, origin, false)
    }
    /// As [`Self::set`], but a map may get a new entry: whoever reads it says whether there is such a one.
    pub fn put(&mut self, key: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        self.write(key, value, origin, true)
    }
    fn write(&mut self, key: &str, value: Value, origin: Origin, new: bool) -> Result<(), ConfigError> {
        let mut at = &mut self.value;
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            let unknown = |valid: Vec<&str>| ConfigError {
                message: format!("no key `{part}` in `{key}`; {}", nearest(part, valid)),
                place: origin.to_string(),
            };
            let last = parts.peek().is_none();
            at = match at {
                Value::Object(m) => {
                    if new && last {
                        m.entry(part).or_insert(Value::Null);
                    }
                    if !m.contains_key(part) {
                        return Err(unknown(m.keys().map(String::as_str).collect()));
                    }
                    m.get_mut(part).expect("the key was just found")
                }
                Value::Array(a) => {
                    let n = a.len();
                    match part.parse::<usize>().ok().filter(|i| *i < n) {
                        Some(i) => &mut a[i],
                        None => return Err(unknown(vec![])),
                    }
                }
                _ => return Err(unknown(vec![])),
            };
            if last {
                *at = value;
                let inside = format!("{key}.");
                self.origins.retain(|k, _| !k.starts_with(&inside));
                self.origins.insert(key.into(), origin);
                return Ok(());
            }
        }
        Ok(())
    }
    /// Adds entries that a map at a dotted path does not have, so that they can be changed.
    pub fn fill(&mut self, key: &str, entries: &[(&str, Value)]) {
        let pointer = format!("/{}", key.replace('.', "/"));
        if let Some(map) = self.value.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            for (word, value) in entries {
                map.entry(*word).or_insert_with(|| value.clone());
            }
        }
    }
    /// Where the value at a path, or the nearest one around it, was written.
    pub fn origin(&self, key: &str) -> Origin {
        let mut k = key;
        loop {
            if let Some(o) = self.origins.get(k) {
                return o.clone();
            }
            match k.rfind('.') {
                Some(i) => k = &k[..i],
                None => return Origin::File { path: self.path.clone(), line: 1, column: 1 },
            }
        }
    }
    /// [`Self::origin`] as text.
    pub fn place(&self, key: &str) -> String {
        self.origin(key).to_string()
    }
    /// An error at a key.
    pub fn error(&self, key: &str, message: impl Into<String>) -> ConfigError {
        ConfigError { message: message.into(), place: self.place(key) }
    }
    /// The document as RON text.
    pub fn to_ron(&self) -> String {
        ron::ser::to_string_pretty(&self.value, ron::ser::PrettyConfig::default()).unwrap_or_default()
    }
    /// Every leaf with its value and origin, in the order of the document.
    pub fn leaves(&self) -> Vec<(String, Value, Origin)> {
        fn walk(doc: &Document, key: String, v: &Value, out: &mut Vec<(String, Value, Origin)>) {
            let join = |k: &str| if key.is_empty() { k.to_owned() } else { format!("{key}.{k}") };
            match v {
                Value::Object(m) if !m.is_empty() => m.iter().for_each(|(k, v)| walk(doc, join(k), v, out)),
                v => out.push((key.clone(), v.clone(), doc.origin(&key))),
            }
        }
        let mut out = vec![];
        walk(self, String::new(), &self.value, &mut out);
        out
    }
}
