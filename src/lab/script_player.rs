//! Plays a script of commands at the lab, waits where it is told to, and says how each step went. This is how the
//! window is shown and tested.
use super::{Lab, LabCommand, LabSystems, Picked, Stage};
use crate::tick::view::{ShownFrames, ShownProps};
use anyhow::Context;
use bevy::app::AppExit;
use bevy::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A script file: `script(about: "…", steps: [(at: 2.0, do: SetCommand((0.8, 0.0, 0.0))), …])`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "script", deny_unknown_fields)]
pub struct Script {
    /// One sentence.
    #[serde(default)]
    pub about: String,
    /// Done one after the other.
    pub steps: Vec<Step>,
}

/// A step: waits, then does something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// Not before so many seconds after the script began.
    pub at: Option<f32>,
    /// Not before so many seconds after the step before.
    pub after: Option<f32>,
    /// Not before this holds.
    pub when: Option<When>,
    /// The script fails if that takes longer, s after the step before.
    pub within: Option<f32>,
    /// What is asked; without, the step only waits.
    #[serde(rename = "do")]
    pub action: Option<LabCommand>,
}

/// What a step can wait for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum When {
    /// The shown run has passed the evaluation.
    Walks,
    /// The shown run has finished so many iterations.
    Iteration(u64),
    /// The newest reward of the shown run's curve, per episode, is at least this.
    Reward(f64),
    /// The marked robot is at least so far, along the ground, from where it was at the step before, m.
    Moved(f32),
    /// A thing of the scene (by its number, from 0) is at least so far from where it was at the step before, m.
    PropMoved(usize, f32),
    /// The shown run has been changed by hand so often.
    Changes(usize),
    /// So many stages are shown.
    Stages(usize),
    /// A failed episode is replayed.
    Replays,
    /// No run learns.
    Idle,
    /// A file is there: a picture, a film or an export that was asked for.
    Written(PathBuf),
}

/// Waiting without a given time fails after this, s.
const PATIENCE: f32 = 120.0;

impl Script {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is no script.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let options =
            ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.from_str(&text).with_context(|| format!("{} is no script", path.display()))
    }
}

/// The script that is played. Insert it, add [`plugin`], and read it when the app has ended.
#[derive(Resource, Debug, Default)]
pub struct ScriptPlayer {
    script: Script,
    next: usize,
    /// s since the script began, and since the last step.
    clock: [f32; 2],
    /// Where the marked robot was at the last step.
    from: Option<[f32; 2]>,
    /// Where things were then.
    props_from: Vec<[f32; 3]>,
    /// A line per finished step.
    pub report: Vec<String>,
    /// What went wrong.
    pub failed: Option<String>,
    /// End the app after the last step.
    pub leave: bool,
}

impl ScriptPlayer {
    /// Plays a script from its start; `leave` ends the app after the last step, or at once when a step fails.
    pub fn new(script: Script, leave: bool) -> Self {
        Self { script, leave, ..Self::default() }
    }
    /// Whether every step is done.
    pub fn is_done(&self) -> bool {
        self.next == self.script.steps.len()
    }
}

/// Adds the player.
pub fn plugin(app: &mut App) {
    app.add_systems(RunFixedMainLoop, play.in_set(LabSystems::Input).run_if(resource_exists::<ScriptPlayer>));
}

/// What steps can wait for.
struct Facts<'a> {
    lab: &'a Lab,
    stages: usize,
    at: Option<[f32; 2]>,
    props: Vec<[f32; 3]>,
}

/// Where marked robot and things were at the last step.
struct Before<'a> {
    at: Option<[f32; 2]>,
    props: &'a [[f32; 3]],
}

fn play(
    mut player: ResMut<ScriptPlayer>,
    time: Res<Time<Real>>,
    lab: Res<Lab>,
    picked: Res<Picked>,
    stages: Query<(&Stage, &ShownFrames, &ShownProps)>,
    mut commands: MessageWriter<LabCommand>,
    mut exit: MessageWriter<AppExit>,
) {
    let player = &mut *player;
    if player.failed.is_some() || player.is_done() {
        // one frame later, so that what was asked last is still done
        if player.leave {
            exit.write(if player.failed.is_some() { AppExit::error() } else { AppExit::Success });
        }
        return;
    }
    player.clock = player.clock.map(|t| t + time.delta_secs());
    let marked = stages.iter().find(|(s, ..)| s.slot == picked.stage);
    let pose = marked.and_then(|(_, f, _)| f.current.get(picked.robot)?.first());
    let things = stages.iter().find(|(s, ..)| s.slot == 0).map(|(.., props)| &props.current[..]);
    let props: Vec<_> = things.unwrap_or_default().iter().map(|p| p.pos_w).collect();
    let at = pose.map(|p| [p.pos_w[0], p.pos_w[1]]);
    player.from = player.from.or(at);
    if player.props_from.len() != props.len() {
        player.props_from.clone_from(&props);
    }
    let facts = Facts { lab: &lab, stages: stages.iter().count(), at, props };
    player.advance(&facts, &mut commands);
}

