//! Pictures of panels without a graphics card: the triangles of egui, drawn by the processor. Slow and exact enough to
//! be looked at.
#![allow(clippy::unwrap_used)] // for tests only
use bevy_egui::egui::epaint::{ClippedPrimitive, ClippedShape, Mesh, Primitive, Vertex};
use bevy_egui::egui::{Color32, ColorImage, Context, ImageData, TextureId, TexturesDelta};
use std::collections::HashMap;
use std::path::Path;

/// The textures that egui asked for so far, and the shapes of the last frame.
#[derive(Default)]
pub(super) struct Screen {
    textures: HashMap<TextureId, ColorImage>,
    shapes: Vec<ClippedShape>,
}

/// Pixels per point of the pictures.
pub(super) const FINE: usize = 2;

impl Screen {
    /// Takes a frame.
    pub fn take(&mut self, delta: &TexturesDelta, shapes: Vec<ClippedShape>) {
        let changes = delta.set.iter().flat_map(|(id, changes)| changes.iter().map(move |c| (*id, c)));
        for (id, change) in changes {
            let ImageData::Color(image) = &change.image;
            let Some([left, top]) = change.pos else {
                self.textures.insert(id, (**image).clone());
                continue;
            };
            let texture = self.textures.get_mut(&id).unwrap();
            for y in 0..image.size[1] {
                for x in 0..image.size[0] {
                    texture.pixels[(top + y) * texture.size[0] + left + x] =
                        image.pixels[y * image.size[0] + x];
                }
            }
        }
        self.shapes = shapes;
    }

    /// Saves the last frame.
    pub fn save(&self, context: &Context, size: [f32; 2], ground: Color32, path: &Path) {
        let [width, height] = size.map(|s| s as usize * FINE);
        let mut pixels = vec![ground; width * height];
        for ClippedPrimitive { clip_rect, primitive } in context.tessellate(self.shapes.clone(), FINE as f32)
        {
            let Primitive::Mesh(mesh) = primitive else { continue };
            let clip =
                [clip_rect.min.x, clip_rect.min.y, clip_rect.max.x, clip_rect.max.y].map(|v| v * FINE as f32);
            self.mesh(&mesh, clip, &mut pixels, [width, height]);
        }
        let bytes: Vec<u8> = pixels.iter().flat_map(|c| [c.r(), c.g(), c.b()]).collect();
        image::save_buffer(path, &bytes, width as u32, height as u32, image::ExtendedColorType::Rgb8)
            .unwrap();
    }

    fn mesh(&self, mesh: &Mesh, clip: [f32; 4], pixels: &mut [Color32], [width, height]: [usize; 2]) {
        let Some(texture) = self.textures.get(&mesh.texture_id) else { return };
        for corners in mesh.indices.chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|i| mesh.vertices[corners[i] as usize]);
            let at = |v: &Vertex| [v.pos.x * FINE as f32, v.pos.y * FINE as f32];
            let (pa, pb, pc) = (at(&a), at(&b), at(&c));
            let cross = |p: [f32; 2], q: [f32; 2], r: [f32; 2]| {
                (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
            };
            let area = cross(pa, pb, pc);
            if area.abs() < 1e-9 {
                continue;
            }
            let low = |i: usize| pa[i].min(pb[i]).min(pc[i]).max(clip[i]).floor().max(0.0) as usize;
            let high = |i: usize, most: usize| {
                (pa[i].max(pb[i]).max(pc[i]).min(clip[i + 2]).ceil().max(0.0) as usize).min(most)
            };
            for y in low(1)..high(1, height) {
                for x in low(0)..high(0, width) {
                    let p = [x as f32 + 0.5, y as f32 + 0.5];
                    if p[0] < clip[0] || p[1] < clip[1] || p[0] > clip[2] || p[1] > clip[3] {
                        continue;
                    }
                    let weights = [cross(pb, pc, p) / area, cross(pc, pa, p) / area, cross(pa, pb, p) / area];
                    // an edge that two triangles share must not be drawn twice
                    if weights.iter().any(|w| *w < 0.0) {
                        continue;
                    }
                    let mix = |of: &dyn Fn(&Vertex) -> f32| {
                        weights[0] * of(&a) + weights[1] * of(&b) + weights[2] * of(&c)
                    };
                    let texel = sample(texture, mix(&|v| v.uv.x), mix(&|v| v.uv.y));
                    let channel = |i: usize| mix(&|v| f32::from(v.color.to_array()[i])) / 255.0 * texel[i];
                    let opacity = channel(3);
                    let under = &mut pixels[y * width + x];
                    let old = under.to_array();
                    let over =
                        |i: usize| (channel(i) * 255.0 + f32::from(old[i]) * (1.0 - opacity)).round() as u8;
                    *under = Color32::from_rgb(over(0), over(1), over(2));
                }
            }
        }
    }
}

/// Bilinear, 0 to 1.
fn sample(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let pixel = |dx: f32, dy: f32| {
        let x = (x.floor() + dx).clamp(0.0, width as f32 - 1.0) as usize;
        let y = (y.floor() + dy).clamp(0.0, height as f32 - 1.0) as usize;
        texture.pixels[y * width + x].to_array().map(|c| f32::from(c) / 255.0)
    };
    let (a, b, c, d) = (pixel(0.0, 0.0), pixel(1.0, 0.0), pixel(0.0, 1.0), pixel(1.0, 1.0));
    std::array::from_fn(|i| {
        (a[i] * (1.0 - fx) + b[i] * fx) * (1.0 - fy) + (c[i] * (1.0 - fx) + d[i] * fx) * fy
    })
}
