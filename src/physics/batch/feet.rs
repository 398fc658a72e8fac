//! After the last physics step of a tick: feet, contact forces, and which lanes are sane.
use super::ground::height;
use super::layout::Block;
use super::link::LinkConst;
use super::model::Model;
use super::options::Options;
use super::scratch::Scratch;
use crate::lane::{Lane, M3, V3, sincos};
use crate::terrain::Terrain;

/// No sane robot has a coordinate or velocity beyond this.
const SANE: f32 = 1e4;

#[inline(always)]
pub(super) fn observe<V: Lane>(m: &Model, b: &mut Block<V>, s: &Scratch<V>, t: &Terrain, o: &Options) {
    let per_second = V::splat(1.0 / o.dt);
    if o.uneven {
        for (force, touched) in b.force.iter_mut().zip(b.touched.iter()) {
            let sum = touched.iter().fold(V3::zero(), |sum: V3<V>, t| sum + t.impulse).scale(per_second);
            *force = [sum.z, sum.x, sum.y];
        }
    } else {
        // the normal of a plane is up, its tangents are x and y
        let (force, impulse) = (b.force.as_flattened_mut(), b.impulse.as_flattened());
        for i in 0..force.len() {
            force[i] = impulse[i] * per_second;
        }
    }
    for force in b.self_force.iter_mut() {
        *force = b.pair_load.iter().fold(V::zero(), |sum, l| sum + *l) * per_second;
    }
    let root = Moving {
        rot: M3::from_quat(b.quat),
        pos: V3::zero(),
        linear: V3::new(b.velocity[0], b.velocity[1], b.velocity[2]),
        angular: V3::new(b.velocity[3], b.velocity[4], b.velocity[5]),
    };
    if m.has_pairs {
        b.point_offset.copy_from_slice(&s.centers);
    }
    for (leg, foot) in m.feet.iter().enumerate() {
        let mut link = root;
        for &k in &m.links[foot.link].chain {
            link = child(&m.links[k + 1], &link, b.joints[k], b.velocity[6 + k]);
        }
        let down = V3::new(V::zero(), V::zero(), V::splat(-foot.radius));
        b.foot_axes[leg] = foot.axes.map(|axis| link.rot.mul_v(V3::splat(axis)));
        let arm = link.rot.mul_v_add(V3::splat(foot.center), down);
        let sole = link.pos + arm + *b.pos;
        b.foot_pos[leg] = sole;
        // of the material at the lowest point: a rolling foot does not slip
        b.foot_vel[leg] = link.angular.cross_add(arm, link.linear);
        // what is under its sphere's middle: a sole that has sunk in stands on it all the same
        b.foot_ground[leg] = height(t, sole.x, sole.y, sole.z + V::splat(foot.radius));
    }
    let mut valid = V::splat(1.0);
    let base = [b.pos.x, b.pos.y, b.pos.z];
    for x in base.iter().chain(b.quat.iter()).chain(b.joints.iter()).chain(b.velocity.iter()) {
        valid = V::select(x.abs().lt(V::splat(SANE)), valid, V::zero());
    }
    *b.valid = valid;
}

/// A link frame relative to the base origin, and the velocity of its origin.
#[derive(Clone, Copy)]
struct Moving<V> {
    rot: M3<V>,
    pos: V3<V>,
    linear: V3<V>,
    angular: V3<V>,
}

/// The scratch knows the geometry at the start of the last step only, so a foot's chain is walked once more.
#[inline(always)]
fn child<V: Lane>(link: &LinkConst, parent: &Moving<V>, angle: V, speed: V) -> Moving<V> {
    let (sin, cos) = sincos(angle);
    let sign = V::splat(link.sign);
    let frame = match &link.rotation {
        Some(e) => parent.rot.mul_const(e),
        None => parent.rot,
    };
    let arm = parent.rot.mul_v(V3::splat(link.offset));
    let (rot, axis) = match link.axis {
        0 => (frame.rotate_axis(0, sin * sign, cos), frame.c[0]),
        1 => (frame.rotate_axis(1, sin * sign, cos), frame.c[1]),
        _ => (frame.rotate_axis(2, sin * sign, cos), frame.c[2]),
    };
    Moving {
        rot,
        pos: parent.pos + arm,
        linear: parent.angular.cross_add(arm, parent.linear),
        angular: axis.scale_add(sign * speed, parent.angular),
    }
}
