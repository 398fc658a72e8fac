//! Truncated, mutated, cyclic, huge and hostile files: a robot or an error, never a panic, in bounded time.
//!
//! `GAITLAB_FUZZ_CASES` sets how many are tried (some hundred by default).
use crate::robot::export::{Format, robot as export};
use crate::robot::import::mesh;
use crate::robot::import::{Options, import_text};
use proptest::prelude::*;
use std::fmt::Write;

fn cases() -> u32 {
    std::env::var("GAITLAB_FUZZ_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(150)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    }
}

/// Seeds of mutations: our own exports and small files with everything in them.
fn seeds() -> Vec<String> {
    let mut out = vec![RICH_MJCF.to_owned(), RICH_URDF.to_owned()];
    for spec in [crate::robot::testing::hopper(), crate::robot::load("a1").unwrap()] {
        out.extend([Format::Mjcf, Format::Urdf].map(|f| export(&spec, f)));
    }
    out
}

const RICH_MJCF: &str = r#"<mujoco model="rich"><compiler angle="degree" eulerseq="XyZ" settotalmass="5" boundmass="0.1" balanceinertia="true"/>
<default><geom density="500"/><default class="c"><joint range="-30 30" armature="0.1"/><position kp="5"/></default></default>
<asset><mesh name="m" file="m.obj" scale="1 2 3"/><material name="dark"/></asset>
<worldbody><geom type="plane" size="1 1 1"/><frame pos="0 0 1"><body name="a" childclass="c"><joint type="slide"/><joint name="r"/>
<geom type="ellipsoid" size=".1 .2 .3" euler="10 20 30"/><geom type="mesh" mesh="m"/><site name="s"/>
<body name="b" pos="0 0 -.5" axisangle="0 1 0 20"><joint name="j" axis="1 1 0" ref="5" stiffness="1"/><geom type="cylinder" fromto="0 0 0 0 0 -1" size=".05"/>
<geom type="capsule" size=".05 .2" xyaxes="1 0 0 0 1 0"/><body name="c"><geom type="box" size=".1 .2 .3" zaxis="1 0 1" name="pad"/></body></body></body></frame></worldbody>
<contact><pair geom1="pad" geom2="floor"/><exclude body1="a" body2="b"/></contact>
<actuator><position joint="j" class="c" dampratio="1"/><motor joint="r" gear="3" ctrlrange="-1 2"/><general joint="j" biastype="affine" biasprm="0 -1 -2"/></actuator>
<sensor><gyro site="s"/></sensor><keyframe><key qpos="0 5 3"/></keyframe></mujoco>"#;

const RICH_URDF: &str = r#"<robot name="rich"><mujoco><compiler balanceinertia="true" meshdir="m"/></mujoco><link name="world"/>
<link name="a"><inertial><origin xyz="0 0 1" rpy="1 2 3"/><mass value="2"/><inertia ixx="1" iyy="1" izz="1" ixy=".1" ixz="0" iyz="0"/></inertial>
<visual><geometry><mesh filename="package://x/y.dae"/></geometry><material name="z"/></visual><collision><origin rpy="0 1 0"/><geometry><box size="1 2 3"/></geometry></collision></link>
<link name="b"><inertial><mass value="2"/><inertia ixx="1" iyy="1" izz="1"/></inertial><collision><geometry><cylinder radius=".1" length="1"/></geometry></collision></link>
<link name="c"><inertial><mass value=".2"/><inertia ixx="1" iyy="1" izz="1"/></inertial><collision><geometry><sphere radius=".1"/></geometry></collision></link>
<joint name="f" type="floating"><parent link="world"/><child link="a"/></joint>
<joint name="j" type="revolute"><origin xyz="0 0 -1" rpy=".1 .2 .3"/><parent link="a"/><child link="b"/><axis xyz="0 1 0"/><limit lower="-1" upper="1" effort="10" velocity="5"/><dynamics damping=".1" friction=".2"/></joint>
<joint name="k" type="continuous"><origin xyz="0 0 -1"/><parent link="b"/><child link="c"/><axis xyz="0 1 0"/><mimic joint="j"/><limit effort="10" velocity="5"/></joint></robot>"#;

fn options() -> Options {
    Options::named("fuzz")
}

/// Pieces that break things.
fn splinter() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("nan".to_owned()),
        Just("1e308".to_owned()),
        Just("-1".to_owned()),
        Just("0".to_owned()),
        Just("1e-300".to_owned()),
        Just("inf".to_owned()),
        Just("\"".to_owned()),
        Just("<".to_owned()),
        Just("/>".to_owned()),
        Just("</body>".to_owned()),
        Just("<body>".to_owned()),
        Just("<joint/>".to_owned()),
        Just("<freejoint/>".to_owned()),
        Just("<geom type=\"mesh\" mesh=\"m\"/>".to_owned()),
        Just("<include file=\"x\"/>".to_owned()),
        Just("<default class=\"c\"/>".to_owned()),
        Just("&amp;&#0;&x;".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("<!--".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
        (-1e6f64..1e6).prop_map(|v| v.to_string()),
    ]
}

/// The nearest border of a character at or below a place.
fn border(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Replaces the value of one attribute, which keeps the XML sound.
fn replace_value(text: &str, which: usize, with: &str) -> String {
    let quotes: Vec<usize> = text.match_indices('"').map(|(i, _)| i).collect();
    let pairs = quotes.len() / 2;
    if pairs == 0 {
        return text.to_owned();
    }
    let (from, to) = (quotes[2 * (which % pairs)] + 1, quotes[2 * (which % pairs) + 1]);
    let with = with.replace(['"', '<', '&'], "");
    if from <= to { format!("{}{with}{}", &text[..from], &text[to..]) } else { text.to_owned() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn mutated_values_never_panic(
        seed in 0usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), splinter()), 1..6),
    ) {
        let mut text = seeds().swap_remove(seed);
        for (which, with) in &changes {
            text = replace_value(&text, which.index(1 << 16), with);
        }
        let _ = import_text(&text, &options());
    }

    #[test]
    fn mutated_text_never_panics(
        seed in 0usize..6,
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, splinter()), 0..5),
    ) {
        let mut text = seeds().swap_remove(seed);
        for (place, remove, insert) in &changes {
            let from = border(&text, place.index(text.len() + 1));
            let to = border(&text, from + remove).max(from);
            text.replace_range(from..to, insert);
        }
        if !whole {
            let end = border(&text, cut.index(text.len() + 1));
            text.truncate(end);
        }
        let _ = import_text(&text, &options());
    }

    #[test]
    fn made_up_trees_never_panic_and_what_is_imported_is_sound(
        bodies in prop::collection::vec((0usize..12, 0u8..6, -1.0f64..1.0, 0.0f64..3.0, 0u8..8), 1..14),
        urdf in any::<bool>(),
    ) {
        let text = if urdf { made_up_urdf(&bodies) } else { made_up_mjcf(&bodies) };
        if let Ok(found) = import_text(&text, &options()) {
            let spec = found.spec;
            prop_assert!(spec.mass() > 0.0 && spec.nominal.height > 0.0);
            prop_assert!(spec.gains.values().all(|g| g.kp.is_finite() && g.kd.is_finite()));
            for format in [Format::Mjcf, Format::Urdf] {
                let back = import_text(&export(&spec, format), &options());
                prop_assert!(back.is_ok(), "{format:?}: {}", back.err().map(|e| e.to_string()).unwrap_or_default());
            }
        }
    }

    #[test]
    fn meshes_of_any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0usize..3, text in "\\PC{0,200}") {
        let ending = ["stl", "obj", "dae"][kind];
        let _ = mesh::parse(&bytes, ending);
        let _ = mesh::parse(text.as_bytes(), ending);
        let _ = mesh::parse(format!("solid x\nv {text}\nvertex {text}\nf {text}").as_bytes(), ending);
    }
}

