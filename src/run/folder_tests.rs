use super::*;
use std::time::Duration;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

#[test]
fn two_runs_of_the_same_second_get_different_folders() {
    let root = tempfile::tempdir().unwrap();
    let first = RunFolder::create_at(root.path(), "a1_flat", "try", at(0)).unwrap();
    let second = RunFolder::create_at(root.path(), "a1_flat", "try", at(0)).unwrap();
    assert_ne!(first.path(), second.path());
    assert_eq!(second.name(), format!("{}_2", first.name()));
    assert!(first.path().starts_with(root.path().join("a1_flat")));
    assert!(first.name().ends_with("_try"), "{}", first.name());
}

#[test]
fn the_newest_run_is_the_one_with_the_latest_stamp() {
    let root = tempfile::tempdir().unwrap();
    let late = RunFolder::create_at(root.path(), "a1_flat", "a", at(60)).unwrap();
    let early = RunFolder::create_at(root.path(), "a1_flat", "z", at(0)).unwrap();
    fs::create_dir(root.path().join("a1_flat/zzz_not_a_run")).unwrap();
    assert_eq!(RunFolder::newest(root.path(), "a1_flat").unwrap(), late);

    early.write("model_10.safetensors", b"x").unwrap();
    assert_eq!(RunFolder::newest_with_checkpoint(root.path(), "a1_flat").unwrap(), early);
}

#[test]
fn asking_for_a_run_that_is_not_there_says_where_it_was_looked_for() {
    let root = tempfile::tempdir().unwrap();
    let message = format!("{:#}", RunFolder::newest(root.path(), "a1_flat").unwrap_err());
    assert!(message.ends_with(&root.path().join("a1_flat").display().to_string()), "{message}");
    assert!(RunFolder::newest_with_checkpoint(root.path(), "a1_flat").is_err());
    assert!(RunFolder::open(root.path().join("nowhere")).is_err());
}

#[test]
fn names_that_leave_the_log_folder_are_refused() {
    let root = tempfile::tempdir().unwrap();
    for name in ["..", "a/b", "a\\b", ".hidden"] {
        assert!(RunFolder::create(root.path(), name, "run").is_err(), "{name}");
        assert!(RunFolder::create(root.path(), "a1_flat", name).is_err(), "{name}");
    }
    assert!(RunFolder::create(root.path(), "", "run").is_err());
    assert_eq!(RunFolder::create(root.path(), "a1_flat", "").unwrap().name().len(), STAMP);
}

#[test]
fn checkpoints_are_ordered_by_number_and_strangers_are_ignored() {
    let root = tempfile::tempdir().unwrap();
    let run = RunFolder::create(root.path(), "a1_flat", "try").unwrap();
    assert!(run.newest_checkpoint().is_err());
    for name in ["model_9.safetensors", "model_100.safetensors", "model_x.safetensors", "model_7.pt"] {
        run.write(name, b"x").unwrap();
    }
    let iterations: Vec<u64> = run.checkpoints().unwrap().into_iter().map(|found| found.0).collect();
    assert_eq!(iterations, [9, 100]);
    assert_eq!(run.newest_checkpoint().unwrap().1, run.checkpoint_path(100));
}

#[test]
fn a_failed_save_keeps_the_old_file_and_leaves_no_temporary_one() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("model_1.safetensors");
    write_atomic(&target, b"old").unwrap();
    write_atomic(&target, b"new").unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");

    // A folder in the way makes the last step, the rename, fail.
    let blocked = root.path().join("blocked");
    fs::create_dir_all(blocked.join("child")).unwrap();
    let error = write_atomic(&blocked, b"never").unwrap_err();
    assert!(error.to_string().ends_with(&blocked.display().to_string()), "{error}");
    let mut names: Vec<_> = entries(root.path()).unwrap();
    names.sort();
    assert_eq!(names, [blocked, target]);
}

#[test]
fn a_save_into_a_missing_folder_says_what_failed_and_ends_with_the_path() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("gone/plan.txt");
    let error = write_atomic(&target, b"x").unwrap_err();
    assert_eq!(error.cause.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().starts_with("cannot save: "), "{error}");
    assert!(error.to_string().ends_with("gone/plan.txt"), "{error}");
}

#[test]
fn the_files_of_a_run_have_the_names_people_look_for() {
    let root = tempfile::tempdir().unwrap();
    let run = RunFolder::create(root.path(), "a1_flat", "try").unwrap();
    run.write_config("task()").unwrap();
    run.write_plan("1 observation").unwrap();
    run.write_params(&serde_json::json!({"seed": 1})).unwrap();
    run.write_git(root.path()).unwrap();
    assert_eq!(run.export().unwrap(), run.path().join("export"));
    for name in ["config.ron", "plan.txt", "params.json", "git.txt", "export"] {
        assert!(run.file(name).exists(), "{name}");
    }
    assert_eq!(fs::read_to_string(run.file("params.json")).unwrap(), "{\n  \"seed\": 1\n}\n");
}

#[test]
fn git_text_has_the_commit_and_what_was_not_committed() {
    let root = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let identity =
            ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").arg("-C").arg(root.path()).args(identity).args(arguments).output();
        done.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        println!("skipped: there is no git command");
        return;
    }
    assert!(describe_git(root.path()).starts_with("no git commit known"));
    fs::write(root.path().join("file"), "before\n").unwrap();
    assert!(git(&["add", "."]) && git(&["commit", "-q", "-m", "first"]));
    assert!(describe_git(root.path()).contains("no uncommitted changes"));
    fs::write(root.path().join("file"), "after\n").unwrap();
    let text = describe_git(root.path());
    assert!(text.starts_with("commit "), "{text}");
    assert!(text.contains("-before\n+after\n"), "{text}");
}

#[test]
fn a_run_is_found_by_its_name_and_keeps_its_note() {
    let root = tempfile::tempdir().unwrap();
    let at = |secs| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(secs);
    let first = RunFolder::create_at(root.path(), "x", "soft", at(1_000_000_000)).unwrap();
    let second = RunFolder::create_at(root.path(), "x", "soft", at(1_000_100_000)).unwrap();
    let other = RunFolder::create_at(root.path(), "x", "so", at(1_000_200_000)).unwrap();
    let named = |name: &str| RunFolder::named(root.path(), "x", name);
    assert_eq!(named("soft").unwrap(), second, "the newest of that name");
    assert_eq!(named(&first.name()).unwrap(), first);
    assert_eq!(named("so").unwrap(), other);
    let e = named("sof").unwrap_err().to_string();
    assert!(e.contains("no run of 'x' is called 'sof'") && e.contains(&other.name()), "{e}");
    let naming = Naming { experiment: Some("y".into()), run: "a".into(), note: Some(" why \n".into()) };
    let noted = RunFolder::of(root.path(), "task", &naming).unwrap();
    assert!(noted.path().starts_with(root.path().join("y")));
    assert_eq!((noted.note(), first.note()), (Some("why".into()), None));
}
