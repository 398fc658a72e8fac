//! Everything a person, a script or a test may ask of the lab. One enum: panels, keys, gamepads and script files send
//! the same values, so whatever can be clicked can be written down and replayed.
pub use super::sights::{CameraMode, Mark, Panel, Theme, Zone};
use crate::physics::Engine;
use bevy::ecs::prelude::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// One wish.
#[derive(Message, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LabCommand {
    // --- training ---------------------------------------------------------------------------------------------
    /// Choose the task that `Train` starts and whose shipped policy is shown.
    ChooseTask(String),
    /// Start a new run of the chosen task and show its environments.
    Train {
        /// Seed of everything random.
        seed: u64,
    },
    /// Let the shown run wait, or go on.
    PauseTraining(bool),
    /// End the shown run; its checkpoint is saved first.
    StopTraining,
    /// Start a second run from this moment of the shown one, with one knob changed if given, and show both side by
    /// side. While an iteration is previewed, the branch starts from the checkpoint at or before it.
    Branch {
        /// Name of the new run.
        name: String,
        /// The knob that differs: its key and its value in the branch.
        change: Option<(String, Value)>,
    },
    /// Put the shown run back to its checkpoint at or before this iteration; it goes on from there.
    GoBack {
        /// Iteration.
        iteration: u64,
    },
    /// While a person drags on the curve: show the policy as it was at this iteration; `None` shows the newest.
    Preview(Option<u64>),
    /// Show a run's policy: its newest checkpoint, or the one at `iteration`.
    LoadRun {
        /// `<experiment>/<folder name>`.
        run: String,
        /// Iteration of the checkpoint.
        iteration: Option<u64>,
    },
    /// Show the policy of a checkpoint file (`.safetensors`) in the chosen task.
    LoadPolicy(PathBuf),
    /// Go on training a stored run from a checkpoint.
    ResumeRun {
        /// `<experiment>/<folder name>`.
        run: String,
        /// Iteration of the checkpoint; the newest without.
        iteration: Option<u64>,
    },
    /// Draw a run's curves over those of the shown run, or not.
    Compare {
        /// `<experiment>/<folder name>`.
        run: String,
        /// Whether it is drawn.
        on: bool,
    },
    /// Show only the first of two runs again; the second goes on learning.
    CloseBeside,

    // --- knobs ------------------------------------------------------------------------------------------------
    /// Change a value of the shown run's task now: a number or a range `[low, high]` at a dotted key.
    SetKnob {
        /// For example `env.rewards.action_rate.weight`.
        key: String,
        /// The new value.
        value: Value,
    },
    /// Put the value of this change back to what it was before.
    UndoChange(u64),
    /// Save all changes as a task file `configs/tasks/<name>.ron` that extends the run's task.
    SaveVariant {
        /// Name of the new task.
        name: String,
    },
    /// Push every environment of the run, and every shown robot, now.
    PushAll,
    /// Start a new episode everywhere; things go back too.
    ResetAll,

    // --- which robots -----------------------------------------------------------------------------------------
    /// Show that many environments (1 to 256) in this order.
    ShowRobots {
        /// How many.
        count: usize,
        /// Which first.
        order: ShowOrder,
    },
    /// Whether shown robots explore as in learning, or do what the policy thinks best.
    ShowExploration(bool),
    /// Mark and follow a robot of a stage (0 or 1).
    Pick {
        /// Stage.
        stage: usize,
        /// Robot on it.
        robot: usize,
    },
    /// Mark the next robot.
    NextRobot,

    // --- driving ----------------------------------------------------------------------------------------------
    /// Drive the marked robot from now on; its samples are left out of learning.
    TakeOver,
    /// Give the driven robot back.
    GiveBack,
    /// Command of the marked robot, which is taken over by this: forward m/s, left m/s, yaw rate rad/s.
    SetCommand([f32; 3]),
    /// Follow a command script file (`scenes/commands/*.ron`).
    PlayCommands(PathBuf),
    /// Stop following a script.
    StopCommands,
    /// Write down the commands of the marked robot from now on; `false` ends and saves.
    NoteCommands(bool),
    /// Put the marked robot back on its feet at its start; if it is the only one, the things around it too.
    Reset,
    /// Change the marked robot's planar velocity at once, world frame, m/s.
    Push([f32; 2]),
    /// Push the marked robot away from the viewer.
    PushAway,
    /// Pull at a robot's base with a force, world frame, N; holds until changed; `None` lets go.
    Drag {
        /// Stage.
        stage: usize,
        /// Robot on it.
        robot: usize,
        /// N.
        force_w: Option<[f32; 3]>,
    },

    /// Pull at a thing of the scene as by a spring: from a place on it, in its own frame, m, towards a place in the world, m;
    /// holds until changed; `None` lets go.
    DragProp {
        /// Number of the thing in the scene, from 0.
        prop: usize,
        /// Where it is held.
        grip: [f32; 3],
        /// Where that place is wanted.
        target_w: Option<[f32; 3]>,
    },
    /// Push a thing of the scene at once.
    PushProp {
        /// Number of the thing in the scene, from 0.
        prop: usize,
        /// Where, world, m.
        at_w: [f32; 3],
        /// Change of its momentum, world, N s.
        impulse_w: [f32; 3],
    },
    /// Put all things of the scene back where they were at first.
    PutBackProps,
    /// Let another engine compute what is shown, from the start; a run that learns keeps its own.
    SetEngine(Engine),

    // --- time (of what is shown; never of training) -----------------------------------------------------------
    /// Stop or run the clock.
    Pause(bool),
    /// Stop the clock if it runs, and the other way round.
    TogglePause,
    /// Stop the clock and run exactly one control tick.
    SingleStep,
    /// Simulated seconds per second.
    SetSpeed(f32),
    /// Show what was that many seconds ago (0 to 20); `None` is now.
    Rewind(Option<f32>),
    /// Replay the last two seconds of an episode that ended in failure.
    ShowFailure {
        /// Key of the termination; any without.
        termination: Option<String>,
        /// Key of the costliest reward term; any without.
        reward: Option<String>,
        /// Terrain tile; any without.
        tile: Option<[u32; 2]>,
    },
    /// End a replay.
    EndReplay,

    // --- the window -------------------------------------------------------------------------------------------
    /// Bring a panel to the front, opening it where it belongs if it is closed.
    ShowPanel(Panel),
    /// Close a panel.
    ClosePanel(Panel),
    /// Fold or unfold a zone.
    ToggleZone(Zone),
    /// Put all panels where they were at first.
    ResetLayout,
    /// Colours.
    SetTheme(Theme),
    /// Where the view is from.
    SetCamera(CameraMode),
    /// Turn the following of the marked robot on or off.
    ToggleFollow,
    /// Show or hide a kind of mark in the view.
    ShowMark(Mark, bool),
    /// Show or hide the list of keys.
    ToggleHelp,
    /// Hide whatever is in front; give a driven robot back.
    Dismiss,
    /// Take a message away.
    DismissNote(u64),
    /// Leave.
    Quit,

    // --- files ------------------------------------------------------------------------------------------------
    /// Save a picture of the whole window.
    Screenshot(PathBuf),
    /// Record the view.
    StartRecording(RecordSettings),
    /// End the recording and save it.
    StopRecording,
    /// Add the present view to the camera path.
    AddCameraKey,
    /// Forget the camera path.
    ClearCameraPath,
    /// Save the shown policy for use elsewhere, with a description beside it.
    ExportPolicy(PathBuf),
    /// Save a whole checkpoint of the shown run, from which training can go on.
    ExportCheckpoint(PathBuf),
    /// Save what a plot shows: `.png` or `.csv`.
    SavePlot {
        /// Which.
        panel: Panel,
        /// Where to.
        path: PathBuf,
    },
}

/// Which environments are shown first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ShowOrder {
    /// Highest return of the last episode.
    Best,
    /// Lowest return of the last episode.
    Worst,
    /// Drawn at random.
    #[default]
    Random,
    /// Highest terrain level.
    Level,
}

/// How to record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordSettings {
    /// `.gif`, `.mp4` or a folder of `.png`.
    pub path: PathBuf,
    /// Frames per simulated second.
    pub fps: u32,
    /// Pixels.
    pub size: [u32; 2],
    /// Ends by itself after that many simulated seconds; 0: when asked to.
    pub seconds: f32,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self { path: "walk.gif".into(), fps: 20, size: [480, 270], seconds: 6.0 }
    }
}
