use super::*;

fn step(iteration: u64) -> Step {
    Step { iteration, env_steps: iteration * 98_304, seconds: iteration as f64 * 0.25 }
}

#[test]
fn the_first_row_fixes_the_order_of_the_columns() {
    let folder = tempfile::tempdir().unwrap();
    let mut metrics = Metrics::create(folder.path()).unwrap();
    metrics.write(step(1), &[("reward/tracking", 0.5), ("loss/value", 0.1_f32.into())]).unwrap();
    metrics.write(step(2), &[("loss/value", f64::NAN), ("reward/tracking", 0.75)]).unwrap();
    let text = fs::read_to_string(metrics.path()).unwrap();
    assert_eq!(
        text,
        "iteration,env_steps,seconds,reward/tracking,loss/value\n1,98304,0.250,0.5,0.1\n2,196608,0.500,0.75,NaN\n"
    );
}

#[test]
fn a_name_that_comes_later_gets_a_column_and_a_missing_one_an_empty_cell() {
    let folder = tempfile::tempdir().unwrap();
    let mut metrics = Metrics::create(folder.path()).unwrap();
    metrics.write(step(1), &[("reward/tracking", 0.5)]).unwrap();
    metrics.write(step(2), &[("eval/vx_error", 0.2)]).unwrap();
    metrics.write(step(3), &[("reward/tracking", 0.7), ("eval/vx_error", 0.1)]).unwrap();
    let table = Table::read(metrics.path()).unwrap();
    assert_eq!(table.column("iteration").unwrap(), [1.0, 2.0, 3.0]);
    let tracking = table.column("reward/tracking").unwrap();
    assert!(tracking[0] == 0.5 && tracking[1].is_nan() && tracking[2] == 0.7);
    let error = table.column("eval/vx_error").unwrap();
    assert!(error[0].is_nan() && error[1] == 0.2 && error[2] == 0.1);
    assert!(table.column("reward/absent").is_none());
}

#[test]
fn resume_cuts_the_rows_that_will_be_written_again_and_changes_no_other() {
    let value = |iteration: u64| if iteration == 2 { f64::NAN } else { 1.0 / iteration as f64 };
    let folder = tempfile::tempdir().unwrap();
    let mut metrics = Metrics::create(folder.path()).unwrap();
    for iteration in 1..=5 {
        metrics.write(step(iteration), &[("loss/value", value(iteration))]).unwrap();
    }
    drop(metrics);
    let uninterrupted = fs::read_to_string(folder.path().join(FILE)).unwrap();
    let mut metrics = Metrics::resume(folder.path(), 3).unwrap();
    assert_eq!(Table::read(metrics.path()).unwrap().column("iteration").unwrap(), [1.0, 2.0]);
    for iteration in 3..=5 {
        metrics.write(step(iteration), &[("loss/value", value(iteration))]).unwrap();
    }
    assert_eq!(fs::read_to_string(metrics.path()).unwrap(), uninterrupted);
}

#[test]
fn a_run_that_was_killed_while_writing_a_row_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, "iteration,env_steps,seconds,loss/value\n1,10,0.1,4\n2,20,0.2,3\n3,3").unwrap();
    let metrics = Metrics::resume(folder.path(), 3).unwrap();
    assert_eq!(Table::read(metrics.path()).unwrap().column("loss/value").unwrap(), [4.0, 3.0]);
}

#[test]
fn resuming_a_run_that_wrote_nothing_starts_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let mut metrics = Metrics::resume(folder.path(), 0).unwrap();
    metrics.write(step(0), &[]).unwrap();
    metrics.write(step(1), &[("loss/value", 1.0)]).unwrap();
    let table = Table::read(metrics.path()).unwrap();
    assert_eq!(table.column("iteration").unwrap(), [0.0, 1.0]);
}

#[test]
fn a_file_that_is_no_table_of_metrics_is_refused_with_line_and_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    for (text, expected) in [
        ("a,b\n1,2\n", "first columns"),
        ("iteration,env_steps,seconds\n1,2,3\n1,2,x\n", "line 3"),
        ("iteration,env_steps,seconds\n1,2\n", "line 2"),
    ] {
        fs::write(&path, text).unwrap();
        let message = format!("{:#}", Table::read(&path).unwrap_err());
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(FILE), "{message}");
    }
}
