//! Small files, each for one rule.
use super::shared::{close, files, robots};
use crate::robot::RobotSpec;
use crate::robot::import::xml::Tree;
use crate::robot::import::{Imported, Options, import, import_text};

const BALL: &str = r#"<inertial pos="0 0 0" mass="1" diaginertia="0.01 0.01 0.01"/>"#;

fn options() -> Options {
    Options::named("small")
}
fn good(text: &str) -> Imported {
    import_text(text, &options()).unwrap_or_else(|e| panic!("{e}\n{text}"))
}
fn bad(text: &str) -> String {
    match import_text(text, &options()) {
        Ok(_) => panic!("it was imported:\n{text}"),
        Err(e) => e.to_string(),
    }
}
/// A body with one on a hinge; `joint` is written into the second.
fn mjcf(settings: &str, joint: &str) -> String {
    format!(
        r#"<mujoco>{settings}<worldbody><body name="base"><freejoint/>{BALL}<geom size="0.1"/>
           <body name="arm" pos="0 0 -0.3">{joint}{BALL}<geom size="0.05" pos="0 0 -0.2"/></body></body></worldbody></mujoco>"#
    )
}
fn arm(spec: &RobotSpec) -> &crate::robot::JointSpec {
    spec.links[1].joint.as_ref().unwrap()
}

