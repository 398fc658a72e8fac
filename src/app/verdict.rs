//! How a script ended, kept outside of the app that played it.
use crate::lab::script_player::ScriptPlayer;
use bevy::app::AppExit;
use bevy::prelude::*;
use std::sync::Arc;

/// Where the script's verdict will be.
#[derive(Resource, Clone, Default)]
pub(super) struct Verdict(Arc<std::sync::Mutex<Option<String>>>);

/// The app is gone when it has ended; so the script's failure is kept outside.
pub(super) fn judge(player: Res<ScriptPlayer>, verdict: Res<Verdict>) {
    if let (Some(why), Ok(mut kept)) = (&player.failed, verdict.0.lock()) {
        kept.get_or_insert_with(|| why.clone());
    }
}

impl Verdict {
    /// Ends the program's work: an error if a step of the script failed.
    pub fn verdict(&self, exit: AppExit) -> anyhow::Result<()> {
        let failed = self.0.lock().ok().and_then(|kept| kept.clone());
        match (failed, exit) {
            (Some(why), _) => anyhow::bail!("the script failed: {why}"),
            (None, AppExit::Success) => Ok(()),
            // ended by a person at the terminal
            (None, AppExit::Error(code)) if code.get() == INTERRUPTED => Ok(()),
            (None, AppExit::Error(code)) => anyhow::bail!("the window ended with code {code}"),
        }
    }
}

/// Code with which Bevy ends after Ctrl-C.
const INTERRUPTED: u8 = 130;
