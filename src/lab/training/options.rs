//! Where and how runs are made.
use crate::run::Naming;
use crate::run::train::LearnerKind;
use bevy::prelude::*;
use std::path::PathBuf;

/// Where and how runs are made. To be inserted before the lab's plugin where the defaults do not suit.
#[derive(Resource, Clone, Debug)]
pub struct LabOptions {
    /// Folder of all runs.
    pub logs: PathBuf,
    /// Gradient back end.
    pub learner: LearnerKind,
    /// Worker threads of each run; all cores without.
    pub threads: Option<usize>,
    /// Names of new runs.
    pub naming: Naming,
}

impl Default for LabOptions {
    fn default() -> Self {
        Self { logs: "logs".into(), learner: LearnerKind::Native, threads: None, naming: Naming::default() }
    }
}
