//! The floor: matt, with a grid that fades with distance. A plane, or the height field of the shown task, and its boxes.
use super::field;
use super::scene::Look;
use crate::lab::{Lab, LabSystems};
use crate::run::plots::level_colour;
use crate::terrain::{Surface, Terrain, TerrainCfg};
use bevy::asset::embedded_asset;
use bevy::light::NotShadowCaster;
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;
use std::sync::Arc;

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

/// The material of all ground.
#[derive(Resource)]
struct GroundKit(Handle<GroundMaterial>);

/// The plane that is everywhere.
#[derive(Component)]
struct Plane;

/// A piece of a height field, or a box.
#[derive(Component)]
struct Piece;

pub(super) fn plugin(app: &mut App) {
    embedded_asset!(app, "ground.wgsl");
    app.add_plugins(MaterialPlugin::<GroundMaterial>::default())
        .add_systems(Startup, spawn)
        .add_systems(Update, (paint, shape).in_set(LabSystems::Draw));
}

fn material(look: &Look) -> GroundMaterial {
    let base = StandardMaterial {
        base_color: look.ground,
        perceptual_roughness: 0.95,
        reflectance: 0.15,
        ..default()
    };
    let line = look.line.to_linear();
    let grid = Grid { line, width: 0.009, fade_distance: 16.0, major_every: 5.0, padding: 0.0 };
    GroundMaterial { base, extension: GridExtension { grid } }
}

fn spawn(
    mut commands: Commands,
    look: Res<Look>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<GroundMaterial>>,
) {
    let material = materials.add(material(&look));
    let mesh = meshes.add(Plane3d::new(Vec3::Z, Vec2::splat(HALF_LENGTH)));
    commands.spawn((Plane, Mesh3d(mesh), MeshMaterial3d(material.clone()), NotShadowCaster));
    commands.insert_resource(GroundKit(material));
}

fn paint(look: Res<Look>, kit: Res<GroundKit>, mut materials: ResMut<Assets<GroundMaterial>>) {
    if look.is_changed() {
        // a handle of our own is never stale
        materials.insert(kit.0.id(), material(&look)).ok();
    }
}

/// How much of a level's colour the ground of its tiles has.
const COLOURED: f32 = 0.5;

/// Factors on the floor's colour: that of the level of the tile at a place, none beside all tiles or where there is one level.
fn tint(cfg: Option<&TerrainCfg>, at: Vec2) -> Vec3 {
    let Some(cfg) = cfg.filter(|cfg| cfg.levels > 1) else { return Vec3::ONE };
    let half = Vec2::new(cfg.columns as f32, cfg.levels as f32) * cfg.tile as f32 / 2.0;
    if at.abs().cmpgt(half).any() {
        return Vec3::ONE;
    }
    let [level, _] = cfg.tile_at(at.to_array());
    let color = Vec3::from_array(level_colour(cfg.difficulty(level) as f32));
    // as bright as without it
    Vec3::ONE.lerp(color / (color.element_sum() / 3.0), COLOURED)
}

/// One metre from its middle to each side, of one colour.
fn cube(color: Vec3) -> Mesh {
    let cube = Mesh::from(Cuboid::from_length(2.0));
    let colors = vec![[color.x, color.y, color.z, 1.0]; cube.count_vertices()];
    cube.with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colors)
}

/// Draws the ground of the plan when it has become another.
fn shape(
    mut commands: Commands,
    lab: Res<Lab>,
    kit: Res<GroundKit>,
    pieces: Query<Entity, With<Piece>>,
    mut plane: Single<&mut Transform, With<Plane>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut drawn: Local<Option<Arc<Terrain>>>,
) {
    let Some(plan) = &lab.plan else { return };
    let (terrain, cfg) = (&plan.terrain, plan.env.terrain.as_ref());
    if drawn.as_ref().is_some_and(|drawn| Arc::ptr_eq(drawn, terrain)) {
        return;
    }
    *drawn = Some(terrain.clone());
    pieces.iter().for_each(|piece| commands.entity(piece).despawn());
    plane.translation.z = match &terrain.surface {
        Surface::Plane { height } => *height,
        Surface::Field(heights) => {
            let (pieces, around) = field::pieces(heights, &|at| tint(cfg, at));
            for mesh in pieces {
                commands.spawn((Piece, Mesh3d(meshes.add(mesh)), MeshMaterial3d(kit.0.clone())));
            }
            around
        }
    };
    // one cube per colour
    let mut cubes: Vec<(Vec3, Handle<Mesh>)> = vec![];
    for solid in terrain.boxes.list() {
        let color = tint(cfg, Vec2::new(solid.center[0], solid.center[1]));
        let known = cubes.iter().find(|(c, _)| *c == color).map(|(_, cube)| cube.clone());
        let cube = known.unwrap_or_else(|| {
            let cube = meshes.add(cube(color));
            cubes.push((color, cube.clone()));
            cube
        });
        let [w, x, y, z] = solid.rotation;
        let place = Transform {
            translation: Vec3::from_array(solid.center),
            rotation: Quat::from_xyzw(x, y, z, w).normalize(),
            scale: Vec3::from_array(solid.half),
        };
        commands.spawn((Piece, Mesh3d(cube), MeshMaterial3d(kit.0.clone()), place));
    }
}
