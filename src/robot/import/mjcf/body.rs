//! Bodies with their joints, inertias and shapes.
use super::context::Context;
use super::shape;
use crate::robot::import::error::Result;
use crate::robot::import::math::{Inertial, Place, add, rotate, unit};
use crate::robot::import::model::{Body, Joint, Kind};
use crate::robot::import::values::Values;
use crate::robot::import::xml::Element;

/// Most shapes of a model.
const MOST_GEOMS: usize = 20_000;

/// Reads bodies into `out`, depth first, as MuJoCo numbers them.
pub struct Reader<'a, 'c> {
    /// Settings and defaults.
    pub context: &'c Context<'a>,
    /// Bodies so far.
    pub out: Vec<Body>,
    geoms: usize,
}

/// Elements that make bodies of their own, which are not read.
const MAKERS: [&str; 5] = ["replicate", "attach", "composite", "flexcomp", "flex"];

impl<'a, 'c> Reader<'a, 'c> {
    /// With nothing read.
    pub fn new(context: &'c Context<'a>) -> Self {
        Self { context, out: vec![], geoms: 0 }
    }

    /// Everything under `worldbody`, or a frame in it.
    pub fn world(&mut self, world: Element<'a>, around: Place, class: usize) -> Result<()> {
        let class = self.context.defaults.class(world, "childclass")?.unwrap_or(class);
        for child in world.children() {
            match child.tag() {
                "body" => self.body(child, None, around, class)?,
                "frame" => {
                    child.see();
                    let place = around.of(self.context.compiler.place(child)?);
                    self.world(child, place, class)?;
                }
                tag if MAKERS.contains(&tag) => return Err(maker(child)),
                _ => {}
            }
        }
        Ok(())
    }

    fn body(
        &mut self,
        element: Element<'a>,
        parent: Option<usize>,
        around: Place,
        class: usize,
    ) -> Result<()> {
        element.see();
        let class = self.context.defaults.class(element, "childclass")?.unwrap_or(class);
        let index = self.out.len();
        let name = element.attr("name").map_or_else(|| format!("body_{index}"), str::to_owned);
        if element.flag("mocap") == Some(true) {
            element.ignored("moved from outside, not a part of the robot");
        }
        let place = around.of(self.context.compiler.place(element)?);
        self.out.push(Body {
            name,
            parent,
            place,
            inertial: None,
            joints: vec![],
            geoms: vec![],
            written: element.place(),
            element: element.id,
        });
        let written = element.child("inertial").filter(|_| self.context.compiler.from_shapes != Some(true));
        let weigh = written.is_none() && self.context.compiler.from_shapes != Some(false);
        let mut total = Inertial::default();
        self.inside(element, index, Place::HERE, class, weigh, &mut total)?;
        let mut own = match written {
            Some(inertial) => Some(self.inertial(inertial)?),
            None => Some(total).filter(|t| t.mass > 0.0),
        };
        if let Some(own) = own.as_mut().filter(|o| o.mass < self.context.compiler.least_mass) {
            own.mass = self.context.compiler.least_mass;
        }
        self.out[index].inertial = own;
        Ok(())
    }

    fn inside(
        &mut self,
        element: Element<'a>,
        index: usize,
        frame: Place,
        class: usize,
        weigh: bool,
        total: &mut Inertial,
    ) -> Result<()> {
        for child in element.children() {
            match child.tag() {
                "joint" | "freejoint" => {
                    let joint = self.joint(child, index, frame, class)?;
                    self.out[index].joints.push(joint);
                }
                "geom" => {
                    self.geoms += 1;
                    if self.geoms > MOST_GEOMS {
                        return Err(child.fail(format!("more than {MOST_GEOMS} shapes")));
                    }
                    let geom = self.context.defaults.of(child, class, &[])?;
                    if let Some((mut geom, weight)) = shape::read(self.context, geom, weigh)? {
                        geom.place = frame.of(geom.place);
                        *total = total.with(weight.seen_from(frame));
                        self.out[index].geoms.push(geom);
                    }
                }
                "body" => self.body(child, Some(index), frame, class)?,
                "frame" => {
                    child.see();
                    let class = self.context.defaults.class(child, "childclass")?.unwrap_or(class);
                    let place = frame.of(self.context.compiler.place(child)?);
                    self.inside(child, index, place, class, weigh, total)?;
                }
                "inertial" if !weigh => {}
                "inertial" => child.ignored("the compiler takes inertias from shapes"),
                tag if MAKERS.contains(&tag) => return Err(maker(child)),
                _ => {}
            }
        }
        Ok(())
    }

