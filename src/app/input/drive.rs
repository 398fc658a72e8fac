//! From "which way" to a velocity command: devices give axes in -1..1, axes become a target within limits, and the
//! command approaches the target smoothly. Releasing everything leads back to standing still.
use crate::mdp::CommandCfg;
use bevy::prelude::Resource;

/// Largest commands a person can give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DriveLimits {
    /// m/s.
    pub forward: f32,
    /// m/s, positive.
    pub backward: f32,
    /// To either side, m/s.
    pub sideways: f32,
    /// To either side, rad/s.
    pub yaw_rate: f32,
}

impl DriveLimits {
    /// What a task asks for in training.
    pub fn of(asked: &CommandCfg) -> Self {
        let reach = |range: [f64; 2]| range[0].abs().max(range[1].abs()) as f32;
        Self {
            forward: asked.lin_vel_x[1].max(0.0) as f32,
            backward: (-asked.lin_vel_x[0]).max(0.0) as f32,
            sideways: reach(asked.lin_vel_y),
            yaw_rate: reach(asked.yaw_rate),
        }
    }
}

impl Default for DriveLimits {
    /// Speeds that suit a robot of knee height, until a task is shown.
    fn default() -> Self {
        Self { forward: 1.0, backward: 0.6, sideways: 0.5, yaw_rate: 1.0 }
    }
}

/// Change of the command per second, as a share of the limits: from standing to full in 0.4 s.
const RAMP_PER_SECOND: f32 = 2.5;

/// Forward, left and turn-left wishes, each in -1..1.
pub(in crate::app) type Axes = [f32; 3];

/// Which device drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app) enum Driver {
    /// Nobody: the simulation's own commands hold.
    #[default]
    Nobody,
    /// Keyboard.
    Keys,
    /// Drive pad on the screen.
    Pad,
    /// Gamepad.
    Gamepad,
}

/// What a person asks the robot to do now.
#[derive(Resource, Clone, Debug, Default)]
pub(in crate::app) struct Drive {
    /// Limits of the command.
    pub limits: DriveLimits,
    /// Who drives.
    pub driver: Driver,
    /// The command on its way to the target: forward m/s, left m/s, yaw rate rad/s.
    pub command: [f32; 3],
    /// Where the knob of the on-screen pad is held, if it is.
    pub pad: Option<Axes>,
    /// A gamepad is connected.
    pub gamepad_connected: bool,
}

impl Drive {
    /// Takes what the devices say and moves the command on by `dt` seconds. Keys win over the pad on screen, that over
    /// a gamepad. Returns the command to send, or nothing while nobody drives.
    pub fn advance(&mut self, keys: Axes, gamepad: Axes, dt: f32) -> Option<[f32; 3]> {
        let was_moving = self.command != [0.0; 3];
        let (driver, axes) = choose(keys, self.pad, gamepad);
        self.command = approach(self.command, to_command(axes, &self.limits), &self.limits, dt);
        let moving = self.command != [0.0; 3];
        if driver != Driver::Nobody {
            self.driver = driver;
        } else if !moving {
            self.driver = Driver::Nobody;
        }
        (moving || was_moving || driver != Driver::Nobody).then_some(self.command)
    }

    /// Lets go of everything at once.
    pub fn stop(&mut self) {
        (self.command, self.driver, self.pad) = ([0.0; 3], Driver::Nobody, None);
    }
}

fn choose(keys: Axes, pad: Option<Axes>, gamepad: Axes) -> (Driver, Axes) {
    match pad {
        _ if keys != [0.0; 3] => (Driver::Keys, keys),
        Some(pad) => (Driver::Pad, pad),
        None if gamepad != [0.0; 3] => (Driver::Gamepad, gamepad),
        None => (Driver::Nobody, [0.0; 3]),
    }
}

/// Scales axes to the limits.
pub(in crate::app) fn to_command(axes: Axes, limits: &DriveLimits) -> [f32; 3] {
    let [forward, left, turn] = axes.map(|a| a.clamp(-1.0, 1.0));
    let longest = if forward < 0.0 { limits.backward } else { limits.forward };
    [forward * longest, left * limits.sideways, turn * limits.yaw_rate]
}

fn approach(from: [f32; 3], to: [f32; 3], limits: &DriveLimits, dt: f32) -> [f32; 3] {
    let rates = [limits.forward, limits.sideways, limits.yaw_rate].map(|limit| limit * RAMP_PER_SECOND * dt);
    std::array::from_fn(|i| from[i] + (to[i] - from[i]).clamp(-rates[i], rates[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORWARD: Axes = [1.0, 0.0, 0.0];
    const NONE: Axes = [0.0; 3];

    #[test]
    fn axes_reach_the_limits_and_not_further() {
        let limits = DriveLimits::default();
        assert_eq!(to_command([2.0, -1.0, 0.5], &limits), [1.0, -0.5, 0.5]);
        assert_eq!(to_command([-1.0, 0.0, 0.0], &limits), [-0.6, 0.0, 0.0]);
    }

    #[test]
    fn holding_ramps_up_and_release_returns_to_zero() {
        let mut drive = Drive::default();
        assert_eq!(drive.advance(FORWARD, NONE, 0.1), Some([0.25, 0.0, 0.0]));
        for _ in 0..10 {
            drive.advance(FORWARD, NONE, 0.1);
        }
        assert_eq!(drive.command, [1.0, 0.0, 0.0]);
        for _ in 0..10 {
            drive.advance(NONE, NONE, 0.1);
        }
        assert_eq!(drive.command, NONE);
    }

    #[test]
    fn the_last_command_sent_is_zero_and_then_there_is_silence() {
        let mut drive = Drive::default();
        drive.advance(FORWARD, NONE, 0.1);
        assert_eq!(drive.advance(NONE, NONE, 1.0), Some(NONE));
        assert_eq!(drive.advance(NONE, NONE, 1.0), None);
        assert_eq!(drive.driver, Driver::Nobody);
    }

    #[test]
    fn keys_win_over_the_pad_and_the_pad_over_a_gamepad() {
        let mut drive = Drive { pad: Some([0.0, 0.0, 1.0]), ..Drive::default() };
        drive.advance(FORWARD, [-1.0, 0.0, 0.0], 0.1);
        assert_eq!(drive.driver, Driver::Keys);
        drive.advance(NONE, [-1.0, 0.0, 0.0], 0.1);
        assert_eq!(drive.driver, Driver::Pad);
        drive.pad = None;
        drive.advance(NONE, [-1.0, 0.0, 0.0], 0.1);
        assert_eq!(drive.driver, Driver::Gamepad);
    }
}
