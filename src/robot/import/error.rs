//! What can be wrong with a robot file of another program.
use std::path::PathBuf;

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read, is no plain file, or is larger than any robot.
    #[error("{path}: {message}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What happened, and what to do.
        message: String,
    },
    /// Something is wrong at one place of the file.
    #[error("{place}: {message}")]
    At {
        /// File, line and element.
        place: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The file is sound but describes no robot of the kind that is simulated here.
    #[error("{0}")]
    Robot(String),
}

/// Short for results of this module.
pub type Result<T> = std::result::Result<T, ImportError>;
