//! Tasks for tests.
use super::{Plan, compile};
use crate::config::{self, ConfigErrors, Document};

/// The flat task of the A1 with more text among the settings of its environment, and others replaced.
pub(crate) fn a1_flat_with(more: &str, replaced: &[(&str, &str)]) -> Document {
    let path = config::root().join("configs/tasks/a1_flat.ron");
    let mut text = std::fs::read_to_string(path).unwrap();
    for (from, to) in replaced {
        assert!(text.contains(from), "no `{from}` in the task");
        text = text.replace(from, to);
    }
    Document::from_text(&text.replace("commands: (", &format!("{more} commands: (")), "t.ron").unwrap()
}

/// As [`a1_flat_with`], compiled.
pub(crate) fn a1_plan_with(more: &str, replaced: &[(&str, &str)]) -> Result<Plan, ConfigErrors> {
    compile(a1_flat_with(more, replaced))
}

/// Something that only a critic is told.
pub(crate) const CRITIC_EXTRA: &str = r#"critic_extra: {"truth": (term: "base_lin_vel", scale: 1.0), "feet": (term: "joint_vel", scale: 0.1)},"#;
