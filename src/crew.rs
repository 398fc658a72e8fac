//! Loops over a few pieces of work that take microseconds, spread over the current rayon pool.
//!
//! Waking a sleeping thread takes longer than such a loop. So the threads that help with one wait awake for the next, for half a
//! millisecond; then they go back to the pool. Nobody waits for a helper who has not come yet: whoever is there does the work, so
//! a busy pool makes a loop slower and never stops it. Every helper takes a part of its own first, the same in every loop of the
//! same length, and then what others have left: what a thread touched is in its cache the next time. Which thread does what is
//! not fixed, so no result may depend on it.
use rayon::prelude::*;
use std::any::Any;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

/// How long a helper waits for the next loop.
const PATIENCE: Duration = Duration::from_micros(500);
/// Turns of waiting between two looks at the clock.
const TURNS: u32 = 64;

/// What one thread writes often, on cache lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Line<T>(T);

type Work = *const (dyn Fn(usize) + Sync);

/// Pieces of a loop that belong to one thread first.
#[derive(Default)]
struct Part {
    next: AtomicUsize,
    end: AtomicUsize,
}

/// The helpers of one leading thread.
struct Crew {
    parts: Vec<Line<Part>>,
    /// The loop at hand; only the leader writes it, and only while `age` is even and `active` is zero.
    work: UnsafeCell<Option<Work>>,
    /// Odd while there is a loop to help with, and never the same for two of them.
    age: Line<AtomicU64>,
    /// Helpers that may be looking at `work`.
    active: Line<AtomicUsize>,
    /// Parts that have no owner; the leader has the last one.
    seats: Mutex<Vec<usize>>,
    /// Helpers that are here or on the way.
    called: AtomicUsize,
    /// What a helper's piece panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: `work` is what is neither: see there, and `Crew::help`.
unsafe impl Send for Crew {}
// SAFETY: as above.
unsafe impl Sync for Crew {}

thread_local! {
    /// The crew that this thread leads.
    static CREW: RefCell<Option<Arc<Crew>>> = const { RefCell::new(None) };
    /// Whether this thread is at a piece of a loop.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Does `work(i)` for every i below `n`, in no order.
pub fn each(n: usize, work: impl Fn(usize) + Sync) {
    let threads = rayon::current_num_threads();
    if n < 2 || threads == 1 {
        (0..n).for_each(work);
    } else if BUSY.get() || threads > cores() {
        // who waits awake would keep others from working
        (0..n).into_par_iter().with_max_len(1).for_each(&work);
    } else {
        let crew = CREW.with_borrow_mut(|crew| match crew {
            Some(crew) if crew.parts.len() == threads => crew.clone(),
            _ => crew.insert(Arc::new(Crew::new(threads))).clone(),
        });
        crew.lead(n, &work);
    }
}

/// Does `work(i, item)` for every item of a slice, in no order.
pub fn each_mut<T: Send>(items: &mut [T], work: impl Fn(usize, &mut T) + Sync) {
    struct Start<T>(*mut T);
    // SAFETY: every item is handed to one thread only.
    unsafe impl<T: Send> Sync for Start<T> {}
    impl<T> Start<T> {
        fn at(&self, i: usize) -> *mut T {
            self.0.wrapping_add(i)
        }
    }
    let (n, start) = (items.len(), Start(items.as_mut_ptr()));
    // SAFETY: i is below the length, and nobody else is given the same i.
    each(n, |i| work(i, unsafe { &mut *start.at(i) }));
}

/// Does `work(i, piece)` for every piece of `size` items of a slice, of which the last may be shorter, in no order.
///
/// # Panics
/// If `size` is zero.
pub fn each_chunk_mut<T: Send>(items: &mut [T], size: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let mut pieces: Vec<&mut [T]> = items.chunks_mut(size).collect();
    each_mut(&mut pieces, |i, piece| work(i, piece));
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| available_parallelism().map_or(1, usize::from))
}

impl Crew {
    fn new(threads: usize) -> Self {
        Self {
            parts: (0..threads).map(|_| Line::default()).collect(),
            work: UnsafeCell::new(None),
            age: Line::default(),
            active: Line::default(),
            seats: Mutex::new((0..threads - 1).collect()),
            called: AtomicUsize::new(0),
            panic: Mutex::new(None),
        }
    }

    /// The leader's side of a loop.
    fn lead(self: &Arc<Self>, n: usize, work: &(dyn Fn(usize) + Sync)) {
        let threads = self.parts.len();
        for (k, Line(part)) in self.parts.iter().enumerate() {
            part.next.store(n * k / threads, Relaxed);
            part.end.store(n * (k + 1) / threads, Relaxed);
        }
        // SAFETY: only the lifetime changes; `Closing` does not let go before the last helper has.
        let erased: Work = unsafe { std::mem::transmute(work) };
        // SAFETY: `age` is even and `active` was zero after that: nobody looks.
        unsafe { *self.work.get() = Some(erased) };
        let closing = Closing(self);
        self.age.0.fetch_add(1, SeqCst);
        for _ in self.called.load(SeqCst)..(threads - 1).min(n - 1) {
            self.called.fetch_add(1, SeqCst);
            let crew = self.clone();
            rayon::spawn(move || crew.help());
        }
        self.take_part(threads - 1, work);
        drop(closing);
        if let Some(panic) = lock(&self.panic).take() {
            resume_unwind(panic);
        }
    }

