//! Where rays meet the ground.
use super::{Boxes, HeightField, Surface, Terrain};

/// Most samples of a height field along one ray.
const MOST_SAMPLES: f32 = 10_000.0;
/// Halvings of the interval in which a ray goes through a height field.
const HALVINGS: usize = 20;

type Vector = [f32; 3];

fn along(origin: &Vector, direction: &Vector, distance: f32) -> Vector {
    std::array::from_fn(|k| origin[k] + direction[k] * distance)
}

impl Terrain {
    /// Distance at which a ray meets the surface from above or a box from anywhere, m; none if that is farther than `farthest`.
    /// `direction` is a unit vector. A ray that begins in a box meets it at once.
    pub fn ray(&self, origin: [f32; 3], direction: [f32; 3], farthest: f32) -> Option<f32> {
        let surface = match &self.surface {
            Surface::Plane { height } => {
                let distance = (height - origin[2]) / direction[2];
                (direction[2] < 0.0 && (0.0..=farthest).contains(&distance)).then_some(distance)
            }
            Surface::Field(f) => field_ray(f, origin, direction, farthest),
        };
        let farthest = surface.unwrap_or(farthest);
        self.boxes.ray(origin, direction, farthest).or(surface)
    }
}

/// Half a cell at a time, then by halves.
fn field_ray(f: &HeightField, origin: Vector, direction: Vector, farthest: f32) -> Option<f32> {
    let above = |distance: f32| {
        let [x, y, z] = along(&origin, &direction, distance);
        z - f.height(x, y)
    };
    let step = (f.cell / 2.0).max(farthest / MOST_SAMPLES);
    let (mut from, mut high) = (0.0, above(0.0));
    // neither rays that begin below the surface nor rays of no length or of nonsense
    while from < farthest && high >= 0.0 {
        let to = (from + step).min(farthest);
        if above(to) < 0.0 {
            let mut range = [from, to];
            for _ in 0..HALVINGS {
                let middle = (range[0] + range[1]) / 2.0;
                range[usize::from(above(middle) < 0.0)] = middle;
            }
            return Some(range[1]);
        }
        (from, high) = (to, above(to));
    }
    None
}

