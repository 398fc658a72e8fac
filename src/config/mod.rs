//! Reading RON documents: `extends`, patches from files and from the command line, and errors that name the file,
//! the line and the nearest valid key. All mistakes of a document are reported at once.
//!
//! A document is read untyped, patched, and only then given its type; where each value came from is kept.

mod document;
mod error;
mod index;
mod root;
mod typed;

pub use document::{Document, Origin, load, load_filled, parse_value};
pub use error::{ConfigError, ConfigErrors, nearest};
pub use root::{find, names_in, root};
pub use typed::{typed, typed_except};

#[cfg(test)]
mod tests;
