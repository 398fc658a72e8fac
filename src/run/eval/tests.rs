use super::*;
use crate::nn::{ActorCritic, NetworkCfg};
use crate::task::{self, Plan};

fn setup() -> (Plan, EvalCfg, ActorCritic) {
    let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
    let cfg = crate::config::typed(&plan.doc, "eval").unwrap();
    let networks = NetworkCfg { actor: vec![8], critic: vec![8], init_std: 1.0, ..NetworkCfg::default() };
    let policy = ActorCritic::new(&networks, plan.num_obs(), plan.num_actions(), 1);
    (plan, cfg, policy)
}

#[test]
fn the_grid_has_every_combination() {
    let (_, cfg, _) = setup();
    let grid = cfg.grid();
    assert_eq!(grid.len(), 12);
    assert!(grid.contains(&[1.0, -0.4, 0.8]) && grid.contains(&[-0.5, 0.4, -0.8]));
}

#[test]
fn a_policy_that_does_nothing_is_off_by_what_was_commanded() {
    let (plan, cfg, policy) = setup();
    let stage = Stage { tries: 32, secs: 2.0 };
    let tallies = evaluate(&plan, &policy, &cfg, &[[0.6, 0.0, 0.0], [0.0, 0.0, -0.5]], stage);
    let j: Vec<Judgement> = tallies.iter().map(Tally::judgement).collect();
    assert!((j[0].vx_error - 0.6).abs() < 0.05 && j[0].vy_error < 0.05, "{:?}", j[0]);
    assert!((j[1].yaw_rate_error - 0.5).abs() < 0.05, "{:?}", j[1]);
    assert_eq!((tallies[0].tries, j[0].fall_rate), (16.0, 0.0));
    assert!(j[0].duty_factor.iter().all(|d| *d > 0.9) && j[0].speed < 0.05);
    assert!(!cfg.pass.holds(&j[0]));
}

#[test]
fn an_evaluation_does_not_depend_on_threads() {
    let (plan, cfg, policy) = setup();
    let run = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| evaluate(&plan, &policy, &cfg, &cfg.grid(), Stage { tries: 96, secs: 1.0 }))
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn looking_only_until_it_is_hopeless_gives_the_verdict_of_the_whole_test() {
    let (plan, cfg, nothing) = setup();
    let path = crate::config::root().join("assets/policies/a1_flat/policy.safetensors");
    let shipped = crate::run::train::load_policy(&path, &plan).unwrap();
    // in between: it walks, and the more its actions are bent the more often it falls
    let bent = |by: f32| {
        let mut policy = shipped.clone();
        policy.params.iter_mut().enumerate().for_each(|(i, p)| *p += by * (i as f32 * 0.7).sin());
        policy
    };
    let policies = [nothing, shipped.clone(), bent(0.02), bent(0.05), bent(0.1), bent(0.2)];
    let stage = Stage { tries: 192, secs: 5.0 };
    let judged = policies.map(|policy| {
        let mut all = Tally::default();
        evaluate(&plan, &policy, &cfg, &cfg.grid(), stage).iter().for_each(|t| all.add(t));
        let (whole, short) = (all.judgement(), pass_or_fail(&plan, &policy, &cfg, stage).judgement());
        assert_eq!(cfg.pass.holds(&whole), cfg.pass.holds(&short), "{whole:?} {short:?}");
        if cfg.pass.holds(&whole) {
            assert!((whole.vx_error - short.vx_error).abs() < 1e-9 && whole.fall_rate == short.fall_rate);
        }
        (cfg.pass.holds(&whole), whole.fall_rate > cfg.pass.fall_rate)
    });
    assert_eq!(judged[..2], [(false, false), (true, false)]);
    assert!(judged.contains(&(false, true)), "nobody fell: {judged:?}");
}

#[test]
fn nobody_standing_is_no_pass() {
    let (_, cfg, _) = setup();
    assert!(!cfg.pass.holds(&Tally::default().judgement()));
}

#[test]
fn the_shipped_policy_walks_in_rapier_as_it_walks_in_the_engine_it_learned_in() {
    let judged = |engine: &str| {
        let overrides = [("env.physics.engine".to_owned(), engine.to_owned())];
        let plan = task::compile(task::open("a1_flat", &overrides).unwrap()).unwrap();
        let cfg: EvalCfg = crate::config::typed(&plan.doc, "eval").unwrap();
        let path = crate::config::root().join("assets/policies/a1_flat/policy.safetensors");
        let policy = crate::run::train::load_policy(&path, &plan).unwrap();
        let mut all = Tally::default();
        let stage = Stage { tries: 48, secs: 4.0 };
        evaluate(&plan, &policy, &cfg, &cfg.grid(), stage).iter().for_each(|t| all.add(t));
        all.judgement()
    };
    let (home, away) = (judged("batch"), judged("rapier"));
    println!(
        "vx error {:.4} and {:.4} m/s; falls {} and {}",
        home.vx_error, away.vx_error, home.fall_rate, away.fall_rate
    );
    assert!(away.vx_error < home.vx_error + 0.05 && away.fall_rate <= 0.02, "{home:?}\n{away:?}");
    assert!(away.vy_error < home.vy_error + 0.05 && away.yaw_rate_error < home.yaw_rate_error + 0.05);
    // in two engines nothing is the same to the last digit
    assert_ne!(home.vx_error, away.vx_error);
}
