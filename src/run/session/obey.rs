//! What a person asks for, done between two iterations.
use super::live::{Asked, Live};
use super::saver::Job;
use super::{Change, Event, Order, RunState, variant};
use crate::config;
use crate::lane::WIDTH;
use crate::run::change::{self, apply, changed, recompile};
use crate::run::curricula::held;
use crate::run::train::checkpoint;
use crate::tick::{EnvsState, LearnerState};
use serde_json::Value;
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant};

/// A slider that rests no longer than this is still being turned: its way is one change.
const ONE_TURN: Duration = Duration::from_millis(300);
/// Largest command, m/s and rad/s: beyond it numbers have no meaning.
const LARGEST_COMMAND: f32 = 100.0;

impl Live {
    /// Obeys everything that was asked, and waits while paused.
    pub fn obey(&mut self, envs: &mut EnvsState, l: &mut LearnerState) {
        while self.state.is_live() {
            let asked = self.asked();
            if asked.is_empty() {
                if self.state != RunState::Paused {
                    return;
                }
                self.publish(envs, l);
                match self.inbox.recv() {
                    Ok(order) => self.obey_all(vec![order], envs, l),
                    // the handle is gone
                    Err(_) => self.state = RunState::Stopped,
                }
            } else {
                self.obey_all(asked, envs, l);
            }
        }
    }

    fn asked(&mut self) -> Vec<Asked> {
        let mut all = vec![];
        loop {
            match self.inbox.try_recv() {
                Ok(order) => all.push(order),
                Err(TryRecvError::Empty) => return all,
                Err(TryRecvError::Disconnected) => {
                    self.state = RunState::Stopped;
                    return all;
                }
            }
        }
    }

    fn obey_all(&mut self, asked: Vec<Asked>, envs: &mut EnvsState, l: &mut LearnerState) {
        let mut rest = asked.into_iter().peekable();
        while let Some((at, order)) = rest.next() {
            // of a slider's way only the end counts
            if let (Order::Set { key, .. }, Some((_, Order::Set { key: next, .. }))) = (&order, rest.peek())
                && key == next
            {
                continue;
            }
            if !self.state.is_live() {
                return;
            }
            self.obey_one(at, order, envs, l);
        }
    }

    fn obey_one(&mut self, at: Instant, order: Order, envs: &mut EnvsState, l: &mut LearnerState) {
        match order {
            Order::Pause(on) => {
                self.clock.run(!on);
                self.state = if on { RunState::Paused } else { RunState::Learning };
                if !on {
                    self.resumed(envs, l);
                }
            }
            Order::Stop => self.state = RunState::Stopped,
            Order::Set { key, value } => self.set(at, &key, &value, envs, l),
            Order::Undo(id) => self.undo(at, id, envs, l),
            Order::GoBack(iteration) => self.go_back(iteration, envs, l),
            Order::Save { copy, ticket } => {
                let caught = Box::new(checkpoint::catch(envs, l, &self.facts(envs)));
                let iteration = l.iteration;
                self.store.saver.send(Job::Checkpoint { caught, iteration, copy, ticket, keep: true });
            }
            Order::SaveVariant { name } => {
                let by_hand = held(&self.changes);
                let doc = self.curricula.without(&envs.plan.doc, &self.written, by_hand);
                match variant::save(&config::root().join("configs/tasks"), &name, &doc) {
                    Ok(path) => self.say(Event::VariantSaved(path)),
                    Err(why) => self.refuse(format!("save the task `{name}`"), why),
                }
            }
            Order::Drive { env, command } => self.drive(env, command, envs),
            Order::PushAll => {
                let speed = envs.plan.env.events.push.speed as f32;
                let speed = if speed > 0.0 { speed } else { 1.0 };
                envs.teams.iter_mut().flat_map(|t| &mut t.blocks).for_each(|b| b.push_all(speed));
            }
            Order::ResetAll => {
                for block in envs.teams.iter_mut().flat_map(|t| &mut t.blocks) {
                    (0..WIDTH).for_each(|lane| block.ask_reset(lane));
                }
            }
            Order::ShowFailure { termination, reward, tile } => {
                match self.failures.find(termination.as_deref(), reward.as_deref(), tile) {
                    Some(e) => self.say(Event::Failure(Box::new((*e).clone()))),
                    None => self.refuse(
                        "show a failed episode",
                        "no episode that failed like this is kept; wait until one does, or choose another line",
                    ),
                }
            }
        }
    }

