use super::html::number;
use super::*;
use crate::run::Naming;
use crate::run::train::{Keep, LearnerKind, TrainOptions, train};
use crate::task;
use std::time::Instant;

#[test]
fn base64_is_that_of_the_standard() {
    let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
    let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    assert_eq!(texts.map(|t| html::base64(t.as_bytes())), expected);
}

#[test]
fn numbers_are_short_and_text_is_harmless() {
    let cases = [(0.0, "0"), (12345.6, "12346"), (0.25, "0.25"), (-2.7499, "-2.75"), (1.2e-6, "1.2e-6")];
    for (x, text) in cases {
        assert_eq!(number(x), text);
    }
    assert_eq!(
        (number(f64::NAN), short(0.19774), short(88.189)),
        ("–".into(), "0.198".into(), "88.2".into())
    );
    assert_eq!(escape("<b a=\"&\">"), "&lt;b a=&quot;&amp;&quot;&gt;");
}

#[test]
fn a_clock_that_begins_again_with_every_session_is_added_up() {
    assert_eq!(made::whole(&[]), 0.0);
    assert_eq!(made::whole(&[1.0, 2.5, f64::NAN, 0.5, 3.0, 1.0]), 2.5 + 3.0 + 1.0);
}

#[test]
fn a_page_holds_everything_of_the_run_and_needs_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let curricula = r#"{"trot": (key: "env.rewards.trot.weight", from: 0.1, to: 0.3, iterations: (0, 20))}"#;
    let overrides = [
        ("env.num_envs", "64"),
        ("train.horizon", "8"),
        ("train.iterations", "30"),
        ("train.curricula", curricula),
    ];
    let o = TrainOptions {
        task: task::open("a1_flat", &overrides.map(|(k, v)| (k.into(), v.into()))).unwrap(),
        seed: 3,
        learner: LearnerKind::Native,
        logs: dir.path().into(),
        naming: Naming { note: Some("a <note> & more".into()), ..Naming::run("test") },
        until_pass: false,
        evaluate: false,
        keep: Keep::All,
        resume: None,
        beside: None,
        progress: false,
        started: Instant::now(),
        stop: Default::default(),
    };
    let folder = train(o).unwrap().folder.unwrap();
    folder.write("evaluation.txt", "a table of <commands>").unwrap();
    let numbers = r#"{"machine": {"cpu": "none"}, "results": {"eval.vx_error": 0.125, "eval.new_number": 3.5,
        "eval.success_stairs_15cm": 0.9375, "eval.falls_stairs_15cm": 0.03, "eval.tile_stairs_up_0": 1.0,
        "eval.tile_stairs_up_1": 0.5}}"#;
    folder.write("evaluation.json", numbers).unwrap();
    folder.write("gait.png", [1, 2, 3]).unwrap();
    let csv = "id,key,old,new,iteration,seconds,undone\n1,env.rewards.trot.weight,0.3,0.6,12,1.5,true\n";
    folder.write("changes.csv", csv).unwrap();
    let page = std::fs::read_to_string(write(&folder).unwrap()).unwrap();
    for text in [
        "<h1>a1_flat</h1>",
        "a &lt;note&gt; &amp; more",
        "Reward per episode",
        "track_lin_vel",
        "time_out",
        "0.125",
        "new number",
        "On rough ground",
        "--share:94%",
        "<b>stairs_up</b>",
        "a table of &lt;commands&gt;",
        "data:image/png;base64,AQID",
        "Changes by hand",
        "undone later",
        "Where time went",
        "iterations: [0, 20]",
    ] {
        assert!(page.contains(text), "the page lacks `{text}`");
    }
    for outside in ["http://", "https://", "src=\"/", "<script", "<link", "url("] {
        assert!(!page.contains(outside), "the page needs `{outside}`");
    }
    let (open, close) = (page.matches("<section").count(), page.matches("</section>").count());
    assert!(open == close && open > 7, "{open} {close}");
    // a folder with nothing but a task still has a page
    for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
        if file.path().is_file() && file.file_name() != "config.ron" {
            std::fs::remove_file(file.path()).unwrap();
        }
    }
    write(&folder).unwrap();
    std::fs::remove_file(folder.file("config.ron")).unwrap();
    assert!(format!("{:#}", write(&folder).unwrap_err()).contains("not a run folder"));
}
