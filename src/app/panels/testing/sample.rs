//! A lab in the middle of a run: five runs, knobs of `a1_flat`, three changes, twenty seconds of a trot.
#![allow(clippy::unwrap_used)] // for tests only
use super::numbers;
use crate::app::input::drive::Drive;
use crate::app::panels::lab_view::LabView;
use crate::app::panels::rates::Rates;
use crate::app::window::{RecorderState, WindowState};
use crate::lab::model::{Note, Run, Scripts, Severity, ShownEnv, SweepShown, TaskInfo};
use crate::lab::timeline::Timeline;
use crate::lab::{Lab, Picked, Stage};
use crate::run::session::{Change, FailureRow, FailureTable, Phases, RunState};
use crate::run::sweep::{Knob, Row, Sweep, Table};
use crate::task::{self, Plan};
use crate::tick::view::Telemetry;
use serde_json::json;
use std::sync::{Arc, OnceLock};

/// Everything of a [`LabView`], to be changed at will.
pub(in crate::app::panels) struct Sample {
    /// Runs, knobs, notes.
    pub lab: Lab,
    /// 64 robots; nothing beside them.
    pub stages: [Option<Stage>; 2],
    /// `a1_flat`.
    pub plan: Arc<Plan>,
    /// The newest of the timeline.
    pub now: Telemetry,
    /// Robot 17.
    pub picked: Picked,
    /// 20 s.
    pub timeline: Timeline,
    /// Nobody.
    pub drive: Drive,
    /// As at first.
    pub window: WindowState,
    /// Idle.
    pub recorder: RecorderState,
    /// False.
    pub is_paused: bool,
    /// 1.
    pub speed: f32,
    /// Smooth.
    pub rates: Rates,
}

/// Name of the run that is shown.
pub(in crate::app::panels) const LIVE: &str = "a1_flat/20261121_104812_now";

impl Sample {
    /// A run that learns for 9.6 s.
    pub fn new() -> Self {
        let plan = plan();
        let timeline = numbers::timeline(&plan);
        let now = timeline.samples.back().unwrap().clone();
        Self {
            lab: lab(&plan),
            stages: [Some(stage(0, "a1_flat · now")), None],
            now,
            picked: Picked { stage: 0, robot: 17, driven: false },
            timeline,
            drive: Drive::default(),
            window: WindowState::default(),
            recorder: RecorderState::default(),
            is_paused: false,
            speed: 1.0,
            rates: Rates { frames: 60.0, ticks: 50.0, window_share: 0.031 },
            plan,
        }
    }

    /// Before anything was trained: no run, one robot with the shipped policy.
    pub fn idle() -> Self {
        let mut sample = Self::new();
        sample.lab.shown = [None, None];
        sample.lab.runs.retain(|run| !run.state.is_live());
        sample.lab.notes.clear();
        sample.lab.knobs_live = false;
        sample.lab.show.count = 1;
        sample.stages[0].as_mut().unwrap().robots.truncate(1);
        sample.picked = Picked { stage: 0, robot: 0, driven: true };
        sample
    }

    /// A branch beside the run.
    pub fn beside() -> Self {
        let mut sample = Self::new();
        sample.lab.shown[1] = Some(sample.lab.runs[1].id.clone());
        sample.lab.runs[1].state = RunState::Learning;
        sample.stages[1] = Some(stage(1, "a1_flat · softer feet"));
        sample
    }

    /// What panels are given.
    pub fn view(&self) -> LabView<'_> {
        LabView {
            lab: &self.lab,
            stages: [self.stages[0].as_ref(), self.stages[1].as_ref()],
            robot: Some(&self.plan.robot),
            now: &self.now,
            picked: self.picked,
            timeline: &self.timeline,
            drive: &self.drive,
            window: &self.window,
            recorder: &self.recorder,
            is_paused: self.is_paused,
            speed: self.speed,
            rates: self.rates,
            beside_mouse: None,
        }
    }
}

fn plan() -> Arc<Plan> {
    static PLAN: OnceLock<Arc<Plan>> = OnceLock::new();
    PLAN.get_or_init(|| Arc::new(task::compile(task::open("a1_flat", &[]).unwrap()).unwrap())).clone()
}

fn lab(plan: &Arc<Plan>) -> Lab {
    Lab {
        tasks: vec![
            TaskInfo { name: "a1_flat".into(), about: plan.about.clone(), has_policy: true },
            TaskInfo {
                name: "a1_flat_quality".into(),
                about: "A1 follows velocity commands on flat ground, calmly".into(),
                has_policy: false,
            },
        ],
        task: "a1_flat".into(),
        runs: runs(plan),
        sweeps: vec![sweep(plan)],
        shown: [Some(LIVE.into()), None],
        notes: vec![Note {
            id: 1,
            severity: Severity::Warning,
            text: "Knob refused: friction must be a range from low to high; training goes on as before."
                .into(),
            age_s: 2.0,
        }],
        knobs: Arc::new(numbers::knobs(plan)),
        knobs_live: true,
        plan: Some(plan.clone()),
        scripts: Scripts {
            files: vec!["scenes/commands/square.ron".into(), "scenes/commands/slalom.ron".into()],
            ..Scripts::default()
        },
        ..Lab::default()
    }
}

