//! What there is to see in the window: panels, zones, colours, cameras, marks.
use serde::{Deserialize, Serialize};

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Panel {
    /// The three-dimensional view.
    View,
    /// Runs and tasks.
    Runs,
    /// Which robots are shown, and the marked robot's joints.
    Robot,
    /// Reward weights.
    Rewards,
    /// What robots are asked for: ranges, the drive pad, scripts.
    Commands,
    /// Model randomisation and pushes.
    Randomise,
    /// The ground.
    Terrain,
    /// The learner's settings.
    Learner,
    /// Changes, undo, variants.
    Changes,
    /// Progress of the run and where its time goes.
    Training,
    /// Curves over training.
    Curves,
    /// Commanded against measured velocity.
    Tracking,
    /// Which foot stands when.
    Gait,
    /// Joint position, velocity, torque over time.
    Joints,
    /// Torque over joint speed.
    TorqueSpeed,
    /// Reward terms over time.
    RewardTerms,
    /// What ends episodes.
    Failures,
    /// Settings of a sweep.
    Sweep,
    /// The last 20 seconds.
    Timeline,
    /// Films and pictures.
    Recorder,
    /// Files for elsewhere.
    Export,
    /// Clock and engine.
    Physics,
}

impl Panel {
    /// Every panel, in the order of menus.
    pub const ALL: [Self; 22] = [
        Self::View,
        Self::Runs,
        Self::Robot,
        Self::Rewards,
        Self::Commands,
        Self::Randomise,
        Self::Terrain,
        Self::Learner,
        Self::Changes,
        Self::Training,
        Self::Curves,
        Self::Tracking,
        Self::Gait,
        Self::Joints,
        Self::TorqueSpeed,
        Self::RewardTerms,
        Self::Failures,
        Self::Sweep,
        Self::Timeline,
        Self::Recorder,
        Self::Export,
        Self::Physics,
    ];
}

/// A part of the window that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Zone {
    /// F1.
    Left,
    /// F2.
    Right,
    /// F3.
    Bottom,
    /// Tab.
    All,
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Theme {
    /// For evenings and films.
    #[default]
    Dark,
    /// For bright rooms and papers.
    Light,
}

/// Where the view is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CameraMode {
    /// Around the marked robot, turned by mouse.
    #[default]
    Orbit,
    /// Behind the marked robot, turning with it.
    Chase,
    /// From above.
    Top,
    /// From the robot's head.
    FirstPerson,
    /// Along the camera path.
    Path,
}

/// Marks in the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// Arrows of commanded and measured velocity.
    Velocity,
    /// Arrows of the ground's forces.
    ContactForces,
    /// The spheres that can touch.
    CollisionPoints,
    /// Centre of mass and support polygon.
    CentreOfMass,
    /// Names of links under the mouse.
    Names,
    /// What the physics engine sees: shapes, joints, contacts (rapier only).
    Physics,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Self; 6] = [
        Self::Velocity,
        Self::ContactForces,
        Self::CollisionPoints,
        Self::CentreOfMass,
        Self::Names,
        Self::Physics,
    ];
}
