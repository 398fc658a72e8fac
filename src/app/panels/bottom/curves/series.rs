//! From columns of metrics to points of a plot: smoothed, thinned to the plot's width, named for people.
use crate::app::panels::lab_view::CurveAxis;
use crate::lab::model::Curves;

/// Values of the horizontal axis.
pub(super) fn axis(curves: &Curves, axis: CurveAxis) -> &[f64] {
    match axis {
        CurveAxis::Seconds => &curves.seconds,
        CurveAxis::Iterations => &curves.iteration,
        CurveAxis::EnvSteps => &curves.env_steps,
    }
}

/// Row of the last iteration whose place on the axis is at or before `x`.
pub(super) fn row_at(axis: &[f64], x: f64) -> Option<usize> {
    axis.partition_point(|v| *v <= x).min(axis.len()).checked_sub(1).or((!axis.is_empty()).then_some(0))
}

/// Place of an iteration on the axis.
pub(super) fn place(curves: &Curves, axis: &[f64], iteration: u64) -> Option<f64> {
    let row = curves.iteration.partition_point(|i| *i < iteration as f64);
    axis.get(row.min(axis.len().checked_sub(1)?)).copied()
}

/// Exponential mean with weight `keep` (0 to 0.99) on the past, without the usual bias towards zero at the start. Rows
/// without a value have no point.
pub(super) fn smooth(axis: &[f64], values: &[f64], keep: f64) -> Vec<[f64; 2]> {
    let keep = keep.clamp(0.0, 0.99);
    let (mut mean, mut weight) = (0.0, 0.0);
    let rows = axis.iter().zip(values).filter(|(x, y)| x.is_finite() && y.is_finite());
    rows.map(|(x, y)| {
        mean = keep * mean + (1.0 - keep) * y;
        weight = keep * weight + (1.0 - keep);
        [*x, mean / weight]
    })
    .collect()
}

/// At most four points per pixel column: the first, the lowest, the highest, the last. What is left looks the same.
pub(super) fn thin(points: Vec<[f64; 2]>, [left, right]: [f64; 2], pixels: usize) -> Vec<[f64; 2]> {
    if points.len() <= 2 * pixels.max(1) || right <= left {
        return points;
    }
    let column = |x: f64| ((x - left) / (right - left) * pixels as f64).floor() as i64;
    let mut thinned = Vec::with_capacity(4 * pixels);
    for group in points.chunk_by(|a, b| column(a[0]) == column(b[0])) {
        let index = |better: fn(f64, f64) -> bool| {
            (1..group.len()).fold(0, |best, i| if better(group[i][1], group[best][1]) { i } else { best })
        };
        let mut kept = [0, index(|a, b| a < b), index(|a, b| a > b), group.len() - 1];
        kept.sort_unstable();
        for (i, at) in kept.iter().enumerate() {
            if i == 0 || kept[i - 1] != *at {
                thinned.push(group[*at]);
            }
        }
    }
    thinned
}

/// Name for people and unit of a metric.
pub(in crate::app::panels) fn name(metric: &str) -> (String, &'static str) {
    let known = match metric {
        "episode/reward" => ("Reward per episode", ""),
        "episode/length" => ("Length of episodes", "s"),
        "episode/tracking_error" => ("Velocity error", "m/s"),
        "episode/yaw_rate_error" => ("Turning error", "rad/s"),
        "episode/fall_rate" => ("Falls", "per tick"),
        "episode/failed_share" => ("Share of episodes that fail", ""),
        "episode/invalid" => ("Episodes ended by invalid numbers", ""),
        "loss/kl" => ("Change of the policy (KL divergence)", "nat"),
        "loss/entropy" => ("Randomness of the policy (entropy)", "nat"),
        "loss/value" => ("Loss of the value function", ""),
        "loss/surrogate" => ("Loss of the policy", ""),
        "loss/clip_fraction" => ("Share of clipped samples", ""),
        "loss/learning_rate" => ("Learning rate", ""),
        "time/env_steps_per_s" => ("Speed of training", "steps/s"),
        "time/rollout" => ("Time for moving robots", "s"),
        "time/learn" => ("Time for learning", "s"),
        _ => return unknown(metric),
    };
    (known.0.to_owned(), known.1)
}

