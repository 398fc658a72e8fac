use super::*;
use crate::task::testing::a1_plan_with;

fn a1(overrides: &[(&str, &str)]) -> Result<Plan, ConfigErrors> {
    let owned: Vec<_> = overrides.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    compile(open("a1_flat", &owned)?)
}

#[test]
fn every_shipped_task_compiles() {
    for name in config::names_in(&config::root().join("configs/tasks")) {
        let plan = compile(open(&name, &[]).unwrap()).unwrap_or_else(|e| panic!("{name}:\n{e}"));
        assert_eq!(plan.name, name);
        assert!(plan.to_string().contains("rewards"));
    }
}

#[test]
fn a1_flat_has_the_48_numbers_of_legged_gym() {
    let plan = a1(&[]).unwrap();
    assert_eq!((plan.num_obs(), plan.num_actions()), (48, 12));
    let slices: Vec<_> = plan.observations.iter().map(|o| (o.key.as_str(), o.slice.start)).collect();
    assert_eq!(
        slices[..4],
        [("base_lin_vel", 0), ("base_ang_vel", 3), ("projected_gravity", 6), ("command_lin_vel", 9)]
    );
    assert_eq!(slices[5..], [("joint_pos", 12), ("joint_vel", 24), ("last_action", 36)]);
}

#[test]
fn overrides_reach_the_plan() {
    let plan = a1(&[("env.rewards.action_rate.weight", "-0.02"), ("env.num_envs", "64")]).unwrap();
    assert_eq!(plan.env.num_envs, 64);
    let r = plan.rewards.iter().find(|r| r.key == "action_rate").unwrap();
    assert_eq!((r.weight, r.per_tick), (-0.02, -0.02 * 0.02));
}

#[test]
fn mistakes_name_their_place_and_the_nearest_name() {
    let check = |key: &str, value: &str, expected: &[&str]| {
        let Err(e) = a1(&[(key, value)]) else { panic!("{key}={value} was accepted") };
        let text = e.to_string();
        for part in expected {
            assert!(text.contains(part), "missing `{part}` in: {text}");
        }
    };
    check("env.rewards.acton_rate.weight", "1", &["--env.rewards.acton_rate", "did you mean `action_rate`?"]);
    check(
        "env.rewards.action_rate.weight",
        "heavy",
        &["--env.rewards.action_rate.weight=heavy", "env.rewards.action_rate.weight"],
    );
    check("env.num_envs", "100", &["try 96"]);
    check(
        "env.rewards.collision.points",
        "\"knee\"",
        &["no collision point role `knee`", "did you mean `knees`?"],
    );
    check("env.physics.self_collision", "listed", &["lists no pairs of points"]);
    check("env.physics.self_collision", "some", &["unknown value `some`"]);
    check("env.commands.lin_vel_x", "(1.0, -1.0)", &["lower bound above upper"]);
    check("robot", "a2", &["unknown robot `a2`", "a1"]);
    check("env.events.model.friction", "(-1.0, 1.0)", &["must not be negative"]);
    let e = open("a1_flatt", &[]).unwrap_err().to_string();
    assert!(e.contains("unknown task `a1_flatt`; did you mean `a1_flat`?"), "{e}");
}

#[test]
fn unknown_terms_and_parameters_in_a_file_are_all_reported_with_their_lines() {
    let path = config::root().join("configs/tasks/a1_flat.ron");
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("\"action_rate\"", "\"acton_rate\"").replace("variance", "variants");
    let Err(errors) = compile(Document::from_text(&text, "t.ron").unwrap()) else { panic!("accepted") };
    let all = errors.to_string();
    assert!(all.contains("unknown term `acton_rate` in `rewards`; did you mean `action_rate`?"), "{all}");
    assert!(all.matches("unknown key `variants`; did you mean `variance`?").count() == 2, "{all}");
    assert!(all.lines().all(|l| l.starts_with("t.ron:")), "{all}");
}

