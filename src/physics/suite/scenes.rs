//! Scenes with boxes that MuJoCo has run as well.
use super::rig::{FLAT, cfg};
use crate::physics::{PhysicsCfg, SelfCollision};
use crate::robot::RobotSpec;
use crate::robot::load;
use crate::robot::simple::{ball, block, gripper};
use crate::terrain::{OrientedBox, Terrain};
use anyhow::{Context, Result};

/// A robot, the ground around it, and whether it hits itself.
pub struct Scene {
    /// As the files of its reference.
    pub name: &'static str,
    /// The robot.
    pub spec: RobotSpec,
    /// A plane with boxes.
    pub terrain: Terrain,
    /// Which of its points hit each other.
    pub own: SelfCollision,
    /// Physics step, s.
    pub dt: f64,
}

impl Scene {
    /// One physics step per tick.
    pub fn cfg(&self) -> PhysicsCfg {
        PhysicsCfg { self_collision: self.own, ..cfg(self.dt) }
    }
}

/// The scene of a name.
///
/// # Errors
/// When there is none.
pub fn scene(name: &str) -> Result<Scene> {
    scenes()?.into_iter().find(|s| s.name == name).with_context(|| format!("there is no scene `{name}`"))
}

/// All scenes.
///
/// # Errors
/// When the A1's file is damaged.
pub fn scenes() -> Result<Vec<Scene>> {
    let wide = OrientedBox::new([0.0, 0.0, 0.1], [0.2, 0.2, 0.1]);
    // turned, tilted, and one under both rear feet
    let tilted = OrientedBox::new([0.18, -0.13, 0.01], [0.1, 0.1, 0.05]);
    let steps = vec![
        OrientedBox::new([0.18, 0.13, 0.03], [0.1, 0.08, 0.03]).yawed(0.4),
        OrientedBox { rotation: [0.998, 0.05, -0.03, 0.0], ..tilted },
        OrientedBox::new([-0.2, 0.0, 0.03], [0.15, 0.25, 0.03]),
    ];
    // two of the block's corners land on this one, the others miss it
    let landing = OrientedBox::new([0.22, 0.0, 0.05], [0.2, 0.3, 0.05]);
    let wall = OrientedBox::new([0.05, 0.0, 0.5], [0.1, 0.2, 0.2]);
    let bar = OrientedBox::new([0.6, 0.0, 2.0], [0.2, 0.5, 0.1]);
    let scene = |name, spec, boxes, dt| -> Result<Scene> {
        let terrain = FLAT.with_boxes(boxes).map_err(anyhow::Error::msg)?;
        Ok(Scene { name, spec, terrain, own: SelfCollision::Off, dt })
    };
    Ok(vec![
        scene("scene_ball", ball(), vec![wide.yawed(0.3)], 0.002)?,
        scene("scene_block", block(), vec![landing], 0.002)?,
        scene("scene_a1", load("a1")?, steps, 0.005)?,
        scene("scene_wall", gripper(), vec![wall], 0.002)?,
        scene("scene_bar", gripper(), vec![bar], 0.002)?,
        Scene { own: SelfCollision::All, ..scene("scene_pinch", gripper(), vec![], 0.002)? },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::testing::data;
    use crate::robot::mjcf::{Actuators, MjcfOptions, export};

    fn xml(scene: &Scene) -> String {
        let options = MjcfOptions {
            actuators: Actuators::Motor,
            ground: scene.terrain.mjcf().geoms,
            pairs: scene.own.pairs(&scene.spec),
            ..Default::default()
        };
        export(&scene.spec, &options)
    }

    #[test]
    fn the_exported_scenes_are_those_the_references_were_made_from() {
        for scene in scenes().unwrap() {
            let (path, text) = (data().join(format!("{}.xml", scene.name)), xml(&scene));
            if std::env::var("GAITLAB_WRITE_DATA").is_ok() {
                std::fs::write(&path, &text).unwrap();
            }
            let stored = std::fs::read_to_string(&path).unwrap();
            assert_eq!(stored, text, "write {} anew and run tools/mujoco_reference.py", path.display());
        }
    }
}
