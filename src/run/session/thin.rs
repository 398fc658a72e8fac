//! Keeps the number of checkpoints of a run within bounds: dense in the recent past, sparse long ago.
use crate::run::RunFolder;
use std::collections::BTreeSet;

/// Checkpoints that a run keeps at most.
const MOST: usize = 90;
/// Bytes that they take at most.
const MOST_BYTES: u64 = 250_000_000;

/// Removes checkpoints that are least missed. Never the first or the newest; one of those that were asked for (`kept`)
/// only when they alone are too many.
pub(super) fn thin(folder: &RunFolder, now: u64, kept: &BTreeSet<u64>) -> anyhow::Result<()> {
    let mut all = folder.checkpoints()?;
    let Some((_, newest)) = all.last() else { return Ok(()) };
    let size = std::fs::metadata(newest).map_or(1, |m| m.len().max(1));
    let most = MOST.min((MOST_BYTES / size) as usize).max(8);
    let none = BTreeSet::new();
    let kept = if kept.len() > most / 2 { &none } else { kept };
    while all.len() > most {
        let iterations: Vec<u64> = all.iter().map(|(i, _)| *i).collect();
        let Some(least) = least_missed(&iterations, now, kept) else { return Ok(()) };
        let (_, path) = all.remove(least);
        // somebody else may have removed it already
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// The one whose removal leaves the smallest gap in proportion to its age.
fn least_missed(iterations: &[u64], now: u64, kept: &BTreeSet<u64>) -> Option<usize> {
    let gap = |i: usize| {
        let age = now.saturating_sub(iterations[i]).max(1);
        (iterations[i + 1] - iterations[i - 1]) as f64 / age as f64
    };
    let inner = 1..iterations.len().checked_sub(1)?;
    inner.filter(|i| !kept.contains(&iterations[*i])).min_by(|a, b| gap(*a).total_cmp(&gap(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_checkpoints_become_few_that_cover_the_whole_run() {
        let kept = BTreeSet::from([500]);
        let mut all: Vec<u64> = vec![];
        for now in (0..100_000).step_by(20) {
            all.push(now);
            if all.len() > MOST {
                all.remove(least_missed(&all, now, &kept).unwrap());
            }
        }
        assert_eq!(all.len(), MOST);
        assert!(all[0] == 0 && all.contains(&500) && all.last() == Some(&99_980));
        let recent = all.iter().filter(|i| **i >= 98_000).count();
        assert!(recent > 10, "{all:?}");
        for pair in all.windows(2) {
            let (gap, age) = (pair[1] - pair[0], 100_000 - pair[0]);
            assert!(gap as f64 <= 0.5 * age as f64 || gap <= 100, "{pair:?}");
        }
    }

    #[test]
    fn a_folder_is_kept_within_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(dir.path(), "test", "").unwrap();
        for i in 0..100 {
            std::fs::write(folder.checkpoint_path(i), b"x").unwrap();
        }
        thin(&folder, 99, &(0..99).collect()).unwrap();
        let left = folder.checkpoints().unwrap();
        assert_eq!((left.len(), left[0].0, left[left.len() - 1].0), (MOST, 0, 99));
    }
}
