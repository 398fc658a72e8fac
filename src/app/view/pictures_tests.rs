//! Pictures of the view for people to judge: `GAITLAB_PICTURES=folder cargo test --release pictures -- --ignored`.
use crate::app::demo::{self, Herd};
use crate::app::{RecordOptions, record};
use crate::lab::command::{CameraMode, Mark, Theme};
use crate::lab::{Lab, LabCommand};
use crate::terrain::{HeightField, Terrain};
use bevy::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Steps, waves and a pit.
fn bumps(place: Vec2) -> f32 {
    let stairs = ((place.x - 1.5) / 0.31).floor().clamp(0.0, 6.0) * 0.08;
    let waves = 0.05 * ((place.x * 1.9).sin() + (place.y * 1.3).cos());
    if place.y.abs() < 3.0 { stairs } else { waves * (place.y.abs() - 3.0).clamp(0.0, 1.0) }
}

fn rough(app: &mut App) {
    let document = crate::task::open("a1_flat", &[]).unwrap();
    let mut plan = crate::task::compile(document).unwrap();
    let field = HeightField::from_fn(320, 240, 0.05, [-6.0, -6.0], |x, y| bumps(Vec2::new(x, y)));
    plan.terrain = Arc::new(Terrain::from(field));
    app.world_mut().resource_mut::<Lab>().plan = Some(Arc::new(plan));
}

struct Shot {
    name: &'static str,
    herd: Herd,
    commands: Vec<LabCommand>,
    setup: fn(&mut App),
}

fn shot(name: &'static str, robots: usize, commands: Vec<LabCommand>) -> Shot {
    Shot { name, herd: Herd { robots, ..Herd::default() }, commands, setup: |_| {} }
}

fn shots() -> Vec<Shot> {
    let go = LabCommand::SetCommand([0.7, 0.0, 0.5]);
    let camera = |mode| LabCommand::SetCamera(mode);
    let mark = |mark| LabCommand::ShowMark(mark, true);
    let (light, go2) = (LabCommand::SetTheme(Theme::Light), || go.clone());
    vec![
        shot("one", 1, vec![go2()]),
        shot("one_light", 1, vec![go2(), light.clone()]),
        shot("herd", 64, vec![go2()]),
        shot("herd_light", 64, vec![go2(), light.clone()]),
        shot("many", 256, vec![go2()]),
        shot("marks", 1, vec![go2(), mark(Mark::CentreOfMass), mark(Mark::CollisionPoints)]),
        shot("chase", 16, vec![go2(), camera(CameraMode::Chase)]),
        shot("top", 16, vec![go2(), camera(CameraMode::Top)]),
        shot("head", 16, vec![go2(), camera(CameraMode::FirstPerson)]),
        Shot { herd: Herd { robots: 25, stages: 2, ..Herd::default() }, ..shot("two", 1, vec![go2()]) },
        Shot {
            herd: Herd { robots: 9, ground: bumps, ..Herd::default() },
            setup: rough,
            ..shot("field", 1, vec![go2()])
        },
        Shot {
            herd: Herd { robots: 9, ground: bumps, ..Herd::default() },
            setup: rough,
            ..shot("field_light", 1, vec![go2(), light])
        },
    ]
}

fn take(shot: Shot, folder: &Path) {
    let path = folder.join(shot.name);
    let options = RecordOptions { path: path.clone(), seconds: 1.0, fps: 5, width: 640, height: 360 };
    record(options, |app| {
        demo::herd(shot.herd)(app);
        (shot.setup)(app);
        for command in &shot.commands {
            app.world_mut().write_message(command.clone());
        }
    })
    .unwrap();
    std::fs::rename(path.join("frame_0004.png"), folder.join(format!("{}.png", shot.name))).unwrap();
    std::fs::remove_dir_all(path).unwrap();
}

#[test]
#[ignore = "for people"]
fn pictures() {
    let folder = std::env::var("GAITLAB_PICTURES").expect("a folder in GAITLAB_PICTURES");
    let only = std::env::var("GAITLAB_PICTURE").unwrap_or_default();
    for shot in shots().into_iter().filter(|s| only.is_empty() || only.split(',').any(|o| o == s.name)) {
        take(shot, Path::new(&folder));
    }
}
