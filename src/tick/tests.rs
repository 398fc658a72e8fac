use super::*;
use crate::env::Mode;
use crate::lane::{Lane, WIDTH, Wide};
use crate::learn::{Ppo, PpoCfg, Rollout, Team, native::NativeGradient};
use crate::nn::{ActorCritic, NetworkCfg};
use crate::task::{self, Plan, testing};
use std::sync::Arc;

fn plan(overrides: &[(&str, &str)]) -> Arc<Plan> {
    let owned: Vec<_> = overrides.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    Arc::new(task::compile(task::open("a1_flat", &owned).unwrap()).unwrap())
}

fn policy(plan: &Plan) -> ActorCritic {
    let cfg = NetworkCfg { actor: vec![32], critic: vec![32], init_std: 1.0, ..NetworkCfg::default() };
    ActorCritic::for_sizes(&cfg, plan.sizes(), 3)
}

fn trainee(plan: &Arc<Plan>, envs: usize, horizon: usize) -> (Envs, Learner) {
    let policy = policy(plan);
    let ppo = Ppo::new(PpoCfg::default(), &policy, Box::new(NativeGradient::new()), 5);
    let rollout = Rollout::for_sizes(envs / WIDTH, horizon, plan.sizes());
    (Envs::new(plan.clone(), policy, envs, 5, &Mode::TRAIN), Learner::new(ppo, rollout))
}

/// Bits of everything that a run has become.
fn bits(envs: &mut Envs) -> Vec<u32> {
    let e = envs.state();
    let mut data = e.policy.params.clone();
    e.teams.iter().flat_map(|t| &t.blocks).for_each(|b| b.snapshot(&mut data));
    data.iter().map(|x| x.to_bits()).collect()
}

fn fast(plan: &Arc<Plan>, envs: usize, iterations: usize) -> Vec<u32> {
    let (mut e, mut l) = trainee(plan, envs, 8);
    (0..iterations).for_each(|_| learn_fast(e.state(), l.state()));
    bits(&mut e)
}

#[test]
fn the_schedule_and_the_fast_path_give_the_same_bits() {
    check_schedule(plan(&[]));
}

#[test]
fn it_is_so_too_with_a_critic_that_is_told_more() {
    check_schedule(told_more());
}

#[test]
fn what_a_memory_holds_at_the_start_of_a_rollout_leads_to_the_same_means_and_values() {
    let plan = plan(&[("env.terminations.time_out.secs", "0.2")]);
    let cfg = NetworkCfg { memory: Some(crate::nn::MemoryKind::Gru), hidden: 9, ..NetworkCfg::default() };
    let policy = ActorCritic::for_sizes(&cfg, plan.sizes(), 3);
    let mut teams = crate::learn::teams(crate::env::blocks(&plan, 32, 1, &Mode::TRAIN), 4, &plan, &policy);
    let mut rollout = Rollout::for_sizes(2, 16, plan.sizes()).with_memory(policy.memory_sizes());
    let mut work = crate::nn::Activations::new(&policy, 1);
    for iteration in 0..2 {
        crate::learn::collect(&mut teams, &plan, &policy, &mut rollout);
        let held: f32 = rollout.actor_memory.iter().map(|w| w.sq().sum()).sum();
        assert_eq!(held > 0.0, iteration > 0, "{held}");
        for block in 0..2 {
            let [mut a, mut c] =
                [&rollout.actor_memory, &rollout.critic_memory].map(|m| m[block * 9..][..9].to_vec());
            for t in 0..16 {
                let tile = rollout.tile(block, t);
                let obs = &rollout.obs[tile * 48..][..48];
                let means = policy.act_on(obs, 1, &mut a, &mut work);
                assert_eq!(means[5].lanes(), rollout.means[tile * 12 + 5].lanes(), "block {block}, tick {t}");
                let value = policy.value_on(obs, 1, &mut c, &mut work)[0];
                assert_eq!(value.lanes(), rollout.value[tile].lanes());
                let done = rollout.terminated[tile].max(rollout.timed_out[tile]);
                a.iter_mut().chain(&mut c).for_each(|s| *s *= Wide::splat(1.0) - done);
            }
        }
        assert!(rollout.timed_out.iter().any(|t| t.sum() > 0.0), "no episode ended");
    }
}

