//! The points of a robot that hit each other, compiled: pairs of links, and what a contact between them moves.
use super::link::LinkConst;
use std::collections::BTreeMap;
use std::ops::Range;

/// Two links with points that can hit each other.
#[derive(Clone, Debug)]
pub(super) struct LinkPair {
    pub links: [usize; 2],
    /// Joints that are above one link or both, from the root: what a contact between them has entries for.
    pub joints: Vec<usize>,
    /// For each of them: whether it moves the first link (1), the second one (-1), or both as one (0).
    pub sides: Vec<f32>,
    /// For each of them: where the joints above it are among them.
    pub above: Vec<Vec<usize>>,
    /// Its pairs of points.
    pub points: Range<usize>,
    /// Radius of a sphere around the mean of the points of each link that encloses theirs, m.
    pub reach: [f32; 2],
}

/// All pairs of a robot.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    pub links: Vec<LinkPair>,
    pub points: Vec<[usize; 2]>,
    /// Longest support of a row: six base entries and the joints above two links.
    pub support: usize,
}

/// A collision sphere: centre, radius.
type Ball = ([f32; 3], f32);

impl Pairs {
    /// Of pairs of points, given by index; pairs on one link are left out.
    pub fn new(links: &[LinkConst], balls: &[Ball], pairs: &[[usize; 2]]) -> Self {
        let mut sorted: BTreeMap<[usize; 2], Vec<[usize; 2]>> = BTreeMap::new();
        let link_of = |point: usize| links.iter().position(|l| l.points.contains(&point));
        for &[a, b] in pairs {
            match (link_of(a), link_of(b)) {
                (Some(la), Some(lb)) if la < lb => sorted.entry([la, lb]).or_default().push([a, b]),
                (Some(la), Some(lb)) if lb < la => sorted.entry([lb, la]).or_default().push([b, a]),
                _ => {}
            }
        }
        let mut all = Self::default();
        for (pair, points) in sorted {
            let start = all.points.len();
            all.points.extend(points);
            let [a, b] = pair.map(|l| &links[l].chain);
            let mut joints: Vec<usize> = a.iter().chain(b).copied().collect();
            joints.sort_unstable();
            joints.dedup();
            let side = |j: &usize| f32::from(a.contains(j)) - f32::from(b.contains(j));
            let place = |j: &usize| joints.iter().position(|k| k == j).unwrap_or(0);
            let above = |j: &usize| {
                let chain = &links[j + 1].chain;
                chain[..chain.len() - 1].iter().map(place).collect()
            };
            all.support = all.support.max(6 + joints.len());
            all.links.push(LinkPair {
                links: pair,
                sides: joints.iter().map(side).collect(),
                above: joints.iter().map(above).collect(),
                points: start..all.points.len(),
                reach: pair.map(|l| reach(&balls[links[l].points.clone()])),
                joints,
            });
        }
        all
    }
}

/// Radius of the sphere around the mean of the centres that encloses all of these, m.
fn reach(balls: &[Ball]) -> f32 {
    let mean: [f32; 3] =
        std::array::from_fn(|k| balls.iter().map(|b| b.0[k]).sum::<f32>() / balls.len() as f32);
    let from = |b: &Ball| (0..3).map(|k| (b.0[k] - mean[k]).powi(2)).sum::<f32>().sqrt() + b.1;
    balls.iter().map(from).fold(0.0, f32::max)
}
