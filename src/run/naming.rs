//! What people call a run.

/// Names and notes of a new run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Folder of its folder below that of all runs; the task's name without.
    pub experiment: Option<String>,
    /// Name of the run, behind date and time in that of its folder.
    pub run: String,
    /// A sentence for whoever looks at the run later; kept as `note.txt`.
    pub note: Option<String>,
}

impl Naming {
    /// A run of this name.
    pub fn run(name: impl Into<String>) -> Self {
        Self { run: name.into(), ..Self::default() }
    }
}

/// Name of the note in a run folder.
pub const NOTE: &str = "note.txt";
