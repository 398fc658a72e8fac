//! The clock while a film is made: it never goes past a frame.
use super::film::Recorder;
use bevy::prelude::*;

/// The clock as it was before Bevy moved it.
#[derive(Resource, Default)]
pub(super) struct Before(Option<Time<Virtual>>);

/// Remembers the clock.
pub(super) fn remember(recorder: Res<Recorder>, clock: Res<Time<Virtual>>, mut before: ResMut<Before>) {
    before.0 = recorder.0.is_some().then(|| *clock);
}

/// Moves the clock again, only as far as the film allows.
pub(super) fn limit(
    recorder: Res<Recorder>,
    before: Res<Before>,
    mut clock: ResMut<Time<Virtual>>,
    mut time: ResMut<Time>,
) {
    let (Some(film), Some(before)) = (&recorder.0, before.0) else { return };
    let allowed = film.allow(before.elapsed(), clock.delta());
    if allowed < clock.delta() {
        *clock = before;
        clock.advance_by(allowed);
        *time = clock.as_generic();
    }
}
