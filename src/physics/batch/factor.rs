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
    for (k, link) in m.links[1..].iter().enumerate().rev() {
        let n = link.chain.len();
        let (before, own) = s.rows.split_at_mut(link.row);
        let row = &mut own[..6 + n];
        let d = row[5 + n];
        let inv = d.rsqrt();
        s.inv_diag[k] = inv;
        row[5 + n] = d * inv;
        for r in &mut row[..5 + n] {
            *r *= inv;
        }
        // the ancestors of an ancestor are a prefix of this row
        for (c, &a) in link.chain[..n - 1].iter().enumerate() {
            let l = row[6 + c];
            let start = m.links[a + 1].row;
            for (x, r) in before[start..start + 7 + c].iter_mut().zip(&row[..7 + c]) {
                *x = l.neg_mul_add(*r, *x);
            }
        }
    }
}

#[inline(always)]
fn factor_base<V: Lane>(m: &Model, s: &mut Scratch<V>) {
    // 21 accumulators stay in registers
    let mut acc = s.base;
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
    let (gb, gj) = s.g.split_at_mut(6);
    let (ub, uj) = b.velocity.split_at(6);
    let mut gb: [V; 6] = std::array::from_fn(|e| gb[e]);
    let ub: [V; 6] = std::array::from_fn(|e| ub[e]);
    for (k, link) in m.links[1..].iter().enumerate().rev() {
        let n = link.chain.len();
        let row = &s.rows[link.row..link.row + 6 + n];
        let y = gj[k] * s.inv_diag[k];
        let mut z = y;
        for e in 0..6 {
            gb[e] = row[e].neg_mul_add(y, gb[e]);
            z = row[e].mul_add(ub[e], z);
        }
        for (&l, &a) in row[6..5 + n].iter().zip(&link.chain) {
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
    /// joints from the root.
    #[inline(always)]
    pub fn solve_chain<const R: usize>(&self, m: &Model, link: usize, x: &mut [[V; R]]) {
        let chain = &m.links[link].chain;
        let (xb, xj) = x.split_at_mut(6);
        let mut b: [[V; R]; 6] = std::array::from_fn(|e| xb[e]);
        for (c, &k) in chain.iter().enumerate().rev() {
            let start = m.links[k + 1].row;
            let row = &self.rows[start..start + 7 + c];
            let (before, own) = xj.split_at_mut(c);
            let inv = self.inv_diag[k];
            for r in 0..R {
                own[0][r] *= inv;
            }
            let y = own[0];
            for (&l, p) in row[6..6 + c].iter().zip(before) {
                for r in 0..R {
                    p[r] = l.neg_mul_add(y[r], p[r]);
                }
            }
            for e in 0..6 {
                for r in 0..R {
                    b[e][r] = row[e].neg_mul_add(y[r], b[e][r]);
                }
            }
        }
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
        xb.copy_from_slice(&b);
    }
}
