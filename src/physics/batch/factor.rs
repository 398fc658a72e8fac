//! Stage 3: branch-sparse factorisation `M = LᵀL` (last joint first, no fill-in) and the velocity without constraints in
//! `z = L u`.
//!
//! In z space a constraint row needs one short vector `Y = L⁻ᵀ Jᵀ` with the support of its kinematic chain, for reading
//! its velocity (`Y·z`) as well as for applying its impulse (`z += Y λ`), and `J M⁻¹ Jᵀ = Y·Y`.
use super::layout::Block;
use super::model::Model;
use super::scratch::{Scratch, tri};
use crate::lane::Lane;

#[inline(always)]
pub(super) fn factor<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>) {
    factor_joints(m, s);
    factor_base(m, s);
    free_velocity(m, b, s);
}

#[inline(always)]
fn factor_joints<V: Lane>(m: &Model, s: &mut Scratch<V>) {
    for k in (0..m.num_joints()).rev() {
        match m.links[k + 1].chain.len() {
            1 => factor_joint::<V, 1>(m, s, k),
            2 => factor_joint::<V, 2>(m, s, k),
            3 => factor_joint::<V, 3>(m, s, k),
            _ => factor_joint::<V, 0>(m, s, k),
        }
    }
}

/// One row; `N` is the length of its chain if that is worth code of its own, or 0.
#[inline(always)]
fn factor_joint<V: Lane, const N: usize>(m: &Model, s: &mut Scratch<V>, k: usize) {
    {
        let link = &m.links[k + 1];
        let n = if N > 0 { N } else { link.chain.len() };
        let (before, own) = s.rows.split_at_mut(link.row);
        let row = &mut own[..6 + n];
        let d = row[5 + n];
        let inv = d.rsqrt();
        s.inv_diag[k] = inv;
        row[5 + n] = d * inv;
        for e in 0..5 + n {
            row[e] *= inv;
        }
        // the ancestors of an ancestor are a prefix of this row
        for c in 0..n - 1 {
            let l = row[6 + c];
            let start = m.links[link.chain[c] + 1].row;
            let ancestor = &mut before[start..start + 7 + c];
            let prefix = &row[..7 + c];
            for e in 0..7 + c {
                ancestor[e] = l.neg_mul_add(prefix[e], ancestor[e]);
            }
        }
    }
}

#[inline(always)]
fn factor_base<V: Lane>(m: &Model, s: &mut Scratch<V>) {
    let root = &s.links[0].inertia;
    let (zero, mass, h, i) = (V::zero(), root.m, root.h, root.i);
    // 21 accumulators stay in registers
    #[rustfmt::skip]
    let mut acc = [
        mass,
        zero, mass,
        zero, zero, mass,
        zero, -h.z, h.y, i[0],
        h.z, zero, -h.x, i[3], i[1],
        -h.y, h.x, zero, i[4], i[5], i[2],
    ];
    for link in &m.links[1..] {
        let r: &[V; 6] = s.rows[link.row..].first_chunk().expect("a row begins with six base entries");
        for i in 0..6 {
            for j in 0..=i {
                acc[tri(i, j)] = r[i].neg_mul_add(r[j], acc[tri(i, j)]);
            }
        }
    }
    for k in (0..6).rev() {
        let d = acc[tri(k, k)];
        let inv = d.rsqrt();
        s.base_inv[k] = inv;
        acc[tri(k, k)] = d * inv;
        for j in 0..k {
            acc[tri(k, j)] *= inv;
        }
        for i in 0..k {
            for j in 0..=i {
                acc[tri(i, j)] = acc[tri(k, i)].neg_mul_add(acc[tri(k, j)], acc[tri(i, j)]);
            }
        }
    }
    s.base = acc;
}

/// `z = L u + L⁻ᵀ g`, so that the velocity without constraints is `L⁻¹ z`.
#[inline(always)]
fn free_velocity<V: Lane>(m: &Model, b: &Block<V>, s: &mut Scratch<V>) {
    let six = "six base entries come before the joints";
    let (gb, gj) = s.g.split_first_chunk_mut::<6>().expect(six);
    let (ub, uj) = b.velocity.split_first_chunk::<6>().expect(six);
    let (mut gb, ub) = (*gb, *ub);
    for (k, link) in m.links[1..].iter().enumerate().rev() {
        let n = link.chain.len();
        let row = &s.rows[link.row..link.row + 6 + n];
        let y = gj[k] * s.inv_diag[k];
        let mut z = y;
        for e in 0..6 {
            gb[e] = row[e].neg_mul_add(y, gb[e]);
            z = row[e].mul_add(ub[e], z);
        }
        for c in 0..n - 1 {
            let (l, a) = (row[6 + c], link.chain[c]);
            gj[a] = l.neg_mul_add(y, gj[a]);
            z = l.mul_add(uj[a], z);
        }
        s.z[6 + k] = row[5 + n].mul_add(uj[k], z);
    }
    for k in (0..6).rev() {
        let y = gb[k] * s.base_inv[k];
        let mut z = y;
        for j in 0..k {
            gb[j] = s.base[tri(k, j)].neg_mul_add(y, gb[j]);
        }
        for j in 0..=k {
            z = s.base[tri(k, j)].mul_add(ub[j], z);
        }
        s.z[k] = z;
    }
}

/// The factor, to read.
pub(super) struct Factor<'a, V> {
    pub rows: &'a [V],
    pub inv_diag: &'a [V],
    pub base: &'a [V; 21],
    pub base_inv: &'a [V; 6],
}

impl<V: Lane> Factor<'_, V> {
    /// `x ← L⁻ᵀ x` in place for `R` right-hand sides supported on the chain of `link`: six base entries, then its
    /// joints from the root. `N` is the length of the chain if that is worth code of its own, or 0.
    #[inline(always)]
    pub fn solve_chain<const R: usize, const N: usize>(&self, m: &Model, link: usize, x: &mut [[V; R]]) {
        let chain = &m.links[link].chain;
        let n = if N > 0 { N } else { chain.len() };
        let (xb, xj) = x.split_first_chunk_mut::<6>().expect("a row begins with six base entries");
        let mut b = *xb;
        for c in (0..n).rev() {
            let k = chain[c];
            let start = m.links[k + 1].row;
            let row = &self.rows[start..start + 7 + c];
            let (before, own) = xj.split_at_mut(c);
            let inv = self.inv_diag[k];
            for r in 0..R {
                own[0][r] *= inv;
            }
            let y = own[0];
            let coupling = &row[6..6 + c];
            for e in 0..c {
                for r in 0..R {
                    before[e][r] = coupling[e].neg_mul_add(y[r], before[e][r]);
                }
            }
            for e in 0..6 {
                for r in 0..R {
                    b[e][r] = row[e].neg_mul_add(y[r], b[e][r]);
                }
            }
        }
        self.solve_base(&mut b);
        *xb = b;
    }

    /// The base's part of it.
    #[inline(always)]
    pub fn solve_base<const R: usize>(&self, b: &mut [[V; R]; 6]) {
        for k in (0..6).rev() {
            for r in 0..R {
                b[k][r] *= self.base_inv[k];
            }
            for j in 0..k {
                for r in 0..R {
                    b[j][r] = self.base[tri(k, j)].neg_mul_add(b[k][r], b[j][r]);
                }
            }
        }
    }
}
