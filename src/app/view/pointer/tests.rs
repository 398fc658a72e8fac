//! The mouse on things, in the whole window but for the drawing.
use super::{Grip, Hovered, What};
use crate::app::measure::{Target, plugins};
use crate::app::panels::ViewArea;
use crate::app::play::{FirstShown, OpenOptions, furnish};
use crate::app::view::props::Things;
use crate::app::{input, panels, view};
use crate::lab::command::Zone;
use crate::lab::scene::Scene;
use crate::lab::{self, LabCommand, LabOptions};
use crate::run::train::load_policy;
use crate::{config, task};
use bevy::ecs::system::SystemState;
use bevy::input::ButtonState;
use bevy::input::mouse::MouseButtonInput;
use bevy::prelude::*;
use bevy::time::TimeUpdateStrategy;
use bevy::window::{CursorMoved, PrimaryWindow, WindowEvent};
use bevy_panorbit_camera::PanOrbitCamera;
use std::sync::Arc;
use std::time::Duration;

/// A robot and a box beside it that no panel hides.
const SCENE: &str = r#"scene(
    about: "x", task: "a1_flat", physics: "rapier",
    props: [(kind: "box", at: (-0.8, 0.0, 0.0), size: (0.3, 0.3, 0.3), mass: 1.5)],
    camera: (offset: (0.0, -2.5, 1.0)),
)"#;

fn app() -> App {
    let mut app = App::new();
    app.add_plugins(plugins(Target::Panels))
        .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(20)))
        .add_plugins((lab::plugin, view::plugin, input::plugin, panels::plugin, super::plugin));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scene.ron"), SCENE).unwrap();
    let scene = Scene::load(&folder.path().join("scene.ron")).unwrap();
    let mut doc = task::open(&scene.task, &[]).unwrap();
    for (key, value) in scene.overrides() {
        doc.set(&key, value, config::Origin::Argument("test".into())).unwrap();
    }
    let plan = Arc::new(task::compile(doc).unwrap());
    let policy =
        load_policy(&config::root().join("assets/policies/a1_flat/policy.safetensors"), &plan).unwrap();
    let options = OpenOptions {
        shown: FirstShown { plan, policy, title: "test".into(), robots: 1 },
        commands: vec![LabCommand::ToggleZone(Zone::All)],
        scene: Some(scene),
        lab: LabOptions::default(),
        script: None,
        leave: false,
        virtual_pad: None,
        size: [1280, 720],
        screenshot: None,
        fine: false,
    };
    furnish(&mut app, options);
    app.finish();
    app.cleanup();
    (0..30).for_each(|_| app.update());
    app
}

fn place(app: &mut App, prop: usize) -> Vec3 {
    let mut state = SystemState::<Things>::new(app.world_mut());
    state.get(app.world()).unwrap().pose(prop).unwrap().translation
}

/// Where a place in the world is seen in the window, logical pixels.
fn seen(app: &mut App, place: Vec3) -> Vec2 {
    let mut cameras = app.world_mut().query_filtered::<(&Camera, &GlobalTransform), With<PanOrbitCamera>>();
    let (camera, at) = cameras.single(app.world()).unwrap();
    camera.world_to_viewport(at, place).unwrap()
}

fn point(app: &mut App, position: Vec2) {
    let (window, mut cfg) = app
        .world_mut()
        .query_filtered::<(Entity, &mut Window), With<PrimaryWindow>>()
        .single_mut(app.world_mut())
        .unwrap();
    cfg.set_cursor_position(Some(position));
    let moved = CursorMoved { window, position, delta: None };
    app.world_mut().write_message(WindowEvent::CursorMoved(moved.clone()));
    app.world_mut().write_message(moved);
}

fn button(app: &mut App, state: ButtonState) {
    let window = app.world_mut().query_filtered::<Entity, With<PrimaryWindow>>().single(app.world()).unwrap();
    let input = MouseButtonInput { button: MouseButton::Left, state, window };
    // panels read one, the view the other
    app.world_mut().write_message(WindowEvent::MouseButtonInput(input));
    app.world_mut().write_message(input);
}

#[test]
fn the_mouse_drags_a_thing_lets_it_go_and_pushes_it_with_a_click() {
    let mut app = app();
    let from = place(&mut app, 0);
    let start = seen(&mut app, from);
    point(&mut app, start);
    (0..3).for_each(|_| app.update());
    let under = app.world().resource::<Hovered>().0;
    let area = *app.world().resource::<ViewArea>();
    assert!(
        matches!(under.map(|u| u.what), Some(What::Prop { prop: 0, .. })),
        "{start}: {under:?}, {area:?}"
    );
    button(&mut app, ButtonState::Pressed);
    app.update();
    assert!(app.world().resource::<Grip>().is_held(), "nothing is held at {start}");
    for step in 1..=20 {
        point(&mut app, start - Vec2::new(0.0, 7.0 * step as f32));
        app.update();
    }
    (0..40).for_each(|_| app.update());
    let lifted = place(&mut app, 0);
    assert!(lifted.z > from.z + 0.1, "{from} {lifted}");
    button(&mut app, ButtonState::Released);
    (0..60).for_each(|_| app.update());
    let fallen = place(&mut app, 0);
    assert!(!app.world().resource::<Grip>().is_held() && fallen.z < lifted.z - 0.06, "{lifted} {fallen}");
    let again = seen(&mut app, fallen);
    point(&mut app, again);
    (0..3).for_each(|_| app.update());
    button(&mut app, ButtonState::Pressed);
    app.update();
    button(&mut app, ButtonState::Released);
    (0..30).for_each(|_| app.update());
    let pushed = place(&mut app, 0);
    assert!(pushed.distance(fallen) > 0.05, "{fallen} {pushed}");
}
