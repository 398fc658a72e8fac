//! What being watched costs, part by part.
use super::*;
use crate::run::train::checkpoint;
use crate::tick::learn_fast;
use live::begin;

/// Shortest of many tries, µs: what else the machine does only makes them longer.
fn shortest(tries: usize, mut f: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..tries {
        let start = Instant::now();
        f();
        best = best.min(start.elapsed().as_secs_f64() * 1e6);
    }
    best
}

#[test]
#[ignore = "a measurement, not a test"]
fn print_costs() {
    let dir = tempfile::tempdir().unwrap();
    let mut o = options(dir.path(), &[], Start::Fresh);
    o.task = task::open("a1_flat", &[("train.eval_every".into(), "0".into())]).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let (_orders, inbox) = channel();
        let (out, _events) = channel();
        let (mut envs, mut learner, mut live) = begin(&o, inbox, out, Arc::default()).unwrap();
        let (e, l) = (envs.state(), learner.state());
        for _ in 0..60 {
            learn_fast(e, l);
            live.after(e, l);
        }
        live.store.saver.flush();
        let print = |what: &str, us: f64| println!("{what:40} {us:10.1} µs");
        let mut witnesses: Vec<_> =
            e.teams.iter_mut().flat_map(|t| &mut t.blocks).map(|b| b.witness.take()).collect();
        let mut swap = |e: &mut crate::tick::EnvsState| {
            let blocks = e.teams.iter_mut().flat_map(|t| &mut t.blocks);
            for (b, w) in blocks.zip(&mut witnesses) {
                std::mem::swap(&mut b.witness, w);
                b.witness.iter_mut().for_each(|w| w.restart());
            }
        };
        let (mut with, mut without) = (vec![], vec![]);
        for _ in 0..150 {
            without.push(shortest(1, || learn_fast(e, l)));
            swap(e);
            with.push(shortest(1, || learn_fast(e, l)));
            swap(e);
        }
        swap(e);
        let median = |times: &mut Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        };
        print("iteration, one thread", median(&mut without));
        print("iteration with witness, one thread", median(&mut with));
        let facts = live.facts(e);
        print("facts", shortest(50, || drop(live.facts(e))));
        print("catch a checkpoint", shortest(50, || drop(checkpoint::catch(e, l, &facts))));
        let bytes = checkpoint::catch(e, l, &facts).checkpoint().to_bytes();
        println!("checkpoint {} kB", bytes.len() / 1000);
        print(
            "catch and encode it",
            shortest(20, || drop(checkpoint::catch(e, l, &facts).checkpoint().to_bytes())),
        );
        print(
            "save it",
            shortest(5, || checkpoint::catch(e, l, &facts).checkpoint().save(&dir.path().join("x")).unwrap()),
        );
        print("publish", shortest(50, || live.publish(e, l)));
        let mut take = f64::INFINITY;
        for i in 0..20 {
            learn_fast(e, l);
            take = take.min(shortest(1, || live.failures.take(e, i)));
        }
        print("take failures", take);
        let mut after = f64::INFINITY;
        for _ in 0..20 {
            learn_fast(e, l);
            live.saved = Instant::now();
            live.published = Some(Instant::now());
            after = after.min(shortest(1, || live.after(e, l)));
        }
        print("after an iteration, nothing due", after);
    });
}
