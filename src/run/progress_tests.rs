use super::*;
use std::sync::{Arc, Mutex};

/// A place to write to that the test can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines(total: u64) -> (Progress, Shared) {
    let out = Shared::default();
    let way = Way::Lines { out: Box::new(out.clone()), last: None };
    (Progress { total, started: Instant::now(), first: 0, way }, out)
}

fn text(out: &Shared) -> String {
    String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn without_a_terminal_only_the_first_and_the_last_of_many_quick_iterations_are_told() {
    let (mut progress, out) = lines(1000);
    for iteration in 1..=1000 {
        progress.report(&Report { iteration, ..Report::default() });
    }
    progress.finish();
    let text = text(&out);
    let told: Vec<_> = text.lines().collect();
    assert!(told[0].starts_with("   1/1000 · "), "{text}");
    assert!(told[told.len() - 1].starts_with("1000/1000 · "), "{text}");
    // A machine that stalls for seconds may add a line; a thousand would be wrong.
    assert!(told.len() < 20, "{text}");
}

#[test]
fn a_note_is_told_at_once_and_whole() {
    let (mut progress, out) = lines(10);
    progress.report(&Report { iteration: 1, ..Report::default() });
    progress.note("walks after 6.1 s");
    assert!(text(&out).ends_with("\nwalks after 6.1 s\n"));
}

#[test]
fn a_report_has_every_number_with_its_unit() {
    let report = Report {
        iteration: 128,
        env_steps_per_s: 342_400.0,
        reward: 21.337,
        episode_length: 19.96,
        evaluation: "vx 0.08 m/s off, 0 % fall".to_owned(),
    };
    assert_eq!(
        report.words(),
        " 342 k steps/s · reward   21.34 · episode 20.0 s · vx 0.08 m/s off, 0 % fall"
    );
    let nothing = Report { reward: f64::NAN, episode_length: f64::NAN, ..Report::default() };
    assert_eq!(nothing.words(), "     0 steps/s · reward       – · episode    – s");
}

#[test]
fn rates_keep_their_width() {
    for value in
        [0.0, 7.0, 999.0, 999.9, 12_345.0, 999_499.0, 999_501.0, 4.56e6, 99.9e6, 99.96e6, 750e6, f64::NAN]
    {
        assert_eq!(thousands(value).chars().count(), 6, "{value}: '{}'", thousands(value));
    }
}

#[test]
fn the_time_left_follows_the_rate_of_this_process_alone() {
    let ten = Duration::from_secs(10);
    assert_eq!(left(0, 0, 100, ten), "–");
    assert_eq!(left(50, 0, 100, ten), "10 s");
    // Resumed at 90: five iterations took ten seconds, five are left.
    assert_eq!(left(95, 90, 100, ten), "10 s");
    assert_eq!(left(1, 0, 10, ten), "1:30 min");
    assert_eq!(left(1, 0, 1000, ten), "2:46 h");
}
