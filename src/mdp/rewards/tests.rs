use super::effort::squares;
use super::gait::{peak_error, trot};
use super::posture::excess;
use super::tracking::kernel;

#[test]
fn the_tracking_kernel_is_one_at_zero_and_one_over_e_at_its_variance() {
    assert_eq!(kernel(0.0f32, 0.25), 1.0);
    assert!((kernel(0.25f32, 0.25) - 0.367_879).abs() < 1e-6);
}

#[test]
fn excess_counts_only_what_lies_outside() {
    assert_eq!([-2.0f32, 0.5, 1.5].map(|q| excess(q, -1.0, 1.0)), [1.0, 0.0, 0.5]);
}

#[test]
fn a_trot_scores_one_standing_half_and_a_pace_less() {
    assert_eq!(trot([1.0f32, 0.0, 0.0, 1.0]), 1.0);
    assert_eq!(trot([1.0f32, 1.0, 1.0, 1.0]), 0.5);
    assert_eq!(trot([1.0f32, 0.0, 1.0, 0.0]), 0.5);
    assert_eq!(trot([1.0f32, 1.0, 0.0, 0.0]), 0.0);
}

#[test]
fn a_swing_of_the_target_height_costs_nothing_and_a_shuffle_costs_one() {
    assert_eq!(
        [0.06f32, 0.0, 0.18, 0.03].map(|p| (peak_error(p, 0.06) * 100.0).round()),
        [0.0, 100.0, 100.0, 50.0]
    );
}

#[test]
fn squares_add_up() {
    assert_eq!(squares([1.0f32, 2.0, 3.0]), 14.0);
}

#[test]
fn every_term_has_a_sentence_and_a_unique_name() {
    let mut seen = std::collections::BTreeSet::new();
    for t in super::terms() {
        assert!(seen.insert(t.name), "two terms `{}`", t.name);
        assert!(t.doc.ends_with('.') && t.doc.len() > 10, "`{}` needs a sentence", t.name);
        assert!(t.place.file().contains("rewards") && t.place.line() > 1);
    }
}