#[test]
fn angles_are_degrees_unless_the_file_says_radians() {
    let joint = r#"<joint name="j" axis="0 2 0" range="-90 45"/>"#;
    let radian = |degrees: f64| degrees.to_radians();
    let degrees = good(&mjcf("", joint)).spec;
    assert!(close(&arm(&degrees).limits, &[radian(-90.0), radian(45.0)], 1e-12));
    assert_eq!(arm(&degrees).axis, [0.0, 1.0, 0.0]);
    let radians = good(&mjcf(r#"<compiler angle="radian"/>"#, joint)).spec;
    assert_eq!(arm(&radians).limits, [-90.0, 45.0]);
}

#[test]
fn the_nearest_class_speaks_first() {
    let settings = r#"<default><joint damping="1" armature="0.5"/><default class="a"><joint damping="2" frictionloss="3"/>
        <default class="b"><joint damping="4"/></default></default></default>"#;
    let spec = good(&mjcf(settings, r#"<joint class="b" name="j" range="-1 1" frictionloss="7"/>"#)).spec;
    let j = arm(&spec);
    assert_eq!((j.damping, j.friction, j.armature), (4.0, 7.0, 0.5));
    let error = bad(&mjcf(settings, r#"<joint class="c"/>"#));
    assert!(error.contains("there is no default class `c`"), "{error}");
}

#[test]
fn a_joint_beside_the_body_s_origin_moves_the_link_s_frame_there() {
    let spec = good(&mjcf("", r#"<joint name="j" pos="0 0 0.1" range="-1 1"/>"#)).spec;
    assert!(close(&arm(&spec).origin, &[0.0, 0.0, -0.2], 1e-15));
    assert!(close(&spec.links[1].com, &[0.0, 0.0, -0.1], 1e-15));
    assert!(close(&spec.links[1].points[0].center, &[0.0, 0.0, -0.3], 1e-15));
}

#[test]
fn drives_give_effort_and_gains_through_their_gear() {
    let joint = r#"<joint name="j" axis="0 1 0" range="-1 1" actuatorfrcrange="-50 50"/>"#;
    let with = |actuator: &str| {
        good(&mjcf("", joint).replace("</mujoco>", &format!("<actuator>{actuator}</actuator></mujoco>"))).spec
    };
    let motor = with(r#"<motor joint="j" ctrlrange="-2 2" gear="10"/>"#);
    assert_eq!(arm(&motor).effort, 20.0);
    let position = with(r#"<position joint="j" kp="30" kv="0.5" gear="2" forcerange="-40 40"/>"#);
    assert_eq!((arm(&position).effort, position.gains["j"].kp, position.gains["j"].kd), (50.0, 120.0, 2.0));
    let general = with(r#"<general joint="j" gainprm="25" biastype="affine" biasprm="0 -25 -1.5"/>"#);
    assert_eq!((general.gains["j"].kp, general.gains["j"].kd), (25.0, 1.5));
}

#[test]
fn a_standing_keyframe_is_the_nominal_pose() {
    let text = mjcf("", r#"<joint name="j" range="-90 90"/>"#)
        .replace("</mujoco>", r#"<keyframe><key name="lie" qpos="0 0 0 1 0 0 0 0"/><key name="home" qpos="0 0 0.7 1 0 0 0 0.25"/></keyframe></mujoco>"#);
    let spec = good(&text).spec;
    assert_eq!((spec.nominal.height, spec.nominal.joints["j"]), (0.7, 0.25));
    let error = bad(&text.replace("0.7 1 0 0 0 0.25", "0.7"));
    assert!(error.contains("has 3 numbers, the joints need 8"), "{error}");
}

#[test]
fn fixed_bodies_merge_by_the_parallel_axis_rule() {
    let urdf = r#"<robot name="two"><link name="base"><inertial><mass value="2"/><inertia ixx="1" iyy="1" izz="1"/></inertial></link>
        <link name="box"><inertial><origin xyz="0 0 1"/><mass value="2"/><inertia ixx="0.5" iyy="0.5" izz="0.5"/></inertial>
          <collision><geometry><sphere radius="0.1"/></geometry></collision></link>
        <joint name="weld" type="fixed"><origin xyz="1 0 0"/><parent link="base"/><child link="box"/></joint></robot>"#;
    let spec = good(urdf).spec;
    let base = &spec.links[0];
    assert_eq!((spec.links.len(), base.mass, base.com), (1, 4.0, [0.5, 0.0, 0.5]));
    // each centre is (±½, 0, ±½) away: 2 kg · ½ about y, 2 kg · ¼ about x and z, each twice
    assert!(close(&base.inertia, &[2.5, 3.5, 2.5, 0.0, -1.0, 0.0], 1e-12), "{:?}", base.inertia);
    assert_eq!((base.points[0].name.as_str(), base.points[0].center), ("box", [1.0, 0.0, 0.0]));
}

#[test]
fn inertia_comes_from_shapes_where_the_file_gives_none() {
    let spec = good(
        r#"<mujoco><worldbody><body name="b"><freejoint/><geom type="box" size="1 2 3" mass="12" pos="1 0 0"/></body></worldbody></mujoco>"#,
    )
    .spec;
    assert!(
        close(&spec.links[0].inertia, &[52.0, 40.0, 20.0, 0.0, 0.0, 0.0], 1e-12),
        "{:?}",
        spec.links[0].inertia
    );
    assert_eq!((spec.links[0].mass, spec.links[0].com), (12.0, [1.0, 0.0, 0.0]));
}

#[test]
fn what_cannot_be_simulated_is_an_error_that_says_what_to_do() {
    for (text, part) in [
        (mjcf("", r#"<joint name="j" type="slide"/>"#), "--lock j"),
        (mjcf("", r#"<joint name="j" type="ball"/>"#), "hinges only"),
        (mjcf("", r#"<joint name="i"/><joint name="j"/>"#), "two axes"),
        (mjcf("", r#"<joint name="j" axis="0 0 0"/>"#), "no direction"),
        (mjcf("", r#"<joint name="j" range="2 1"/>"#), "above the upper"),
        (mjcf("", r#"<joint name="j" damping="nan"/>"#), "not a sensible number"),
        (mjcf("", r#"<joint name="j" armature="-1"/>"#), "must not be negative"),
        (mjcf("", r#"<joint name="j" axis="0 1"/>"#), "has 2 numbers, it takes 3"),
        (mjcf(r#"<include file="other.xml"/>"#, ""), "cannot be included here"),
        (mjcf("", "<joint/><replicate/>"), "makes bodies of its own"),
        (
            mjcf("", "<joint/>").replace("diaginertia=\"0.01 0.01 0.01\"", "diaginertia=\"0 0 0\""),
            "not positive",
        ),
        (mjcf("", "<joint/>").replace("mass=\"1\"", "mass=\"0\""), "no mass on 2 moving links"),
        ("<mujoco/>".into(), "no bodies"),
        ("<robot/>".into(), "circle"),
        ("<sdf/>".into(), "neither URDF"),
        ("<robot".into(), "not sound XML"),
        ("".into(), "not sound XML"),
    ] {
        let error = bad(&text);
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn broken_trees_of_links_are_named() {
    let link = |name: &str| {
        format!(
            r#"<link name="{name}"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1"/></inertial></link>"#
        )
    };
    let joint = |name: &str, parent: &str, child: &str| {
        format!(
            r#"<joint name="{name}" type="fixed"><parent link="{parent}"/><child link="{child}"/></joint>"#
        )
    };
    let robot = |inner: String| format!("<robot name=\"r\">{inner}</robot>");
    let abc = link("a") + &link("b") + &link("c");
    for (text, part) in [
        (abc.clone() + &joint("i", "a", "b") + &joint("j", "b", "a"), "2 links cannot be reached"),
        (link("a") + &link("b") + &joint("i", "a", "b") + &joint("j", "b", "a"), "round in a circle"),
        (abc.clone() + &joint("i", "a", "b"), "2 links hang on no joint"),
        (abc.clone() + &joint("i", "a", "c") + &joint("j", "b", "c"), "hangs on two joints"),
        (link("a") + &joint("i", "a", "d"), "there is no link `d`"),
        (link("a") + &link("a"), "already"),
        (link("a") + "<xacro:macro xmlns:xacro=\"http://www.ros.org/wiki/xacro\"/>", "expand it first"),
    ] {
        let error = bad(&robot(text));
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn locked_joints_stay_and_their_bodies_merge() {
    let text = mjcf("", r#"<joint name="j" type="slide" axis="0 0 1" range="0.1 0.2"/>"#);
    let options = Options { lock: vec!["j".into()], ..options() };
    let spec = import_text(&text, &options).unwrap().spec;
    assert_eq!(spec.links.len(), 1);
    assert!(
        close(&spec.links[0].com, &[0.0, 0.0, -0.1], 1e-12),
        "locked at its lower limit: {:?}",
        spec.links[0].com
    );
}

#[test]
fn includes_are_read_inside_the_folder_only_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let robots = folder.path().join("robots");
    std::fs::create_dir(&robots).unwrap();
    let write = |name: &str, text: &str| std::fs::write(robots.join(name), text).unwrap();
    write("main.xml", r#"<mujoco><include file="settings.xml"/><include file="robot.xml"/></mujoco>"#);
    write("settings.xml", r#"<mujocoinclude><compiler angle="radian"/></mujocoinclude>"#);
    write("robot.xml", &mjcf("", r#"<joint name="j" range="-3 3"/>"#));
    let spec = import(&robots.join("main.xml"), &options()).unwrap().spec;
    assert_eq!(arm(&spec).limits, [-3.0, 3.0]);
    std::fs::write(folder.path().join("secret.xml"), "<mujoco/>").unwrap();
    for (text, part) in [
        (r#"<mujoco><include file="../secret.xml"/></mujoco>"#, "inside the robot's folder"),
        (r#"<mujoco><include file="/etc/hostname"/></mujoco>"#, "inside the robot's folder"),
        (r#"<mujoco><include file="loop.xml"/></mujoco>"#, "a second time"),
        (r#"<mujoco><include file="absent.xml"/></mujoco>"#, "cannot be read"),
        (r#"<mujoco><include file="settings.xml"/><include file="settings.xml"/></mujoco>"#, "a second time"),
    ] {
        write("loop.xml", text);
        let error = import(&robots.join("loop.xml"), &options()).unwrap_err().to_string();
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("secret.xml"), robots.join("link.xml")).unwrap();
        write("loop.xml", r#"<mujoco><include file="link.xml"/></mujoco>"#);
        let error = import(&robots.join("loop.xml"), &options()).unwrap_err().to_string();
        assert!(error.contains("leads out of"), "{error}");
    }
}

#[test]
fn meshes_beside_the_file_are_used_for_contact_and_drawing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("meshes")).unwrap();
    let mut obj = String::new();
    for i in 0..8 {
        let side = |bit: usize, half: f64| if i >> bit & 1 == 1 { half } else { -half };
        obj += &format!("v {} {} {}\n", side(0, 100.0), side(1, 50.0), side(2, 50.0));
    }
    obj += "f 1 3 4 2\nf 5 6 8 7\nf 1 2 6 5\nf 3 7 8 4\nf 1 5 7 3\nf 2 4 8 6\n";
    std::fs::write(folder.path().join("meshes/brick.obj"), obj).unwrap();
    let shape =
        r#"<geometry><mesh filename="package://toy/meshes/brick.obj" scale="0.001 0.001 0.001"/></geometry>"#;
    let urdf = format!(
        r#"<robot name="brick"><link name="brick"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1"/></inertial>
        <visual>{shape}</visual><collision>{shape}</collision></link></robot>"#
    );
    let file = folder.path().join("brick.urdf");
    std::fs::write(&file, urdf).unwrap();
    let found = import(&file, &options()).unwrap();
    let fit = &found.fits[0].fit;
    assert!(fit.balls.len() >= 2 && fit.error.mean < 0.012 && fit.error.largest() < 0.04, "{:?}", fit.error);
    let drawn = &found.spec.links[0].visuals;
    let [crate::robot::VisualSpec { shape: crate::robot::Shape::Mesh(text), .. }] = drawn.as_slice() else {
        panic!("{drawn:?}")
    };
    let mesh = crate::robot::DrawnMesh::decode(text).unwrap();
    assert_eq!((mesh.faces.len(), mesh.half), (12, [0.1, 0.05, 0.05]));
    for format in [crate::robot::export::Format::Mjcf, crate::robot::export::Format::Urdf] {
        let back = good(&crate::robot::export::robot(&found.spec, format)).spec;
        assert_eq!(back.links[0].visuals, *drawn, "{format:?}");
    }
    let reach = fit.balls.iter().map(|(c, r)| c[0] + r).fold(0.0, f64::max);
    assert!((reach - 0.1).abs() < 0.01, "the ends are where the brick's are: {reach}");
    assert!(found.report.to_string().contains("mesh `brick` is"), "{}", found.report);
}

#[test]
fn every_element_and_attribute_of_every_robot_is_accounted_for() {
    let Some(folder) = robots() else { return };
    for path in files(&folder, &["xml", "urdf"]) {
        let report = import(&path, &options()).unwrap().report;
        let tree = Tree::read(&path).unwrap();
        let parts = [&report.used, &report.approximated, &report.ignored];
        let counted: usize = parts.iter().flat_map(|p| p.values()).map(|l| l.count).sum();
        assert_eq!(counted, tree.elements().count(), "{}", path.display());
        for element in tree.elements() {
            for (name, _) in element.attributes() {
                let listed = parts.iter().any(|p| {
                    p.iter().any(|((at, _), line)| *at == element.path() && line.attributes.contains(name))
                });
                assert!(listed, "{}: {} {name} is nowhere", path.display(), element.place());
            }
        }
    }
}

#[test]
fn legs_of_known_robots_are_found() {
    let Some(folder) = robots() else { return };
    for (file, legs, joints) in [
        ("quadruped/unitree_ros/a1.urdf", ["FL", "FR", "RL", "RR"].as_slice(), 3),
        ("quadruped/mujoco_menagerie/a1.xml", &["FL", "FR", "RL", "RR"], 3),
        ("quadruped/unitree_ros/aliengo.urdf", &["FL", "FR", "RL", "RR"], 3),
        ("g1/unitree_ros/g1_29dof.xml", &["L", "R"], 6),
        ("g1/unitree_ros/g1_23dof.urdf", &["L", "R"], 6),
        ("qmini/qmini_primitives.xml", &["L", "R"], 5),
    ] {
        let spec = import(&folder.join(file), &options()).unwrap().spec;
        let names: Vec<&str> = spec.roles.legs.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, legs, "{file}");
        assert!(spec.roles.legs.iter().all(|l| l.joints.len() == joints), "{file}: {:?}", spec.roles.legs);
        assert!(spec.nominal.height > 0.2 && spec.nominal.height < 0.9, "{file}: {}", spec.nominal.height);
    }
}
