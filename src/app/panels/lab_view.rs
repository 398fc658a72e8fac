//! What panels may read, and where they say what a person wants.
use super::rates::Rates;
use crate::app::input::drive::{Axes, Drive};
use crate::app::window::{RecorderState, WindowState};
use crate::lab::model::Run;
use crate::lab::timeline::Timeline;
use crate::lab::{Lab, LabCommand, Picked, Stage};
use crate::robot::RobotSpec;
use crate::tick::view::Telemetry;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything panels may read. They change nothing but [`Memory`].
pub(super) struct LabView<'a> {
    /// Runs, knobs, notes.
    pub lab: &'a Lab,
    /// The stages; the second is there while two runs are shown.
    pub stages: [Option<&'a Stage>; 2],
    /// The robot.
    pub robot: Option<&'a RobotSpec>,
    /// The marked robot, now.
    pub now: &'a Telemetry,
    /// Which robot is marked.
    pub picked: Picked,
    /// The last 20 seconds of it.
    pub timeline: &'a Timeline,
    /// Who drives.
    pub drive: &'a Drive,
    /// The window.
    pub window: &'a WindowState,
    /// The recorder.
    pub recorder: &'a RecorderState,
    /// The clock stands.
    pub is_paused: bool,
    /// Simulated seconds per second.
    pub speed: f32,
    /// Frames and ticks per second.
    pub rates: Rates,
    /// What is written beside the mouse, and where the mouse is, points.
    pub beside_mouse: Option<(String, [f32; 2])>,
}

impl<'a> LabView<'a> {
    /// The run on stage 0, if it shows one.
    pub fn shown_run(&self) -> Option<&'a Run> {
        self.run(self.lab.shown[0].as_deref()?)
    }
    /// The run on stage 1, if it shows one.
    pub fn beside_run(&self) -> Option<&'a Run> {
        self.run(self.lab.shown[1].as_deref()?)
    }
    /// A run by `<experiment>/<folder name>`.
    pub fn run(&self, id: &str) -> Option<&'a Run> {
        self.lab.runs.iter().find(|run| run.id == id)
    }
    /// Whether the shown run is at work or could be told to go on.
    pub fn is_learning(&self) -> bool {
        self.shown_run().is_some_and(|run| run.state.is_live())
    }
}

/// What a person asked for.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Outbox {
    /// In the order of asking.
    pub lab: Vec<LabCommand>,
    /// Where the knob of the drive pad is held.
    pub pad: Option<Axes>,
}

impl Outbox {
    /// Asks for something.
    pub fn send(&mut self, command: LabCommand) {
        self.lab.push(command);
    }
}

/// What panels remember between frames and starts: how a person likes to look at things, never anything about runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// Filter of the list of runs.
    pub run_filter: String,
    /// The sweep that is looked at; the newest without.
    pub sweep: Option<String>,
    /// Smoothing of curves, 0 none to 0.99.
    pub smoothing: f64,
    /// Metrics whose curves are drawn.
    pub curves: Vec<String>,
    /// What the horizontal axis of curves counts.
    pub curve_axis: CurveAxis,
    /// Column by which the table of failures is sorted, and whether descending.
    pub failure_sort: (usize, bool),
    /// Joints whose plots are drawn.
    pub joints: Vec<usize>,
    /// Text fields by name: file names, names of branches and variants.
    pub texts: BTreeMap<String, String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            run_filter: String::new(),
            sweep: None,
            smoothing: 0.6,
            curves: vec!["episode/reward".into(), "episode/length".into(), "episode/tracking_error".into()],
            curve_axis: CurveAxis::default(),
            failure_sort: (3, true),
            joints: vec![0, 1, 2],
            texts: BTreeMap::new(),
        }
    }
}

/// What the horizontal axis of curves counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CurveAxis {
    /// s.
    #[default]
    Seconds,
    /// Rollouts and updates.
    Iterations,
    /// Environment steps.
    EnvSteps,
}