    fn inertial(&self, element: Element<'a>) -> Result<Inertial> {
        let place = self.context.compiler.place(element)?;
        let Some(mass) = element.amount("mass")? else { return Err(element.fail("the mass is missing")) };
        if let Some([xx, yy, zz, xy, xz, yz]) = element.numbers::<6>("fullinertia")? {
            let tensor = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
            return Ok(Inertial { mass, com: [0.0; 3], tensor }.seen_from(place));
        }
        match element.numbers::<3>("diaginertia")? {
            Some(moments) => Ok(Inertial::principal(mass, moments, place)),
            None => Err(element.fail("the inertia is missing: give diaginertia or fullinertia")),
        }
    }

    fn joint(&self, element: Element<'a>, index: usize, frame: Place, class: usize) -> Result<Joint> {
        element.see();
        let compiler = &self.context.compiler;
        let joint = self.context.defaults.of(element, class, &[])?;
        let free = element.tag() == "freejoint";
        let kind = match if free { "free" } else { joint.word("type").unwrap_or("hinge") } {
            "hinge" => Kind::Hinge,
            "slide" => Kind::Slide,
            "ball" => Kind::Ball,
            "free" => Kind::Free,
            other => return Err(element.fail(format!("unknown type `{other}`"))),
        };
        let name = match element.attr("name") {
            Some(name) => name.to_owned(),
            None => format!("{}_joint{}", self.out[index].name, self.out[index].joints.len()),
        };
        let blank = Joint { place: element.place(), ..Joint::new(name, kind) };
        if matches!(kind, Kind::Free | Kind::Ball) {
            return Ok(blank);
        }
        let axis = match joint.numbers::<3>("axis")? {
            None => [0.0, 0.0, 1.0],
            Some(axis) => unit(axis).ok_or_else(|| element.fail("the axis has no direction"))?,
        };
        let angle = |v: f64| if kind == Kind::Hinge { compiler.angle(v) } else { v };
        let range = joint.numbers::<2>("range")?.map(|r| r.map(angle));
        let limited = match joint.flag("limited") {
            Some(limited) => limited,
            None => range.is_some_and(|r| r != [0.0, 0.0]),
        };
        if joint.number("stiffness")?.is_some_and(|s| s != 0.0) {
            use crate::robot::import::xml::Fate;
            if let Some((_, holder)) = joint.find("stiffness") {
                holder.settle("stiffness", Fate::Ignored("joints have no springs here".into()));
            }
        }
        let effort = joint
            .numbers::<2>("actuatorfrcrange")?
            .filter(|_| joint.flag("actuatorfrclimited") != Some(false));
        Ok(Joint {
            axis: rotate(frame.quat, axis),
            anchor: add(frame.pos, rotate(frame.quat, joint.numbers::<3>("pos")?.unwrap_or([0.0; 3]))),
            range: range.filter(|_| limited),
            reference: angle(joint.number("ref")?.unwrap_or(0.0)),
            effort: effort.map(|[a, b]| a.abs().max(b.abs())).filter(|e| *e > 0.0),
            armature: joint.amount("armature")?,
            damping: joint.amount("damping")?.unwrap_or(0.0),
            friction: joint.amount("frictionloss")?.unwrap_or(0.0),
            ..blank
        })
    }
}

fn maker(element: Element<'_>) -> crate::robot::import::error::ImportError {
    element.fail("this makes bodies of its own, which is not read: load the model in MuJoCo and save it with them written out")
}
