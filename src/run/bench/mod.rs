//! Speed as numbers: pairs of dotted key and value. Ratios are measured in one run, because machines are noisy.
mod loops;
mod physics;
mod session;
mod walk;

pub use loops::{environments, training};
pub use physics::physics;
pub use session::session;
pub use walk::time_to_walk;

/// Dotted key and value.
pub type Numbers = Vec<(String, f64)>;

/// Largest resident memory of the process so far, MiB.
fn peak_memory_mib() -> f64 {
    // SAFETY: a plain system call that fills the structure it is given.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    usage.ru_maxrss as f64 / 1024.0
}
