//! From a foreign interface to a task's: where every number that the foreign network takes comes from, and how its
//! numbers become ours. All of it is scale, offset and order, hence can be folded into the network.
use super::map::{PolicyMap, SourceJoint, SourceObservation};
use crate::nn::dense::Source;
use crate::run::export::ObservationKind as Kind;
use crate::task::Plan;
use std::ops::Range;

/// How to fold a foreign network into a task, and what there is to say about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// One per foreign input: its place in the task's observation.
    pub inputs: Vec<Source>,
    /// One per action of the task: its place in the foreign output.
    pub outputs: Vec<Source>,
    /// What goes where, one line each.
    pub mapped: Vec<String>,
    /// What is different here and may matter.
    pub warnings: Vec<String>,
}

/// A joint of the source found here.
struct Found<'a> {
    source: &'a SourceJoint,
    /// Index here.
    index: usize,
    /// Position of a zero action here, rad.
    nominal: f64,
}

/// Works the layout out.
///
/// # Errors
/// Everything that makes it impossible, one line each.
pub fn layout(map: &PolicyMap, plan: &Plan) -> Result<Layout, Vec<String>> {
    let mut problems = vec![];
    let mut layout = Layout::default();
    let joints = find_joints(map, plan, &mut problems);
    if problems.is_empty() {
        let mut maker = Maker { map, plan, joints: &joints, layout: &mut layout, problems: &mut problems };
        map.observation.iter().for_each(|part| maker.part(part));
        maker.outputs();
        maker.differences();
    }
    if problems.is_empty() { Ok(layout) } else { Err(problems) }
}

fn find_joints<'a>(map: &'a PolicyMap, plan: &Plan, problems: &mut Vec<String>) -> Vec<Found<'a>> {
    let names: Vec<&str> = plan.robot.joints().map(|j| j.name.as_str()).collect();
    let plain = |name: &str| name.trim_end_matches("_joint").to_ascii_lowercase();
    let mut found: Vec<Found<'a>> = vec![];
    for source in &map.joints {
        let wanted = source.here.as_deref().unwrap_or(&source.name);
        let exact = names.iter().position(|n| *n == wanted);
        match exact.or_else(|| names.iter().position(|n| plain(n) == plain(wanted))) {
            Some(index) if found.iter().any(|f| f.index == index) => {
                problems.push(format!("joint `{}`: `{}` is taken already", source.name, names[index]));
            }
            Some(index) => {
                let nominal = f64::from(plan.actions.nominal[index]);
                found.push(Found { source, index, nominal });
            }
            None => {
                let hint = crate::config::nearest(wanted, names.iter().copied());
                problems.push(format!(
                    "joint `{}`: robot {} has none of this name; {hint} Say `here: \"name\"` in the map",
                    source.name, plan.robot.name
                ));
            }
        }
    }
    found
}

struct Maker<'a> {
    map: &'a PolicyMap,
    plan: &'a Plan,
    joints: &'a [Found<'a>],
    layout: &'a mut Layout,
    problems: &'a mut Vec<String>,
}

