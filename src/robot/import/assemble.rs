//! From bodies to links: what does not move against its carrier becomes a part of it.
use super::error::{ImportError, Result};
use super::math::{Inertial, Place, V3, add, principal, product, rotate, scale, transposed, turn, unit};
use super::model::{Geom, Joint, Kind, Source};
use super::report::Report;

/// Most links of a robot.
const MOST_LINKS: usize = 200;

/// A link: a body with everything that is fixed to it.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// Index of the link that carries it.
    pub parent: Option<usize>,
    /// Where its joint is, in the frame of that link.
    pub place: Place,
    /// `None` for the base.
    pub joint: Option<Joint>,
    /// Mass and inertia in its frame.
    pub inertial: Inertial,
    /// Shapes in its frame, each with the name of the body that it was on.
    pub geoms: Vec<(String, Geom)>,
    /// Where it was written.
    pub written: String,
}

/// Makes links of bodies. Joints named in `lock` do not move. Also returns the elements of bodies that were left out.
pub fn assemble(source: &Source, lock: &[String], report: &mut Report) -> Result<(Vec<Link>, Vec<usize>)> {
    for name in lock {
        let mut joints = source.bodies.iter().flat_map(|b| &b.joints).map(|j| j.name.as_str());
        if !joints.any(|j| j == name) {
            let all: Vec<&str> =
                source.bodies.iter().flat_map(|b| &b.joints).map(|j| j.name.as_str()).collect();
            let near = crate::config::nearest(name, all);
            return Err(ImportError::Robot(format!("there is no joint `{name}` to lock; {near}")));
        }
    }
    let (base, left_out) = base(source, report)?;
    let mut links: Vec<Link> = vec![];
    // per body: the link that it is a part of, and where it is in it
    let mut held: Vec<Option<(usize, Place)>> = vec![None; source.bodies.len()];
    let mut merged = vec![];
    for (i, body) in source.bodies.iter().enumerate().skip(base) {
        let mut place = body.place;
        let mut moving: Option<&Joint> = None;
        let carrier = if i == base { None } else { body.parent.and_then(|p| held[p]) };
        if i != base && carrier.is_none() {
            continue;
        }
        for joint in body.joints.iter().filter(|_| i != base) {
            if lock.contains(&joint.name) {
                place = locked(place, joint, report)?;
            } else if let Some([low, high]) = joint.range.filter(|[a, b]| joint.kind == Kind::Hinge && a >= b)
            {
                if low > high {
                    return Err(at(joint, "its lower limit is above the upper"));
                }
                place = locked(place, joint, report)?;
            } else if joint.kind != Kind::Hinge {
                let how = match joint.kind {
                    Kind::Slide => "slides",
                    Kind::Ball => "is a ball joint",
                    _ => "floats inside the robot",
                };
                let message = format!(
                    "it {how}: robots here have hinges only; leave it out with --lock {}",
                    joint.name
                );
                return Err(at(joint, &message));
            } else if let Some(first) = moving {
                let message = format!(
                    "`{}` has two axes with `{}`: robots here have a body between two hinges; lock one with --lock {}",
                    body.name, first.name, joint.name
                );
                return Err(at(joint, &message));
            } else {
                moving = Some(joint);
            }
        }
        let inner = match (carrier, moving) {
            (Some((link, around)), None) => {
                let place = around.of(place);
                merged.push(body.name.as_str());
                held[i] = Some((link, place));
                place
            }
            _ => {
                let around = carrier.map_or(Place::HERE, |(_, p)| p).of(place);
                let (mut anchor, mut quat): (V3, _) = ([0.0; 3], around.quat);
                if let Some(joint) = moving {
                    anchor = joint.anchor;
                    quat = super::math::compose(quat, turn(joint.axis, -joint.reference));
                }
                let place = Place { pos: around.point(anchor), quat };
                if links.len() >= MOST_LINKS {
                    return Err(ImportError::Robot(format!("more than {MOST_LINKS} moving links")));
                }
                let inner = Place { pos: scale(anchor, -1.0), ..Place::HERE };
                held[i] = Some((links.len(), inner));
                links.push(Link {
                    name: body.name.clone(),
                    parent: carrier.map(|(l, _)| l),
                    place: if i == base { Place::HERE } else { place },
                    joint: moving.cloned(),
                    inertial: Inertial::default(),
                    geoms: vec![],
                    written: body.written.clone(),
                });
                inner
            }
        };
        let Some(link) = held[i].and_then(|(l, _)| links.get_mut(l)) else { continue };
        if let Some(own) = body.inertial {
            link.inertial = link.inertial.with(own.seen_from(inner));
        }
        link.geoms.extend(
            body.geoms.iter().map(|g| (body.name.clone(), Geom { place: inner.of(g.place), ..g.clone() })),
        );
    }
    if !merged.is_empty() {
        let names = merged.iter().take(12).copied().collect::<Vec<_>>().join(", ");
        let more = if merged.len() > 12 { ", …" } else { "" };
        report.assume(format!(
            "{} bodies without joints became parts of those that carry them: {names}{more}",
            merged.len()
        ));
    }
    masses(&mut links, source, report)?;
    Ok((links, left_out))
}