#[test]
fn contradictions_of_randomisation_are_all_reported_at_once_with_their_lines() {
    let path = config::root().join("configs/tasks/a1_flat.ron");
    let text = std::fs::read_to_string(path)
        .unwrap()
        .replace("friction: (0.5, 1.25)", "friction: (1.5, 0.5), restitution: (0.0, 1.5), link_mass: (-0.1, 1.0)")
        .replace("push: (speed: 1.0", "wrench: (force: -1.0, torque: 0.0, interval_secs: 1.0, duration_secs: 2.0),\n            push: (speed: -1.0")
        .replace("actions: (scale: 0.25)", "actions: (scale: 0.25, delay: (secs: (0.0, 2.0)), torque_noise: (share: 1.5))")
        .replace("terrain: None,", "terrain: None,\n        sensors: (delay: (secs: (0.04, 0.02)), bias: {\"joint_poss\": 0.1}),");
    let Err(errors) = compile(Document::from_text(&text, "t.ron").unwrap()) else { panic!("accepted") };
    let all = errors.to_string();
    for part in [
        "`friction`: lower bound above upper: 1.5 and 0.5",
        "`restitution`: must be from 0 to 1",
        "`link_mass`: must be above 0",
        "a push speed must not be negative",
        "`force` must not be negative",
        "a wrench that begins every 1 s cannot last 2 s",
        "a delay of 2 s is longer than the buffer: 32 ticks, which are 0.64 s",
        "`secs`: lower bound above upper: 0.04 and 0.02",
        "`share` is a share of the joints' effort, from 0 to 1: not 1.5",
        "the task has no observation `joint_poss`; did you mean `joint_pos`?",
    ] {
        assert!(all.contains(part), "missing `{part}` in:\n{all}");
    }
    let lines: Vec<&str> = all.lines().filter_map(|l| l.strip_prefix("t.ron:")?.split(':').next()).collect();
    assert!(lines.len() == 10 && lines.iter().all(|l| *l != "1"), "{all}");
}

#[test]
fn what_a_task_does_not_write_can_be_changed_all_the_same() {
    let plan =
        a1(&[("env.sensors.delay.secs", "(0.0, 0.03)"), ("env.events.model.restitution", "(0.0, 0.2)")]);
    assert_eq!(plan.unwrap().wiring.sensor_ticks, 2);
    let Err(e) = a1(&[("env.physics.motors", "(corner: 1.0, no_load: 0.5)")]) else { panic!("accepted") };
    assert!(e.to_string().contains("must fall from a corner speed"), "{e}");
}

#[test]
fn impossible_boxes_and_self_contact_without_collisions_are_refused() {
    let path = config::root().join("configs/tasks/a1_flat.ron");
    let boxes = "Some((mix: (types: [(type: \"flat\")]), tile: 8.0, columns: 1, levels: 1, cell: 0.1, \
        start_levels: (0.0, 0.0), seed: 1, boxes: [(center: (0.0, 0.0, 0.0), half: (0.1, -0.1, 0.1))]))";
    let text = std::fs::read_to_string(path)
        .unwrap()
        .replace("terrain: None", &format!("terrain: {boxes}"))
        .replace("terminations: {", "terminations: {\n            \"self_contact\": (force: 5.0),");
    let Err(errors) = compile(Document::from_text(&text, "t.ron").unwrap()) else { panic!("accepted") };
    let all = errors.to_string();
    assert!(all.contains("box 0: half extents"), "{all}");
    assert!(all.contains("needs `env.physics.self_collision`"), "{all}");
}

#[test]
fn a_critic_is_told_what_the_actor_is_told_or_more_or_something_else() {
    let plan = a1(&[]).unwrap();
    assert_eq!(plan.sizes(), [48, 0, 12]);
    let more = r#"critic_extra: {"height": (term: "projected_gravity", scale: 2.0)}"#;
    let extra = a1_plan_with(&format!("{more},"), &[]).unwrap();
    assert_eq!(extra.sizes(), [48, 51, 12]);
    let last = extra.critic_observations.last().unwrap();
    assert_eq!((last.key.as_str(), last.slice.clone()), ("height", 48..51));
    assert!(extra.interface().contains("critic height 48..51 scale 2"), "{}", extra.interface());
    assert!(
        extra.interface().ends_with(&plan.interface()[plan.interface().find("joint targets").unwrap()..])
    );
    assert!(extra.to_string().contains("observations of the critic (51 numbers, no noise)"), "{extra}");
    assert_eq!(extra.mirror.as_ref().unwrap().critic_obs.len(), 51);
    let told = a1_plan_with("history: 2,", &[]).unwrap();
    assert_eq!(told.sizes(), [96, 0, 12]);
    let mirror = told.mirror.as_ref().unwrap();
    // sideways velocity in the older frame and in the newer one
    assert_eq!((mirror.obs[1], mirror.obs[4]), ((1, -1.0), (4, -1.0)));
    assert!(told.interface().contains("base_lin_vel 0..6 scale 2 history 2"), "{}", told.interface());
    assert!(told.to_string().contains("noise ±0.1 last 2"), "{told}");
    let own = a1_plan_with(
        r#"critic_observations: {"joint_pos": (scale: 1.0), "base_lin_vel": (scale: 1.0)},"#,
        &[],
    )
    .unwrap();
    assert_eq!(own.sizes(), [48, 15, 12]);
    assert_eq!(own.critic_observations[1].slice, 12..15);
}

