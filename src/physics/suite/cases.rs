//! The cases: each runs an engine and returns numbers.
use super::Arena;
use super::energy::energy;
use super::reference::{Reference, reference};
use super::rig::*;
use super::scenes::scene;
use crate::lane::{Lane, WIDTH};
use crate::robot::simple::{block, pendulum};
use crate::robot::{RobotSpec, StartState, Twist, load};
use anyhow::Result;

/// Joints without limits, for flights in which they would be hit.
pub fn unlimited(mut spec: RobotSpec) -> RobotSpec {
    spec.links.iter_mut().filter_map(|l| l.joint.as_mut()).for_each(|j| j.limits = [-100.0, 100.0]);
    spec
}

/// Torques of a flight, N m.
pub fn flight_torques(time: f64) -> Vec<f32> {
    (0..12).map(|j| j as f64).map(|j| (1.5 * ((3.0 + 0.7 * j) * time + 1.3 * j).sin()) as f32).collect()
}

/// How a flight begins.
pub fn flight(spec: &RobotSpec) -> StartState {
    StartState {
        twist: Twist { linear: [0.3, 0.0, 0.5], angular: [0.6, -1.1, 0.8] },
        joint_vel: (0..12).map(|j| (0.8 * ((j * j) as f64).cos()) as f32).collect(),
        ..nominal(spec, 0.5)
    }
}

/// Height of a robot after half a second of free fall from 5 m, m.
pub fn free_fall(arena: &Arena) -> Result<Vec<f64>> {
    let mut rig = arena.rig(&load("a1")?, FLAT, &cfg(0.005))?.gains(40.0, 1.0, 1.0);
    rig.reset(&rig.nominal(5.0));
    rig.rest(0.5);
    rig.report(vec![rig.row(0)[2]])
}

/// Largest deviation from MuJoCo's coordinates during half a second of flight under torques, m and rad.
pub fn flight_under_torques(arena: &Arena) -> Result<Vec<f64>> {
    let spec = unlimited(load("a1")?);
    let mut rig = arena.rig(&spec, ABYSS, &cfg(0.001))?.motors();
    rig.reset(&flight(&spec));
    let apart = rig.along(&reference(Reference::Flight).rows, flight_torques).0;
    rig.report(vec![apart])
}

/// Energy lost in half a second of flight beyond what the integrator loses of any fall, J.
pub fn energy_lost(arena: &Arena) -> Result<Vec<f64>> {
    let mut spec = unlimited(load("a1")?);
    spec.links.iter_mut().filter_map(|l| l.joint.as_mut()).for_each(|j| j.damping = 0.0);
    let dt = 0.005;
    let mut rig = arena.rig(&spec, ABYSS, &cfg(dt))?.motors();
    rig.reset(&flight(&spec));
    let (secs, gravity) = (0.5, 9.81);
    let before = energy(&spec, &rig.sim.state(), 3, gravity);
    rig.rest(secs);
    let lost = before - energy(&spec, &rig.sim.state(), 3, gravity);
    rig.report(vec![lost - spec.mass() * gravity * gravity * secs * dt / 2.0])
}

/// Period of a small swing of a rod, s.
pub fn pendulum_period(arena: &Arena) -> Result<Vec<f64>> {
    let mut rig = arena.rig(&pendulum(), FLAT, &cfg(0.001))?.motors();
    rig.reset(&StartState { joint_pos: vec![0.1], ..rig.nominal(1.5) });
    let (mut crossings, mut before) = (vec![], 0.1);
    for k in 0..3500 {
        rig.step(&[0.0]);
        let angle = rig.row(0)[7];
        if before > 0.0 && angle <= 0.0 {
            crossings.push((k as f64 + before / (before - angle)) * 0.001);
        }
        before = angle;
    }
    let period = match crossings[..] {
        [first, second, ..] => second - first,
        _ => f64::NAN,
    };
    rig.report(vec![period])
}

/// Place of a ball that has rolled off a box, x and z, m.
pub fn ball_off_a_box(arena: &Arena) -> Result<Vec<f64>> {
    let scene = scene("scene_ball")?;
    let mut rig = arena.rig(&scene.spec, scene.terrain.clone(), &scene.cfg())?;
    let twist = Twist { linear: [0.4, 0.1, 0.0], angular: [0.0; 3] };
    rig.reset(&StartState { twist, ..rig.nominal(0.2502) });
    rig.rest(1.2);
    let row = rig.row(3);
    rig.report(vec![row[0], row[2]])
}

/// Moment about its hinge, N m, of what holds a rod: the vertical face of a box against 8 N m, the underside of one against
/// 12 N m.
pub fn rod_against_boxes(arena: &Arena) -> Result<Vec<f64>> {
    let press = |name, torque, angle, normal: [f64; 2]| -> Result<f64> {
        let scene = scene(name)?;
        let mut rig = arena.rig(&scene.spec, scene.terrain.clone(), &scene.cfg())?.motors();
        rig.reset(&StartState { joint_pos: vec![angle, 0.0], ..rig.nominal(1.5) });
        (0..1500).for_each(|_| rig.step(&[torque, 0.0]));
        let (sin, cos) = rig.row(3)[7].sin_cos();
        let [x, z] = [-sin + 0.05 * normal[0], -cos + 0.05 * normal[1]];
        let [up, forward, _] = rig.sim.state().contact_force[4].map(|f| f64::from(f.lanes()[3]));
        rig.report(vec![]).map(|_| z * forward - x * up)
    };
    Ok(vec![press("scene_wall", -8.0, 0.0, [1.0, 0.0])?, press("scene_bar", -12.0, -1.2, [0.0, 1.0])?])
}