type Made = (usize, u8, f64, f64, u8);

fn shape(kind: u8, size: f64) -> String {
    match kind % 4 {
        0 => format!("<geom size=\"{size}\"/>"),
        1 => format!("<geom type=\"capsule\" size=\"{size} 0.1\"/>"),
        2 => format!("<geom type=\"box\" size=\"{size} 0.1 0.2\" mass=\"{size}\"/>"),
        _ => format!("<geom type=\"cylinder\" size=\"{size}\" fromto=\"0 0 0 {size} 0 -0.1\"/>"),
    }
}

fn made_up_mjcf(bodies: &[Made]) -> String {
    let mut x = "<mujoco><worldbody>".to_owned();
    let mut open = 0;
    for (i, (close, joint, value, mass, kind)) in bodies.iter().enumerate() {
        for _ in 0..(*close).min(open) / 3 {
            x.push_str("</body>");
            open -= 1;
        }
        let joint = match joint {
            0 => String::new(),
            1 => "<freejoint/>".into(),
            2 => format!("<joint name=\"j{i}\" axis=\"{value} 1 0\" range=\"{value} 50\"/>"),
            3 => format!("<joint name=\"j{i}\" pos=\"0 0 {value}\" armature=\"{mass}\"/>"),
            4 => "<joint type=\"slide\"/>".into(),
            _ => format!("<joint axis=\"0 {value} 0\" limited=\"false\"/>"),
        };
        let _ = write!(x, "<body name=\"b{i}\" pos=\"0 0 {value}\">{joint}{}", shape(*kind, *mass));
        open += 1;
    }
    (0..open).for_each(|_| x.push_str("</body>"));
    x + "</worldbody></mujoco>"
}

