//! Height fields: against the nearest of all triangles, and steps against steps made of boxes.
use super::super::*;
use super::rig::*;
use crate::lane::{Lane, WIDTH};
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::{StartState, Twist, simple};
use crate::terrain::{HeightField, OrientedBox, Terrain};

type Vector = [f64; 3];

fn minus(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|k| a[k] - b[k])
}
fn dot(a: Vector, b: Vector) -> f64 {
    (0..3).map(|k| a[k] * b[k]).sum()
}

/// Nearest point of a triangle (Ericson 2005, p. 141).
fn nearest_point([a, b, c]: [Vector; 3], p: Vector) -> Vector {
    let (ab, ac, ap) = (minus(b, a), minus(c, a), minus(p, a));
    let along = |from: Vector, e: Vector, t: f64| std::array::from_fn(|k| from[k] + t * e[k]);
    let (d1, d2) = (dot(ab, ap), dot(ac, ap));
    if d1 <= 0.0 && d2 <= 0.0 {
        return a;
    }
    let bp = minus(p, b);
    let (d3, d4) = (dot(ab, bp), dot(ac, bp));
    if d3 >= 0.0 && d4 <= d3 {
        return b;
    }
    let vc = d1 * d4 - d3 * d2;
    if vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        return along(a, ab, d1 / (d1 - d3));
    }
    let cp = minus(p, c);
    let (d5, d6) = (dot(ab, cp), dot(ac, cp));
    if d6 >= 0.0 && d5 <= d6 {
        return c;
    }
    let vb = d5 * d2 - d1 * d6;
    if vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        return along(a, ac, d2 / (d2 - d6));
    }
    let va = d3 * d6 - d5 * d4;
    if va <= 0.0 && d4 - d3 >= 0.0 && d5 - d6 >= 0.0 {
        return along(b, minus(c, b), (d4 - d3) / ((d4 - d3) + (d5 - d6)));
    }
    let (v, w) = (vb / (va + vb + vc), vc / (va + vb + vc));
    std::array::from_fn(|k| a[k] + ab[k] * v + ac[k] * w)
}

/// Distance of a place from the nearest of all triangles, m, negative below the surface, and the outward unit normal there.
pub(super) fn nearest(f: &HeightField, at: [f32; 3]) -> (f32, [f32; 3]) {
    let p = at.map(f64::from);
    let corner = |i: usize, j: usize| {
        let place = |k: usize, i: usize| f64::from(f.origin[k]) + i as f64 * f64::from(f.cell);
        [place(0, i), place(1, j), f64::from(f.data[j * f.nx + i])]
    };
    let index = |v: f64, k: usize| ((v - f64::from(f.origin[k])) / f64::from(f.cell)).floor() as isize;
    let around = |i: isize, n: usize| {
        let reach = (0.2 / f.cell).ceil() as isize;
        (i - reach).max(0) as usize..((i + reach + 1).min(n as isize - 1)) as usize
    };
    let (mut best, mut from, mut below) = (f64::MAX, [0.0; 3], false);
    for (j, i) in around(index(p[1], 1), f.ny).flat_map(|j| around(index(p[0], 0), f.nx).map(move |i| (j, i)))
    {
        for third in [corner(i + 1, j), corner(i, j + 1)] {
            let triangle = [corner(i, j), corner(i + 1, j + 1), third];
            let off = minus(p, nearest_point(triangle, p));
            if dot(off, off) < best {
                (best, from) = (dot(off, off), off);
            }
            // under the triangle, by its barycentric coordinates in the plane of x and y
            let [a, b, c] = triangle;
            let cross = |a: Vector, b: Vector| a[0] * b[1] - a[1] * b[0];
            let whole = cross(minus(b, a), minus(c, a));
            let (s, t) = (cross(minus(p, a), minus(c, a)) / whole, cross(minus(b, a), minus(p, a)) / whole);
            if s >= 0.0 && t >= 0.0 && s + t <= 1.0 {
                below |= p[2] < a[2] + s * (b[2] - a[2]) + t * (c[2] - a[2]);
            }
        }
    }
    let length = best.sqrt();
    let sign = if below { -1.0 } else { 1.0 };
    ((sign * length) as f32, from.map(|v| (sign * v / length) as f32))
}

/// Steps, holes, bumps and single needles.
fn rugged(cell: f32) -> HeightField {
    let n = (6.0 / cell) as usize + 1;
    HeightField::from_fn(n, n, cell, [-3.0, -3.0], |x, y| {
        let step = 0.04 * ((x / 0.31).floor() + (0.3 * y / 0.31).floor()).rem_euclid(4.0);
        let bump = 0.02 * ((9.0 * x).sin() + (11.0 * y + 3.0 * x).cos());
        if y > 0.0 { step } else { step + bump }
    })
}

