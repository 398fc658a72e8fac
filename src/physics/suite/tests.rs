use super::*;

#[test]
fn all_engines_agree_with_textbooks_and_mujoco() {
    let python = crate::physics::testing::python_with("mujoco");
    let table = run(&Arena::all(python), &|_| {}).unwrap();
    println!("{table}");
    assert!(table.wrong().is_empty(), "{}", table.wrong().join("\n"));
}

#[test]
fn a_number_that_is_off_or_missing_is_named() {
    let line = |got| Line {
        case: "fall",
        number: "height, m",
        expected: 1.0,
        source: "textbook",
        engines: vec![("batch", got, 0.1)],
    };
    let wrong = |got| Table { lines: vec![line(got)] }.wrong().len();
    assert_eq!([1.05, 1.2, 0.8, f64::NAN].map(wrong), [0, 1, 1, 1]);
    let table = Table { lines: vec![line(1.05)] };
    assert_eq!(table.results()[0], ("engines.fall.height_m.batch".to_owned(), 1.05));
    let text = table.to_string();
    assert!(text.starts_with("| case") && text.lines().count() == 3 && text.contains("1.0500"), "{text}");
}
