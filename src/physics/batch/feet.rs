//! After the last physics step of a tick: feet, contact forces, and which lanes are sane.
use super::ground::height;
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::scratch::Scratch;
use crate::lane::{Lane, V3};
use crate::terrain::Terrain;

/// No sane robot has a coordinate or velocity beyond this.
const SANE: f32 = 1e4;

#[inline(always)]
pub(super) fn observe<V: Lane>(m: &Model, b: &mut Block<V>, s: &Scratch<V>, t: &Terrain, o: &Options) {
    let per_second = V::splat(1.0 / o.dt);
    for (f, i) in b.force.iter_mut().zip(b.impulse.iter()) {
        *f = i.map(|v| v * per_second);
    }
    let u = &*b.velocity;
    let (v, w) = (V3::new(u[0], u[1], u[2]), V3::new(u[3], u[4], u[5]));
    let dt = V::splat(o.dt);
    let base_before = v.scale_add(-dt, *b.pos);
    for (leg, &point) in m.feet.iter().enumerate() {
        let p = &m.points[point];
        let center = s.centers[point];
        let (mut center_vel, mut turn) = (w.cross_add(center, v), w);
        for &k in &m.links[p.link].chain {
            let l = &s.links[k + 1];
            center_vel = l.s_ang.cross_add(center, l.s_lin).scale_add(u[6 + k], center_vel);
            turn = l.s_ang.scale_add(u[6 + k], turn);
        }
        // the scratch holds the geometry before the last step: carry the centre along with its new velocity
        let center = center_vel.scale_add(dt, center + base_before);
        let down = V3::new(V::zero(), V::zero(), V::splat(-p.radius));
        b.foot_pos[leg] = center + down;
        // a rolling foot does not slip
        b.foot_vel[leg] = turn.cross_add(down, center_vel);
        b.foot_ground[leg] = height(t, center.x, center.y);
    }
    let mut valid = V::splat(1.0);
    let base = [b.pos.x, b.pos.y, b.pos.z];
    for x in base.iter().chain(b.quat.iter()).chain(b.joints.iter()).chain(u) {
        valid = V::select(x.abs().lt(V::splat(SANE)), valid, V::zero());
    }
    *b.valid = valid;
}
