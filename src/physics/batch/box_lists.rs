//! Which boxes are near: the lists of the terrain's grid, looked up for all lanes.
use crate::lane::{Lane, WIDTH};
use crate::terrain::Grid;

/// The lists of all lanes at a place, lane by lane, and the length of the longest; `bottom` is what must be lower than the top
/// of a cell's boxes.
#[inline(always)]
pub(super) fn lists<V: Lane>(g: &Grid, x: V, y: V, bottom: V) -> ([&[u32]; WIDTH], usize) {
    let (mut lists, mut longest): ([&[u32]; WIDTH], usize) = ([&[]; WIDTH], 0);
    // a NaN clamps to zero
    let index = |length: f32, n: [usize; 2]| {
        let at = |v: V, k: usize| {
            let from = (v - V::splat(g.origin[k])) * V::splat(1.0 / length);
            from.clamp(V::zero(), V::splat(n[k] as f32 - 0.5)).floor()
        };
        at(y, 1).mul_add(V::splat(n[0] as f32), at(x, 0))
    };
    // a square is a power of two of cells long: rounding puts no cell outside of its square.
    // SAFETY: the clamps leave whole numbers below the numbers of squares, as many as there are bounds.
    let bound = unsafe { V::gather(g.bounds.as_ptr(), index(g.square, g.squares).to_idx()) };
    if !V::any(bottom.lt(bound)) {
        return (lists, longest);
    }
    let cell = index(g.cell, [g.nx, g.ny]);
    for l in 0..V::LANES {
        // SAFETY: the clamps leave whole numbers from zero on.
        let cell = g.cells[unsafe { cell.lanes()[l].to_int_unchecked::<u32>() } as usize];
        if bottom.lanes()[l] < cell.top {
            lists[l] = &g.entries[cell.first as usize..(cell.first + cell.count) as usize];
            longest = longest.max(lists[l].len());
        }
    }
    (lists, longest)
}

/// Numbers and records of the lanes' boxes at a position in their lists.
#[inline(always)]
pub(super) fn records<V: Lane>(g: &Grid, lists: &[&[u32]; WIDTH], k: usize) -> (V, [V; 16]) {
    let mut numbers = V::zero();
    let mut rows = [std::ptr::null(); WIDTH];
    for l in 0..V::LANES {
        let number = lists[l].get(k).map_or(0, |n| *n);
        numbers.lanes_mut()[l] = number as f32;
        rows[l] = g.records[number as usize].0.as_ptr();
    }
    // SAFETY: every row is a record of sixteen numbers.
    (numbers, unsafe { V::rows(&rows[..V::LANES]) })
}