fn at(joint: &Joint, message: &str) -> ImportError {
    ImportError::At { place: joint.place.clone(), message: message.to_owned() }
}

/// The body that floats: of all bodies in the world, the one that carries most joints.
fn base(source: &Source, report: &mut Report) -> Result<(usize, Vec<usize>)> {
    let mut top: Vec<usize> = vec![];
    let mut count = vec![0usize; source.bodies.len()];
    for (i, body) in source.bodies.iter().enumerate() {
        top.push(body.parent.map_or(i, |p| top[p]));
        count[top[i]] += 1 + 1000 * body.joints.len();
    }
    let tops = (0..source.bodies.len()).filter(|i| source.bodies[*i].parent.is_none());
    let Some(base) = tops.clone().max_by_key(|i| (count[*i], std::cmp::Reverse(*i))) else {
        return Err(ImportError::Robot("there are no bodies in the file".into()));
    };
    let mut left_out = vec![];
    for other in tops.filter(|i| *i != base) {
        left_out.push(source.bodies[other].element);
        let name = &source.bodies[other].name;
        report.assume(format!("body `{name}` with all on it was left out: it is not a part of the robot"));
    }
    let body = &source.bodies[base];
    match body.joints.as_slice() {
        [only] if only.kind == Kind::Free => {}
        [] => {
            report.assume(format!("`{}` is fixed to the world in the file; here the base floats", body.name))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|j| j.name.as_str()).collect();
            let names = names.join(", ");
            report.assume(format!(
                "`{}` moves in the world by {names}; here the base floats freely",
                body.name
            ));
        }
    }
    Ok((base, left_out))
}

/// A joint that stays where the file puts it, or at the nearest limit.
fn locked(place: Place, joint: &Joint, report: &mut Report) -> Result<Place> {
    let [low, high] = joint.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    if low > high {
        return Err(at(joint, "its lower limit is above the upper"));
    }
    let position = joint.reference.clamp(low, high);
    let moved = position - joint.reference;
    report.assume(format!("joint `{}` is locked at {position}", joint.name));
    let Some(axis) = unit(joint.axis) else { return Ok(place) };
    let inner = match joint.kind {
        Kind::Hinge => {
            let quat = turn(axis, moved);
            Place { pos: add(joint.anchor, scale(rotate(quat, joint.anchor), -1.0)), quat }
        }
        Kind::Slide => Place { pos: scale(axis, moved), ..Place::HERE },
        _ => Place::HERE,
    };
    Ok(place.of(inner))
}

fn masses(links: &mut [Link], source: &Source, report: &mut Report) -> Result<()> {
    let weightless: Vec<&Link> = links.iter().filter(|l| l.inertial.mass <= 1e-9).collect();
    if let Some(first) = weightless.first() {
        let names = weightless.iter().take(8).map(|l| l.name.as_str()).collect::<Vec<_>>().join("`, `");
        let message = format!(
            "no mass on {} moving links (`{names}`): give them an inertial, or lock their joints with --lock",
            weightless.len()
        );
        return Err(ImportError::At { place: first.written.clone(), message });
    }
    if let Some(total) = source.total_mass {
        let now: f64 = links.iter().map(|l| l.inertial.mass).sum();
        links.iter_mut().for_each(|l| l.inertial = super::solid::scaled(l.inertial, total / now));
        report.assume(format!(
            "all masses were scaled by {:.6} to {total} kg in all, as the file asks",
            total / now
        ));
    }
    links
        .iter_mut()
        .try_for_each(|link| possible(link, source.balance && source.extras.source.is_none(), report))
}

/// Repairs an inertia that no body can have: a principal moment that exceeds the sum of the others.
fn possible(link: &mut Link, silent: bool, report: &mut Report) -> Result<()> {
    let (moments, axes) = principal(link.inertial.tensor);
    if !moments.iter().all(|m| *m > 1e-12 && m.is_finite()) {
        let message =
            format!("the inertia of `{}` is not positive (principal moments {moments:?})", link.name);
        return Err(ImportError::At { place: link.written.clone(), message });
    }
    let sum: f64 = moments.iter().sum();
    // published numbers are rounded; only where the file asks for it is every one of them balanced
    let slack = if silent { 0.0 } else { 9e-4 };
    if moments.iter().all(|m| 2.0 * m <= sum * (1.0 + slack)) {
        return Ok(());
    }
    // as MuJoCo's balanceinertia does
    let mean = sum / 3.0;
    let diagonal = std::array::from_fn(|r| std::array::from_fn(|c| if r == c { mean } else { 0.0 }));
    link.inertial.tensor = product(axes, product(diagonal, transposed(axes)));
    let asked = if silent { ", as the file asks" } else { "" };
    report.assume(format!(
        "the inertia of `{}` (principal moments {moments:?}) is that of no body: all three are {mean:.3e} now{asked}",
        link.name
    ));
    Ok(())
}
