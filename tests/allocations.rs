//! No allocation after the first tick: a counting allocator around rollouts of one team.
use gaitlab::env::{Mode, blocks};
use gaitlab::learn::{Rollout, Team};
use gaitlab::nn::{ActorCritic, NetworkCfg};
use gaitlab::task;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;
static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes everything on to the system allocator and only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(p, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_tick_allocates_nothing() {
    let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
    let cfg =
        NetworkCfg { actor: vec![64, 64], critic: vec![64, 64], init_std: 1.0, ..NetworkCfg::default() };
    let policy = ActorCritic::new(&cfg, plan.num_obs(), plan.num_actions(), 1);
    let horizon = 100;
    let mut rollout = Rollout::new(4, horizon, plan.num_obs(), plan.num_actions());
    let mut team = Team::new(blocks(&plan, 64, 1, &Mode::TRAIN), &plan, &policy);
    let mut part = rollout.whole_mut();
    let mut tick = |t| {
        team.command(&plan);
        team.observe(&plan);
        team.explore(&policy);
        team.step(&plan);
        team.judge(&plan, &policy);
        team.record(&mut part, t);
        let resets = team.blocks.iter().map(|b| b.episodes.ended).sum::<f64>();
        team.reset(&plan);
        resets
    };
    // the first tick may take memory, also that of every thread's physics
    tick(0);
    let before = COUNT.load(Ordering::Relaxed);
    let ended = (1..horizon).map(&mut tick).fold(0.0, f64::max);
    let taken = COUNT.load(Ordering::Relaxed) - before;
    assert!(ended > 0.0, "no episode ended, so resets were not tested");
    assert_eq!(taken, 0, "{} ticks took memory {taken} times", horizon - 1);
}