#[test]
fn spheres_feel_the_nearest_point_of_all_triangles() {
    let spec = simple::ball();
    let cfg = PhysicsCfg { gravity: 0.0, dt: 0.001, substeps: 1, ..PhysicsCfg::default() };
    for cell in [0.2, 0.1, 0.05, 0.025, 0.01] {
        let field = rugged(cell);
        let terrain = Terrain::from(field.clone());
        for backend in Backend::supported() {
            let mut rig = BatchRig::new(&spec, terrain.clone(), &cfg, backend);
            let (mut touching, mut along, mut inside) = (0, 0, 0);
            for k in 0..60 {
                let place = |l: usize| {
                    let i = k * WIDTH + l;
                    let (x, y) = ((i % 31) as f32 * 0.1571 - 2.3, (i / 31) as f32 * 0.1432 - 2.2);
                    [x, y, field.height(x, y) + 0.004 * (i % 17) as f32 - 0.01]
                };
                for l in 0..WIDTH {
                    rig.sim.reset(l, &StartState { pos_w: place(l), ..nominal(&spec, 0.0) });
                }
                rig.step(&[]);
                for l in 0..WIDTH {
                    let at = place(l);
                    let (distance, normal) = nearest(&field, at);
                    let [up, x, y] = rig.sim.state().contact_force[0].map(|f| f.lanes()[l]);
                    let force = [x, y, up];
                    let size = force.iter().map(|f| f * f).sum::<f32>().sqrt();
                    if (distance - 0.05).abs() > 1e-3 {
                        assert_eq!(
                            size > 0.0,
                            distance < 0.05,
                            "{backend:?} {cell} at {at:?}: {distance} m, {force:?}"
                        );
                    }
                    if size > 0.0 {
                        touching += 1;
                        inside += usize::from(distance < 0.0);
                        let share = (0..3).map(|k| force[k] * normal[k]).sum::<f32>() / size;
                        along += usize::from(share > 0.99);
                    }
                }
            }
            println!("{backend:?} cell {cell}: {touching} touch, {along} once, {inside} from below");
            // the others touch two things
            assert!(
                (300..960).contains(&touching) && along * 10 > touching * 6 && inside > 30,
                "{touching} {along} {inside}"
            );
        }
    }
}

/// Stairs along x: risers of 15 cm every 31 cm.
fn stairs_of_boxes() -> Terrain {
    let step = |k: usize| {
        let (x, z) = (0.3 + 0.31 * k as f32, 0.15 * (k + 1) as f32);
        OrientedBox::new([x + 2.0, 0.0, z / 2.0], [2.0, 2.0, z / 2.0])
    };
    Terrain::plane(0.0).with_boxes((0..4).map(step).collect()).unwrap()
}

fn stairs_of_cells(cell: f32) -> Terrain {
    let n = |length: f32| (length / cell).round() as usize + 1;
    // the nose of a step is where its box has it; the riser leans back by one cell
    let height = |x: f32| 0.15 * (((x - 0.3 + 1e-4) / 0.31).floor() + 1.0).clamp(0.0, 4.0);
    Terrain::from(HeightField::from_fn(n(4.0), n(4.0), cell, [-2.0, -2.0], |x, _| height(x)))
}

#[test]
fn a_ball_that_runs_into_a_riser_is_thrown_back_and_not_up() {
    let spec = simple::ball();
    // by how much the riser leans, m
    for (name, terrain, lean) in [
        ("boxes", stairs_of_boxes(), 0.0),
        ("1 cm", stairs_of_cells(0.01), 0.01),
        ("2.5 cm", stairs_of_cells(0.025), 0.025),
        ("5 cm", stairs_of_cells(0.05), 0.05),
    ] {
        for backend in Backend::supported() {
            let mut rig = BatchRig::new(&spec, terrain.clone(), &PhysicsCfg::default(), backend);
            let twist = Twist { linear: [1.0, 0.0, 0.0], angular: [0.0, 20.0, 0.0] };
            rig.reset(&StartState { pos_w: [0.0, 0.0, 0.05], twist, ..rig.nominal(0.05) });
            let (mut highest, mut farthest) = (0.0f64, 0.0f64);
            for _ in 0..50 {
                rig.step(&[]);
                let row = rig.row(3);
                (farthest, highest) = (farthest.max(row[0]), highest.max(row[2]));
            }
            println!("{name} {backend:?}: {farthest:.3} m far, {highest:.3} m high");
            assert!(
                (0.24 - lean..0.27).contains(&farthest) && highest < 0.07,
                "{name} {backend:?}: {farthest} {highest}"
            );
        }
    }
}

#[test]
fn a_ball_rests_on_a_tread_against_the_next_riser() {
    // 30 degrees of a gravity that leans: it lies in the corner, on two things at once
    let spec = simple::ball();
    for cell in [0.01, 0.025, 0.05] {
        let field =
            HeightField::from_fn(401, 401, cell, [-2.0, -2.0], |x, _| if x > 0.0 { 0.15 } else { 0.0 });
        let mut rig =
            BatchRig::new(&spec, Terrain::from(field), &PhysicsCfg::default(), Backend::supported()[0]);
        rig.reset(&StartState {
            pos_w: [-0.2, 0.0, 0.05],
            twist: Twist { linear: [0.6, 0.0, 0.0], angular: [0.0, 12.0, 0.0] },
            ..rig.nominal(0.05)
        });
        rig.rest(2.0);
        let row = rig.row(3);
        assert!(row[2] < 0.06 && row[0] < -0.03, "{cell}: {row:?}");
        let up: f32 = rig.sim.state().contact_force[0][0].lanes()[3];
        assert!((up - 9.81).abs() < 0.05, "{cell}: {up} N");
    }
}