impl Boxes {
    /// As [`Terrain::ray`], of boxes alone: from cell to cell of the grid.
    pub fn ray(&self, origin: [f32; 3], direction: [f32; 3], farthest: f32) -> Option<f32> {
        let g = self.grid();
        let sound = origin.iter().chain(&direction).all(|v| v.is_finite());
        if self.is_empty() || !sound {
            return None;
        }
        // in cells; the ray enters and leaves the grid
        let (size, mut enter, mut leave) = ([g.nx, g.ny], 0.0f32, farthest);
        let at: [f32; 2] = [0, 1].map(|k| (origin[k] - g.origin[k]) / g.cell);
        let speed: [f32; 2] = [0, 1].map(|k| direction[k] / g.cell);
        for k in 0..2 {
            let far = size[k] as f32;
            if speed[k].abs() < 1e-9 {
                if !(0.0..far).contains(&at[k]) {
                    return None;
                }
                continue;
            }
            let (a, b) = (-at[k] / speed[k], (far - at[k]) / speed[k]);
            (enter, leave) = (enter.max(a.min(b)), leave.min(a.max(b)));
        }
        if enter > leave {
            return None;
        }
        let clamp = |v: f32, k: usize| (v.floor().max(0.0) as usize).min(size[k] - 1);
        let mut cell = [0, 1].map(|k| clamp(at[k] + speed[k] * enter, k));
        loop {
            // where the ray leaves this cell, and through which side
            let border = |k: usize| match speed[k] {
                s if s > 1e-9 => ((cell[k] + 1) as f32 - at[k]) / s,
                s if s < -1e-9 => (cell[k] as f32 - at[k]) / s,
                _ => f32::INFINITY,
            };
            let side = usize::from(border(1) < border(0));
            let hit = |number: &u32| {
                let [near, far] = self.list()[*number as usize - 1].cross(origin, direction)?;
                (far >= 0.0 && near <= farthest).then_some(near.max(0.0))
            };
            let nearest = g.list(cell).iter().filter_map(hit).reduce(f32::min);
            // what is met beyond this cell may be hidden by a box of the next one
            let out = border(side);
            if let Some(distance) = nearest.filter(|d| *d <= out + 1e-4) {
                return Some(distance);
            }
            let end = if speed[side] > 0.0 { size[side] - 1 } else { 0 };
            if out >= leave || cell[side] == end || !out.is_finite() {
                return nearest;
            }
            cell[side] = if speed[side] > 0.0 { cell[side] + 1 } else { cell[side] - 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::OrientedBox;
    use super::*;

    fn ground() -> Terrain {
        let f = HeightField::from_fn(61, 61, 0.2, [-6.0, -6.0], |x, y| 0.1 * (2.0 * x).sin() * y.cos());
        let place = |i: usize| {
            let center = [(i % 7) as f32 * 1.3 - 4.0, (i / 7) as f32 * 1.1 - 3.0, 0.2 * (i % 3) as f32];
            OrientedBox { center, rotation: [1.0, 0.1 * (i % 5) as f32, 0.0, 0.3], half: [0.3, 0.15, 0.2] }
        };
        Terrain::from(f).with_boxes((0..42).map(place).collect()).unwrap()
    }

    #[test]
    fn a_ray_ends_where_the_first_of_all_boxes_and_the_surface_are() {
        let terrain = ground();
        let mut met = 0;
        for i in 0..2000 {
            let (turn, dip) = (i as f32 * 0.37, 0.02 * (i % 40) as f32 - 0.1);
            let direction = [turn.cos() * dip.cos(), turn.sin() * dip.cos(), -dip.sin()];
            let origin = [(i % 13) as f32 - 6.0, (i % 11) as f32 - 5.0, 0.3 + 0.05 * (i % 20) as f32];
            let boxes = terrain.boxes.list().iter().filter_map(|b| b.cross(origin, direction));
            let first = boxes.filter(|c| c[1] >= 0.0).map(|c| c[0].max(0.0)).reduce(f32::min);
            let first = first.filter(|d| *d <= 15.0);
            let boxes = terrain.boxes.ray(origin, direction, 15.0);
            assert_eq!(boxes, first, "{origin:?} {direction:?}");
            met += usize::from(first.is_some());
            if let Some(distance) = terrain.ray(origin, direction, 15.0) {
                let [x, y, z] = along(&origin, &direction, distance);
                let on_surface = (z - terrain.surface.height(x, y)).abs() < 1e-4;
                assert!(
                    on_surface || Some(distance) == first,
                    "{origin:?} {direction:?}: {distance} {first:?}"
                );
                assert!(first.is_none_or(|f| distance <= f));
            }
        }
        assert!((300..1900).contains(&met), "{met}");
    }

    #[test]
    fn rays_by_hand() {
        let terrain =
            Terrain::plane(0.5).with_boxes(vec![OrientedBox::new([2.0, 0.0, 1.0], [0.5; 3])]).unwrap();
        let down = [0.0, 0.0, -1.0];
        assert_eq!(terrain.ray([0.0, 0.0, 2.0], down, 9.0), Some(1.5));
        assert_eq!(terrain.ray([2.0, 0.2, 2.0], down, 9.0), Some(0.5));
        assert_eq!(terrain.ray([2.0, 0.2, 2.0], down, 0.4), None);
        assert_eq!(terrain.ray([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], 9.0), Some(1.5));
        assert_eq!(terrain.ray([2.0, 0.0, 1.0], [1.0, 0.0, 0.0], 9.0), Some(0.0));
        assert_eq!(terrain.ray([0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], 9.0), None);
        assert_eq!(terrain.ray([f32::NAN, 0.0, 1.0], [1.0, 0.0, 0.0], 9.0), None);
    }
}
