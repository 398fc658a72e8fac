use super::*;
use crate::run::metrics::{self, Metrics, Step};
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

/// Where the pictures go: a temporary folder, or the one named by `GAITLAB_PICTURES`, to look at them.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("GAITLAB_PICTURES").map(PathBuf::from);
    let path = kept.unwrap_or_else(|| temporary.path().to_owned());
    (temporary, path)
}

/// Pixels of a saved picture: width and RGB bytes.
fn pixels(path: &Path) -> (u32, Vec<[u8; 3]>) {
    let image = image::open(path).unwrap().to_rgb8();
    (image.width(), image.pixels().map(|pixel| pixel.0).collect())
}

/// How many pixels have exactly this colour.
fn count(pixels: &[[u8; 3]], colour: canvas::Colour) -> usize {
    pixels.iter().filter(|pixel| **pixel == [colour.0, colour.1, colour.2]).count()
}

fn noise(index: usize) -> f64 {
    ((index * 7919) % 1000) as f64 / 500.0 - 1.0
}

#[test]
fn training_curves_show_every_quantity_and_say_what_is_missing() {
    let (_kept, folder) = folder();
    let run = tempfile::tempdir().unwrap();
    let mut metrics = Metrics::create(run.path()).unwrap();
    for iteration in 1..=240_u64 {
        let grown = 1.0 - (-(iteration as f64) / 40.0).exp();
        let wobble = noise(iteration as usize) * 0.03;
        let step = Step {
            iteration,
            env_steps: iteration * 98_304,
            seconds: iteration as f64 * 0.25 + (iteration / 7) as f64 * 0.02,
        };
        let mut values = vec![
            (metrics::EPISODE_REWARD, 24.0 * (grown + wobble) - 2.0),
            (metrics::EPISODE_LENGTH, 20.0 * grown.powi(2)),
            (metrics::TRACKING_ERROR, 0.8 * (1.0 - grown) + 0.06 + wobble),
            (metrics::VALUE_LOSS, 3.0 * grown * (1.05 - grown) * (1.0 + 5.0 * wobble)),
        ];
        if iteration < 200 {
            values.push((metrics::LEARNING_RATE, 1e-3 * (1.0 - grown * 0.9)));
        }
        metrics.write(step, &values).unwrap();
    }
    let picture = folder.join("training.png");
    training_curves(metrics.path(), &picture).unwrap();
    let (width, pixels) = pixels(&picture);
    assert_eq!(width, WIDTH);
    for colour in [canvas::GREEN, canvas::BLUE, canvas::ORANGE, canvas::RED, canvas::VIOLET] {
        assert!(count(&pixels, colour) > 200, "{colour:?}: {}", count(&pixels, colour));
    }
}

#[test]
fn training_curves_of_a_run_that_just_began_can_be_drawn() {
    let (_kept, folder) = folder();
    let run = tempfile::tempdir().unwrap();
    let mut metrics = Metrics::create(run.path()).unwrap();
    training_curves(metrics.path(), &folder.join("nothing.png")).unwrap();
    metrics.write(Step { iteration: 1, env_steps: 10, seconds: 0.1 }, &[("loss/value", f64::NAN)]).unwrap();
    training_curves(metrics.path(), &folder.join("one_row.png")).unwrap();
}

#[test]
fn a_grid_of_commands_shows_what_is_open() {
    let (_kept, folder) = folder();
    let across = [12, 9];
    let distance = |c: usize| ((c % 12) as f64 - 4.0).hypot((c / 12) as f64 - 4.0);
    let grid = CommandGrid {
        lin_vel_x: [-1.0, 3.0],
        yaw_rate: [-2.0, 2.0],
        across,
        open: (0..108).map(|c| distance(c) < 4.5).collect(),
        followed: (0..108).map(|c| (distance(c) < 3.9).then(|| 1.0 - distance(c) / 8.0)).collect(),
        opened: (0..108)
            .map(|c| (2.0..4.5).contains(&distance(c)).then(|| (distance(c) * 100.0) as u64))
            .collect(),
    };
    let picture = folder.join("commands.png");
    command_grid(&grid, &picture).unwrap();
    let (_, pixels) = pixels(&picture);
    assert!(count(&pixels, canvas::GREEN) > 200 && count(&pixels, canvas::BLUE) > 200);
    command_grid(&CommandGrid::default(), &folder.join("no_commands.png")).unwrap();
}

