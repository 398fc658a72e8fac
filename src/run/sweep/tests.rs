use super::*;
use crate::config::Document;
use crate::run::RunFolder;
use crate::run::train::load_policy;
use crate::task;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const WEIGHT: &str = "env.rewards.action_rate.weight=-0.5..-0.005";
const EPOCHS: &str = "train.algorithm.epochs=1,2";

/// A task whose runs take a blink; every policy passes its test where `easy`.
fn toy(easy: bool) -> Document {
    let limit = if easy { "99" } else { "0" };
    let all = [
        ("env.num_envs", "16"),
        ("train.horizon", "8"),
        ("train.iterations", "20"),
        ("train.eval_every", "5"),
        ("eval.envs_per_command", "2"),
        ("eval.secs", "1"),
        ("eval.settle_secs", "0"),
        (
            "eval.pass",
            &format!(
                "(secs: 0.2, vx_error: {limit}, vy_error: {limit}, yaw_rate_error: {limit}, fall_rate: {limit})"
            ),
        ),
    ];
    task::open("a1_flat", &all.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap()
}

fn request(over: &[&str], score: &str) -> Request {
    Request {
        over: over.iter().map(|o| (*o).to_owned()).collect(),
        how: None,
        steps: 2,
        runs: None,
        seeds: 2,
        first_seed: 1,
        seed: 1,
        ahead: 2,
        score: Some(Score::parse(score).unwrap()),
        full: false,
    }
}

/// Stops after so many runs.
struct Stopper {
    after: usize,
    stop: Arc<AtomicBool>,
    drawn: usize,
}

impl Stopper {
    fn new(after: usize) -> Self {
        Self { after, stop: Arc::default(), drawn: 0 }
    }
}

impl Listener for Stopper {
    fn finished(&mut self, _: &Row, _: &Table) {
        self.after = self.after.saturating_sub(1);
        self.stop.store(self.after == 0, Ordering::Relaxed);
    }
    fn draw(&mut self, _: &Table) {
        self.drawn += 1;
    }
}

fn create(logs: &Path, r: &Request, task: &Document) -> Sweep {
    Sweep::create(logs, "toy", &check(r, task).unwrap(), task).unwrap()
}

fn go(sweep: &Sweep, workers: usize, runs: usize) -> Table {
    let mut listener = Stopper::new(runs);
    let stop = listener.stop.clone();
    let table = run(sweep, workers, &stop, &mut listener).unwrap();
    assert_eq!(listener.drawn, 1);
    table
}

/// What must not depend on workers and interruptions.
fn lasting(table: &Table) -> String {
    let row = |r: &Row| {
        let folder = r.folder[16..].to_owned();
        format!("{} {} {:?} {} {} {} {folder}", r.setting, r.seed, r.score, r.walked, r.env_steps, r.reward)
    };
    table.to_string() + &table.runs().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn neither_workers_nor_interruptions_change_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let task = toy(false);
    // settings of tpe depend on results of earlier ones
    let r = Request { how: Some(How::Tpe), runs: Some(12 * 2), ..request(&[WEIGHT, EPOCHS], "reward") };
    let whole = create(&dir.path().join("whole"), &r, &task);
    let expected = lasting(&go(&whole, 1, 999));
    assert_eq!(whole.rows().unwrap().len(), 24);
    let side = create(&dir.path().join("side"), &r, &task);
    assert_eq!(lasting(&go(&side, 3, 999)), expected);

    let parts = create(&dir.path().join("parts"), &r, &task);
    let begun = go(&parts, 2, 5);
    assert!((5..=7).contains(&begun.done()), "{}", begun.done());
    // as a killed process leaves it: half a line, and a folder of a run that did not finish
    let table = parts.folder.join(ROWS);
    let text = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, format!("{text}9,1,0.3,tr")).unwrap();
    let lost = parts.folder.join("20260101_120000_s009_seed1");
    std::fs::create_dir(&lost).unwrap();
    let parts = Sweep::open(&parts.folder).unwrap();
    assert_eq!(parts.rows().unwrap().len(), begun.done());
    assert_eq!(lasting(&go(&parts, 2, 999)), expected);
    assert!(!lost.exists());
    // there is nothing left to do
    assert_eq!(lasting(&go(&parts, 2, 999)), expected);
}