fn told_more() -> Arc<Plan> {
    Arc::new(testing::a1_plan_with(testing::CRITIC_EXTRA, &[]).unwrap())
}

fn check_schedule(plan: Arc<Plan>) {
    let mut app = App::new();
    app.add_plugins(plugin);
    let entity = app.world_mut().spawn(trainee(&plan, 96, 8)).id();
    for _ in 0..3 * 8 {
        app.world_mut().run_schedule(ControlTick);
    }
    let mut envs = app.world_mut().entity_mut(entity).take::<Envs>().unwrap();
    assert_eq!(bits(&mut envs), fast(&plan, 96, 3));
}

#[test]
fn one_thread_and_four_threads_give_the_same_bits() {
    for plan in [plan(&[]), told_more()] {
        let with = |n| {
            rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(|| fast(&plan, 160, 3))
        };
        assert_eq!(with(1), with(4));
    }
}

#[test]
fn what_only_the_critic_is_told_reaches_the_rollout_without_noise_and_changes_no_action() {
    let (more, plain) = (told_more(), plan(&[]));
    let first = |plan: &Arc<Plan>| {
        let (mut e, mut l) = trainee(plan, 32, 8);
        let (e, l) = (e.state(), l.state());
        // only the critics differ
        let cfg = NetworkCfg { actor: vec![32], critic: vec![32], init_std: 1.0, ..NetworkCfg::default() };
        let actor = ActorCritic::new(&cfg, 48, 12, 3);
        let n = actor.actor.num_params();
        e.policy.params[..n].copy_from_slice(actor.actor_params());
        crate::learn::collect(&mut e.teams, plan, &e.policy, &mut l.rollout);
        l.rollout.clone()
    };
    let (with, without) = (first(&more), first(&plain));
    let lanes = |values: &[Wide]| values.iter().flat_map(|v| v.lanes().to_vec()).collect::<Vec<_>>();
    assert_eq!(lanes(&with.obs), lanes(&without.obs));
    assert_eq!(lanes(&with.actions), lanes(&without.actions));
    assert_eq!(without.critic_obs.len(), 0);
    for tile in 0..with.tiles() {
        let (seen, obs) = (&with.critic_obs[tile * 63..][..63], &with.obs[tile * 48..][..48]);
        for lane in 0..WIDTH {
            let at = |v: Wide| v.lanes()[lane];
            // the actor's velocity has noise of up to 0.2, the critic's none: twice the same
            assert!((at(obs[0]) - at(seen[0])).abs() <= 0.2001);
            assert_eq!(at(seen[0]), 2.0 * at(seen[48]));
        }
    }
    assert_ne!(lanes(&with.obs[..1]), lanes(&with.critic_obs[..1]));
}

