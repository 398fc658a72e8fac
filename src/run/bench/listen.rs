//! Who listens to phases: per thread, what was spent in each, without what was spent in phases inside it.
use crate::phase::TARGET;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tracing::{Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// What one thread did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thread {
    /// Its name.
    pub name: String,
    /// Seconds by phase.
    pub phases: BTreeMap<&'static str, f64>,
}

/// A phase that has begun: since when, and what was spent in phases inside it.
struct Open {
    name: &'static str,
    since: Instant,
    inside: Duration,
}

#[derive(Default)]
struct Heard {
    name: String,
    open: Vec<Open>,
    phases: BTreeMap<&'static str, Duration>,
}

/// One list per thread; a thread only waits for its own.
type Lists = Arc<Mutex<Vec<Arc<Mutex<Heard>>>>>;

/// Collects phases; clones collect together.
#[derive(Clone, Default)]
pub struct Listener(Lists);

thread_local! {
    static MINE: std::cell::RefCell<Option<(usize, Arc<Mutex<Heard>>)>> = const { std::cell::RefCell::new(None) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Listener {
    /// What was heard so far, in the order in which threads were first heard.
    pub fn threads(&self) -> Vec<Thread> {
        let told = |heard: &Arc<Mutex<Heard>>| {
            let heard = locked(heard);
            let phases = heard.phases.iter().map(|(name, time)| (*name, time.as_secs_f64())).collect();
            Thread { name: heard.name.clone(), phases }
        };
        locked(&self.0).iter().map(told).collect()
    }

    fn mine(&self, f: impl FnOnce(&mut Heard)) {
        let who = Arc::as_ptr(&self.0) as usize;
        MINE.with_borrow_mut(|mine| {
            if mine.as_ref().is_none_or(|(whose, _)| *whose != who) {
                let thread = std::thread::current();
                let name = thread.name().unwrap_or("worker").to_owned();
                let heard = Arc::new(Mutex::new(Heard { name, ..Heard::default() }));
                locked(&self.0).push(heard.clone());
                *mine = Some((who, heard));
            }
            if let Some((_, heard)) = mine {
                f(&mut locked(heard));
            }
        });
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Listener {
    fn on_enter(&self, id: &span::Id, ctx: Context<'_, S>) {
        let Some(data) = ctx.metadata(id).filter(|m| m.target() == TARGET) else { return };
        let open = Open { name: data.name(), since: Instant::now(), inside: Duration::ZERO };
        self.mine(|heard| heard.open.push(open));
    }

    fn on_exit(&self, id: &span::Id, ctx: Context<'_, S>) {
        if ctx.metadata(id).is_none_or(|m| m.target() != TARGET) {
            return;
        }
        self.mine(|heard| {
            let Some(done) = heard.open.pop() else { return };
            let took = done.since.elapsed();
            *heard.phases.entry(done.name).or_default() += took.saturating_sub(done.inside);
            if let Some(around) = heard.open.last_mut() {
                around.inside += took;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phase::phase;
    use tracing_subscriber::prelude::*;

    fn spin(ms: u64) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(ms) {}
    }

    #[test]
    fn what_is_inside_counts_once_and_other_spans_do_not() {
        let listener = Listener::default();
        let all = tracing_subscriber::registry().with(listener.clone());
        let total = tracing::subscriber::with_default(all, || {
            let start = Instant::now();
            phase!("outer", {
                spin(5);
                phase!("inner", spin(10));
                phase!("inner", spin(10));
            });
            let _other = tracing::info_span!("other").entered();
            start.elapsed().as_secs_f64()
        });
        let threads = listener.threads();
        assert_eq!(threads.len(), 1);
        let [outer, inner] = ["outer", "inner"].map(|name| threads[0].phases[name]);
        assert_eq!(threads[0].phases.len(), 2);
        assert!(inner >= 0.02 && outer >= 0.005 && outer + inner <= total, "{outer} {inner} {total}");
    }

    #[test]
    fn every_thread_has_a_list_of_its_own() {
        let listener = Listener::default();
        std::thread::scope(|scope| {
            for name in ["first", "second"] {
                let all = tracing_subscriber::registry().with(listener.clone());
                let work = move || tracing::subscriber::with_default(all, || phase!("work", spin(1)));
                std::thread::Builder::new().name(name.into()).spawn_scoped(scope, work).unwrap();
            }
        });
        let mut names: Vec<String> = listener.threads().into_iter().map(|t| t.name).collect();
        names.sort();
        assert_eq!(names, ["first", "second"]);
    }
}
