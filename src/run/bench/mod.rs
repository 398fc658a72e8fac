//! Speed as numbers: pairs of dotted key and value. Ratios are measured in one run, because machines are noisy.
mod listen;
mod loops;
pub mod peers;
mod phases;
mod physics;
mod randomisation;
mod scaling;
mod session;
mod walk;

pub use listen::Thread;
pub use loops::{environments, training};
pub use phases::{Phases, phases};
pub use physics::physics;
pub use randomisation::{randomisation, without_randomisation};
pub use scaling::scaling;
pub use session::session;
pub use walk::time_to_walk;

/// Dotted key and value.
pub type Numbers = Vec<(String, f64)>;

fn usage() -> libc::rusage {
    // SAFETY: a plain system call that fills the structure it is given.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    }
}

/// Largest resident memory of the process so far, MiB.
fn peak_memory_mib() -> f64 {
    usage().ru_maxrss as f64 / 1024.0
}

/// Processor time of all threads of the process so far, s. Unlike wall time it hardly depends on what else the
/// machine does.
fn processor_seconds() -> f64 {
    let u = usage();
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    seconds(u.ru_utime) + seconds(u.ru_stime)
}
