//! The arena of a block: everything that outlives a step, in one contiguous run of lane values.
use crate::lane::{Lane, V3};
use std::ops::Range;

/// How many boxes, the surface being one, a sphere can touch at once; of more, the deepest count.
pub(super) const BOXES_PER_POINT: usize = 2;

/// Numbers that stand for the surface among those of boxes: where it is flat enough to stand on, and where it is steep. A foot
/// that slides along both keeps the impulse of each.
pub(super) const FLAT: f32 = (1 << 20) as f32;
pub(super) const STEEP: f32 = ((1 << 20) + 1) as f32;

/// Where the fields of a block are in its arena, in lane values.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub pos: Range<usize>,
    pub quat: Range<usize>,
    /// Generalised velocity: base linear, base angular (world frame), joints.
    pub velocity: Range<usize>,
    pub joints: Range<usize>,
    pub target: Range<usize>,
    pub feedforward: Range<usize>,
    pub torque: Range<usize>,
    pub impulse: Range<usize>,
    pub limit_impulse: Range<usize>,
    pub bend: Range<usize>,
    pub friction: Range<usize>,
    pub mass_factor: Range<usize>,
    pub com_offset: Range<usize>,
    pub restitution: Range<usize>,
    pub gravity: Range<usize>,
    pub joint_params: Range<usize>,
    pub force: Range<usize>,
    pub foot_pos: Range<usize>,
    pub foot_vel: Range<usize>,
    pub foot_ground: Range<usize>,
    pub foot_axes: Range<usize>,
    /// Empty unless the robot has pairs of points.
    pub point_offset: Range<usize>,
    pub pair_impulse: Range<usize>,
    pub pair_load: Range<usize>,
    pub self_force: Range<usize>,
    pub valid: Range<usize>,
    /// The last one, and empty on a plane without boxes: these may come and go with the ground.
    pub touched: Range<usize>,
    pub size: usize,
}

/// How many there are of what a layout has places for.
pub(super) struct Sizes {
    pub links: usize,
    pub points: usize,
    pub feet: usize,
    /// Whether the places of points are wanted.
    pub watched: bool,
    pub link_pairs: usize,
    pub point_pairs: usize,
    /// Whether the ground is more than a plane.
    pub uneven: bool,
}

impl Layout {
    pub fn new(sizes: &Sizes) -> Self {
        let &Sizes { links, points, feet, .. } = sizes;
        let joints = links - 1;
        let mut size = 0;
        let mut next = |n: usize| {
            size += n;
            size - n..size
        };
        Self {
            pos: next(3),
            quat: next(4),
            velocity: next(6 + joints),
            joints: next(joints),
            target: next(joints),
            feedforward: next(joints),
            torque: next(joints),
            impulse: next(3 * points),
            limit_impulse: next(joints),
            bend: next(joints),
            friction: next(1),
            mass_factor: next(links),
            com_offset: next(3),
            restitution: next(1),
            gravity: next(3),
            joint_params: next(6 * joints),
            force: next(3 * points),
            foot_pos: next(3 * feet),
            foot_vel: next(3 * feet),
            foot_ground: next(feet),
            foot_axes: next(6 * feet),
            point_offset: next(if sizes.watched { 3 * points } else { 0 }),
            pair_impulse: next(3 * sizes.point_pairs),
            pair_load: next(sizes.link_pairs),
            self_force: next(sizes.link_pairs.min(1)),
            valid: next(1),
            touched: next(if sizes.uneven { 4 * BOXES_PER_POINT * points } else { 0 }),
            size,
        }
    }
}

/// Mechanism and actuator of one joint.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct JointParams<V> {
    /// kg m²
    pub armature: V,
    /// N m s/rad
    pub damping: V,
    /// N m
    pub dry_friction: V,
    /// N m/rad
    pub kp: V,
    /// N m s/rad
    pub kd: V,
    /// N m
    pub effort: V,
}

/// A box, or the surface, that a point touched in the last step, on ground that is more than a plane.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Touched<V> {
    /// Its number in the grid's records; zero if there was none.
    pub number: V,
    /// World, N s.
    pub impulse: V3<V>,
}