fn made_up_urdf(bodies: &[Made]) -> String {
    let mut x = "<robot name=\"r\">".to_owned();
    for (i, (parent, joint, value, mass, kind)) in bodies.iter().enumerate() {
        let inertia = format!(
            "<inertial><origin xyz=\"0 0 {value}\"/><mass value=\"{mass}\"/><inertia ixx=\"{mass}\" iyy=\"1\" izz=\"1\"/></inertial>"
        );
        let inertia = if *kind == 7 { String::new() } else { inertia };
        let _ = write!(
            x,
            "<link name=\"l{i}\">{inertia}<collision><geometry><sphere radius=\"{mass}\"/></geometry></collision></link>"
        );
        let kind = ["fixed", "revolute", "continuous", "prismatic", "floating", "revolute"][*joint as usize];
        // now and then the tree is none
        let parent = if *kind == *"floating" { *parent } else { parent % (i + 1) };
        if i > 0 || *joint == 4 {
            let _ = write!(
                x,
                "<joint name=\"j{i}\" type=\"{kind}\"><parent link=\"l{parent}\"/><child link=\"l{i}\"/><axis xyz=\"0 1 {value}\"/><limit lower=\"-1\" upper=\"{mass}\" effort=\"5\" velocity=\"3\"/></joint>"
            );
        }
    }
    x + "</robot>"
}

/// The error of an import that must fail.
fn refused(text: &str) -> String {
    import_text(text, &options()).err().map(|e| e.to_string()).expect("it was imported")
}

#[test]
fn entities_are_refused_before_they_grow() {
    let mut text = "<?xml version=\"1.0\"?><!DOCTYPE mujoco [<!ENTITY a0 \"ha\">".to_owned();
    for i in 1..60 {
        let _ = write!(text, "<!ENTITY a{i} \"&a{};&a{};\">", i - 1, i - 1);
    }
    text += "]><mujoco>&a59;</mujoco>";
    assert!(refused(&text).contains("not sound XML"));
    assert!(refused("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>").contains("not sound XML"));
}

#[test]
fn deep_wide_and_huge_files_are_refused() {
    let deep = "<mujoco><worldbody>".to_owned() + &"<body>".repeat(300_000);
    assert!(refused(&deep).contains("nested more than"));
    let deep = format!(
        "<mujoco><worldbody>{}{}</worldbody></mujoco>",
        "<body>".repeat(1000),
        "</body>".repeat(1000)
    );
    assert!(refused(&deep).contains("nested more than"));
    let wide = format!("<mujoco><worldbody>{}</worldbody></mujoco>", "<geom/>".repeat(500_000));
    assert!(refused(&wide).contains("larger than any robot") || refused(&wide).contains("not sound"));
    let mut attributes = "<mujoco ".to_owned();
    (0..200_000).for_each(|i| attributes += &format!("a{i}=\"1\" "));
    assert!(refused(&(attributes + "/>")).contains("attributes"));
    let spaces = format!(
        "<mujoco>{}</mujoco>",
        (0..5000).map(|i| format!("<a xmlns:b{i}=\"c\">")).collect::<String>()
    );
    assert!(refused(&spaces).contains("namespaces"));
    assert!(refused(&"x".repeat(20 << 20)).contains("larger than"));
    let ball = r#"<inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>"#;
    let arms = format!(r#"<body><joint axis="0 1 0"/>{ball}</body>"#).repeat(20_000);
    let many = format!("<mujoco><worldbody><body><freejoint/>{ball}{arms}</body></worldbody></mujoco>");
    assert!(refused(&many).contains("moving links"));
    let geoms = "<geom type=\"capsule\" size=\"0.01 1\"/>".repeat(15_000);
    let many = format!("<mujoco><worldbody><body><freejoint/>{ball}{geoms}</body></worldbody></mujoco>");
    assert!(refused(&many).contains("more than the 3000 of any robot"));
    let geoms = "<geom type=\"capsule\" size=\"0.01 1\"/>".repeat(1000);
    let many = format!("<mujoco><worldbody><body><freejoint/>{ball}{geoms}</body></worldbody></mujoco>");
    assert!(refused(&many).contains("collision spheres"));
    let chain: String = (0..30_000)
        .map(|i| {
            format!("<link name=\"l{i}\"/><joint name=\"j{i}\" type=\"fixed\"><parent link=\"l{i}\"/><child link=\"l{}\"/></joint>", i + 1)
        })
        .collect();
    let message = refused(&format!("<robot name=\"chain\">{chain}</robot>"));
    assert!(message.contains("larger than any robot"), "{message}");
    let chain: String = (0..15_000)
        .map(|i| {
            format!("<link name=\"l{i}\"/><joint name=\"j{i}\" type=\"fixed\"><parent link=\"l{i}\"/><child link=\"l{}\"/></joint>", i + 1)
        })
        .collect();
    let message = refused(&format!("<robot name=\"chain\">{chain}<link name=\"l15000\"/></robot>"));
    assert!(message.contains("no mass"), "{message}");
}
