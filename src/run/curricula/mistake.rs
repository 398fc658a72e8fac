//! What all curricula say when something is wrong.
use crate::config::{ConfigError, Document};

/// A mistake in a curriculum, at one of its keys.
pub fn mistake(doc: &Document, place: &str, name: &str, at: &str, message: String) -> ConfigError {
    let key = if at.is_empty() { place.to_owned() } else { format!("{place}.{at}") };
    doc.error(&key, format!("curriculum `{name}`: {message}"))
}
