//! Runs that learn: what a person asks of them, and what they say.
mod branch;
mod effort;
mod events;
mod export;
mod options;
mod orders;
mod shown;
mod start;
mod stored;

pub use effort::LearningTime;
pub(super) use events::listen;
pub use options::LabOptions;
pub(super) use orders::obey;
pub(super) use shown::{loaded, preview_ends};
pub(super) use start::read_knobs as knobs;

use super::Lab;
use super::model::Run;
use crate::config::Document;
use crate::run::session::{Moment, Order, Session};
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Training>()
        .init_resource::<LearningTime>()
        .add_systems(Last, effort::count.in_set(super::LabSystems::Count))
        .init_resource::<LabOptions>()
        .add_systems(RunFixedMainLoop, listen.in_set(super::LabSystems::Listen));
}

/// The sessions of this process.
#[derive(Resource)]
pub(super) struct Training {
    live: SyncCell<Vec<Live>>,
    ticket: u64,
    started: u64,
    /// What `Train` trains.
    pub chosen: Option<Chosen>,
    /// A policy of this iteration is asked for or shown.
    preview: Option<u64>,
}

impl Default for Training {
    fn default() -> Self {
        Self { live: SyncCell::new(vec![]), ticket: 0, started: 0, chosen: None, preview: None }
    }
}

/// A chosen task.
pub(super) enum Chosen {
    /// By name or path: read again whenever it is trained.
    File(String),
    /// As somebody made it.
    Document(Box<Document>),
}

/// A run that has a thread.
struct Live {
    /// As in [`Run`].
    id: String,
    session: Session,
    /// Checkpoints that were asked for.
    asks: Vec<(u64, Ask)>,
    /// The moment that was looked at last.
    moment: Option<Arc<Moment>>,
    /// Its processor time that is counted, s.
    counted_s: f64,
}

/// What a checkpoint is for.
enum Ask {
    /// A new run from there.
    Branch { name: String, change: Option<(String, Value)> },
    /// A copy for a person.
    Export(PathBuf),
}

impl Training {
    fn all(&mut self) -> &mut Vec<Live> {
        self.live.get()
    }
    fn find(&mut self, id: &str) -> Option<&mut Live> {
        self.all().iter_mut().find(|l| l.id == id)
    }
    /// Gives an order to a run; false if it has no thread.
    pub fn send(&mut self, id: &str, order: Order) -> bool {
        let Some(live) = self.find(id) else { return false };
        live.session.send(order);
        true
    }
    /// The newest moment of a run that has a thread.
    pub fn moment(&mut self, id: &str) -> Option<Arc<Moment>> {
        self.find(id)?.session.moment()
    }
    /// Asks a run for a checkpoint.
    fn save(&mut self, id: &str, copy: Option<PathBuf>, ask: Ask) -> bool {
        self.ticket += 1;
        let ticket = self.ticket;
        let Some(live) = self.find(id) else { return false };
        live.asks.push((ticket, ask));
        live.session.send(Order::Save { copy, ticket });
        true
    }
}

/// Whether the run on a stage learns.
pub(super) fn is_live(world: &mut World, slot: usize) -> bool {
    let Some(id) = world.resource::<Lab>().shown[slot].clone() else { return false };
    world.resource_mut::<Training>().find(&id).is_some()
}

/// A run of the list.
fn run_mut<'a>(lab: &'a mut Lab, id: &str) -> Option<&'a mut Run> {
    lab.runs.iter_mut().find(|r| r.id == id)
}
