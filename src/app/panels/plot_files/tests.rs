use super::*;
use crate::app::panels::lab_view::Memory;
use crate::app::panels::testing::{LIVE, Sample};
use crate::lab::command::Panel;

fn table_of(sample: &Sample, memory: &Memory, panel: Panel) -> anyhow::Result<table::Table> {
    let robot = Some(&*sample.plan.robot);
    let source = Source { lab: &sample.lab, timeline: &sample.timeline, robot, memory };
    table::of(&source, panel)
}

#[test]
fn a_table_of_velocities_is_the_timeline() {
    let sample = Sample::new();
    let table = table_of(&sample, &Memory::default(), Panel::Tracking).unwrap();
    assert_eq!(table.header[..3], ["time (s)", "commanded forward (m/s)", "measured forward (m/s)"]);
    assert_eq!(table.rows.len(), sample.timeline.samples.len());
    for (row, s) in table.rows.iter().zip(&sample.timeline.samples) {
        let numbers: Vec<f64> = row.iter().map(|cell| cell.parse().unwrap()).collect();
        assert!((numbers[0] - s.time_s).abs() < 1e-6, "{row:?}");
        assert_eq!(numbers[1] as f32, s.command[0]);
        assert_eq!(numbers[2] as f32, s.measured[0]);
        assert_eq!(numbers[6] as f32, s.measured[2]);
    }
}

#[test]
fn only_what_is_shown_is_saved() {
    let mut sample = Sample::new();
    sample.timeline.rewind_s = Some(5.0);
    let memory = Memory { joints: vec![4], ..Memory::default() };
    let table = table_of(&sample, &memory, Panel::Tracking).unwrap();
    let last: f64 = table.rows.last().unwrap()[0].parse().unwrap();
    assert!((last - sample.timeline.now_s()).abs() < 0.011, "{last}");
    let joints = table_of(&sample, &memory, Panel::Joints).unwrap();
    let name = crate::app::panels::bottom::plot::short_name(&sample.plan.robot.joints().nth(4).unwrap().name);
    assert_eq!(joints.header.len(), 5);
    assert!(joints.header[1..].iter().all(|h| h.starts_with(&name)), "{:?}", joints.header);
    let gait = table_of(&sample, &memory, Panel::Gait).unwrap();
    assert!((99..=102).contains(&gait.rows.len()), "2 s: {}", gait.rows.len());
}

#[test]
fn every_table_has_units_and_every_plot_a_table() {
    let sample = Sample::new();
    let panels = [
        Panel::Tracking,
        Panel::Gait,
        Panel::Joints,
        Panel::TorqueSpeed,
        Panel::RewardTerms,
        Panel::Timeline,
        Panel::Failures,
        Panel::Curves,
    ];
    for panel in panels {
        let table = table_of(&sample, &Memory::default(), panel).unwrap();
        let is_word =
            |h: &str| ["ended by", "costliest reward term", "tile level", "tile column", "run"].contains(&h);
        assert!(table.header.iter().all(|h| h.contains('(') || is_word(h)), "{:?}", table.header);
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()));
    }
    let terms = table_of(&sample, &Memory::default(), Panel::RewardTerms).unwrap();
    let first: f64 = terms.rows[0][1].parse().unwrap();
    let expected = f64::from(sample.timeline.samples[0].reward_terms[0]) / f64::from(sample.plan.dt);
    assert!((first - expected).abs() < 1e-5, "{first} and {expected}");
}

#[test]
fn rows_of_failures_come_in_the_order_of_the_screen() {
    let sample = Sample::new();
    let memory = Memory { failure_sort: (5, false), ..Memory::default() };
    let table = table_of(&sample, &memory, Panel::Failures).unwrap();
    let lengths: Vec<&str> = table.rows.iter().map(|row| &row[6][..]).collect();
    assert_eq!(lengths, ["1.4", "3.1", "7.75"]);
}

#[test]
fn nothing_and_what_is_no_plot_are_said_and_not_saved() {
    let mut sample = Sample::new();
    assert!(table_of(&sample, &Memory::default(), Panel::Rewards).is_err());
    sample.timeline.samples.clear();
    let why = table_of(&sample, &Memory::default(), Panel::Tracking).unwrap_err().to_string();
    assert!(why.contains("nothing to save"), "{why}");
}

/// An app that has only what saving needs.
fn app(sample: Sample) -> App {
    let mut app = App::new();
    app.add_message::<LabCommand>()
        .insert_resource(ShownRobot(sample.plan.robot.clone()))
        .insert_resource(sample.lab)
        .insert_resource(sample.timeline)
        .insert_resource(Remembered(Memory::default()))
        .add_plugins(plugin);
    app.world_mut().resource_mut::<Lab>().notes.clear();
    app
}

fn note_after(app: &mut App, panel: Panel, path: &Path) -> (Severity, String) {
    app.world_mut().write_message(LabCommand::SavePlot { panel, path: path.to_owned() });
    app.update();
    let note = app.world().resource::<Lab>().notes.last().unwrap().clone();
    (note.severity, note.text)
}

#[test]
fn a_command_saves_pictures_and_tables_and_says_where() {
    let temporary = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("GAITLAB_PICTURES").map(std::path::PathBuf::from);
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    let mut app = app(Sample::new());
    for panel in Panel::ALL.into_iter().filter(|p| place::has_picture(*p)) {
        let path = folder.join(format!("saved_{}.png", place::name(panel)));
        let (severity, text) = note_after(&mut app, panel, &path);
        assert_eq!(severity, Severity::Info, "{text}");
        assert!(text.contains("saved_"), "{text}");
        assert!(image::open(&path).unwrap().width() >= 800);
    }
    let path = temporary.path().join("new folder").join("tracking.csv");
    note_after(&mut app, Panel::Tracking, &path);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("time (s),commanded forward (m/s)"), "{text}");
}

#[test]
fn what_cannot_be_saved_is_a_note_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in the way");
    std::fs::write(&file, "").unwrap();
    let mut app = app(Sample::new());
    for (panel, path) in [
        (Panel::Tracking, file.join("tracking.csv")),
        (Panel::Tracking, file.join("tracking.png")),
        (Panel::Tracking, folder.path().join("tracking.pdf")),
        (Panel::Failures, folder.path().join("failures.png")),
    ] {
        let (severity, text) = note_after(&mut app, panel, &path);
        assert_eq!(severity, Severity::Warning, "{text}");
        assert!(text.contains("could not be saved"), "{text}");
        assert!(!path.exists());
    }
}

#[test]
fn plots_go_to_the_folder_of_the_run_with_the_date() {
    let sample = Sample::new();
    let path = place::default_path(&sample.lab, Panel::Gait, "png");
    assert!(path.starts_with(format!("logs/{LIVE}/plots")), "{}", path.display());
    assert!(path.file_name().unwrap().to_string_lossy().starts_with("gait_20"));
    let idle = Sample::idle();
    assert!(place::default_path(&idle.lab, Panel::Gait, "csv").starts_with("plots"));
}
