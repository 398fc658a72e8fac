//! Command scripts: what a robot is told over time, from a file or noted by hand.
use super::drive::Hands;
use super::{Lab, LabCommand, Picked, drive};
use crate::config;
use crate::run::write_atomic;
use crate::tick::{ControlTick, TickSystems};
use anyhow::Context;
use bevy::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A file in `scenes/commands`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "commands", deny_unknown_fields)]
pub struct CommandScript {
    /// One sentence.
    #[serde(default)]
    pub about: String,
    /// In order of time.
    pub steps: Vec<CommandStep>,
    /// Begin again after the last step, which lasts until `end`.
    #[serde(default)]
    pub repeat: bool,
    /// When it ends, s; without, one second after the last step begins.
    #[serde(default)]
    pub end: Option<f32>,
}

/// What is asked from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandStep {
    /// s after the script began.
    pub at: f32,
    /// Forward m/s, left m/s, yaw rate rad/s.
    pub command: [f32; 3],
    /// Go over from the step before in a straight line instead of at once.
    #[serde(default)]
    pub ramp: bool,
}

impl CommandScript {
    /// Reads a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let path = if path.exists() { path.to_owned() } else { config::root().join(path) };
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let script: Self =
            ron::from_str(&text).with_context(|| format!("{} is no command script", path.display()))?;
        anyhow::ensure!(!script.steps.is_empty(), "{} has no steps", path.display());
        let sane =
            |s: &CommandStep| s.at.is_finite() && s.at >= 0.0 && s.command.iter().all(|c| c.is_finite());
        anyhow::ensure!(
            script.steps.iter().all(sane),
            "{}: every time and command must be a number",
            path.display()
        );
        anyhow::ensure!(
            script.steps.windows(2).all(|w| w[0].at <= w[1].at),
            "{}: the steps must be in order of time",
            path.display()
        );
        Ok(script)
    }

    /// When it ends, s.
    pub fn length(&self) -> f32 {
        self.end.unwrap_or_else(|| self.steps.last().map_or(0.0, |s| s.at + 1.0)).max(0.02)
    }

    /// The command at a time; `None` before the first step and after the end.
    pub fn command_at(&self, at: f32) -> Option<[f32; 3]> {
        let length = self.length();
        let at = if self.repeat { at % length } else { at };
        if at > length {
            return None;
        }
        let next = self.steps.partition_point(|s| s.at <= at + 1e-4);
        let now = self.steps.get(next.checked_sub(1)?)?;
        let Some(next) = self.steps.get(next).filter(|s| s.ramp) else { return Some(now.command) };
        let share = ((at - now.at) / (next.at - now.at).max(1e-3)).clamp(0.0, 1.0);
        Some(std::array::from_fn(|i| now.command[i] + share * (next.command[i] - now.command[i])))
    }
}

/// The script that is followed, and what is noted.
#[derive(Resource, Default)]
struct Director {
    script: Option<CommandScript>,
    noted: Option<Vec<CommandStep>>,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Director>()
        .add_systems(ControlTick, direct.in_set(TickSystems::Drive).before(drive::pull))
        .add_systems(Startup, |mut lab: ResMut<Lab>| list(&mut lab));
}

/// Lists the scripts that are shipped or were noted.
fn list(lab: &mut Lab) {
    let folder = config::root().join("scenes/commands");
    let names = config::names_in(&folder).into_iter();
    lab.scripts.files = names.map(|n| folder.join(format!("{n}.ron"))).collect();
}

/// Obeys what concerns scripts.
pub(super) fn obey(world: &mut World, command: &LabCommand) {
    match command {
        LabCommand::PlayCommands(path) => match CommandScript::read(path) {
            Ok(script) => {
                world.resource_mut::<Director>().script = Some(script);
                world.resource_mut::<Lab>().scripts.playing = Some((path.clone(), 0.0));
            }
            Err(e) => world.resource_mut::<Lab>().warn(format!("That script cannot be followed: {e:#}")),
        },
        LabCommand::StopCommands => stop(world),
        LabCommand::NoteCommands(true) => {
            world.resource_mut::<Director>().noted = Some(vec![]);
            world.resource_mut::<Lab>().scripts.noting_s = Some(0.0);
        }
        LabCommand::NoteCommands(false) => save(world),
        _ => {}
    }
}

