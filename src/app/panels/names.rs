//! What panels are called, and what each is for.
use crate::lab::command::{Panel, Zone};

/// Name on the tab.
pub(super) const fn title(panel: Panel) -> &'static str {
    match panel {
        Panel::View => "View",
        Panel::Runs => "Runs",
        Panel::Robot => "Robots",
        Panel::Rewards => "Rewards",
        Panel::Commands => "Commands",
        Panel::Randomise => "Randomise",
        Panel::Terrain => "Terrain",
        Panel::Learner => "Learner",
        Panel::Changes => "Changes",
        Panel::Training => "Training",
        Panel::Curves => "Curves",
        Panel::Tracking => "Tracking",
        Panel::Gait => "Gait",
        Panel::Joints => "Joints",
        Panel::TorqueSpeed => "Torque–speed",
        Panel::RewardTerms => "Reward terms",
        Panel::Failures => "Failures",
        Panel::Sweep => "Sweep",
        Panel::Timeline => "Timeline",
        Panel::Recorder => "Recorder",
        Panel::Export => "Export",
        Panel::Physics => "Physics",
    }
}

/// What it is for, in a sentence.
pub(super) const fn about(panel: Panel) -> &'static str {
    match panel {
        Panel::View => "The robots, in three dimensions.",
        Panel::Runs => "Which tasks and runs there are, what they reached, and which of them is shown.",
        Panel::Robot => "Which robots are shown, and the joints of the marked one.",
        Panel::Rewards => {
            "What the robot is rewarded for: turn a weight and the running training feels it at once."
        }
        Panel::Commands => {
            "What robots are asked to do: ranges of commands in training, and command scripts."
        }
        Panel::Randomise => {
            "How much robots and the ground differ from one another, and how often robots are pushed."
        }
        Panel::Terrain => "The ground on which robots learn, and how hard it is.",
        Panel::Learner => "How fast and how boldly the policy changes.",
        Panel::Changes => {
            "Every knob that was turned in this run, with undo; save them as a task of their own."
        }
        Panel::Training => "How far the run is, how fast it learns, and where its time goes.",
        Panel::Curves => {
            "How the numbers of the run grow while it learns; drag on a curve to go back in time."
        }
        Panel::Tracking => {
            "How well the marked robot does what it is told: commanded and measured velocity over time."
        }
        Panel::Gait => "Which foot of the marked robot stands when.",
        Panel::Joints => "Position, velocity and torque of the marked robot's joints over time.",
        Panel::TorqueSpeed => "Torque over speed of each joint, within what its motor can give.",
        Panel::RewardTerms => "What the marked robot earns and pays in each control tick, term by term.",
        Panel::Failures => "What ends episodes now, the most frequent first, and a replay of one.",
        Panel::Sweep => "Many trainings with different values: which were best, and what each value does.",
        Panel::Timeline => "The last 20 seconds of what was shown: drag to look back.",
        Panel::Recorder => "Films and pictures of the view.",
        Panel::Export => {
            "Files for use elsewhere: the policy, or a checkpoint from which training can go on."
        }
        Panel::Physics => "The clock of what is shown, and the settings of the simulation.",
    }
}

/// The zone in which a panel is at first.
pub(super) const fn home(panel: Panel) -> Option<Zone> {
    match panel {
        Panel::View => None,
        Panel::Runs | Panel::Robot => Some(Zone::Left),
        Panel::Curves
        | Panel::Tracking
        | Panel::Gait
        | Panel::Joints
        | Panel::TorqueSpeed
        | Panel::RewardTerms
        | Panel::Failures
        | Panel::Sweep
        | Panel::Timeline => Some(Zone::Bottom),
        _ => Some(Zone::Right),
    }
}

/// Whether a panel uses exactly the height that it is given (plots); others are as long as their contents and scroll.
pub(super) const fn fits(panel: Panel) -> bool {
    matches!(home(panel), Some(Zone::Bottom)) && !matches!(panel, Panel::Failures)
}
