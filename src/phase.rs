//! Phases of work as spans of `tracing`: who profiles listens to them, and while nobody does they cost a comparison.

/// Target of the spans.
pub const TARGET: &str = "gaitlab::phase";

/// Does something as a phase of this thread.
macro_rules! phase {
    ($name:literal, $work:expr) => {{
        let _phase = tracing::trace_span!(target: $crate::phase::TARGET, $name).entered();
        $work
    }};
}
pub(crate) use phase;