#[test]
fn velocity_tracking_has_the_command_in_blue_and_the_measurement_in_orange() {
    let (_kept, folder) = folder();
    let mut velocities = Velocities { period: 0.02, ..Velocities::default() };
    let mut lagged = [0.0_f64; 3];
    for index in 0..1000 {
        let phase = index / 250;
        let command =
            [[1.0, 0.5, -0.5, 0.0][phase], [0.0, 0.3, 0.0, 0.0][phase], [0.0, 0.0, 0.8, 0.0][phase]];
        for axis in 0..3 {
            lagged[axis] += 0.06 * (command[axis] - lagged[axis]) + 0.008 * noise(index * 3 + axis);
        }
        velocities.commanded.push(command.map(|value| value as f32));
        velocities.measured.push(lagged.map(|value| value as f32));
    }
    let picture = folder.join("velocity.png");
    velocity_tracking(&velocities, &picture).unwrap();
    let (_, pixels) = pixels(&picture);
    assert!(count(&pixels, canvas::BLUE) > 1000);
    assert!(count(&pixels, canvas::ORANGE) > 1000);

    velocities.measured.pop();
    assert!(velocity_tracking(&velocities, &picture).is_err());
}

#[test]
fn the_gait_diagram_fills_as_much_as_the_feet_were_on_the_ground() {
    let (_kept, folder) = folder();
    let foot = |name: &str, offset: f64| {
        let loaded = |index: usize| (index as f64 * 0.02 / 0.4 + offset).fract() < 0.6;
        (name.to_owned(), (0..200).map(loaded).collect::<Vec<bool>>())
    };
    let feet = vec![foot("FL_foot", 0.0), foot("FR_foot", 0.5), foot("RL_foot", 0.5), foot("RR_foot", 0.0)];
    let gait = Gait { period: 0.02, feet };
    let picture = folder.join("gait.png");
    gait_diagram(&gait, &picture).unwrap();
    let (_, pixels) = pixels(&picture);
    for (index, colour) in
        [canvas::BLUE, canvas::ORANGE, canvas::GREEN, canvas::VIOLET].into_iter().enumerate()
    {
        // The plot is 1000 pixels wide and a bar 42 high; edges between pixels are mixed.
        let filled = count(&pixels, colour) as f64 / (1000.0 * 42.0);
        let duty = gait.duty_factor(index);
        assert!((filled - duty).abs() < 0.05, "{filled} {duty}");
    }
}

#[test]
fn joints_of_all_legs_are_drawn_in_their_colours() {
    let (_kept, folder) = folder();
    let legs = ["FL", "FR", "RL", "RR"];
    let parts = ["hip", "thigh", "calf"];
    let mut recorded = Joints { period: 0.02, ..Joints::default() };
    for leg in legs {
        recorded.names.extend(parts.map(|part| format!("{leg}_{part}_joint")));
    }
    for index in 0..200 {
        let time = index as f64 * 0.02;
        let wave = |joint: usize| {
            let phase = time / 0.4 * TAU
                + if [1, 2].contains(&(joint / 3)) { TAU / 2.0 } else { 0.0 }
                + 0.3 * (joint / 6) as f64;
            (phase, [0.05, 0.25, 0.4][joint % 3], [0.0, 0.8, -1.5][joint % 3])
        };
        let row = |f: &dyn Fn((f64, f64, f64)) -> f64| (0..12).map(|joint| f(wave(joint)) as f32).collect();
        recorded.position.push(row(&|(phase, size, middle)| middle + size * phase.sin()));
        recorded.velocity.push(row(&|(phase, size, _)| size * phase.cos() * TAU / 0.4));
        recorded
            .torque
            .push(row(&|(phase, size, _)| 20.0 * size * (phase.sin() + (3.0 * phase).cos() * 0.3)));
    }
    let picture = folder.join("joints.png");
    joints(&recorded, &picture).unwrap();
    let (_, pixels) = pixels(&picture);
    for colour in [canvas::BLUE, canvas::ORANGE, canvas::GREEN, canvas::VIOLET] {
        assert!(count(&pixels, colour) > 1000, "{colour:?}");
    }

    recorded.torque[3].pop();
    assert!(joints(&recorded, &picture).is_err());
}

#[test]
fn text_is_drawn_without_any_font_of_the_system() {
    let blank = canvas::render(200, 40, |_| Ok(())).unwrap();
    let written = canvas::render(200, 40, |canvas| canvas.header("Gait")).unwrap();
    assert_ne!(blank, written);
}

#[test]
fn peers_have_a_bar_each_or_say_why_not() {
    let (_kept, folder) = folder();
    let picture = folder.join("peers.png");
    peers(&crate::run::bench::peers::example(), &picture).unwrap();
    let (width, pixels) = pixels(&picture);
    assert_eq!(width, WIDTH);
    for colour in [canvas::BLUE, canvas::ORANGE, canvas::RED] {
        assert!(count(&pixels, colour) > 20, "{colour:?}: {}", count(&pixels, colour));
    }
}