/// Height of a standing A1, m, then the load of its feet, N.
pub fn standing(arena: &Arena) -> Result<Vec<f64>> {
    let spec = load("a1")?;
    let mut rig = arena.rig(&spec, FLAT, &cfg(0.005))?.gains(40.0, 1.0, 1.0);
    rig.reset(&rig.nominal(0.3));
    rig.rest(3.0);
    let forces = rig.normal_forces(2);
    let height = rig.row(2)[2];
    rig.report(std::iter::once(height).chain(spec.feet().into_iter().map(|f| forces[f])).collect())
}

/// Acceleration down a slope of 15 degrees with this friction, m/s², and the speed after three seconds, m/s.
pub fn slope_of_friction(arena: &Arena, friction: f32) -> Result<Vec<f64>> {
    let angle = 15f64.to_radians();
    let mut rig = arena.rig(&load("a1")?, slope(angle), &cfg(0.005))?.gains(80.0, 2.0, friction);
    let half = (angle / 2.0) as f32;
    rig.reset(&StartState { quat: [half.cos(), 0.0, half.sin(), 0.0], ..rig.nominal(0.32) });
    let along = |row: &[f64]| row[19] * angle.cos() - row[21] * angle.sin();
    rig.rest(1.0);
    let early = along(&rig.row(9));
    rig.rest(2.0);
    let late = along(&rig.row(9));
    rig.report(vec![(late - early) / 2.0, late])
}

/// Largest deviation of the height from MuJoCo's during one second after a drop from 0.6 m, m, and the peak force, N.
pub fn drop(arena: &Arena) -> Result<Vec<f64>> {
    let mut rig = arena.rig(&load("a1")?, FLAT, &cfg(0.005))?.gains(40.0, 1.0, 1.0);
    rig.reset(&rig.nominal(0.6));
    let rows = reference(Reference::Drop).rows;
    let (mut worst, mut peak) = (0.0f64, 0.0f64);
    for k in 0..=200 {
        if k % 5 == 0 {
            worst = worst.max((rig.row(1)[2] - rows[k / 5][3]).abs());
        }
        rig.step(&[0.0; 12]);
        peak = peak.max(rig.normal_forces(1).iter().sum());
    }
    rig.report(vec![worst, peak])
}

/// How far a joint goes beyond its limit when a motor drives it there, rad; as in the recording, every fifth step is looked at.
pub fn joint_limit(arena: &Arena) -> Result<Vec<f64>> {
    let mut rig = arena.rig(&pendulum(), FLAT, &cfg(0.005))?.motors();
    rig.reset(&rig.nominal(1.5));
    let mut farthest = f64::MIN;
    for k in 0..300 {
        rig.step(&[12.0]);
        if k % 5 == 4 {
            farthest = farthest.max(rig.row(0)[7] - 1.5);
        }
    }
    rig.report(vec![farthest])
}

/// Tilt after three seconds of a box foot that leaned on its edge, degrees: once less than it takes to fall, once more.
pub fn box_foot_on_its_edge(arena: &Arena) -> Result<Vec<f64>> {
    // the edge is 6 cm from the middle, the centre of mass 10 cm high: it falls beyond 31 degrees
    let lean = |degrees: f64| -> Result<f64> {
        let mut rig = arena.rig(&block(), FLAT, &cfg(0.002))?;
        let half = (degrees.to_radians() / 2.0) as f32;
        let (sin, cos) = degrees.to_radians().sin_cos();
        let height = 0.06 * sin + 0.1 * cos;
        rig.reset(&StartState {
            quat: [half.cos(), 0.0, half.sin(), 0.0],
            ..rig.nominal(height as f32 + 0.001)
        });
        rig.rest(3.0);
        let row = rig.row(0);
        let up = 1.0 - 2.0 * (row[4] * row[4] + row[5] * row[5]);
        let tilt = up.clamp(-1.0, 1.0).acos().to_degrees();
        rig.report(vec![tilt]).map(|_| tilt)
    };
    Ok(vec![lean(22.0)?, lean(40.0)?])
}

/// Height, m, and sideways position, m, of a standing A1 two seconds after a push of 0.6 m/s to the left.
pub fn push(arena: &Arena) -> Result<Vec<f64>> {
    let mut rig = arena.rig(&load("a1")?, FLAT, &cfg(0.005))?.gains(40.0, 1.0, 1.0);
    rig.reset(&rig.nominal(0.3));
    rig.rest(1.0);
    (0..WIDTH).for_each(|l| rig.sim.push(l, Twist { linear: [0.0, 0.6, 0.0], angular: [0.0; 3] }));
    rig.rest(2.0);
    let row = rig.row(4);
    rig.report(vec![row[2], row[1]])
}