    fn drive(&mut self, env: usize, command: Option<[f32; 3]>, envs: &mut EnvsState) {
        let n = envs.plan.env.num_envs;
        if env >= n {
            return self
                .refuse(format!("drive environment {env}"), format!("the run has {n}, counted from 0"));
        }
        if command.is_some_and(|c| !c.iter().all(|v| v.abs() <= LARGEST_COMMAND)) {
            return self.refuse(
                format!("drive environment {env}"),
                format!("a command must be finite and at most {LARGEST_COMMAND} m/s and rad/s"),
            );
        }
        let plan = envs.plan.clone();
        if let Some(block) = envs.teams.iter_mut().flat_map(|t| &mut t.blocks).nth(env / WIDTH) {
            block.drive(&plan, env % WIDTH, command);
        }
    }

    /// Changes a value; what is wrong with it is said and changes nothing. A new change, unless a hand is still at the
    /// same slider.
    pub fn set(&mut self, at: Instant, key: &str, value: &Value, envs: &mut EnvsState, l: &mut LearnerState) {
        let what = || format!("set {key} to {value}");
        if let Some(why) = change::unknown(&envs.plan.doc, key) {
            return self.refuse(what(), why);
        }
        let old = envs.plan.doc.get(key);
        let was_held = held(&self.changes)(key);
        let new = match self.put(key, value, envs, l) {
            Ok(new) => new,
            Err(why) => return self.refuse(what(), why),
        };
        let (iteration, seconds) = (l.iteration, (self.clock.seconds() * 1e3).round() / 1e3);
        let turning = self.turning.filter(|(_, last)| last.elapsed() < ONE_TURN);
        let same = turning.and_then(|(id, _)| {
            let newest = self.changes.last_mut()?;
            (newest.id == id && newest.key == key && !newest.undone).then_some(newest)
        });
        let change = match same {
            Some(c) => {
                (c.new, c.iteration, c.seconds) = (new, iteration, seconds);
                c.clone()
            }
            None => {
                let id = self.changes.last().map_or(1, |c| c.id + 1);
                let c = Change { id, key: key.into(), old, new, iteration, seconds, undone: false };
                self.changes.push(c.clone());
                c
            }
        };
        if let Some(c) = self.curricula.of(key).filter(|_| !was_held) {
            self.store
                .note(format!("{key} is held by hand; its curriculum `{c}` rests until that is undone"));
        }
        self.turning = Some((change.id, Instant::now()));
        self.unfelt.push((change.id, at));
        self.write_changes(envs);
        self.say(Event::Changed(change));
        self.published = None;
    }

    /// Puts the value of a change back, and with it those of later changes of the same key.
    fn undo(&mut self, at: Instant, id: u64, envs: &mut EnvsState, l: &mut LearnerState) {
        let Some(c) = self.changes.iter().find(|c| c.id == id).cloned() else {
            return self.refuse(format!("undo change {id}"), "there is no such change");
        };
        if c.undone {
            return self.refuse(format!("undo change {id}"), format!("{} has been put back already", c.key));
        }
        if let Err(why) = self.put(&c.key, &c.old, envs, l) {
            return self.refuse(format!("undo change {id}"), why);
        }
        let later = self.changes.iter_mut().filter(|x| x.key == c.key && x.id >= id && !x.undone);
        let undone: Vec<Change> = later
            .map(|x| {
                x.undone = true;
                x.clone()
            })
            .collect();
        self.turning = None;
        self.unfelt.push((id, at));
        self.write_changes(envs);
        undone.into_iter().for_each(|c| self.say(Event::Changed(c)));
        self.published = None;
    }

    /// Sets a value in the task, compiles it and lets it take effect; returns the value as it is written now.
    fn put(
        &mut self,
        key: &str,
        value: &Value,
        envs: &mut EnvsState,
        l: &mut LearnerState,
    ) -> Result<Value, String> {
        let (doc, value) = changed(&envs.plan.doc, key, value)?;
        let new = recompile(doc, &envs.plan, &self.cfg)?;
        if new.cfg.iterations <= l.iteration {
            return Err(format!(
                "the run has made {} iterations already; a larger number is allowed",
                l.iteration
            ));
        }
        apply(&new, envs, l);
        (self.cfg, self.walk.cfg) = (new.cfg, new.eval);
        Ok(value)
    }
}