#[test]
fn a_critic_s_mistakes_are_named() {
    let message = |more: &str| match a1_plan_with(&format!("{more},"), &[]) {
        Ok(_) => panic!("{more} was accepted"),
        Err(e) => e.to_string(),
    };
    let text = message(r#"critic_extra: {"joint_pos": (scale: 1.0)}"#);
    assert!(text.contains("told `joint_pos` already"), "{text}");
    let text = message(r#"critic_extra: {"h": (term: "joint_vel", scale: 1.0, noise: 0.1)}"#);
    assert!(text.contains("leave `noise` out"), "{text}");
    let text = message("history: 0");
    assert!(text.contains("a history of 0 values"), "{text}");
    let text = message(r#"critic_extra: {"h": (term: "joint_vel", scale: 1.0, history: 1000)}"#);
    assert!(
        text.contains("env.critic_extra.h.history") || text.contains("a history of 1000 values"),
        "{text}"
    );
    let text = message(r#"critic_observations: {"joint_po": (scale: 1.0)}"#);
    assert!(
        text.contains("unknown term `joint_po` in `critic_observations`; did you mean `joint_pos`?"),
        "{text}"
    );
    let both = r#"critic_extra: {"h": (term: "joint_vel", scale: 1.0)}, critic_observations: {"joint_pos": (scale: 1.0)}"#;
    assert!(message(both).contains("either `critic_observations`"));
}

#[test]
fn ground_is_changed_by_arguments_and_levels_that_nobody_reaches_are_reported() {
    let open = |overrides: &[(&str, &str)]| {
        let overrides: Vec<_> = overrides.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        compile(open("a1_bumps", &overrides)?)
    };
    let plan = open(&[("env.terrain.mix", "stairs"), ("env.terrain.steps", "boxes")]).unwrap();
    let cfg = plan.env.terrain.as_ref().unwrap();
    assert_eq!((cfg.types().len(), cfg.columns), (4, 8));
    assert!(!plan.terrain.boxes.is_empty());
    let rule = ("env.terrain.level_rule", "leave_tile");
    assert!(open(&[rule]).is_ok());
    let stuck =
        open(&[rule, ("env.terminations.time_out.secs", "1.0"), ("env.terrain.start_levels", "(9, 9)")]);
    let all = stuck.err().unwrap().to_string();
    assert!(
        all.contains("that a robot must walk to advance") && all.contains("on the highest level"),
        "{all}"
    );
    let unknown =
        open(&[("env.terrain.mix", "stair"), ("env.terrain.cell", "0.0")]).err().unwrap().to_string();
    assert!(unknown.contains("did you mean `stairs`?"), "{unknown}");
}

#[test]
fn variants_and_arguments_find_the_forms_of_actor_and_critic_in_every_task() {
    let owned = [
        ("env.history", "2"),
        ("train.networks.memory", "gru"),
        ("train.algorithm.reinit_std", "0.3"),
        ("train.algorithm.entropy_schedule", "[(0, 0.01), (9, 0.0)]"),
    ];
    let owned = owned.map(|(k, v)| (k.to_string(), v.to_string()));
    let doc = open("a1_flat_quality", &owned).unwrap();
    assert_eq!(doc.get("train.networks.memory"), "gru");
    assert_eq!(compile(doc).unwrap().num_obs(), 96);
    let folder = tempfile::tempdir().unwrap();
    let tasks = config::root().join("configs/tasks");
    std::fs::copy(tasks.join("a1_flat.ron"), folder.path().join("a1_flat.ron")).unwrap();
    let path = folder.path().join("v.ron");
    let text = r#"variant(name: "v", extends: "a1_flat", patch: {"env.critic_extra": {"h": (term: "joint_vel", scale: 0.1)}})"#;
    std::fs::write(&path, text).unwrap();
    assert_eq!(compile(load(&path).unwrap()).unwrap().sizes(), [48, 60, 12]);
}
