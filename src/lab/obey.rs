//! Hands every command, in the order of asking, to the part of the lab that it concerns.
use super::stage;
use super::{Lab, LabCommand, LabSystems, drive, notes, props, replay, rewind, scripts, tasks, training};
use bevy::ecs::message::MessageCursor;
use bevy::prelude::*;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        RunFixedMainLoop,
        (notes::age, obey, rewind::return_to_now, drive::tell_run).chain().in_set(LabSystems::Obey),
    );
}

fn obey(world: &mut World, mut cursor: Local<MessageCursor<LabCommand>>) {
    let asked: Vec<LabCommand> = match world.get_resource::<Messages<LabCommand>>() {
        Some(messages) => cursor.read(messages).cloned().collect(),
        None => return,
    };
    asked.iter().for_each(|command| one(world, command));
}

fn one(world: &mut World, command: &LabCommand) {
    use LabCommand as C;
    match command {
        C::ChooseTask(name) => tasks::choose(world, name),
        C::Train { .. }
        | C::PauseTraining(_)
        | C::StopTraining
        | C::Branch { .. }
        | C::GoBack { .. }
        | C::Preview(_)
        | C::LoadRun { .. }
        | C::LoadPolicy(_)
        | C::ResumeRun { .. }
        | C::Compare { .. }
        | C::CloseBeside
        | C::SetKnob { .. }
        | C::UndoChange(_)
        | C::SaveVariant { .. }
        | C::ExportPolicy(_)
        | C::ExportCheckpoint(_) => training::obey(world, command),
        C::DragProp { .. } | C::PushProp { .. } | C::PutBackProps | C::SetEngine(_) => {
            props::obey(world, command)
        }
        C::ShowRobots { count, order } => show(world, *count, *order),
        C::ShowExploration(on) => explore(world, *on),
        C::Rewind(_) => rewind::obey(world, command),
        C::SingleStep | C::Pause(false) => rewind::back_to_now(world),
        C::ShowFailure { .. } | C::EndReplay => replay::obey(world, command),
        C::PlayCommands(_) | C::StopCommands | C::NoteCommands(_) => scripts::obey(world, command),
        C::DismissNote(id) => world.resource_mut::<Lab>().notes.retain(|n| n.id != *id),
        _ => {
            if *command == C::Dismiss && world.resource::<Lab>().replay.is_some() {
                replay::end(world);
            }
            drive::obey(world, command);
        }
    }
}

fn show(world: &mut World, count: usize, order: super::command::ShowOrder) {
    let mut lab = world.resource_mut::<Lab>();
    let clamped = count.clamp(1, super::model::MOST_SHOWN);
    if clamped != count {
        lab.warn(format!("Between 1 and {} robots can be shown.", super::model::MOST_SHOWN));
    }
    let before = lab.show;
    (lab.show.count, lab.show.order) = (clamped, order);
    // asking for the same again means: other random ones, or the best and worst of now
    let again = before.order != order || before.count == clamped;
    stage::recount(world, again);
}

fn explore(world: &mut World, on: bool) {
    world.resource_mut::<Lab>().show.explore = on;
    for slot in 0..2 {
        stage::on_stage(world, slot, |state, _, scene| state.explore = on && scene.kind == stage::Kind::Live);
    }
}
