//! How many threads work: as many as there are cores, unless somebody says otherwise.
use anyhow::{Result, bail};

/// More threads than cores only wait for each other; so many times more are a slip of the keyboard.
const MOST_PER_CORE: usize = 4;

/// Limits the worker threads of this process.
///
/// # Errors
/// As [`check`].
pub(super) fn set(threads: Option<usize>) -> Result<()> {
    check(threads)?;
    if let Some(n) = threads {
        rayon::ThreadPoolBuilder::new().num_threads(n).build_global()?;
    }
    Ok(())
}

/// Says when there are more threads than cores.
///
/// # Errors
/// When there are none, or more than [`MOST_PER_CORE`] times the cores.
pub(super) fn check(threads: Option<usize>) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if let Some(warning) = threads.map_or(Ok(None), |n| judge(n, cores))? {
        eprintln!("{warning}");
    }
    Ok(())
}

/// A warning, or an error, about so many threads on so many cores.
fn judge(threads: usize, cores: usize) -> Result<Option<String>> {
    let has =
        if cores == 1 { "this machine has 1 core".into() } else { format!("this machine has {cores} cores") };
    if !(1..=MOST_PER_CORE * cores).contains(&threads) {
        bail!(
            "--threads {threads}: {has}; give 1 to {cores} (up to {} are allowed, but slower), or leave --threads out for all of \
             them",
            MOST_PER_CORE * cores
        );
    }
    Ok((threads > cores).then(|| format!("--threads {threads}: {has}, so this is slower than {cores}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_threads_and_far_too_many_are_refused_with_the_number_of_cores() {
        for (threads, cores) in [(0, 2), (9, 2), (1000, 16), (usize::MAX, 16)] {
            let why = judge(threads, cores).unwrap_err().to_string();
            let parts = [
                format!("--threads {threads}: "),
                format!("has {cores} cores"),
                format!("give 1 to {cores}"),
            ];
            assert!(parts.iter().all(|part| why.contains(part)), "{why}");
        }
        assert_eq!(judge(1, 2).unwrap(), None);
        assert_eq!(judge(16, 16).unwrap(), None);
        let warning = judge(3, 2).unwrap().unwrap();
        assert_eq!(warning, "--threads 3: this machine has 2 cores, so this is slower than 2");
        assert!(judge(4, 1).unwrap().unwrap().contains("1 core,"));
        assert!(judge(5, 1).is_err());
    }
}
