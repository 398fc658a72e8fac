//! What tests of environments share.
use super::*;
use crate::lane::{Lane, WIDTH, Wide};

/// One block of a plan.
pub fn block(plan: &Plan, mode: Mode) -> Block {
    blocks(plan, WIDTH, 7, &mode).remove(0)
}

/// One tick without a policy, and without a reset.
pub fn tick(b: &mut Block, plan: &Plan, action: f32) {
    command(b, plan);
    step(b, plan, &vec![Wide::splat(action); plan.num_actions()]);
    judge(b, plan);
}

/// Everything that a block remembers.
pub fn bits(b: &Block) -> Vec<u32> {
    let mut data = vec![];
    b.snapshot(&mut data);
    data.iter().map(|x| x.to_bits()).collect()
}
