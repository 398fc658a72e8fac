//! Processor time: of this process, of this thread, and of other threads by their clocks. Where the system does not
//! say, all are zero, and whoever paces himself by them does not pace himself.

/// Processor time of the whole process, s.
pub fn process() -> f64 {
    #[cfg(unix)]
    return unix::read(libc::CLOCK_PROCESS_CPUTIME_ID);
    #[cfg(not(unix))]
    return 0.0;
}

/// Processor time of the calling thread, s.
pub fn this_thread() -> f64 {
    #[cfg(unix)]
    return unix::read(libc::CLOCK_THREAD_CPUTIME_ID);
    #[cfg(not(unix))]
    return 0.0;
}

/// The clock of a thread, which other threads may read while it lives.
#[derive(Clone, Copy, Debug)]
pub struct ThreadClock {
    #[cfg(unix)]
    clock: libc::clockid_t,
}

impl ThreadClock {
    /// The clock of the calling thread.
    pub fn mine() -> Self {
        Self {
            #[cfg(unix)]
            clock: unix::mine(),
        }
    }
    /// Processor time of the thread, s; zero when it has ended.
    pub fn seconds(&self) -> f64 {
        #[cfg(unix)]
        return unix::read(self.clock);
        #[cfg(not(unix))]
        return 0.0;
    }
}

#[cfg(unix)]
mod unix {
    /// Seconds of a clock; zero when there is none.
    pub fn read(clock: libc::clockid_t) -> f64 {
        let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a living timespec; an unknown clock is reported by the return value.
        match unsafe { libc::clock_gettime(clock, &mut t) } {
            0 => t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9,
            _ => 0.0,
        }
    }

    #[cfg(target_os = "linux")]
    pub fn mine() -> libc::clockid_t {
        let mut clock = libc::CLOCK_THREAD_CPUTIME_ID;
        // SAFETY: the calling thread lives, and the pointer is to a living clock id; on failure it keeps its value.
        unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
        clock
    }
    #[cfg(not(target_os = "linux"))]
    pub fn mine() -> libc::clockid_t {
        libc::CLOCK_THREAD_CPUTIME_ID
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::*;

    #[cfg(target_os = "linux")]
    fn work() -> f64 {
        let before = this_thread();
        let mut x = 1.0_f64;
        while this_thread() - before < 0.02 {
            x = (x * 1.000_1).sin() + 1.0;
        }
        x
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_s_clock_is_read_from_another_and_counts_work_only() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let worker = std::thread::spawn(move || {
            sender.send(ThreadClock::mine()).unwrap();
            assert!(work() > 0.0);
            sender.send(ThreadClock::mine()).unwrap();
            gate.recv().unwrap();
        });
        let clock = receiver.recv().unwrap();
        receiver.recv().unwrap();
        assert!(clock.seconds() >= 0.02);
        let idle = clock.seconds();
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(clock.seconds() - idle < 0.004, "a thread that waits costs nothing");
        assert!(process() >= clock.seconds());
        go.send(()).unwrap();
        worker.join().unwrap();
    }
}
