use super::*;
use serde::Deserialize;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Cfg {
    name: String,
    env: Env,
}
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Env {
    dt: f64,
    push: [f64; 2],
    steps: usize,
}

const TEXT: &str = "// a comment\ntask(\n    name: \"x\",\n    env: (\n        dt: 0.02, push: (1.0, 2),\n        steps: 4,\n    ),\n)\n";

#[test]
fn a_good_document_reads_and_knows_where_its_values_stand() {
    let doc = Document::from_text(TEXT, "f.ron").unwrap();
    let cfg: Cfg = typed(&doc, "").unwrap();
    assert_eq!((cfg.env.dt, cfg.env.push, cfg.env.steps), (0.02, [1.0, 2.0], 4));
    assert_eq!(doc.place("env.steps"), "f.ron:6:9");
    assert_eq!(doc.place("env.push.1"), "f.ron:5:31");
}

#[test]
fn all_mistakes_are_reported_at_once_with_line_and_nearest_key() {
    let text = TEXT.replace("steps: 4", "step: 4, steps: \"four\"").replace("0.02", "true");
    let doc = Document::from_text(&text, "f.ron").unwrap();
    let errors = typed::<Cfg>(&doc, "").unwrap_err();
    let all = errors.to_string();
    assert_eq!(errors.0.len(), 3, "{all}");
    assert!(all.contains("f.ron:6:9: unknown key `step`; did you mean `steps`?"), "{all}");
    assert!(all.contains("f.ron:5:9: `env.dt`") && all.contains("f.ron:6:18: `env.steps`"), "{all}");
}

#[test]
fn a_syntax_error_names_its_line() {
    let e = Document::from_text("(a: 1,\n b: ]", "f.ron").unwrap_err().to_string();
    assert!(e.starts_with("f.ron:2:"), "{e}");
}

#[test]
fn patches_replace_existing_keys_only_and_are_remembered() {
    let mut doc = Document::from_text(TEXT, "f.ron").unwrap();
    let arg = || Origin::Argument("--env.dt=0.01".into());
    doc.set("env.dt", parse_value("0.01"), arg()).unwrap();
    assert_eq!(doc.place("env.dt"), "command line `--env.dt=0.01`");
    let e = doc.set("env.stepz", parse_value("3"), arg()).unwrap_err();
    assert!(e.message.contains("did you mean `steps`?"), "{}", e.message);
    doc.set("env.steps", parse_value("many"), Origin::Argument("--env.steps=many".into())).unwrap();
    let e = typed::<Cfg>(&doc, "").unwrap_err().to_string();
    assert!(e.starts_with("command line `--env.steps=many`"), "{e}");
}

#[test]
fn a_variant_extends_another_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("base.ron"), TEXT).unwrap();
    let variant = dir.path().join("v.ron");
    std::fs::write(&variant, "variant(name: \"v\", extends: \"base\", patch: {\"env.steps\": 8})").unwrap();
    let doc = load(&variant).unwrap();
    let cfg: Cfg = typed(&doc, "").unwrap();
    assert_eq!((cfg.name.as_str(), cfg.env.steps), ("v", 8));
    assert!(doc.place("env.steps").contains("v.ron:1:"));
    std::fs::write(&variant, "variant(extends: \"base\", patch: {\"enw.stp\": 8}, foo: 1)").unwrap();
    assert_eq!(load(&variant).unwrap_err().0.len(), 2);
    std::fs::write(dir.path().join("base.ron"), "variant(extends: \"v\", patch: {})").unwrap();
    assert!(load(&variant).unwrap_err().to_string().contains("extends itself"));
}
