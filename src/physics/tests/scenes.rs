//! Scenes with boxes that MuJoCo has run as well.
use crate::physics::testing::*;
use crate::physics::{PhysicsCfg, SelfCollision};
use crate::robot::RobotSpec;
use crate::robot::mjcf::{Actuators, MjcfOptions, export};
use crate::robot::testing::{ball, block, gripper};
use crate::terrain::{OrientedBox, Terrain};

/// A robot, the boxes around it, and whether it hits itself.
pub struct Scene {
    pub name: &'static str,
    pub spec: RobotSpec,
    pub boxes: Vec<OrientedBox>,
    pub own: SelfCollision,
    pub dt: f64,
}

impl Scene {
    pub fn terrain(&self) -> Terrain {
        FLAT.with_boxes(self.boxes.clone()).unwrap()
    }
    pub fn cfg(&self) -> PhysicsCfg {
        PhysicsCfg { self_collision: self.own, ..cfg(self.dt) }
    }
    pub fn xml(&self) -> String {
        let options = MjcfOptions {
            actuators: Actuators::Motor,
            world: self.terrain().boxes.mjcf(),
            pairs: self.own.pairs(&self.spec),
            ..Default::default()
        };
        export(&self.spec, &options)
    }
}

/// The scene of a name.
pub fn scene(name: &str) -> Scene {
    scenes().into_iter().find(|s| s.name == name).unwrap()
}

pub fn scenes() -> Vec<Scene> {
    let wide = OrientedBox::new([0.0, 0.0, 0.1], [0.2, 0.2, 0.1]);
    // turned, tilted, and one under both rear feet
    let tilted = OrientedBox::new([0.18, -0.13, 0.01], [0.1, 0.1, 0.05]);
    let steps = vec![
        OrientedBox::new([0.18, 0.13, 0.03], [0.1, 0.08, 0.03]).yawed(0.4),
        OrientedBox { rotation: [0.998, 0.05, -0.03, 0.0], ..tilted },
        OrientedBox::new([-0.2, 0.0, 0.03], [0.15, 0.25, 0.03]),
    ];
    let scene = |name, spec, boxes, dt| Scene { name, spec, boxes, own: SelfCollision::Off, dt };
    vec![
        scene("scene_ball", ball(), vec![wide.yawed(0.3)], 0.002),
        // two of its corners land on the box, the others miss it
        scene("scene_block", block(), vec![OrientedBox::new([0.22, 0.0, 0.05], [0.2, 0.3, 0.05])], 0.002),
        scene("scene_a1", a1(), steps, 0.005),
        scene("scene_wall", gripper(), vec![OrientedBox::new([0.05, 0.0, 0.5], [0.1, 0.2, 0.2])], 0.002),
        scene("scene_bar", gripper(), vec![OrientedBox::new([0.6, 0.0, 2.0], [0.2, 0.5, 0.1])], 0.002),
        Scene { own: SelfCollision::All, ..scene("scene_pinch", gripper(), vec![], 0.002) },
    ]
}

#[test]
fn the_exported_scenes_are_those_the_references_were_made_from() {
    for scene in scenes() {
        let (path, text) = (data().join(format!("{}.xml", scene.name)), scene.xml());
        if std::env::var("GAITLAB_WRITE_DATA").is_ok() {
            std::fs::write(&path, &text).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        assert_eq!(stored, text, "write {} anew and run tools/mujoco_reference.py", path.display());
    }
}
