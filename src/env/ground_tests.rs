//! What robots know of uneven ground, and how they get to harder ground.
use super::testing::{block, tick};
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::task;

/// A1 on stairs with everything that looks at the ground.
fn rough_plan(changes: &[(&str, serde_json::Value)]) -> Plan {
    let mut doc = task::open("a1_rough", &[]).unwrap();
    let origin = || crate::config::Origin::Argument("test".into());
    doc.set("env.terrain.mix", serde_json::json!("stairs"), origin()).unwrap();
    doc.set("env.terrain.cell", serde_json::json!(0.1), origin()).unwrap();
    for (key, value) in changes {
        doc.put(key, value.clone(), origin()).unwrap();
    }
    task::compile(doc).unwrap()
}

#[test]
fn what_is_told_of_the_ground_is_what_is_there() {
    let edge = serde_json::json!({"scale": 2.0, "noise": 0.0});
    let plan = rough_plan(&[
        ("env.observations.feet_edge_distance", edge),
        ("env.terrain.start_levels", serde_json::json!([8.0, 8.0])),
        ("env.terrain.start_spread", serde_json::json!(2.5)),
    ]);
    let mut b = block(&plan, Mode { noise: false, ..Mode::TRAIN });
    let mut out = vec![Wide::zero(); plan.num_obs()];
    (0..7).for_each(|_| tick(&mut b, &plan, 0.3));
    observe(&mut b, &plan, &mut out);
    let slice = |key: &str| plan.observations.iter().find(|o| o.key == key).unwrap().slice.clone();
    let (scan, feet) = (slice("height_scan"), slice("feet_edge_distance"));
    assert_eq!((scan.len(), feet.len()), (80, 4));
    let s = b.sim.state();
    let (edges, mut near) = (crate::terrain::edges(&plan.terrain), 0);
    for lane in 0..WIDTH {
        for (foot, row) in s.foot_pos_w.iter().zip(&out[feet.clone()]) {
            let there = edges.distance(foot.x.lanes()[lane], foot.y.lanes()[lane]);
            assert!((row.lanes()[lane] - 2.0 * there).abs() < 1e-6);
            near += usize::from(there < 0.5);
        }
        let [fx, fy] = b.facing(lane);
        let at = |v: Wide| v.lanes()[lane];
        let (x, y, z) = (at(s.base_pos_w.x), at(s.base_pos_w.y), at(s.base_pos_w.z));
        let mut off = 0;
        for (p, row) in plan.scan.iter().zip(&out[scan.clone()]) {
            let ground = plan.terrain.height(x + fx * p[0] - fy * p[1], y + fy * p[0] + fx * p[1]);
            let told = (z - 0.29 - ground).clamp(-0.6, 0.6) * 4.0;
            // the nearest sample of a step may be that beyond its edge
            off += usize::from((row.lanes()[lane] - told).abs() > 0.05);
        }
        assert!(off < 40, "lane {lane}: {off} of 80 points");
    }
    assert!(near > 10, "{near}");
}

#[test]
fn robots_climb_levels_by_leaving_tiles_and_a_snapshot_knows_where_they_are() {
    let plan = rough_plan(&[("env.terrain.start_levels", serde_json::json!([3.0, 3.0]))]);
    let terrain = plan.env.terrain.as_ref().unwrap();
    let mut b = block(&plan, Mode { stagger: false, ..Mode::TRAIN });
    assert!((0..WIDTH).all(|lane| b.level(lane) == 3));
    // heading episodes ask for progress, and their yaw rate turns towards the heading
    let follows = |b: &Block| b.track.follows.lanes().to_vec();
    assert!(follows(&b).contains(&1.0));
    let lane = follows(&b).iter().position(|f| *f > 0.0).unwrap();
    let state = b.sim.state();
    let mut start = crate::robot::StartState {
        joint_pos: plan.actions.nominal.clone(),
        joint_vel: vec![0.0; 12],
        quat: [1.0, 0.0, 0.0, 0.0],
        ..Default::default()
    };
    let home = b.track.home.map(|h| h.lanes()[lane]);
    assert_eq!(home, terrain.middle([3, b.column(&plan, lane)]));
    assert!((state.base_pos_w.x.lanes()[lane] - home[0]).abs() <= 0.31);
    start.pos_w = [home[0] + 0.5 * terrain.tile as f32 - 0.05, home[1], 1.0];
    b.sim.reset(lane, &start);
    tick(&mut b, &plan, 0.0);
    assert_eq!((b.timed_out.lanes()[lane], b.terminated.lanes()[lane]), (1.0, 0.0));
    reset(&mut b, &plan);
    assert_eq!(b.level(lane), 4);
    let ended = b.episodes.take();
    let kind = terrain.type_of(b.column(&plan, lane));
    assert_eq!(ended.tiles[kind][3], [1.0, 1.0]);
    let mut data = vec![];
    b.snapshot(&mut data);
    let mut other = block(&plan, Mode { stagger: false, ..Mode::TRAIN });
    assert_eq!(other.restore(&data), Some(data.len()));
    assert_eq!(other.level(lane), 4);
}