impl Maker<'_> {
    /// An observation of the task: its numbers in a frame of its history (0 is the present one), and its scale.
    fn here(&self, kind: Kind, age: usize) -> Result<(Range<usize>, f64), String> {
        let told = self.plan.observations.iter().find(|o| o.term == kind.name() && o.scale != 0.0);
        let seen = told.ok_or("that")?;
        if age >= seen.history {
            return Err(format!("its last {} values, only {}", age + 1, seen.history));
        }
        let Range { start, end } = seen.newest();
        let back = age * seen.observe.width;
        Ok((start - back..end - back, f64::from(seen.scale)))
    }

    fn part(&mut self, part: &SourceObservation) {
        let first = self.layout.inputs.len();
        let kinds = match Kind::named(&part.kind) {
            Some(kind) => vec![kind],
            None if part.kind == "command" => vec![Kind::CommandLinVel, Kind::CommandYawRate],
            None => return self.constant(part),
        };
        for age in (0..part.history.unwrap_or(1)).rev() {
            let mut element = 0;
            for kind in &kinds {
                if let Err(problem) = self.frame(*kind, age, part, &mut element) {
                    return self.problems.push(problem);
                }
            }
        }
        let last = self.layout.inputs.len();
        self.layout.mapped.push(format!("input {first}..{last} is {}", part.kind));
    }

    /// The numbers of one kind in one frame; `element` counts those of the frame.
    fn frame(
        &mut self,
        kind: Kind,
        age: usize,
        part: &SourceObservation,
        element: &mut usize,
    ) -> Result<(), String> {
        let width = kind.width(self.joints.len());
        let (slice, scale) = self.here(kind, age).map_err(|what| {
            let (name, at) = (kind.name(), self.layout.inputs.len());
            let task = &self.plan.name;
            format!("observation `{name}` ({width} numbers from {at}): task {task} does not tell its policy {what}")
        })?;
        for i in 0..width {
            let scales = part.scale.at(*element);
            let theirs = scales
                .ok_or_else(|| format!("observation `{}`: no scale for its number {element}", part.kind))?;
            let source = match kind.is_per_joint() {
                true => self.joint_source(kind, i, theirs, scale, slice.start),
                false => Source { index: Some(slice.start + i), factor: theirs / scale, offset: 0.0 },
            };
            self.layout.inputs.push(source);
            *element += 1;
        }
        Ok(())
    }

    /// Number `i` of an observation of joints: `theirs` and `ours` are its scales, `start` where it begins here.
    fn joint_source(&self, kind: Kind, i: usize, theirs: f64, ours: f64, start: usize) -> Source {
        let Found { source, index, nominal } = &self.joints[i];
        let (sign, index) = (source.sign, Some(start + index));
        // how far the zero of the source lies from the zero here, in the direction of the source, rad
        let shift = sign * nominal - source.nominal;
        let (here, there) = (self.plan.env.actions.scale, self.map.action_scale);
        match kind {
            Kind::JointPos => Source { index, factor: theirs * sign / ours, offset: theirs * shift },
            Kind::LastAction => Source {
                index,
                factor: theirs * sign * here / (there * ours),
                offset: theirs * shift / there,
            },
            _ => Source { index, factor: theirs * sign / ours, offset: 0.0 },
        }
    }

    fn constant(&mut self, part: &SourceObservation) {
        let (first, value) = (self.layout.inputs.len(), part.value.unwrap_or(0.0));
        for i in 0..part.width.unwrap_or(0) {
            let offset = value * part.scale.at(i).unwrap_or(1.0);
            self.layout.inputs.push(Source { index: None, factor: 0.0, offset });
        }
        let last = self.layout.inputs.len();
        self.layout.warnings.push(format!("input {first}..{last} is always {value}, as the map says"));
    }

    fn outputs(&mut self) {
        let here = self.plan.env.actions.scale;
        for (index, joint) in self.plan.robot.joints().enumerate() {
            let source = match self.joints.iter().position(|f| f.index == index) {
                Some(there) => {
                    let Found { source, nominal, .. } = &self.joints[there];
                    let factor = source.sign * self.map.action_scale / here;
                    Source {
                        index: Some(there),
                        factor,
                        offset: (source.sign * source.nominal - nominal) / here,
                    }
                }
                None => {
                    let name = &joint.name;
                    self.layout
                        .warnings
                        .push(format!("joint {name}: not moved by the policy, stays nominal"));
                    Source { index: None, factor: 0.0, offset: 0.0 }
                }
            };
            self.layout.outputs.push(source);
        }
        let order: Vec<&str> = self.joints.iter().map(|f| f.source.name.as_str()).collect();
        self.layout.mapped.push(format!("output 0..{} moves {}", order.len(), order.join(" ")));
    }

    /// What the policy was trained with and is otherwise here.
    fn differences(&mut self) {
        let gains = self.plan.robot.joint_gains();
        let other = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() > 0.01 * b.abs().max(1e-6));
        for Found { source, index, .. } in self.joints {
            let here = gains[*index];
            if other(source.kp, here.kp) || other(source.kd, here.kd) {
                let there = (source.kp.unwrap_or(here.kp), source.kd.unwrap_or(here.kd));
                self.layout.warnings.push(format!(
                    "joint {}: trained with kp {} kd {}, robot {} has kp {} kd {}",
                    source.name, there.0, there.1, self.plan.robot.name, here.kp, here.kd
                ));
            }
        }
        let hz = 1.0 / f64::from(self.plan.dt);
        if other(self.map.control_hz, hz) {
            let there = self.map.control_hz.unwrap_or(hz);
            self.layout.warnings.push(format!("trained at {there} Hz, the task runs at {hz:.1} Hz"));
        }
        let used = |slice: &Range<usize>| {
            self.layout.inputs.iter().any(|s| s.index.is_some_and(|i| slice.contains(&i)))
        };
        let unused: Vec<&str> =
            self.plan.observations.iter().filter(|o| !used(&o.slice)).map(|o| o.key.as_str()).collect();
        if !unused.is_empty() {
            let list = unused.join(", ");
            self.layout.warnings.push(format!("the policy does not look at the task's {list}"));
        }
    }
}