#[test]
fn runs_stop_when_they_walk_and_can_be_played() {
    let dir = tempfile::tempdir().unwrap();
    let r = request(&[EPOCHS], "steps-to-walk");
    let sweep = create(dir.path(), &r, &toy(true));
    let table = go(&sweep, 2, 999);
    assert_eq!((table.lines.len(), table.done(), table.asked.how), (2, 4, How::Grid));
    // the first look is after five iterations of eight ticks of sixteen robots
    assert!(table.runs().all(|r| r.walked && r.score == Some(640e-6) && r.env_steps == 640));
    assert!(table.lines.iter().all(|l| l.spread == Some(0.0)));
    let experiment = sweep.folder.parent().unwrap();
    let runs = RunFolder::list(experiment, &sweep.name()).unwrap();
    assert_eq!(runs.len(), 4);
    for run in &runs {
        let doc = task::open(&run.file("config.ron").display().to_string(), &[]).unwrap();
        let plan = task::compile(doc).unwrap();
        load_policy(&run.newest_checkpoint().unwrap().1, &plan).unwrap();
        assert!(run.note().unwrap().starts_with("algorithm.epochs "));
        let files = std::fs::read_dir(run.path()).unwrap().map(|f| f.unwrap().metadata().unwrap().len());
        assert!(files.sum::<u64>() < 300_000);
    }
    let full = create(&dir.path().join("full"), &Request { full: true, ..r }, &toy(true));
    assert!(go(&full, 2, 999).runs().all(|r| r.score == Some(640e-6) && r.env_steps == 2560));

    draw(&table, &sweep.folder).unwrap();
    assert!(PICTURES.iter().all(|p| sweep.folder.join(p).metadata().unwrap().len() > 1000));
    let mut results = crate::run::Results::new();
    table.results().into_iter().for_each(|(k, v)| results.set(k, v));
    assert_eq!(results.problems(), [""; 0]);
    assert_eq!(results.get("sweep.a1_flat.walked"), Some(1.0));
}

#[test]
fn who_never_walks_counts_as_long_as_it_was_tried() {
    let dir = tempfile::tempdir().unwrap();
    let sweep = create(dir.path(), &Request { seeds: 1, ..request(&[EPOCHS], "steps-to-walk") }, &toy(false));
    let table = go(&sweep, 1, 999);
    assert!(table.runs().all(|r| !r.walked && r.score == Some(2560e-6)));
    assert!(table.to_string().contains("> 0.00256"), "{table}");
}

#[test]
fn what_cannot_be_swept_is_said_before_anything_starts() {
    let task = toy(true);
    let good = request(&[EPOCHS], "reward");
    for (r, why) in [
        (Request { over: vec![], ..good.clone() }, "say what to sweep"),
        (Request { seeds: 0, ..good.clone() }, "--seeds 0"),
        (Request { runs: Some(0), ..good.clone() }, "--runs 0"),
        (Request { runs: Some(1), how: Some(How::Tpe), ..good.clone() }, "not enough for one setting"),
        (
            Request { runs: Some(3), how: Some(How::Grid), ..good.clone() },
            "2 settings with 2 seeds is 4 runs",
        ),
        (Request { steps: 1, ..good.clone() }, "at least two values"),
        (Request { ahead: 0, ..good.clone() }, "--ahead 0"),
        (Request { runs: Some(1_000_000), how: Some(How::Random), ..good.clone() }, "at most 100000"),
        (request(&["env.rewards.action_rat.weight=1,2"], "reward"), "did you mean `action_rate`"),
        (request(&["train.algorithm.gamma=0.9,1.7"], "reward"), "setting algorithm.gamma 1.7"),
        (request(&["env.num_envs=16,17"], "reward"), "17 is no positive multiple of 16"),
        (request(&["env.rewards.action_rate.weight=a,1"], "reward"), "setting action_rate.weight a"),
    ] {
        let Err(e) = check(&r, &task) else { panic!("accepted, without {why}") };
        assert!(format!("{e:#}").contains(why), "{why}: {e:#}");
    }
    let mut blind = task.clone();
    let zero = serde_json::json!(0);
    blind.set("train.eval_every", zero, crate::config::Origin::Knob("test".into())).unwrap();
    assert_eq!(check(&Request { score: None, ..good.clone() }, &blind).unwrap().asked.score, Score::Reward);
    assert_eq!(check(&Request { score: None, ..good }, &task).unwrap().asked.score, Score::SecondsToWalk);
    let Err(e) = check(&request(&[EPOCHS], "steps-to-walk"), &blind) else { panic!("accepted") };
    assert!(e.to_string().contains("never looked at"), "{e}");
}

#[test]
fn folders_of_other_things_and_other_versions_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sweep = create(dir.path(), &request(&[EPOCHS], "reward"), &toy(true));
    assert_eq!(list(dir.path(), "a1_flat"), std::slice::from_ref(&sweep.folder));
    assert_eq!(Sweep::open(&sweep.folder).unwrap().asked, sweep.asked);
    let path = sweep.folder.join(ASKED);
    let text = std::fs::read_to_string(&path).unwrap();
    let refused = |text: &str| -> String {
        std::fs::write(&path, text).unwrap();
        format!("{:#}", Sweep::open(&sweep.folder).unwrap_err())
    };
    assert!(refused(&text.replace("\"version\": 1", "\"version\": 7")).contains("of version 7"));
    assert!(refused(&text.replace("\"version\"", "\"v\"")).contains("does not say its version"));
    assert!(refused("{").contains("not readable"));
    assert!(format!("{:#}", Sweep::open(&PathBuf::from("/")).unwrap_err()).contains("no folder of a sweep"));
    // a task that was opened again is the same
    std::fs::write(&path, text).unwrap();
    let table = sweep.folder.join(ROWS);
    std::fs::write(&table, "a,b\n1,2\n").unwrap();
    assert!(format!("{:#}", sweep.rows().unwrap_err()).contains("the columns must be"));
}
