//! What stands around on stage 0, and which robots can touch it.
use super::scene::Kind;
use crate::lab::Lab;
use crate::lab::model::Severity;
use crate::physics::{Engine, PropBody};
use crate::task::Plan;
use bevy::prelude::{Resource, World};

/// What stands around on stage 0.
#[derive(Resource, Default)]
pub(in crate::lab) struct Furniture {
    /// In the order of the scene.
    pub props: Vec<PropBody>,
    /// Whether people were told that robots push them, or that they do not.
    told: Option<Engine>,
}

impl Furniture {
    /// Of a scene, of which nothing was said yet.
    pub fn new(props: Vec<PropBody>) -> Self {
        Self { props, told: None }
    }
}

/// The things that robots of a stage can touch: a fixed policy is played among them, a run learns without.
pub(super) fn around(world: &World, slot: usize, kind: Kind, plan: &Plan) -> Vec<PropBody> {
    let touches = slot == 0 && kind == Kind::Policy && plan.env.physics.engine == Engine::Rapier;
    if touches { world.resource::<Furniture>().props.clone() } else { vec![] }
}

/// Says once what robots do to things that are shown, whenever that changes.
pub(super) fn tell(world: &mut World, kind: Kind, plan: &Plan) {
    let engine = if kind == Kind::Policy { plan.env.physics.engine } else { Engine::Batch };
    let mut furniture = world.resource_mut::<Furniture>();
    if furniture.props.is_empty() || furniture.told.replace(engine) == Some(engine) {
        return;
    }
    let text = match (kind, engine) {
        (Kind::Policy, Engine::Rapier) => return,
        (Kind::Policy, Engine::Batch) => {
            "The things around the robot are only drawn, it walks through them: the batch engine knows no obstacles. \
             Start with --physics rapier, or choose rapier in the panel Physics, and robot and mouse push them."
        }
        _ => "The things around the robots are only drawn while a run is shown: it learns without them.",
    };
    world.resource_mut::<Lab>().note(Severity::Info, text);
}
