//! The floor: matt, dark blue-grey, with a grid that fades with distance.
use bevy::asset::embedded_asset;
use bevy::light::NotShadowCaster;
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;

/// Half the length of the floor, m; fog hides its edge.
const HALF_LENGTH: f32 = 400.0;

type GroundMaterial = ExtendedMaterial<StandardMaterial, GridExtension>;

/// Adds the grid to the standard material.
#[derive(Asset, AsBindGroup, TypePath, Clone, Debug)]
struct GridExtension {
    #[uniform(100)]
    grid: Grid,
}

/// Parameters of the grid, as the shader has them.
#[derive(ShaderType, Clone, Debug)]
struct Grid {
    line: LinearRgba,
    width: f32,
    fade_distance: f32,
    major_every: f32,
    padding: f32,
}

impl MaterialExtension for GridExtension {
    fn fragment_shader() -> ShaderRef {
        "embedded://gaitlab/app/view/ground.wgsl".into()
    }
    fn enable_prepass() -> bool {
        false
    }
}

pub(super) fn plugin(app: &mut App) {
    embedded_asset!(app, "ground.wgsl");
    app.add_plugins(MaterialPlugin::<GroundMaterial>::default()).add_systems(Startup, spawn);
}

fn spawn(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<GroundMaterial>>,
) {
    let base = StandardMaterial {
        base_color: Color::srgb(0.205, 0.235, 0.275),
        perceptual_roughness: 0.95,
        reflectance: 0.15,
        ..default()
    };
    let grid = Grid {
        line: Color::srgb(0.40, 0.45, 0.51).to_linear(),
        width: 0.012,
        fade_distance: 16.0,
        major_every: 5.0,
        padding: 0.0,
    };
    commands.spawn((
        Mesh3d(meshes.add(Plane3d::new(Vec3::Z, Vec2::splat(HALF_LENGTH)))),
        MeshMaterial3d(materials.add(GroundMaterial { base, extension: GridExtension { grid } })),
        NotShadowCaster,
    ));
}