#[test]
fn seeds_matter() {
    let plan = plan(&[]);
    let run = |seed| {
        let mut e = Envs::new(plan.clone(), policy(&plan), 16, seed, &Mode::TRAIN);
        bits(&mut e)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn the_terminal_value_is_that_of_the_state_before_the_reset() {
    check_terminal_value(plan(&[("env.terminations.time_out.secs", "0.1")]));
    let short = [("\"time_out\": (secs: 20.0)", "\"time_out\": (secs: 0.1)")];
    check_terminal_value(Arc::new(testing::a1_plan_with(testing::CRITIC_EXTRA, &short).unwrap()));
}

fn check_terminal_value(plan: Arc<Plan>) {
    let policy = policy(&plan);
    let mode = Mode { stagger: false, noise: false, pushes: false, ..Mode::TRAIN };
    let mut team = Team::new(crate::env::blocks(&plan, WIDTH, 1, &mode), &plan, &policy);
    let mut rollout = Rollout::for_sizes(1, 5, plan.sizes());
    let mut part = rollout.whole_mut();
    let mut obs = vec![Wide::zero(); policy.num_critic_obs()];
    let mut work = crate::nn::Activations::new(&policy, 1);
    let mut value_now = |team: &mut Team| {
        crate::env::observe_critic(&mut team.blocks[0], &plan, &mut obs);
        policy.value(&obs, 1, &mut work)[0].lanes().to_vec()
    };
    let (mut last, mut next) = (vec![], vec![]);
    for t in 0..5 {
        team.command(&plan);
        team.observe(&plan);
        team.observe_for_critic(&plan);
        team.explore(&policy);
        team.step(&plan);
        team.judge(&plan, &policy);
        last = value_now(&mut team);
        team.reset(&plan);
        next = value_now(&mut team);
        team.record(&mut part, t);
    }
    assert_eq!(part.timed_out[4].sum(), 16.0);
    assert_eq!(part.terminal_value[4].lanes(), last);
    assert!(last.iter().zip(&next).all(|(a, b)| a != b), "the next episode starts elsewhere");
}

#[test]
fn the_order_of_the_sets_leaves_nothing_ambiguous() {
    // the schedule is built with ambiguities as errors: running it once is the proof
    let mut app = App::new();
    app.add_plugins(plugin);
    app.world_mut().run_schedule(ControlTick);
}

#[test]
fn the_clock_of_the_window_cannot_change_what_happens() {
    use bevy::time::{TimePlugin, TimeUpdateStrategy, Virtual};
    let plan = plan(&[]);
    let run = |per_frame: u32, pauses: bool| {
        let mut app = App::new();
        app.add_plugins((TimePlugin, plugin)).insert_resource(Time::<Fixed>::from_hz(50.0));
        app.insert_resource(TimeUpdateStrategy::FixedTimesteps(per_frame));
        app.add_systems(FixedUpdate, |world: &mut World| world.run_schedule(ControlTick));
        let entity = app.world_mut().spawn(trainee(&plan, 32, 8)).id();
        let mut frame = 0;
        loop {
            if pauses && frame % 3 == 0 {
                app.world_mut().resource_mut::<Time<Virtual>>().pause();
                app.update();
                app.world_mut().resource_mut::<Time<Virtual>>().unpause();
            }
            app.update();
            frame += 1;
            let mut envs = app.world_mut().entity_mut(entity);
            let ticks = envs.get_mut::<Envs>().unwrap().state().ticks;
            if ticks >= 20 {
                assert_eq!(ticks, 20, "{per_frame} ticks per frame");
                return bits(&mut envs.take::<Envs>().unwrap());
            }
        }
    };
    let slow = run(1, false);
    assert_eq!(slow, run(10, false), "ten times faster");
    assert_eq!(slow, run(1, true), "with pauses");
}

#[test]
fn a_driven_lane_has_no_weight_and_its_rewards_change_nothing_that_is_learned() {
    let plan = plan(&[]);
    let learned = |garbage: Option<f32>| {
        let (mut e, mut l) = trainee(&plan, 64, 8);
        let (e, l) = (e.state(), l.state());
        let second = e.teams.iter_mut().flat_map(|t| &mut t.blocks).nth(1).unwrap();
        second.drive(&plan, 3, Some([0.5, 0.0, 0.0]));
        crate::learn::collect(&mut e.teams, &plan, &e.policy, &mut l.rollout);
        let r = &mut l.rollout;
        for tile in 0..r.tiles() {
            let driven = tile / r.horizon == 1;
            for (lane, w) in r.sample_weight[tile].lanes().iter().enumerate() {
                assert_eq!(*w, if driven && lane == 3 { 0.0 } else { 1.0 });
            }
            if let Some(x) = garbage.filter(|_| driven) {
                r.reward[tile].lanes_mut()[3] = x;
            }
        }
        crate::learn::gae(r, l.ppo.cfg.gamma, l.ppo.cfg.lambda);
        l.ppo.update(&mut e.policy, r).unwrap();
        e.teams.iter_mut().flat_map(|t| &mut t.blocks).nth(1).unwrap().drive(&plan, 3, None);
        crate::learn::collect(&mut e.teams, &plan, &e.policy, r);
        assert!(r.sample_weight.iter().all(|w| w.lanes().iter().all(|w| *w == 1.0)));
        e.policy.params.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    let as_it_was = learned(None);
    assert_eq!(learned(Some(1e6)), as_it_was);
    assert_eq!(learned(Some(-3.0)), as_it_was);
}
