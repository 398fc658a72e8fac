//! A picture of one robot as it stands.
use super::record::{RecordOptions, record};
use super::view::camera::{self, CameraPath, offset};
use crate::lab::LabCommand;
use crate::lab::command::CameraMode;
use crate::robot::{LinkPose, Posture, RobotSpec, link_poses, point_w};
use crate::tick::view::{ShownFrames, ShownRobot, Telemetry};
use anyhow::Context;
use bevy::prelude::*;
use image::RgbImage;
use std::sync::Arc;

/// From where it is seen: turned from its right side, above the horizon, rad.
const FROM: [f32; 2] = [0.9, 0.16];
/// Air around it, as a share of its size.
const AIR: f32 = 1.25;

/// Draws a robot in its nominal pose, seen from its front and right.
///
/// # Errors
/// When nothing can be drawn on this machine.
pub fn portrait(spec: &RobotSpec, [width, height]: [u32; 2]) -> anyhow::Result<RgbImage> {
    let folder = tempfile::tempdir().context("making a folder for the picture")?;
    let frames = folder.path().join("portrait");
    let options = RecordOptions { path: frames.clone(), seconds: 0.2, fps: 10, width, height };
    record(options, |app| pose(app, spec, width as f32 / height as f32))?;
    let picture = frames.join("frame_0001.png");
    Ok(image::open(&picture).with_context(|| format!("reading {}", picture.display()))?.to_rgb8())
}

/// Puts the robot onto a stage and the camera before it.
fn pose(app: &mut App, spec: &RobotSpec, aspect: f32) {
    let posture = Posture {
        pos_w: [0.0, 0.0, spec.nominal.height as f32],
        quat: [1.0, 0.0, 0.0, 0.0],
        joint_pos: spec.nominal_joints(),
    };
    let links = link_poses(spec, &posture);
    let (low, high) = bounds(spec, &links);
    let middle = (low + high) / 2.0;
    let half = camera::FIELD_OF_VIEW / 2.0;
    // a robot turned by 45° shows about its diagonal
    let wide = (high - low).truncate().length() / 2.0 / aspect;
    let distance =
        wide.max((high.z - low.z) / 2.0) * AIR / half.tan() + (high - low).truncate().length() / 2.0;
    let eye = middle + offset(FROM[0], FROM[1], distance);
    app.insert_resource(ShownRobot(Arc::new(spec.clone())))
        .insert_resource(CameraPath { keys: vec![(0.0, eye, middle)], at_s: 0.0 });
    let frames = ShownFrames { previous: vec![links.clone()], current: vec![links] };
    app.world_mut().spawn((Telemetry::default(), frames));
    app.world_mut().write_message(LabCommand::SetCamera(CameraMode::Path));
}

/// The box around everything drawn, by the middles of its parts, down to the ground.
fn bounds(spec: &RobotSpec, links: &[LinkPose]) -> (Vec3, Vec3) {
    let parts = spec.links.iter().zip(links).flat_map(|(link, pose)| {
        let visuals = link.visuals.iter().map(|v| v.center);
        let points = link.points.iter().map(|p| p.center);
        visuals.chain(points).map(|at| Vec3::from_array(point_w(pose, at)))
    });
    let start = (Vec3::new(0.0, 0.0, 0.0), Vec3::new(0.0, 0.0, spec.nominal.height as f32));
    parts.fold(start, |(low, high), at| (low.min(at), high.max(at)))
}
