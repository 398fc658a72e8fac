//! What robots are made of: the named materials of robot files, made once.
use crate::app::palette;
use bevy::prelude::*;

/// Handles to the materials that robot files name.
#[derive(Resource)]
pub(super) struct MaterialKit {
    body: Handle<StandardMaterial>,
    body_picked: Handle<StandardMaterial>,
    dark: Handle<StandardMaterial>,
    accent: Handle<StandardMaterial>,
    legs: Vec<Handle<StandardMaterial>>,
}

impl MaterialKit {
    /// The material of that name on a link that belongs to leg `leg`, if to any. Unknown names are drawn as `body`.
    pub fn get(&self, name: &str, leg: Option<usize>, picked: bool) -> Handle<StandardMaterial> {
        match (name, leg) {
            ("dark", _) => self.dark.clone(),
            ("accent", _) => self.accent.clone(),
            ("leg", Some(leg)) => self.legs[leg % self.legs.len()].clone(),
            _ if picked => self.body_picked.clone(),
            _ => self.body.clone(),
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(PreStartup, make);
}

fn make(mut commands: Commands, mut materials: ResMut<Assets<StandardMaterial>>) {
    let mut add = |color: Color, roughness: f32, metallic: f32| {
        materials.add(StandardMaterial {
            base_color: color,
            perceptual_roughness: roughness,
            metallic,
            ..default()
        })
    };
    let kit = MaterialKit {
        body: add(Color::srgb(0.69, 0.72, 0.76), 0.5, 0.0),
        body_picked: add(Color::srgb(0.86, 0.88, 0.91), 0.45, 0.0),
        dark: add(Color::srgb(0.135, 0.15, 0.17), 0.55, 0.0),
        accent: add(Color::srgb(0.44, 0.48, 0.53), 0.45, 0.25),
        legs: palette::LEGS.iter().map(|leg| add(leg.scene(), 0.7, 0.0)).collect(),
    };
    commands.insert_resource(kit);
}