fn runs(plan: &Plan) -> Vec<Run> {
    let run = |id: &str, name: &str, state: RunState, rows: u64, reach: f64| Run {
        id: id.into(),
        task: id.split('/').next().unwrap().into(),
        name: name.into(),
        folder: format!("logs/{id}").into(),
        state,
        iteration: rows,
        iterations: 3000,
        env_steps: rows * 8192,
        seconds: rows as f64 * 0.075,
        curves: numbers::curves(plan, rows, reach),
        checkpoints: (0..=rows / 20).map(|i| i * 20).collect(),
        ..Run::default()
    };
    let live = Run {
        env_steps_per_s: 108_000.0,
        walks_after_s: Some(9.4),
        changes: changes(),
        failures: Arc::new(failures()),
        phases: Phases { physics: 0.34, observe: 0.07, judge: 0.12, policy: 0.1, learn: 0.33, other: 0.04 },
        ..run(LIVE, "now", RunState::Learning, 128, 0.87)
    };
    let branch = Run {
        parent: Some((LIVE.into(), 60)),
        ..run("a1_flat/20261121_104830_softer_feet", "softer feet", RunState::Stopped, 110, 0.81)
    };
    let stored = |id: &str, name: &str, rows, reach| run(id, name, RunState::Stored, rows, reach);
    vec![
        live,
        branch,
        stored("a1_flat/20261121_104200_run", "10:42", 190, 0.90),
        stored("a1_flat_quality/20261121_103100_run", "10:31", 400, 0.84),
        Run {
            trouble: Some("the folder is gone; the run cannot be resumed".into()),
            ..stored("a1_flat/20261121_095800_run", "09:58", 150, 0.88)
        },
    ]
}

/// Two knobs, fifteen of twenty settings, two seeds.
fn sweep(plan: &Plan) -> SweepShown {
    let over = ["env.rewards.action_rate.weight=log:-0.05..-0.002", "train.algorithm.epochs=2,3,5"];
    let asked = json!({
        "version": 1, "task": "a1_flat", "over": over, "how": "tpe", "steps": 5, "settings": 20, "seeds": 2,
        "first_seed": 1, "seed": 1, "ahead": 16, "score": "seconds-to-walk", "full": false,
    });
    let knobs: Vec<Knob> = over.iter().map(|o| Knob::parse(o, &plan.doc).unwrap()).collect();
    let sweep = Sweep {
        folder: "logs/a1_flat/sweep_20261122_062847_soft".into(),
        asked: serde_json::from_value(asked).unwrap(),
        knobs: knobs.clone(),
        task: plan.doc.clone(),
    };
    let row = |i: usize| {
        let (setting, seed) = (i / 2, (i % 2) as u64 + 1);
        let share = (setting as f64 * 0.618).fract();
        let epochs = setting % 3;
        let score = 7.0 + 18.0 * (share - 0.4).abs() + 2.5 * epochs as f64 + (i % 5) as f64 * 0.7;
        Row {
            setting,
            seed,
            score: Some(score),
            walked: setting != 9,
            folder: format!("20261122_062847_s{setting:03}_seed{seed}"),
            values: vec![knobs[0].at(share), knobs[1].at((epochs as f64 + 0.5) / 3.0)],
            ..Row::default()
        }
    };
    let table = Table::new(&sweep, &(0..30).map(row).collect::<Vec<_>>());
    SweepShown {
        id: "a1_flat/sweep_20261122_062847_soft".into(),
        name: "soft 06:28".into(),
        task: "a1_flat".into(),
        plot: Arc::new(table.plot()),
        table: Some(Arc::new(table)),
        trouble: None,
    }
}

fn changes() -> Vec<Change> {
    let change = |id, key: &str, old, new, iteration: u64, undone| Change {
        id,
        key: key.into(),
        old,
        new,
        iteration,
        seconds: iteration as f64 * 0.075,
        undone,
    };
    vec![
        change(1, "env.events.model.friction", json!([0.5, 1.25]), json!([0.3, 1.25]), 60, true),
        change(2, "env.events.push.interval_secs", json!(15.0), json!(6.0), 88, false),
        change(3, "env.rewards.action_rate.weight", json!(-0.02), json!(-0.01), 104, false),
    ]
}

fn failures() -> FailureTable {
    let row = |termination: &str, costliest: &str, tile, episodes, mean_length_s| FailureRow {
        termination: termination.into(),
        costliest: costliest.into(),
        tile,
        episodes,
        share: f64::from(episodes) / 200.0,
        mean_length_s,
    };
    FailureTable {
        ended: 200,
        rows: vec![
            row("tilt", "swing_height", [0, 0], 24, 3.1),
            row("contact", "ang_vel_xy", [0, 1], 9, 1.4),
            row("base_height", "joint_acc", [0, 0], 3, 7.75),
        ],
    }
}

fn stage(slot: usize, title: &str) -> Stage {
    let robot = |i: usize| ShownEnv {
        env: i * 8 + 1,
        level: (i % 4) as u32,
        score: 0.9 - 0.01 * i as f32,
        fell_s: if i % 16 == 5 { 0.4 } else { f32::INFINITY },
    };
    Stage {
        slot,
        title: title.into(),
        robots: (0..64).map(robot).collect(),
        origin: [0.0, slot as f32 * 30.0],
    }
}
