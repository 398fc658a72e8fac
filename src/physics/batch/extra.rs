//! What few ticks have: targets that come late, added torques, wrenches on the base, and gravity that differs. Code of its own,
//! which costs nothing where there is none of it.
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::scratch::Scratch;
use crate::lane::{Arr, Lane, M3, V3, WIDTH, Wide, cast, cast_mut};
use crate::physics::Extra;

/// [`Extra`] in the block's own memory, aligned as the arena is.
#[derive(Clone, Default)]
pub(super) struct Extras {
    /// Targets of the tick and those before, one after the other; empty where they do not change within the tick.
    targets: Vec<Arr<WIDTH>>,
    from: [Arr<WIDTH>; 1],
    torques: Vec<Arr<WIDTH>>,
    /// Empty without.
    wrench: Vec<Arr<WIDTH>>,
}

fn copy(to: &mut Vec<Arr<WIDTH>>, from: &[&[Wide]]) {
    to.resize(from.iter().map(|part| part.len()).sum(), Arr::default());
    let mut rest = &mut to[..];
    for part in from {
        let (head, tail) = rest.split_at_mut(part.len());
        cast_mut::<_, Wide>(head).copy_from_slice(part);
        rest = tail;
    }
}

impl Extras {
    /// Takes a tick's in; it is kept until the next call.
    pub fn set(&mut self, targets: &[Wide], extra: &Extra<'_>) {
        match extra.late {
            None => self.targets.clear(),
            Some(late) => {
                copy(&mut self.targets, &[targets, late.before]);
                cast_mut::<_, Wide>(&mut self.from)[0] = late.from;
            }
        }
        copy(&mut self.torques, &[extra.torques]);
        copy(&mut self.wrench, &[extra.wrench.map_or(&[][..], |w| &w[..])]);
    }
    /// As values of a back end.
    #[inline(always)]
    pub fn view<V: Lane>(&self) -> View<'_, V> {
        View {
            targets: cast(&self.targets),
            from: cast::<_, V>(&self.from)[0],
            torques: cast(&self.torques),
            wrench: cast::<_, V>(&self.wrench).first_chunk(),
        }
    }
    /// Whether there is anything.
    pub fn any(&self) -> bool {
        !(self.targets.is_empty() && self.torques.is_empty() && self.wrench.is_empty())
    }
}

/// See [`Extras`].
pub(super) struct View<'a, V> {
    targets: &'a [V],
    from: V,
    torques: &'a [V],
    wrench: Option<&'a [V; 6]>,
}

/// Before a physics step: its targets and added torques.
#[inline(always)]
pub(super) fn begin<V: Lane>(b: &mut Block<V>, x: &View<V>, step: usize) {
    let n = b.target.len();
    if let Some((now, before)) = x.targets.split_at_checked(n).filter(|(_, before)| before.len() == n) {
        let early = V::splat(step as f32).lt(x.from);
        for ((t, now), before) in b.target.iter_mut().zip(now).zip(before) {
            *t = V::select(early, *before, *now);
        }
    }
    if let Some(torques) = x.torques.get(step * n..(step + 1) * n) {
        b.feedforward.copy_from_slice(torques);
    }
}

/// After the backward pass, whose right-hand side it adds to: the wrench on the base, and what gravity does that is not that of
/// the task. Every link's inertia is that of all it carries by then.
#[inline(always)]
pub(super) fn load<V: Lane>(m: &Model, b: &Block<V>, s: &mut Scratch<V>, o: &Options, x: &View<V>) {
    let dt = V::splat(o.dt);
    let mut add = |at: usize, force: V3<V>, torque: V3<V>| {
        for (k, v) in [force.x, force.y, force.z, torque.x, torque.y, torque.z].into_iter().enumerate() {
            s.g[at + k] = v.mul_add(dt, s.g[at + k]);
        }
    };
    if let Some([fx, fy, fz, tx, ty, tz]) = x.wrench {
        let force = V3::new(*fx, *fy, *fz);
        let com = M3::from_quat(b.quat).mul_v_add(V3::splat(m.links[0].com) + *b.com_offset, V3::zero());
        add(0, force, com.cross_add(force, V3::new(*tx, *ty, *tz)));
    }
    if o.leaning {
        let g = *b.gravity;
        let root = &s.links[0].inertia;
        let (force, torque) = (g.scale(root.m), root.h.cross(g));
        add(0, force, torque);
        for (j, link) in s.links[1..].iter().enumerate() {
            let (force, torque) = (g.scale(link.inertia.m), link.inertia.h.cross(g));
            let along = link.s_lin.dot(force) + link.s_ang.dot(torque);
            s.g[6 + j] = along.mul_add(dt, s.g[6 + j]);
        }
    }
}
