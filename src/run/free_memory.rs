//! How much main memory this process may still take: what the system has free, and what its control group leaves it.
use std::fs::read_to_string;
use std::path::Path;

/// Bytes; `None` where the system does not say.
pub fn free_memory() -> Option<f64> {
    let system = read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = left_in_group(Path::new("/sys/fs/cgroup"), &groups);
    [system, group].into_iter().flatten().reduce(f64::min)
}

/// Memory that can be had without swapping, from Linux's `/proc/meminfo`.
fn available(meminfo: &str) -> Option<f64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

/// What the tightest limit of a process's control groups leaves; files that are only cached can be dropped. `groups` is
/// `/proc/self/cgroup`, in which lines are `number:controllers:path`.
fn left_in_group(root: &Path, groups: &str) -> Option<f64> {
    let mut least: Option<f64> = None;
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (root, [limit, used, cached]) = match controllers {
            "" => (root.to_owned(), ["memory.max", "memory.current", "inactive_file"]),
            c if c.split(',').any(|c| c == "memory") => (
                root.join("memory"),
                ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"],
            ),
            _ => continue,
        };
        // inside a container its own group looks like the root, whatever the path says
        for folder in root.join(path.trim_start_matches('/')).ancestors().filter(|f| f.starts_with(&root)) {
            let number = |name: &str| read_to_string(folder.join(name)).ok()?.trim().parse::<f64>().ok();
            let (Some(limit), Some(used)) = (number(limit), number(used)) else { continue };
            let stat = read_to_string(folder.join("memory.stat")).unwrap_or_default();
            let mut fields = stat.lines().filter_map(|line| line.split_once(' '));
            let cached = fields.find(|(name, _)| *name == cached).and_then(|(_, n)| n.trim().parse().ok());
            let left = (limit - used + cached.unwrap_or(0.0)).max(0.0);
            least = Some(least.map_or(left, |least| least.min(left)));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    #[test]
    fn what_the_system_says_is_read() {
        assert_eq!(
            available("MemTotal: 9 kB\nMemAvailable:   20971520 kB\n"),
            Some(20.0 * f64::from(1 << 30))
        );
        assert_eq!(available("MemTotal: 9 kB\n"), None);
        assert_eq!(available("MemAvailable: many kB\n"), None);
    }

    #[test]
    fn the_tightest_group_counts_and_no_limit_is_none() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("jobs/this");
        create_dir_all(&inner).unwrap();
        assert_eq!(left_in_group(root.path(), "0::/jobs/this\n"), None);
        write(inner.join("memory.max"), "max\n").unwrap();
        write(inner.join("memory.current"), "100\n").unwrap();
        assert_eq!(left_in_group(root.path(), "0::/jobs/this\n"), None);
        let outer = root.path().join("jobs");
        write(outer.join("memory.max"), "1000\n").unwrap();
        write(outer.join("memory.current"), "400\n").unwrap();
        write(outer.join("memory.stat"), "anon 1\ninactive_file 50\n").unwrap();
        assert_eq!(left_in_group(root.path(), "0::/jobs/this\n"), Some(650.0));
        write(inner.join("memory.max"), "600\n").unwrap();
        assert_eq!(left_in_group(root.path(), "0::/jobs/this\n"), Some(500.0));
        // the path of a container's own group is not there inside
        write(root.path().join("memory.max"), "300\n").unwrap();
        write(root.path().join("memory.current"), "350\n").unwrap();
        assert_eq!(left_in_group(root.path(), "0::/elsewhere\n"), Some(0.0));
    }

    #[test]
    fn the_older_kind_of_groups_is_read_too() {
        let root = tempfile::tempdir().unwrap();
        let memory = root.path().join("memory/box");
        create_dir_all(&memory).unwrap();
        write(memory.join("memory.limit_in_bytes"), "1000\n").unwrap();
        write(memory.join("memory.usage_in_bytes"), "100\n").unwrap();
        let groups = "3:cpu,cpuacct:/box\n2:memory:/box\n";
        assert_eq!(left_in_group(root.path(), groups), Some(900.0));
    }

    #[test]
    fn this_machine_has_some() {
        if cfg!(target_os = "linux") {
            assert!(free_memory().is_some_and(|bytes| bytes > 1e6));
        }
    }
}
