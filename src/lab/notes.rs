//! Messages for the person at the window.
use super::Lab;
use super::model::{Note, Severity};
use bevy::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// How long messages stay that go away by themselves, s.
const INFO_SECS: f32 = 6.0;
const WARNING_SECS: f32 = 15.0;
/// Number of the next message.
static NEXT: AtomicU64 = AtomicU64::new(1);
/// Messages at a time.
const MOST: usize = 8;

impl Lab {
    /// Says something; what stands there already is not said twice.
    pub fn note(&mut self, severity: Severity, text: impl Into<String>) {
        let text = text.into();
        if let Some(note) = self.notes.iter_mut().find(|n| n.text == text) {
            note.age_s = 0.0;
            return;
        }
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        self.notes.push(Note { id, severity, text, age_s: 0.0 });
        if self.notes.len() > MOST {
            // errors stay as long as anything else can go
            let oldest = self.notes.iter().position(|n| n.severity != Severity::Error).unwrap_or(0);
            self.notes.remove(oldest);
        }
    }
    /// Good to know.
    pub fn info(&mut self, text: impl Into<String>) {
        self.note(Severity::Info, text);
    }
    /// Something could not be done.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.note(Severity::Warning, text);
    }
    /// Something was lost or ended.
    pub fn error(&mut self, text: impl Into<String>) {
        self.note(Severity::Error, text);
    }
}

/// Lets messages grow old.
pub(super) fn age(mut lab: ResMut<Lab>, time: Res<Time<Real>>) {
    if lab.notes.is_empty() {
        return;
    }
    let dt = time.delta_secs();
    lab.notes.iter_mut().for_each(|n| n.age_s += dt);
    lab.notes.retain(|n| match n.severity {
        Severity::Info => n.age_s < INFO_SECS,
        Severity::Warning => n.age_s < WARNING_SECS,
        Severity::Error => true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_said_once_and_errors_outlast_the_rest() {
        let mut lab = Lab::default();
        lab.error("the disk is full");
        lab.info("saved");
        lab.info("saved");
        assert_eq!(lab.notes.len(), 2);
        (0..20).for_each(|i| lab.info(format!("{i}")));
        assert_eq!(lab.notes.len(), MOST);
        assert_eq!(lab.notes[0].text, "the disk is full");
        assert_eq!(lab.notes.last().unwrap().text, "19");
        assert!(lab.notes.windows(2).all(|w| w[0].id < w[1].id));
    }
}
