//! The order of the window's systems. Simulation runs in `FixedUpdate`; everything here is before or after it.
use bevy::prelude::*;

/// What the window does, in order. No system names another.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabSystems {
    /// Before the fixed loop: devices become commands.
    Input,
    /// Before the fixed loop: commands about time change the clock.
    Clock,
    /// Before the fixed loop: all other commands are obeyed.
    Obey,
    /// Before the fixed loop: what was read of stored runs arrives.
    Read,
    /// Before the fixed loop: what runs say is heard.
    Listen,
    /// Before the fixed loop: stages follow their runs.
    Follow,
    /// After each control tick: what the plots need is kept.
    Gather,
    /// After the fixed loop: robots are put between the last two ticks.
    Draw,
    /// The camera follows what was drawn.
    Camera,
    /// Marks of the picked robot.
    Overlay,
    /// At the end of the frame: what learning cost meanwhile.
    Count,
}

/// Configures the sets.
pub(super) fn plugin(app: &mut App) {
    app.configure_sets(
        RunFixedMainLoop,
        (
            LabSystems::Input,
            LabSystems::Clock,
            LabSystems::Obey,
            LabSystems::Read,
            LabSystems::Listen,
            LabSystems::Follow,
        )
            .chain()
            .in_set(RunFixedMainLoopSystems::BeforeFixedMainLoop),
    );
    app.configure_sets(FixedPostUpdate, LabSystems::Gather);
    app.configure_sets(Update, (LabSystems::Draw, LabSystems::Camera, LabSystems::Overlay).chain());
}
