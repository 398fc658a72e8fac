//! What a pickle holds: plain values in one list, which refer to each other by index.
use super::value::{Id, Value};

/// The content of a pickle.
#[derive(Debug, PartialEq)]
pub struct Pickle<'a> {
    /// All values.
    pub values: Vec<Value<'a>>,
    /// The one that was saved.
    pub root: Id,
}

impl<'a> Pickle<'a> {
    /// A value; `None` beyond the list, which a read pickle never asks for.
    pub fn value(&self, id: Id) -> &Value<'a> {
        self.values.get(id as usize).unwrap_or(&Value::None)
    }

    /// Entries of a dictionary whose keys are texts; of anything else none.
    pub fn entries(&self, id: Id) -> impl Iterator<Item = (&'a str, Id)> {
        let pairs = match self.value(id) {
            Value::Dict(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().filter_map(|(key, value)| match self.value(*key) {
            Value::Text(key) => Some((*key, *value)),
            _ => None,
        })
    }

    /// The value of a dictionary's key; as in Python, the last of the same name counts.
    pub fn get(&self, id: Id, key: &str) -> Option<Id> {
        self.entries(id).filter(|(k, _)| *k == key).last().map(|(_, value)| value)
    }
}
