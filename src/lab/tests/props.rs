//! Playing in rapier among things: pushing, pulling, going back, changing engines.
use super::*;
use crate::config;
use crate::lab::command::ShowOrder;
use crate::lab::scene::Scene;
use crate::nn::ActorCritic;
use crate::physics::Engine;
use crate::robot::LinkPose;
use crate::run::train::load_policy;
use crate::tick::view::ShownProps;

const ON_RAPIER: [(&str, &str); 1] = [("env.physics.engine", "rapier")];

fn scene(props: &str) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.ron");
    std::fs::write(&path, format!(r#"(about: "x", task: "a1_flat", props: [{props}])"#)).unwrap();
    Scene::load(&path).unwrap_or_else(|e| panic!("{e}"))
}

fn policy(plan: &Plan) -> ActorCritic {
    load_policy(&config::root().join("assets/policies/a1_flat/policy.safetensors"), plan).unwrap()
}

/// The shipped policy among things, driven by a person.
fn among(props: &str, overrides: &[(&str, &str)], ticks_per_update: u32) -> App {
    let mut app = lab(Path::new("/nonexistent"), ticks_per_update);
    let plan = plan(overrides);
    let policy = policy(&plan);
    furnish(app.world_mut(), &scene(props));
    play(app.world_mut(), plan, policy, "test".into());
    app
}

fn shown(app: &mut App) -> ShownProps {
    let mut query = app.world_mut().query::<(&Stage, &ShownProps)>();
    query.iter(app.world()).find(|(s, _)| s.slot == 0).unwrap().1.clone()
}

fn things(app: &mut App) -> Vec<LinkPose> {
    shown(app).current
}

fn at(app: &mut App, prop: usize) -> [f32; 3] {
    things(app)[prop].pos_w
}

fn warned(app: &App) -> Vec<String> {
    app.world().resource::<Lab>().notes.iter().map(|n| n.text.clone()).collect()
}

fn engine(app: &App) -> Engine {
    app.world().resource::<Lab>().plan.as_ref().unwrap().env.physics.engine
}

/// Walks ahead for some seconds; returns where the robot was before and after and how often it fell.
fn walk(app: &mut App, speed: f32, updates: usize) -> ([f32; 3], [f32; 3], u32) {
    let before = base(app, 0, 0);
    send(app, LabCommand::SetCommand([speed, 0.0, 0.0]));
    (0..updates).for_each(|_| app.update());
    (before, base(app, 0, 0), telemetry(app, 0).falls)
}

const LIGHT: &str = r#"(kind: "box", at: (0.9, 0.0, 0.0), size: (0.4, 0.6, 0.4), mass: 0.8, friction: 0.3)"#;
const HEAVY: &str =
    r#"(kind: "box", at: (0.9, 0.0, 0.0), size: (0.4, 1.2, 0.5), mass: 300.0, friction: 1.0)"#;

#[test]
fn the_shipped_policy_plays_in_rapier_for_a_long_time_without_falling() {
    let mut app = among("", &ON_RAPIER, 10);
    let (_, after, falls) = walk(&mut app, 0.6, 50);
    assert!(after[0] > 4.5 && after[2] > 0.22 && falls == 0, "{after:?}, {falls} falls");
    send(&mut app, LabCommand::SetCommand([0.3, 0.2, 0.8]));
    (0..25).for_each(|_| app.update());
    let t = telemetry(&mut app, 0);
    assert_eq!(t.falls, 0);
    assert!((t.measured[2] - 0.8).abs() < 0.4, "{:?}", t.measured);
}

#[test]
fn a_robot_walks_into_a_light_box_and_moves_it_and_a_heavy_one_stops_it() {
    let mut app = among(LIGHT, &ON_RAPIER, 10);
    let (_, robot, falls) = walk(&mut app, 0.6, 25);
    let light = at(&mut app, 0);
    assert!(light[0] > 1.4, "the light box is at {light:?}, the robot at {robot:?}");
    assert!(falls == 0 && robot[0] < light[0], "{falls} falls, {robot:?}");

    let mut app = among(HEAVY, &ON_RAPIER, 10);
    let (_, robot, _) = walk(&mut app, 0.6, 25);
    let heavy = at(&mut app, 0);
    assert!((heavy[0] - 0.9).abs() < 0.05, "the heavy box is at {heavy:?}");
    // alone it would be at 3 m by now
    assert!(robot[0] < 0.7, "{robot:?}");
}

#[test]
fn things_are_only_drawn_in_the_batch_engine_and_that_is_said_once() {
    let mut app = among(LIGHT, &[], 10);
    app.update();
    assert!(things(&mut app).is_empty());
    assert!(warned(&app).len() == 1 && warned(&app)[0].contains("--physics rapier"), "{:?}", warned(&app));
    send(&mut app, LabCommand::PushProp { prop: 0, at_w: [0.0; 3], impulse_w: [1.0; 3] });
    app.update();
    assert!(warned(&app)[1].contains("rapier plays"), "{:?}", warned(&app));
    let (_, robot, _) = walk(&mut app, 0.6, 15);
    assert!(robot[0] > 1.2, "it walks through: {robot:?}");
}

#[test]
fn the_engine_can_be_changed_while_a_policy_is_played() {
    let mut app = among(LIGHT, &[], 5);
    assert_eq!(engine(&app), Engine::Batch);
    send(&mut app, LabCommand::SetEngine(Engine::Rapier));
    app.update();
    assert_eq!(engine(&app), Engine::Rapier);
    assert_eq!(things(&mut app).len(), 1);
    let (_, _, falls) = walk(&mut app, 0.6, 50);
    assert!(falls == 0 && at(&mut app, 0)[0] > 1.4);
    send(&mut app, LabCommand::SetEngine(Engine::Batch));
    app.update();
    assert!(engine(&app) == Engine::Batch && things(&mut app).is_empty());
    let (_, robot, _) = walk(&mut app, 0.6, 20);
    assert!(robot[0] > 0.8, "{robot:?}");
    // the note of the first time still stands there
    assert_eq!(warned(&app).len(), 1, "{:?}", warned(&app));
}

#[test]
fn a_dragged_thing_comes_along_and_falls_when_it_is_let_go() {
    let mut app = among(
        &format!(r#"{LIGHT}, (kind: "ramp", at: (5.0, 0.0, 0.0), size: (1.0, 1.0, 0.3))"#),
        &ON_RAPIER,
        5,
    );
    app.update();
    let drag = |prop, target_w| LabCommand::DragProp { prop, grip: [0.0, 0.0, 0.2], target_w };
    send(&mut app, drag(0, Some([2.0, 1.0, 0.9])));
    (0..30).for_each(|_| app.update());
    let held = at(&mut app, 0);
    assert!((held[0] - 2.0).abs() < 0.05 && (held[1] - 1.0).abs() < 0.05 && held[2] > 0.5, "{held:?}");
    let pull = shown(&mut app).pull.unwrap();
    assert!(pull.prop == 0 && (pull.force_w[2] - 0.8 * 9.81).abs() < 1.0, "{pull:?}");
    send(&mut app, drag(0, None));
    (0..20).for_each(|_| app.update());
    assert!((at(&mut app, 0)[2] - 0.2).abs() < 0.01 && shown(&mut app).pull.is_none());
    let before = at(&mut app, 0);
    send(&mut app, LabCommand::PushProp { prop: 0, at_w: before, impulse_w: [0.0, 1.6, 0.0] });
    (0..10).for_each(|_| app.update());
    assert!(at(&mut app, 0)[1] > before[1] + 0.2);
    for wrong in [drag(1, Some([0.0; 3])), drag(7, Some([0.0; 3])), drag(0, Some([f32::NAN; 3]))] {
        app.world_mut().resource_mut::<Lab>().notes.clear();
        send(&mut app, wrong);
        app.update();
        assert!(warned(&app)[0].contains("cannot be moved"), "{:?}", warned(&app));
    }
    send(&mut app, LabCommand::PutBackProps);
    (0..2).for_each(|_| app.update());
    assert!((at(&mut app, 0)[0] - 0.9).abs() < 0.01 && at(&mut app, 0)[1].abs() < 0.01);
}

#[test]
fn going_back_shows_things_where_they_were_and_play_goes_on_from_now() {
    let mut app = among(LIGHT, &ON_RAPIER, 1);
    (0..20).for_each(|_| app.update());
    send(&mut app, LabCommand::PushProp { prop: 0, at_w: [0.9, 0.0, 0.2], impulse_w: [0.0, 2.0, 0.0] });
    let mut path = vec![];
    for _ in 0..60 {
        app.update();
        path.push((things(&mut app), frames(&mut app, 0).current[0].clone()));
    }
    let (now, robot_now) = path[59].clone();
    assert!(now[0].pos_w[1] > path[9].0[0].pos_w[1] + 0.1);
    send(&mut app, LabCommand::Rewind(Some(1.0)));
    app.update();
    assert_eq!(things(&mut app), path[9].0, "50 ticks ago");
    let robot_then = frames(&mut app, 0).current[0].clone();
    assert!(
        robot_then
            .iter()
            .zip(&path[9].1)
            .all(|(a, b)| (0..3).all(|i| (a.pos_w[i] - b.pos_w[i]).abs() < 1e-5))
    );
    (0..3).for_each(|_| app.update());
    assert_eq!(things(&mut app), path[9].0, "the clock stands");
    send(&mut app, LabCommand::Rewind(None));
    app.update();
    assert_eq!((things(&mut app), frames(&mut app, 0).current[0].clone()), (now.clone(), robot_now));
    send(&mut app, LabCommand::SingleStep);
    app.update();
    let stepped = things(&mut app);
    assert!((0..3).all(|i| (stepped[0].pos_w[i] - now[0].pos_w[i]).abs() < 0.02), "{stepped:?}");
    // of a fall only the robot's part is kept
    send(&mut app, LabCommand::ShowFailure { termination: None, reward: None, tile: None });
    app.update();
    assert!(warned(&app).last().unwrap().contains("Timeline"), "{:?}", warned(&app));
}

#[test]
fn a_new_start_puts_things_back_where_they_were_at_first() {
    let mut app = among(LIGHT, &ON_RAPIER, 5);
    walk(&mut app, 0.6, 30);
    assert!(at(&mut app, 0)[0] > 1.0);
    send(&mut app, LabCommand::SetCommand([0.0; 3]));
    send(&mut app, LabCommand::Reset);
    (0..2).for_each(|_| app.update());
    let (thing, robot) = (at(&mut app, 0), base(&mut app, 0, 0));
    assert!((thing[0] - 0.9).abs() < 0.01 && robot[0].abs() < 0.05, "{thing:?} {robot:?}");
}

#[test]
fn up_to_sixteen_robots_share_the_things() {
    let mut app = among(LIGHT, &ON_RAPIER, 1);
    app.update();
    send(&mut app, LabCommand::ShowRobots { count: 40, order: ShowOrder::Random });
    app.update();
    assert_eq!(frames(&mut app, 0).num_robots(), 16);
    assert!(warned(&app)[0].contains("16 robots"), "{:?}", warned(&app));
    (0..20).for_each(|_| app.update());
    assert_eq!(things(&mut app).len(), 1);
    send(&mut app, LabCommand::ShowRobots { count: 1, order: ShowOrder::Random });
    (0..20).for_each(|_| app.update());
    assert_eq!(frames(&mut app, 0).num_robots(), 1);
    assert!(base(&mut app, 0, 0)[2] > 0.2);
}

#[test]
fn lines_are_collected_only_while_somebody_wants_them() {
    let mut app = among(LIGHT, &ON_RAPIER, 1);
    (0..3).for_each(|_| app.update());
    assert!(shown(&mut app).lines.is_empty());
    app.world_mut().resource_mut::<Viewer>().debug_lines = true;
    app.update();
    assert!(shown(&mut app).lines.len() > 100);
    send(&mut app, LabCommand::Rewind(Some(0.02)));
    app.update();
    assert!(shown(&mut app).lines.is_empty(), "of the past they are not known");
    send(&mut app, LabCommand::SetEngine(Engine::Batch));
    app.update();
    assert!(shown(&mut app).lines.is_empty(), "the batch engine has none");
}

#[test]
fn a_run_learns_without_things_and_keeps_its_engine() {
    let logs = tempfile::tempdir().unwrap();
    let mut app = lab(logs.path(), 1);
    let overrides = [("env.physics.engine", "rapier"), ("env.num_envs", "16"), ("train.iterations", "2000")];
    let plan = plan(&overrides);
    furnish(app.world_mut(), &scene(LIGHT));
    let policy = policy(&plan);
    play(app.world_mut(), plan, policy, "test".into());
    send(&mut app, LabCommand::Train { seed: 1 });
    let started = std::time::Instant::now();
    while app.world().resource::<Lab>().runs.first().is_none_or(|r| r.iteration < 1) {
        app.update();
        assert!(started.elapsed().as_secs() < 120, "{:?}", warned(&app));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    (0..3).for_each(|_| app.update());
    assert!(engine(&app) == Engine::Rapier && things(&mut app).is_empty());
    assert!(frames(&mut app, 0).num_robots() > 1);
    assert!(warned(&app).iter().any(|n| n.contains("learns without them")), "{:?}", warned(&app));
    send(&mut app, LabCommand::SetEngine(Engine::Batch));
    app.update();
    assert!(engine(&app) == Engine::Rapier && warned(&app).iter().any(|n| n.contains("keeps the engine")));
    send(&mut app, LabCommand::StopTraining);
    while app.world().resource::<Lab>().runs.iter().any(|r| r.state.is_live()) {
        app.update();
        assert!(started.elapsed().as_secs() < 240);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn what_is_wrong_with_a_thing_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.ron");
    let text = r#"(
        about: "x", task: "a1_flat", physics: "rapier",
        props: [
            (kind: "box", at: (0.0, 0.0, 0.0), size: (1.0, -1.0, 1.0), mass: 0.0),
            (kind: "sphere", at: (0.0, 0.0, 0.0), size: (1.0, 1.0, 2.0), mass: -3.0, friction: -0.1),
            (kind: "stairs", at: (0.0, 0.0, 0.0), size: (1.0, 1.0, 1.0), steps: 0, mass: NaN),
            (kind: "ramp", at: (1e9, 0.0, 0.0), size: (0.0, 1.0, 1.0), mass: inf, friction: 99.0),
        ],
    )"#;
    std::fs::write(&path, text).unwrap();
    let errors = Scene::load(&path).unwrap_err().to_string();
    for part in [
        "props.0.size",
        "-1.0",
        "props.0.mass",
        "0 kg",
        "props.1.size",
        "same diameter",
        "props.1.mass",
        "-3 kg",
        "props.1.friction",
        "-0.1 is not",
        "props.2.steps",
        "0 steps",
        "props.2.mass",
        "a number of kg",
        "props.3.at",
        "props.3.size",
        "props.3.mass",
        "props.3.friction",
        "scene.ron:",
    ] {
        assert!(errors.contains(part), "{part} is not in:\n{errors}");
    }
    for (value, key) in [("(NaN, 1.0, 1.0)", "size"), ("(1.0, inf, 1.0)", "size")] {
        let text = format!(
            r#"(about: "x", task: "a1_flat", props: [(kind: "box", at: (0, 0, 0), {key}: {value})])"#
        );
        std::fs::write(&path, text).unwrap();
        let errors = Scene::load(&path).unwrap_err().to_string();
        assert!(errors.contains("scene.ron") && errors.contains("size"), "{value}: {errors}");
    }
    std::fs::write(&path, r#"(about: "x", task: "a1_flat", physics: "newton")"#).unwrap();
    assert!(Scene::load(&path).unwrap_err().to_string().contains("rapier"));
}