impl ScriptPlayer {
    fn advance(&mut self, facts: &Facts, out: &mut MessageWriter<LabCommand>) {
        while let Some(step) = self.script.steps.get(self.next) {
            let [total, since] = self.clock;
            let from = &Before { at: self.from, props: &self.props_from };
            let due = step.at.is_none_or(|at| total >= at)
                && step.after.is_none_or(|after| since >= after)
                && step.when.as_ref().is_none_or(|w| holds(w, facts, from));
            if !due {
                let patience = step.within.unwrap_or(PATIENCE);
                if step.when.is_some() && since > patience {
                    let text = format!(
                        "step {}: waited {since:.1} s for {}, {}",
                        self.next + 1,
                        wanted(step),
                        state(facts, from)
                    );
                    eprintln!("script: {text}");
                    self.report.push(text.clone());
                    self.failed = Some(text);
                }
                return;
            }
            let what = step.action.as_ref().map_or("waited".to_owned(), |a| format!("{a:?}"));
            let line = format!("step {} at {total:.1} s: {what}; {}", self.next + 1, state(facts, from));
            println!("script: {line}");
            self.report.push(line);
            if let Some(action) = &step.action {
                out.write(action.clone());
            }
            self.next += 1;
            self.clock[1] = 0.0;
            self.from = facts.at;
            self.props_from.clone_from(&facts.props);
            if self.script.steps.get(self.next).is_some_and(|s| s.when.is_some()) {
                // what was just asked must have had its effect before anything is judged
                return;
            }
        }
    }
}

fn holds(when: &When, facts: &Facts, from: &Before) -> bool {
    let lab = facts.lab;
    let run = lab.shown[0].as_ref().and_then(|id| lab.runs.iter().find(|r| r.id == *id));
    match *when {
        When::Walks => run.is_some_and(|r| r.walks_after_s.is_some()),
        When::Iteration(i) => run.is_some_and(|r| r.iteration >= i),
        When::Reward(least) => reward(lab).is_some_and(|r| r >= least),
        When::Moved(least) => moved(facts, from) >= least,
        When::PropMoved(prop, least) => {
            let way = facts.props.get(prop).zip(from.props.get(prop));
            let squared =
                |(a, b): (&[f32; 3], &[f32; 3])| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
            way.map(squared).is_some_and(|squared| squared >= least * least)
        }
        When::Changes(least) => run.is_some_and(|r| r.changes.len() >= least),
        When::Stages(n) => facts.stages == n,
        When::Replays => lab.replay.is_some(),
        When::Idle => lab.runs.iter().all(|r| !r.state.is_live()),
        When::Written(ref path) => path.exists(),
    }
}

/// The newest reward of the shown run.
fn reward(lab: &Lab) -> Option<f64> {
    let run = lab.runs.iter().find(|r| Some(&r.id) == lab.shown[0].as_ref())?;
    run.curves.column(crate::run::metrics::EPISODE_REWARD)?.iter().rev().copied().find(|r| r.is_finite())
}

fn moved(facts: &Facts, from: &Before) -> f32 {
    facts.at.zip(from.at).map_or(0.0, |(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]))
}

fn wanted(step: &Step) -> String {
    step.when.as_ref().map_or(String::new(), |w| format!("{w:?}"))
}

fn state(facts: &Facts, from: &Before) -> String {
    let lab = facts.lab;
    let run = lab.runs.iter().find(|r| Some(&r.id) == lab.shown[0].as_ref());
    let run = run.map_or("no run".to_owned(), |r| format!("iteration {} {:?}", r.iteration, r.state));
    let reward = reward(lab).map_or(String::new(), |r| format!(", reward {r:.2}"));
    let notes: Vec<&str> = lab.notes.iter().map(|n| n.text.as_str()).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(", notes: {}", notes.join(" | ")) };
    format!("{run}{reward}, moved {:.2} m{notes}", moved(facts, from))
}
