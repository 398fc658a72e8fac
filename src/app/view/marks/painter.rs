//! Draws marks anew in every frame on entities that stay: what is asked for is put on the next free entity of its
//! shape and ink, the rest is hidden.
use crate::app::palette;
use crate::app::view::{LateSystems, letters, shapes};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// What can be drawn; each has size 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Cylinder along z.
    Shaft,
    /// Cone along z.
    Head,
    /// Sphere.
    Ball,
    /// Disc that faces z.
    Disc,
    /// Ring on the ground, thin.
    Ring,
    /// The letter of a stage, which faces z.
    Letter(usize),
}

/// Colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Commanded.
    Command,
    /// Measured, and marked.
    Measured,
    /// Forces, and what stands.
    Good,
    /// What tips over.
    Danger,
    /// Through the robot, translucent.
    Ghost,
    /// Seen through the robot.
    White,
    /// Behind letters.
    Plate,
}

const FORMS: [Form; 7] =
    [Form::Shaft, Form::Head, Form::Ball, Form::Disc, Form::Ring, Form::Letter(0), Form::Letter(1)];
const INKS: [Ink; 7] =
    [Ink::Command, Ink::Measured, Ink::Good, Ink::Danger, Ink::Ghost, Ink::White, Ink::Plate];
/// Brings a mark in front of the robot in which it is.
const IN_FRONT: f32 = 3.0e6;

/// What is to be drawn in this frame.
#[derive(Resource, Default)]
pub(super) struct Painter {
    wanted: Vec<(Form, Ink, Transform)>,
    meshes: Vec<Handle<Mesh>>,
    materials: Vec<Handle<StandardMaterial>>,
}

impl Painter {
    /// Draws a shape somewhere.
    pub fn draw(&mut self, form: Form, ink: Ink, place: Transform) {
        self.wanted.push((form, ink, place));
    }
    /// Draws an arrow.
    pub fn arrow(&mut self, arrow: Option<super::arrow::Arrow>, ink: Ink) {
        if let Some(arrow) = arrow {
            self.draw(Form::Shaft, ink, arrow.shaft());
            self.draw(Form::Head, ink, arrow.head());
        }
    }
}

#[derive(Component)]
struct Drawn {
    form: Form,
    ink: Ink,
    /// Has a place in this frame.
    used: bool,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Painter>()
        .add_systems(Startup, make)
        // after everything has asked for its own
        .add_systems(PostUpdate, paint.in_set(LateSystems));
}

fn make(
    mut painter: ResMut<Painter>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    let mesh = |form: &Form| match *form {
        Form::Shaft => shapes::shaft(),
        Form::Head => shapes::cone(),
        Form::Ball => shapes::ball(),
        Form::Disc => shapes::ring(0.0, 1.0),
        Form::Ring => shapes::ring(0.975, 1.0),
        Form::Letter(slot) => letters::mesh(slot),
    };
    painter.meshes = FORMS.iter().map(|form| meshes.add(mesh(form))).collect();
    painter.materials = INKS.iter().map(|ink| materials.add(material(*ink))).collect();
}

fn material(ink: Ink) -> StandardMaterial {
    let (color, alpha, depth_bias) = match ink {
        Ink::Command => (palette::COMMAND.scene(), 1.0, 0.0),
        Ink::Measured => (palette::MEASURED.scene(), 1.0, 0.0),
        Ink::Good => (palette::GOOD.scene(), 1.0, 0.0),
        Ink::Danger => (palette::DANGER.scene(), 1.0, 0.0),
        Ink::Ghost => (palette::MEASURED.scene(), 0.38, IN_FRONT),
        Ink::White => (Color::WHITE, 1.0, IN_FRONT),
        Ink::Plate => (palette::BACKGROUND.scene(), 0.82, 0.0),
    };
    StandardMaterial {
        base_color: color.with_alpha(alpha),
        alpha_mode: if alpha < 1.0 { AlphaMode::Blend } else { AlphaMode::Opaque },
        depth_bias,
        unlit: true,
        fog_enabled: false,
        ..default()
    }
}

fn paint(
    mut commands: Commands,
    mut painter: ResMut<Painter>,
    mut drawn: Query<(&mut Drawn, &mut Transform, &mut Visibility)>,
) {
    if painter.wanted.is_empty() && drawn.is_empty() {
        return;
    }
    let mut wanted = std::mem::take(&mut painter.wanted);
    for (mut slot, mut transform, mut visibility) in &mut drawn {
        let next = wanted.iter().position(|(form, ink, _)| (*form, *ink) == (slot.form, slot.ink));
        if let Some(next) = next {
            let (_, _, place) = wanted.swap_remove(next);
            transform.set_if_neq(place);
        }
        if slot.used != next.is_some() {
            slot.used = next.is_some();
            *visibility = if slot.used { Visibility::Inherited } else { Visibility::Hidden };
        }
    }
    for (form, ink, place) in wanted.drain(..) {
        let at = |found: Option<usize>| found.unwrap_or_default();
        commands.spawn((
            Drawn { form, ink, used: true },
            Mesh3d(painter.meshes[at(FORMS.iter().position(|f| *f == form))].clone()),
            MeshMaterial3d(painter.materials[at(INKS.iter().position(|i| *i == ink))].clone()),
            place,
            (NotShadowCaster, NotShadowReceiver, NoFrustumCulling),
        ));
    }
    painter.wanted = wanted; // keeps its memory
}
