//! What a row of a term table is.
use super::TickView;
use super::gait::ClockedGaitCfg;
use crate::config::{self, ConfigError, ConfigErrors, Document};
use crate::lane::Wide;
use crate::robot::{Mirrored, RobotSpec};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::panic::Location;

/// A named term: how it is called, what it means, where it is written, and how it is bound to a robot.
pub struct Term<F: 'static> {
    /// The name used in task files.
    pub name: &'static str,
    /// One sentence with its unit.
    pub doc: &'static str,
    /// Where the row stands.
    pub place: &'static Location<'static>,
    /// Resolves parameters and names; everything that can fail or allocate happens here.
    pub bind: fn(&Bind<'_>) -> Result<F, ConfigErrors>,
}

impl<F> Term<F> {
    /// A table row.
    #[track_caller]
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        bind: fn(&Bind<'_>) -> Result<F, ConfigErrors>,
    ) -> Self {
        Self { name, doc, place: Location::caller(), bind }
    }
}

/// A bound observation: how many numbers it has, and the function that writes them.
pub struct Observe {
    /// Numbers.
    pub width: usize,
    /// Where each number of the mirrored robot comes from, within the term; none where that is not known.
    pub mirror: Option<Vec<Mirrored>>,
    /// Where it looks at the ground, if it does, for whoever writes it down.
    pub scan: Option<ScanGrid>,
    /// Writes `width` values.
    pub write: Box<dyn Fn(&TickView<'_>, &mut [Wide]) + Send + Sync>,
}

/// Points at which an observation looks at the ground: `clamp(z of the base - height - z of the ground, -clip, clip)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanGrid {
    /// (x, y) in the base's heading frame, m.
    pub points: Vec<[f32; 2]>,
    /// m
    pub height: f32,
    /// m
    pub clip: f32,
}

/// What a term may look at while it is bound.
pub struct Bind<'a> {
    /// The task as written.
    pub doc: &'a Document,
    /// Path of this term's entry.
    pub key: &'a str,
    /// The robot.
    pub robot: &'a RobotSpec,
    /// Control period, s.
    pub dt: f32,
    /// Points at which terms want to know the height of the ground: see [`Self::scan`].
    pub scan: &'a RefCell<Vec<[f32; 2]>>,
    /// Set by terms that look at the edges of the ground.
    pub edges: &'a Cell<bool>,
}

impl Bind<'_> {
    /// The term's own parameters; keys common to all terms are left out.
    pub fn params<P: DeserializeOwned>(&self) -> Result<P, ConfigErrors> {
        config::typed_except(self.doc, self.key, &["term", "weight", "scale", "noise", "history", "time_out"])
    }
    /// For terms without parameters: an error if any is given.
    pub fn no_params(&self) -> Result<(), ConfigErrors> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct None {}
        self.params::<None>().map(|_| ())
    }
    /// Asks for the height of the ground at points (x, y) of the base's heading frame, m; where those heights will stand in
    /// [`TickView::scan`].
    pub fn scan(&self, points: &[[f32; 2]]) -> Range<usize> {
        let mut all = self.scan.borrow_mut();
        // who asks for the same points gets the same heights
        let known = all.windows(points.len().max(1)).position(|w| w == points);
        let start = known.unwrap_or_else(|| {
            all.extend_from_slice(points);
            all.len() - points.len()
        });
        start..start + points.len()
    }
    /// The task's gait by the clock, for terms that judge it.
    pub fn gait(&self) -> Result<ClockedGaitCfg, ConfigErrors> {
        match self.doc.get("env.actions.gait").is_null() {
            true => Err(self.error("this term needs the clock of `env.actions.gait`").into()),
            false => config::typed(self.doc, "env.actions.gait"),
        }
    }
    /// Indices of the joints of a role.
    pub fn joints(&self, role: &str) -> Result<Vec<usize>, ConfigErrors> {
        let names = self.role("joint", role, &self.robot.roles.joints)?;
        Ok(names.iter().filter_map(|n| self.robot.joint_index(n)).collect())
    }
    /// Indices of the collision points of a role.
    pub fn points(&self, role: &str) -> Result<Vec<usize>, ConfigErrors> {
        let names = self.role("collision point", role, &self.robot.roles.points)?;
        Ok(names.iter().filter_map(|n| self.robot.point_index(n)).collect())
    }
    fn role<'a>(
        &self,
        kind: &str,
        role: &str,
        roles: &'a std::collections::BTreeMap<String, Vec<String>>,
    ) -> Result<&'a Vec<String>, ConfigErrors> {
        roles.get(role).ok_or_else(|| {
            let hint = config::nearest(role, roles.keys().map(String::as_str));
            self.error(format!("robot `{}` has no {kind} role `{role}`; {hint}", self.robot.name)).into()
        })
    }
    /// An error at this term's entry.
    pub fn error(&self, message: impl Into<String>) -> ConfigError {
        self.doc.error(self.key, message)
    }
}
