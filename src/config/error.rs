//! What can be wrong with a document.
use std::fmt;

/// One mistake and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError {
    /// What was found and what would be accepted.
    pub message: String,
    /// `file:line:column`, or the command-line argument.
    pub place: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Everything that is wrong with a document, one mistake a line.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, e) in self.0.iter().enumerate() {
            write!(f, "{}{e}", if i > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

impl From<ConfigError> for ConfigErrors {
    fn from(e: ConfigError) -> Self {
        Self(vec![e])
    }
}

/// The valid name most like `name`, as a phrase to append to a message; lists all if none is close.
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> String {
    let valid: Vec<&str> = valid.into_iter().collect();
    let best = valid
        .iter()
        .map(|v| (strsim::jaro_winkler(&name.to_lowercase(), &v.to_lowercase()), *v))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, v)) if score > 0.6 => format!("did you mean `{v}`?"),
        _ if valid.is_empty() => "nothing is accepted here".into(),
        _ => format!("valid: {}", valid.join(", ")),
    }
}