fn stop(world: &mut World) {
    if world.resource_mut::<Director>().script.take().is_some() {
        world.resource_mut::<Lab>().scripts.playing = None;
        if world.resource::<Picked>().driven {
            drive::obey(world, &LabCommand::SetCommand([0.0; 3]));
        }
    }
}

/// Tells the robot what the script says, and notes what a person says, once per tick.
fn direct(world: &mut World) {
    let dt = 1.0 / super::clock::CONTROL_HZ as f32;
    let at = world.resource::<Lab>().scripts.playing.as_ref().map(|(_, at)| *at);
    if let Some(at) = at {
        let command =
            world.resource::<Director>().script.as_ref().map(|s| (s.command_at(at), at > s.length()));
        match command {
            Some((Some(command), _)) => drive::obey(world, &LabCommand::SetCommand(command)),
            Some((None, true)) | None => stop(world),
            Some((None, false)) => {}
        }
        if let Some((_, at)) = &mut world.resource_mut::<Lab>().scripts.playing {
            *at += dt;
        }
    }
    let Some(noting) = world.resource::<Lab>().scripts.noting_s else { return };
    let command = world.resource::<Hands>().driven.as_ref().map_or([0.0; 3], |d| d.command);
    if let Some(noted) = &mut world.resource_mut::<Director>().noted
        && noted.last().is_none_or(|s| s.command != command)
    {
        noted.push(CommandStep { at: noting, command, ramp: false });
    }
    world.resource_mut::<Lab>().scripts.noting_s = Some(noting + dt);
}

/// Saves what was noted under the time of day.
fn save(world: &mut World) {
    let Some(steps) = world.resource_mut::<Director>().noted.take() else { return };
    let mut lab = world.resource_mut::<Lab>();
    let end = lab.scripts.noting_s.take();
    if steps.is_empty() {
        lab.warn("Nothing was noted: let the clock run and drive the robot while commands are noted.");
        return;
    }
    let about = "Noted by hand.".to_owned();
    match write(&CommandScript { about, steps, repeat: false, end }) {
        Ok(path) => {
            list(&mut lab);
            lab.info(format!("Commands saved: {}", path.display()));
        }
        Err(e) => lab.error(format!("The commands were not saved: {e:#}")),
    }
}

fn write(script: &CommandScript) -> anyhow::Result<PathBuf> {
    let folder = config::root().join("scenes/commands");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let stamp = crate::run::stamp(std::time::SystemTime::now());
    let path = folder.join(format!("noted_{stamp}.ron"));
    let style = ron::ser::PrettyConfig::default().struct_names(true).depth_limit(2);
    write_atomic(&path, ron::ser::to_string_pretty(script, style)?.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_ramps_and_repeats_give_the_command_of_every_moment() {
        let text = r#"commands(about: "test", repeat: true, end: Some(4.0), steps: [
            (at: 0.0, command: (0.5, 0.0, 0.0)),
            (at: 2.0, command: (1.0, 0.0, 0.2), ramp: true),
            (at: 3.0, command: (0.0, 0.0, 0.0)),
        ])"#;
        let script: CommandScript = ron::from_str(text).unwrap();
        let close = |at: f32, to: [f32; 3]| {
            let c = script.command_at(at).unwrap();
            assert!((0..3).all(|i| (c[i] - to[i]).abs() < 1e-3), "{at}: {c:?}");
        };
        close(0.0, [0.5, 0.0, 0.0]);
        close(1.0, [0.75, 0.0, 0.1]);
        close(2.5, [1.0, 0.0, 0.2]);
        close(3.5, [0.0; 3]);
        close(5.0, [0.75, 0.0, 0.1]);
        let once = CommandScript { repeat: false, ..script };
        assert_eq!(once.command_at(4.5), None);
    }

    #[test]
    fn every_shipped_script_can_be_followed() {
        let folder = config::root().join("scenes/commands");
        let names = config::names_in(&folder);
        assert!(names.len() >= 3, "{names:?}");
        for name in names {
            let script = CommandScript::read(&folder.join(format!("{name}.ron"))).unwrap();
            assert!(!script.about.is_empty(), "{name}");
        }
    }
}
