//! The material of robots and the buffer from which its shader takes where their links are. One upload per frame
//! replaces thousands of moved entities.
use bevy::asset::embedded_asset;
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, Buffer, BufferDescriptor, BufferUsages};
use bevy::render::renderer::{RenderDevice, RenderQueue};
use bevy::render::{Extract, ExtractSchedule, Render, RenderApp, RenderSystems};
use bevy::shader::ShaderRef;

const SHADER: &str = "embedded://gaitlab/app/view/robot.wgsl";

pub(super) type HerdMaterial = ExtendedMaterial<StandardMaterial, HerdExtension>;

/// Makes the standard material take poses and tints from the buffer.
#[derive(Asset, AsBindGroup, TypePath, Clone, Debug)]
pub(super) struct HerdExtension {
    #[storage(100, read_only, buffer)]
    rows: Buffer,
    #[uniform(101)]
    stride: UVec4,
}

impl HerdExtension {
    /// `stride` rows per robot.
    pub fn new(rows: &Buffer, stride: usize) -> Self {
        Self { rows: rows.clone(), stride: UVec4::new(stride as u32, 0, 0, 0) }
    }
}

impl MaterialExtension for HerdExtension {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
    fn prepass_vertex_shader() -> ShaderRef {
        SHADER.into()
    }
}

/// Poses and tints of all robots, as the shader reads them: per robot one row of tint, then two rows per link.
#[derive(Resource, Default)]
pub(super) struct Herd {
    rows: Vec<[f32; 4]>,
    stride: usize,
    /// Robots up to here have been written.
    used: usize,
    buffer: Option<Buffer>,
}

impl Herd {
    /// Room for `robots` robots of `links` links; without a device nothing is drawn.
    pub fn new(links: usize, robots: usize, device: Option<&RenderDevice>) -> Self {
        let stride = 1 + 2 * links;
        let buffer = device.map(|device| {
            device.create_buffer(&BufferDescriptor {
                label: Some("herd"),
                size: (stride * robots * size_of::<[f32; 4]>()) as u64,
                usage: BufferUsages::STORAGE | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        });
        Self { rows: vec![[0.0; 4]; stride * robots], stride, used: 0, buffer }
    }
    /// Rows of a robot; none if there is no room for it.
    pub fn robot_mut(&mut self, index: usize) -> &mut [[f32; 4]] {
        self.used = self.used.max(index + 1);
        self.rows.get_mut(index * self.stride..(index + 1) * self.stride).unwrap_or_default()
    }
    /// Rows per robot.
    pub fn stride(&self) -> usize {
        self.stride
    }
    /// Where the shader reads.
    pub fn buffer(&self) -> Option<&Buffer> {
        self.buffer.as_ref()
    }
}

pub(super) fn plugin(app: &mut App) {
    embedded_asset!(app, "robot.wgsl");
    app.add_plugins(MaterialPlugin::<HerdMaterial>::default()).init_resource::<Herd>();
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        render
            .init_resource::<Upload>()
            .add_systems(ExtractSchedule, extract)
            .add_systems(Render, upload.in_set(RenderSystems::PrepareResources));
    }
}

/// The rows on their way to the device.
#[derive(Resource, Default)]
struct Upload {
    rows: Vec<[f32; 4]>,
    buffer: Option<Buffer>,
    is_new: bool,
}

fn extract(herd: Extract<Res<Herd>>, mut upload: ResMut<Upload>) {
    if herd.is_changed() {
        upload.rows.clear();
        upload.rows.extend(herd.rows.iter().take(herd.used * herd.stride));
        upload.buffer.clone_from(&herd.buffer);
        upload.is_new = true;
    }
}

fn upload(mut upload: ResMut<Upload>, queue: Res<RenderQueue>) {
    if std::mem::take(&mut upload.is_new)
        && let Some(buffer) = &upload.buffer
    {
        queue.write_buffer(buffer, 0, bytes(&upload.rows));
    }
}

fn bytes(rows: &[[f32; 4]]) -> &[u8] {
    // SAFETY: any four floats are sixteen bytes without padding, bytes need no alignment, and the slice lives as long
    // as the rows do.
    unsafe { std::slice::from_raw_parts(rows.as_ptr().cast(), size_of_val(rows)) }
}