fn unknown(metric: &str) -> (String, &'static str) {
    let (group, rest) = metric.split_once('/').unwrap_or(("", metric));
    let rest = rest.replace('_', " ");
    match group {
        "reward" => (format!("Reward: {rest}"), "1/s"),
        "termination" => (format!("Ended by {rest}"), ""),
        "time" => (format!("Time for {rest}"), "s"),
        "eval" => (format!("Evaluation: {rest}"), ""),
        "" => (rest, ""),
        _ => (format!("{group}: {rest}"), ""),
    }
}

/// Few words for a knob's key.
pub(super) fn knob_name(key: &str) -> String {
    let common = ["env", "train", "algorithm", "rewards", "events", "model", "commands", "weight"];
    let words: Vec<&str> = key.split('.').filter(|word| !common.contains(word)).collect();
    words.join(" ").replace('_', " ").replace(" interval secs", " every")
}

/// Four digits that say enough.
pub(in crate::app::panels) fn digits(value: f64) -> String {
    match value.abs() {
        v if !v.is_finite() => "—".into(),
        0.0 => "0".into(),
        v if v >= 1e5 => format!("{:.0} k", value / 1e3),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        v if v >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_starts_at_the_first_value_and_keeps_a_constant() {
        let axis = [1.0, 2.0, 3.0, 4.0];
        let same = smooth(&axis, &[5.0; 4], 0.9);
        assert!(same.iter().all(|[_, y]| (y - 5.0).abs() < 1e-12), "{same:?}");
        let two = smooth(&axis, &[0.0, 1.0, f64::NAN, 1.0], 0.5);
        assert_eq!(two.len(), 3);
        assert!((two[1][1] - 2.0 / 3.0).abs() < 1e-12 && two[2][0] == 4.0, "{two:?}");
        assert_eq!(smooth(&axis, &[1.0, 2.0, 3.0, 4.0], 0.0)[3], [4.0, 4.0]);
    }

    #[test]
    fn thinning_keeps_every_peak() {
        let mut points: Vec<[f64; 2]> = (0..30_000).map(|i| [f64::from(i), f64::from(i % 7)]).collect();
        points[12_345][1] = 99.0;
        points[23_456][1] = -99.0;
        let thinned = thin(points.clone(), [0.0, 29_999.0], 300);
        assert!(thinned.len() <= 4 * 301, "{}", thinned.len());
        assert!(thinned.contains(&points[12_345]) && thinned.contains(&points[23_456]));
        assert!(thinned.windows(2).all(|w| w[0][0] < w[1][0]));
        assert_eq!((thinned[0], thinned[thinned.len() - 1]), (points[0], points[29_999]));
        assert_eq!(thin(points[..50].to_vec(), [0.0, 50.0], 300).len(), 50);
    }

    #[test]
    fn a_place_on_the_axis_leads_to_its_row_and_back() {
        let axis = [0.5, 1.0, 1.5];
        assert_eq!([row_at(&axis, 0.1), row_at(&axis, 1.2), row_at(&axis, 9.0)], [Some(0), Some(1), Some(2)]);
        assert_eq!(row_at(&[], 1.0), None);
    }

    #[test]
    fn names_are_words() {
        assert_eq!(name("episode/length"), ("Length of episodes".into(), "s"));
        assert_eq!(name("reward/track_lin_vel"), ("Reward: track lin vel".into(), "1/s"));
        assert_eq!(knob_name("env.rewards.action_rate.weight"), "action rate");
        assert_eq!(knob_name("env.events.push.interval_secs"), "push every");
        assert_eq!([digits(123_456.0), digits(0.0112), digits(20.92)], ["123 k", "0.0112", "20.9"]);
    }
}
