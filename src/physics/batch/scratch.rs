//! Work space of one thread. Nothing in it outlives a physics step, and it stays in the first cache levels.
use super::layout::BOXES_PER_POINT;
use super::model::Model;
use crate::lane::{Lane, M3, V3};

/// Spatial inertia about the base origin.
#[derive(Clone, Copy, Default)]
pub(super) struct Inertia<V> {
    pub m: V,
    /// First moment, kg m.
    pub h: V3<V>,
    /// Second moment: xx, yy, zz, xy, xz, yz, kg m².
    pub i: [V; 6],
}

impl<V: Lane> Inertia<V> {
    /// Momentum (angular about the origin, linear) of a motion (w, v).
    #[inline(always)]
    pub fn mul(&self, w: V3<V>, v: V3<V>) -> (V3<V>, V3<V>) {
        let [xx, yy, zz, xy, xz, yz] = self.i;
        let iw = V3::new(
            xx.mul_add(w.x, xy.mul_add(w.y, xz * w.z)),
            xy.mul_add(w.x, yy.mul_add(w.y, yz * w.z)),
            xz.mul_add(w.x, yz.mul_add(w.y, zz * w.z)),
        );
        (self.h.cross_add(v, iw), w.cross_add(self.h, v.scale(self.m)))
    }
    #[inline(always)]
    pub fn add(&mut self, o: &Self) {
        self.m += o.m;
        self.h = self.h + o.h;
        for k in 0..6 {
            self.i[k] += o.i[k];
        }
    }
}

/// Pose, velocity and bias acceleration of a link: only needed while its subtree is visited, so stored per tree
/// depth (links are in depth-first order).
#[derive(Clone, Copy, Default)]
pub(super) struct Kin<V> {
    pub rot: M3<V>,
    pub pos: V3<V>,
    pub v_ang: V3<V>,
    pub v_lin: V3<V>,
    pub a_ang: V3<V>,
    pub a_lin: V3<V>,
}

/// What later stages need of a link: motion subspace, accumulated bias force, composite inertia.
#[derive(Clone, Copy, Default)]
pub(super) struct LinkWork<V> {
    pub s_ang: V3<V>,
    pub s_lin: V3<V>,
    pub f_ang: V3<V>,
    pub f_lin: V3<V>,
    pub inertia: Inertia<V>,
}

/// One active contact: three rows.
#[derive(Clone, Copy, Default)]
pub(super) struct Contact<V> {
    pub point: usize,
    pub link: usize,
    /// Velocity the rows aim at, m/s.
    pub target: [V; 3],
    pub impulse: [V; 3],
    pub reg: V,
    pub inv_n: V,
    pub inv_t: V,
    /// Coupling of the tangents to the normal.
    pub a_nt: [V; 2],
}

/// More about an active contact with a box.
#[derive(Clone, Copy, Default)]
pub(super) struct BoxTouch<V> {
    /// Which of its point's boxes.
    pub slot: usize,
    /// Normal and two tangents, world.
    pub frame: [V3<V>; 3],
}

/// The boxes near a point.
#[derive(Clone, Default)]
pub(super) struct NearBoxes<V> {
    /// Whether anybody has looked.
    pub known: bool,
    /// Where the point was then, world, m.
    pub at: V3<V>,
    /// Number and record of each, all lanes' own.
    pub boxes: Vec<(V, [V; 16])>,
}

/// One active joint limit: one row.
#[derive(Clone, Copy, Default)]
pub(super) struct Limit<V> {
    pub joint: usize,
    pub target: V,
    pub impulse: V,
    pub reg: V,
    pub inv: V,
}

/// Work space for one model.
#[derive(Default)]
pub(super) struct Scratch<V> {
    pub kin: Vec<Kin<V>>,
    pub links: Vec<LinkWork<V>>,
    /// Sphere centres relative to the base origin; only those of links that may touch.
    pub centers: Vec<V3<V>>,
    /// Whether a link's spheres may touch in some lane.
    pub near: Vec<bool>,
    /// Packed joint rows of the mass matrix, then of its factor.
    pub rows: Vec<V>,
    /// Reciprocal diagonal of the factor.
    pub inv_diag: Vec<V>,
    /// Base block of the factor, lower triangle by rows, and its reciprocal diagonal.
    pub base: [V; 21],
    pub base_inv: [V; 6],
    /// Right-hand side.
    pub g: Vec<V>,
    /// Velocity in z space.
    pub z: Vec<V>,
    /// Rows of contacts and of limits: `support` entries each.
    pub contact_rows: Vec<[V; 3]>,
    pub limit_rows: Vec<V>,
    pub contacts: Vec<Contact<V>>,
    pub limits: Vec<Limit<V>>,
    /// Of the contacts on ground with boxes.
    pub box_touches: Vec<BoxTouch<V>>,
    /// Means of the points of every link, relative to the base origin.
    pub middles: Vec<V3<V>>,
    /// Contacts of the robot with itself, and their rows: as many as there ever were at once.
    pub self_contacts: Vec<Contact<V>>,
    pub self_rows: Vec<[V; 3]>,
    pub num_self: usize,
    /// Length of those rows.
    pub pair_support: usize,
    /// By point; forgotten after every tick.
    pub near_boxes: Vec<NearBoxes<V>>,
    /// How many contacts there are, and how many of them are with a surface without boxes: all or none.
    pub num_surface: usize,
    pub num_contacts: usize,
    pub num_limits: usize,
}

impl<V: Lane> Scratch<V> {
    /// Gives all arrays the sizes this model needs; does nothing from the second call on but to forget another block's
    /// boxes.
    pub fn fit(&mut self, m: &Model) {
        self.near_boxes.iter_mut().for_each(|near| near.known = false);
        let (nl, nj, np) = (m.links.len(), m.num_joints(), m.points.len());
        let same = self.links.len() == nl
            && self.centers.len() == np
            && self.rows.len() == m.rows
            && self.kin.len() == m.support
            && self.pair_support == m.pairs.support;
        if same {
            return;
        }
        self.pair_support = m.pairs.support;
        (self.self_contacts, self.self_rows, self.num_self) = (vec![], vec![], 0);
        self.middles = vec![V3::default(); nl];
        self.kin = vec![Kin::default(); m.support];
        self.links = vec![LinkWork::default(); nl];
        self.centers = vec![V3::default(); np];
        self.near = vec![false; nl];
        self.rows = vec![V::default(); m.rows];
        self.inv_diag = vec![V::default(); nj];
        self.g = vec![V::default(); 6 + nj];
        self.z = vec![V::default(); 6 + nj];
        // a point touches the surface and boxes at once
        let most = np * (1 + BOXES_PER_POINT);
        self.contact_rows = vec![[V::default(); 3]; most * m.support];
        self.near_boxes = vec![NearBoxes::default(); np];
        self.limit_rows = vec![V::default(); nj * m.support];
        self.contacts = vec![Contact::default(); most];
        self.box_touches = vec![BoxTouch::default(); most - np];
        self.limits = vec![Limit::default(); nj];
    }
}

/// Index of an entry of a lower triangle stored by rows.
#[inline(always)]
pub(super) const fn tri(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}
