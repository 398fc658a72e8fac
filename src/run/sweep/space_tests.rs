use super::*;
use crate::task;

const WEIGHT: &str = "env.rewards.action_rate.weight";
const EPOCHS: &str = "train.algorithm.epochs";

fn parse(text: &str) -> Result<Knob, String> {
    Knob::parse(text, &task::open("a1_flat", &[]).unwrap()).map_err(|e| e.to_string())
}

#[test]
fn ranges_and_lists_are_read_as_they_are_written() {
    let range = parse(&format!("{WEIGHT}=-0.05..-0.005")).unwrap();
    assert_eq!(range.values, Values::Range { low: -0.05, high: -0.005, log: false, whole: false });
    assert_eq!(range.short(), "action_rate.weight");
    let log = parse("train.algorithm.learning_rate=log:1e-4..1e-2").unwrap();
    assert_eq!(log.at(0.5), json!(0.001));
    let whole = parse(&format!("{EPOCHS}=2..5")).unwrap();
    let drawn: Vec<Value> = (0..8).map(|i| whole.at(f64::from(i) / 8.0)).collect();
    assert_eq!(drawn, [2, 2, 3, 3, 4, 4, 5, 5].map(|i| json!(i)));
    let list = |text: &str| match parse(text).unwrap().values {
        Values::List(list) => list,
        range => panic!("{range:?}"),
    };
    assert_eq!(list(&format!("{EPOCHS}=2,3,5")), [json!(2), json!(3), json!(5)]);
    assert_eq!(list("train.networks.actor=[64,64],[128, 128]"), [json!([64, 64]), json!([128, 128])]);
    assert_eq!(list("train.algorithm.schedule=adaptive,fixed"), [json!("adaptive"), json!("fixed")]);
    assert_eq!(list("train.algorithm.clip_value=true,false"), [json!(true), json!(false)]);
}

#[test]
fn a_mistake_is_one_message_that_says_what_would_be_right() {
    for (text, why) in [
        ("env.rewards.action_rat.weight=1..2", "did you mean `action_rate`"),
        ("train.algoritm.epochs=1,2", "did you mean `algorithm`"),
        ("evn.num_envs=1,2", "valid: env, train"),
        ("eval.secs=1,2", "judges all runs alike"),
        (WEIGHT, "KEY=a..b"),
        (&format!("{WEIGHT}=2..1"), "an empty range"),
        (&format!("{WEIGHT}=1..1"), "an empty range"),
        (&format!("{WEIGHT}=a..1"), "`a` is no number"),
        (&format!("{WEIGHT}=log:-1..1"), "one side of zero"),
        (&format!("{WEIGHT}=log:1,2"), "needs a range"),
        (&format!("{WEIGHT}=1,,2"), "an empty value"),
        (&format!("{WEIGHT}="), "an empty value"),
        (&format!("{WEIGHT}=1,2,1"), "stands there twice"),
        ("train.networks.actor=[64,64", "does not close"),
        ("train.algorithm.schedule=1..2", "give a list"),
    ] {
        let e = parse(text).unwrap_err();
        assert!(e.contains(why), "{text}: {e}");
    }
    let task = task::open("a1_flat", &[]).unwrap();
    let twice = [format!("{EPOCHS}=1,2"), "train.algorithm=1,2".into(), format!("{EPOCHS}=3,4")];
    assert_eq!(knobs(&twice, &task).unwrap_err().0.len(), 2);
}

#[test]
fn a_value_s_place_gives_the_value_again() {
    for text in [
        format!("{WEIGHT}=-0.05..-0.005"),
        format!("{WEIGHT}=log:-0.05..-0.005"),
        format!("{EPOCHS}=2..9"),
        format!("{EPOCHS}=log:1..100"),
        format!("{EPOCHS}=2,3,5"),
    ] {
        let knob = parse(&text).unwrap();
        for i in 0..=40 {
            let value = knob.at(f64::from(i) / 40.0);
            assert_eq!(knob.at(knob.place(&value)), value, "{text}");
        }
        assert_eq!(knob.steps(5).len(), knob.cardinality().unwrap_or(5), "{text}");
    }
    assert_eq!(
        parse(&format!("{WEIGHT}=-0.05..-0.01")).unwrap().steps(3),
        [-0.05, -0.03, -0.01].map(|x| json!(x))
    );
    assert_eq!(parse(&format!("{EPOCHS}=2..3")).unwrap().steps(5), [json!(2), json!(3)]);
}

#[test]
fn drawn_numbers_have_four_digits() {
    let numbers = [0.0213728394, -123456.0, 1.0, 0.0, 9.99999];
    assert_eq!(numbers.map(rounded), [0.02137, -123500.0, 1.0, 0.0, 10.0]);
}