    /// A helper's stay.
    fn help(&self) {
        let _called = Leaving(&self.called);
        let Some(seat) = lock(&self.seats).pop() else { return };
        let mut known = 0;
        while self.wait_for_another(known) {
            self.active.0.fetch_add(1, SeqCst);
            let _here = Leaving(&self.active.0);
            // the leader first ends the loop and then waits for those who are here: either it waits, or this sees the end
            known = self.age.0.load(SeqCst);
            if known % 2 == 1 {
                // SAFETY: the loop is not over before `_here` is dropped.
                if let Some(work) = unsafe { *self.work.get() } {
                    // SAFETY: as above: the closure is alive.
                    let work = AssertUnwindSafe(|| self.take_part(seat, unsafe { &*work }));
                    if let Err(panic) = catch_unwind(work) {
                        BUSY.set(false);
                        *lock(&self.panic) = Some(panic);
                    }
                }
            }
        }
        lock(&self.seats).push(seat);
    }

    /// Whether there is a loop other than the known one before patience ends.
    fn wait_for_another(&self, known: u64) -> bool {
        let since = Instant::now();
        loop {
            for _ in 0..TURNS {
                let age = self.age.0.load(SeqCst);
                if age != known && age % 2 == 1 {
                    return true;
                }
                spin_loop();
            }
            if since.elapsed() > PATIENCE {
                return false;
            }
        }
    }

    /// Does pieces until none is left: first those of the own part.
    fn take_part(&self, own: usize, work: &(dyn Fn(usize) + Sync)) {
        let before = BUSY.replace(true);
        for k in 0..self.parts.len() {
            let Line(part) = &self.parts[(own + k) % self.parts.len()];
            let end = part.end.load(Relaxed);
            // reading first: who writes takes the line from others
            while part.next.load(Relaxed) < end {
                let i = part.next.fetch_add(1, Relaxed);
                if i < end {
                    work(i);
                }
            }
        }
        BUSY.set(before);
    }
}

/// Ends a loop, also where a piece of it panics.
struct Closing<'a>(&'a Crew);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.age.0.fetch_add(1, SeqCst);
        let mut turns = 0;
        while self.0.active.0.load(SeqCst) != 0 {
            turns += 1;
            if turns % (64 * TURNS) == 0 { yield_now() } else { spin_loop() }
        }
        BUSY.set(false);
    }
}

/// Counts a helper out, also where a piece panics.
struct Leaving<'a>(&'a AtomicUsize);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    #[test]
    fn every_piece_of_every_loop_is_done_once() {
        for threads in [1, 2, cores(), cores() + 1] {
            pool(threads).install(|| {
                let counts: Vec<AtomicUsize> = (0..97).map(|_| AtomicUsize::new(0)).collect();
                let mut numbers = vec![0usize; 1000];
                for n in 0..2000 {
                    each(n % 97, |i| _ = counts[i].fetch_add(1, Relaxed));
                    each_chunk_mut(&mut numbers, 64, |i, piece| piece.iter_mut().for_each(|x| *x += i));
                }
                for (i, count) in counts.iter().enumerate() {
                    let due = (0..2000).filter(|n| n % 97 > i).count();
                    assert_eq!(count.load(Relaxed), due, "{threads} threads, piece {i}");
                }
                assert!(numbers.iter().enumerate().all(|(i, x)| *x == 2000 * (i / 64)));
            });
        }
    }

    #[test]
    fn many_leaders_on_one_busy_pool_finish() {
        let pool = pool(2);
        let lead = || {
            let sum = AtomicUsize::new(0);
            (0..200).for_each(|_| each(10, |i| _ = sum.fetch_add(i, Relaxed)));
            sum.into_inner()
        };
        let sums: Vec<usize> = std::thread::scope(|s| {
            let threads: Vec<_> = (0..6).map(|_| s.spawn(|| pool.install(lead))).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(sums, [9000; 6]);
    }

    #[test]
    fn helpers_who_left_come_again_and_loops_inside_loops_do_all_their_work() {
        let sum = AtomicUsize::new(0);
        pool(2).install(|| {
            each(4, |_| each(5, |_| _ = sum.fetch_add(1, Relaxed)));
            std::thread::sleep(3 * PATIENCE);
            each(6, |_| _ = sum.fetch_add(100, Relaxed));
        });
        assert_eq!(sum.into_inner(), 620);
    }

    #[test]
    fn a_panic_in_a_piece_reaches_the_caller_and_the_next_loop_runs() {
        let pool = pool(2);
        for bad in 0..40 {
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| each(40, |i| assert!(i != bad, "piece {i}")));
            }));
            assert!(result.is_err());
            let sum = AtomicUsize::new(0);
            pool.install(|| each(40, |i| _ = sum.fetch_add(i, Relaxed)));
            assert_eq!(sum.into_inner(), 780);
        }
    }
}
