//! What saved plots are made of.
use crate::app::panels::lab_view::Memory;
use crate::lab::Lab;
use crate::lab::model::Run;
use crate::lab::timeline::Timeline;
use crate::robot::RobotSpec;

/// What files are made of.
pub(super) struct Source<'a> {
    pub lab: &'a Lab,
    pub timeline: &'a Timeline,
    pub robot: Option<&'a RobotSpec>,
    /// Which joints, metrics and seconds a person looks at.
    pub memory: &'a Memory,
}

impl Source<'_> {
    /// The run that is shown.
    pub fn run(&self) -> Option<&Run> {
        let id = self.lab.shown[0].as_ref()?;
        self.lab.runs.iter().find(|run| run.id == *id)
    }
    /// Control period, s.
    pub fn period(&self) -> f64 {
        self.lab.plan.as_ref().map_or(0.02, |plan| f64::from(plan.dt))
    }
}