/// A block's arena, taken apart.
pub(super) struct Block<'a, V> {
    pub pos: &'a mut V3<V>,
    pub quat: &'a mut [V; 4],
    pub velocity: &'a mut [V],
    pub joints: &'a mut [V],
    pub target: &'a mut [V],
    pub feedforward: &'a mut [V],
    pub torque: &'a mut [V],
    /// Last impulses per point: normal and two tangents, N s. Warm start.
    pub impulse: &'a mut [[V; 3]],
    pub limit_impulse: &'a mut [V],
    /// Bristles of the joints' dry friction, see [`crate::actuator::dry_friction`].
    pub bend: &'a mut [V],
    pub friction: &'a mut V,
    /// Mass and inertia of each link over the robot file's.
    pub mass_factor: &'a mut [V],
    /// Added to the base's centre of mass, m.
    pub com_offset: &'a mut V3<V>,
    /// Coefficient of restitution.
    pub restitution: &'a mut V,
    /// Added to gravity, m/s².
    pub gravity: &'a mut V3<V>,
    pub joint_params: &'a mut [JointParams<V>],
    pub force: &'a mut [[V; 3]],
    pub foot_pos: &'a mut [V3<V>],
    pub foot_vel: &'a mut [V3<V>],
    pub foot_ground: &'a mut [V],
    pub foot_axes: &'a mut [[V3<V>; 2]],
    pub point_offset: &'a mut [V3<V>],
    /// As `impulse`, of the robot's points against each other.
    pub pair_impulse: &'a mut [[V; 3]],
    /// Sum of the normal impulses of each pair of links, N s.
    pub pair_load: &'a mut [V],
    /// One number, where there are pairs.
    pub self_force: &'a mut [V],
    pub valid: &'a mut V,
    pub touched: &'a mut [[Touched<V>; BOXES_PER_POINT]],
}

impl<'a, V: Lane> Block<'a, V> {
    pub fn split(l: &Layout, arena: &'a mut [V]) -> Self {
        let [
            pos,
            quat,
            velocity,
            joints,
            target,
            feedforward,
            torque,
            impulse,
            limit_impulse,
            bend,
            friction,
            mass_factor,
            com_offset,
            restitution,
            gravity,
            joint_params,
            force,
            foot_pos,
            foot_vel,
            foot_ground,
            foot_axes,
            point_offset,
            pair_impulse,
            pair_load,
            self_force,
            valid,
            touched,
        ] = arena
            .get_disjoint_mut([
                l.pos.clone(),
                l.quat.clone(),
                l.velocity.clone(),
                l.joints.clone(),
                l.target.clone(),
                l.feedforward.clone(),
                l.torque.clone(),
                l.impulse.clone(),
                l.limit_impulse.clone(),
                l.bend.clone(),
                l.friction.clone(),
                l.mass_factor.clone(),
                l.com_offset.clone(),
                l.restitution.clone(),
                l.gravity.clone(),
                l.joint_params.clone(),
                l.force.clone(),
                l.foot_pos.clone(),
                l.foot_vel.clone(),
                l.foot_ground.clone(),
                l.foot_axes.clone(),
                l.point_offset.clone(),
                l.pair_impulse.clone(),
                l.pair_load.clone(),
                l.self_force.clone(),
                l.valid.clone(),
                l.touched.clone(),
            ])
            .expect("the fields of a layout do not overlap");
        // SAFETY: all record types are `repr(C)` and made of nothing but V.
        unsafe {
            Self {
                pos: &mut records_mut(pos)[0],
                quat: &mut records_mut(quat)[0],
                velocity,
                joints,
                target,
                feedforward,
                torque,
                impulse: records_mut(impulse),
                limit_impulse,
                bend,
                friction: &mut friction[0],
                mass_factor,
                com_offset: &mut records_mut(com_offset)[0],
                restitution: &mut restitution[0],
                gravity: &mut records_mut(gravity)[0],
                joint_params: records_mut(joint_params),
                force: records_mut(force),
                foot_pos: records_mut(foot_pos),
                foot_vel: records_mut(foot_vel),
                foot_ground,
                foot_axes: records_mut(foot_axes),
                point_offset: records_mut(point_offset),
                pair_impulse: records_mut(pair_impulse),
                pair_load,
                self_force,
                valid: &mut valid[0],
                touched: records_mut(touched),
            }
        }
    }
}

/// Reads lane values as records made of them.
///
/// # Safety
/// `R` must be `repr(C)` and consist of values of type `V` only.
pub(super) unsafe fn records<V, R>(s: &[V]) -> &[R] {
    let n = size_of::<R>() / size_of::<V>();
    assert!(size_of::<R>() == n * size_of::<V>() && s.len().is_multiple_of(n));
    // SAFETY: sizes were checked; R has the alignment of V.
    unsafe { std::slice::from_raw_parts(s.as_ptr().cast(), s.len() / n) }
}

/// As [`records`], to write.
///
/// # Safety
/// As [`records`].
unsafe fn records_mut<V, R>(s: &mut [V]) -> &mut [R] {
    let n = size_of::<R>() / size_of::<V>();
    assert!(size_of::<R>() == n * size_of::<V>() && s.len().is_multiple_of(n));
    // SAFETY: as in `records`.
    unsafe { std::slice::from_raw_parts_mut(s.as_mut_ptr().cast(), s.len() / n) }
}
