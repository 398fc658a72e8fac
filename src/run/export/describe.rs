//! A plan and a policy, in the words of [`about`](super::about).
use super::about::*;
use super::format::{PolicyFormat, hash};
use super::terms::ObservationKind;
use crate::mdp::gait::{ClockedGait, GaitShare};
use crate::nn::{ActorCritic, Dense, onnx};
use crate::robot::{LegSpec, RobotSpec};
use crate::task::Plan;

/// Everything but the file's own hash and how it was verified.
///
/// # Errors
/// When the plan has an observation that no other program could be told about.
pub fn describe(
    plan: &Plan,
    policy: &ActorCritic,
    iteration: u64,
    format: PolicyFormat,
) -> anyhow::Result<PolicyAbout> {
    let (physics, commands) = (&plan.env.physics, &plan.env.commands);
    anyhow::ensure!(
        policy.memory.is_none(),
        "policies with memory are not exported: their checkpoint (.safetensors in the run's folder) plays here, with \
         `gaitlab play --policy`"
    );
    let has_history = plan.observations.iter().any(|o| o.history > 1);
    Ok(PolicyAbout {
        format: if has_history { FORMAT_HISTORY } else { FORMAT }.into(),
        program: format!("gaitlab {}", env!("CARGO_PKG_VERSION")),
        task: plan.name.clone(),
        about: plan.about.clone(),
        robot: plan.robot.name.clone(),
        weights: String::new(),
        iteration,
        hashes: HashesAbout {
            policy: policy_hash(policy),
            file: String::new(),
            interface: hash(plan.interface().as_bytes()),
            plan: hash(plan.doc.to_ron().as_bytes()),
        },
        network: network(policy, format),
        observation: observation(plan)?,
        action: action(plan),
        controller: ControllerAbout::Pd {
            formula: "torque[j] = clamp(joints[j].kp * (target[j] - q[j]) - joints[j].kd * dq[j], \
                      -joints[j].effort, joints[j].effort), in N m, evaluated in every physics step"
                .into(),
        },
        joints: joints(plan),
        legs: legs(&plan.robot),
        rates: RatesAbout {
            control_hz: 1.0 / (physics.dt * physics.substeps as f64),
            physics_hz: 1.0 / physics.dt,
            substeps: physics.substeps,
        },
        clip: ClipAbout { observation: None, action: None },
        commands: CommandsAbout {
            lin_vel_x: commands.lin_vel_x,
            lin_vel_y: commands.lin_vel_y,
            yaw_rate: commands.yaw_rate,
        },
        start: StartAbout { height: plan.env.events.start.height },
        verified: None,
    })
}

/// Hash of the acting network's parameters.
pub fn policy_hash(policy: &ActorCritic) -> String {
    let policy = policy.folded();
    let bytes: Vec<u8> = policy.actor_params().iter().flat_map(|p| p.to_le_bytes()).collect();
    hash(&bytes)
}

fn observation(plan: &Plan) -> anyhow::Result<Vec<ObservationAbout>> {
    let describe = |o: &crate::task::BoundObservation| {
        let kind = ObservationKind::named(o.term).ok_or_else(|| {
            anyhow::anyhow!(
                "observation `{}`: its term `{}` has no description for other programs",
                o.key,
                o.term
            )
        })?;
        Ok(ObservationAbout {
            name: o.key.clone(),
            kind,
            about: o.doc.to_owned(),
            value: kind.formula().to_owned(),
            slice: [o.slice.start, o.slice.end],
            scale: o.scale,
            history: o.history,
            noise: o.noise,
        })
    };
    plan.observations.iter().map(describe).collect()
}

fn action(plan: &Plan) -> ActionAbout {
    ActionAbout::JointTargets {
        formula: "target[j] = joints[j].nominal + joints[j].scale * clamp(actions[j], -clip, clip) + gait[j], in rad, \
                  held until the next action"
            .into(),
        scale: plan.env.actions.scale as f32,
        clip: plan.env.actions.clip,
        beta: (plan.env.actions.beta != 1.0).then_some(plan.env.actions.beta),
        gait: plan.actions.gait.as_ref().map(|g| gait(g, &plan.robot)),
    }
}

fn gait(gait: &ClockedGait, robot: &RobotSpec) -> GaitAbout {
    let names: Vec<&str> = robot.joints().map(|j| j.name.as_str()).collect();
    let joint = |s: GaitShare| GaitJointAbout {
        name: names[s.joint].to_owned(),
        leg: s.leg,
        lift: s.lift,
        sweep: s.sweep,
    };
    GaitAbout {
        formula: "while |command| > 0.1: lift * swing + side * dot(sweep, command), in rad; phase as in observation \
                  `clock`, side = cos(2 pi phase) of leg 0 and its negative of leg 1, p = fract(phase + leg / 2), \
                  s = (p - duty) / (1 - duty), swing = 16 (s (1 - s))^2 where p >= duty, else 0"
            .into(),
        period: gait.cfg.period,
        duty: gait.cfg.duty,
        joints: gait.shares().into_iter().map(joint).collect(),
    }
}

fn legs(robot: &RobotSpec) -> Vec<LegAbout> {
    let points: Vec<_> = robot.points().collect();
    let about = |(leg, sole): (&LegSpec, Vec<usize>)| {
        let (link, point) = points[*sole.first()?];
        let middle = |k: usize| sole.iter().map(|p| points[*p].1.center[k]).sum::<f64>() / sole.len() as f64;
        Some(LegAbout {
            name: leg.name.clone(),
            link: robot.links[link].name.clone(),
            sole: std::array::from_fn(middle),
            radius: point.radius,
        })
    };
    robot.roles.legs.iter().zip(robot.soles()).filter_map(about).collect()
}

fn network(policy: &ActorCritic, format: PolicyFormat) -> NetworkAbout {
    let net = Dense::actor(policy);
    NetworkAbout {
        format: format.name().into(),
        input: onnx::INPUT.into(),
        output: onnx::OUTPUT.into(),
        inputs: net.inputs(),
        hidden: net.hidden(),
        outputs: net.outputs(),
        activation: net.activation,
        normalisation: "none outside of the network: the input is scale * value of every observation".into(),
    }
}

fn joints(plan: &Plan) -> Vec<JointAbout> {
    let (gains, nominal) = (plan.robot.joint_gains(), &plan.actions.nominal);
    let joints = plan.robot.joints().zip(gains).zip(nominal).zip(&plan.actions.scales);
    joints
        .map(|(((joint, gains), nominal), scale)| JointAbout {
            scale: *scale,
            name: joint.name.clone(),
            nominal: *nominal,
            kp: gains.kp,
            kd: gains.kd,
            effort: joint.effort,
            velocity: joint.velocity,
            limits: joint.limits,
            axis: joint.axis,
        })
        .collect()
}
