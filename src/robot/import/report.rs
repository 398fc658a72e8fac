//! The account of an import: what was used, approximated and ignored.
use super::xml::{Fate, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Equal things of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// How many elements.
    pub count: usize,
    /// Which of their attributes.
    pub attributes: BTreeSet<String>,
    /// Where the first one is.
    pub first: String,
}

/// What became of everything in a file. Lines are keyed by the element (with the one around it) and the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Name of the file.
    pub file: String,
    /// In the robot as written.
    pub used: BTreeMap<(String, String), Line>,
    /// In the robot in another form.
    pub approximated: BTreeMap<(String, String), Line>,
    /// Not in the robot.
    pub ignored: BTreeMap<(String, String), Line>,
    /// What the file did not say and was assumed, and other remarks.
    pub assumed: Vec<String>,
}

impl Report {
    /// A remark.
    pub fn assume(&mut self, remark: impl Into<String>) {
        self.assumed.push(remark.into());
    }

    /// Accounts for every element and attribute of a tree. What is in an element that is ignored is ignored with it.
    pub fn account(&mut self, tree: &Tree) {
        // why an element is ignored, by its number; parents come before their children
        let mut out: Vec<Option<String>> = vec![];
        for element in tree.elements() {
            let path = element.path();
            let around = element.parent().and_then(|p| out[p].clone());
            let (lines, reason, taken) = match (around, element.fate()) {
                (Some(why), _) => (&mut self.ignored, why, false),
                (None, Fate::Used) => (&mut self.used, String::new(), true),
                (None, Fate::Approximated(why)) => (&mut self.approximated, why, true),
                (None, Fate::Ignored(why)) => (&mut self.ignored, why, false),
                (None, Fate::Unseen) => (&mut self.ignored, why_not(&path).to_owned(), false),
            };
            let approximated = taken && !reason.is_empty();
            out.push((!taken).then(|| reason.clone()));
            let line = lines.entry((path.clone(), reason.clone())).or_default();
            line.count += 1;
            if line.first.is_empty() {
                line.first = element.place();
            }
            for (name, fate) in element.attributes() {
                let (lines, reason) = match fate {
                    _ if !taken => (&mut self.ignored, reason.clone()),
                    Fate::Used if approximated => (&mut self.approximated, reason.clone()),
                    Fate::Used => (&mut self.used, String::new()),
                    Fate::Approximated(why) => (&mut self.approximated, why),
                    Fate::Ignored(why) => (&mut self.ignored, why),
                    Fate::Unseen => (&mut self.ignored, why_not_attribute(&path, name).to_owned()),
                };
                let line = lines.entry((path.clone(), reason)).or_default();
                if line.first.is_empty() {
                    line.first = element.place();
                }
                line.attributes.insert(name.to_owned());
            }
        }
    }
}

/// Why elements that the importer does not read have no place in a robot here.
fn why_not(path: &str) -> &'static str {
    let (around, tag) = path.rsplit_once('/').unwrap_or(("", path));
    match (around, tag) {
        (_, "sensor") | ("sensor", _) => "measurements are made from the simulator's state",
        (
            _,
            "visual" | "statistic" | "light" | "camera" | "texture" | "headlight" | "rgba" | "global"
            | "quality" | "map",
        )
        | ("visual", "scale") => "how another program draws",
        (_, "material" | "color") => "the robot's own materials are used for drawing",
        (_, "option" | "size" | "flag") => "settings of the simulator belong to the task",
        (
            _,
            "gazebo" | "plugin" | "transmission" | "actuator" | "hardwareInterface" | "mechanicalReduction",
        )
        | ("gazebo" | "plugin" | "transmission" | "plot", _) => "settings of another simulator",
        ("contact", "exclude") | (_, "contact") => "links do not touch each other here",
        ("worldbody", "geom") => "the ground belongs to the task",
        ("worldbody", _) => "not a part of the robot",
        (_, "equality" | "tendon" | "deformable" | "skin") | ("equality" | "tendon", _) => {
            "there is nothing like it here: the robot moves without it"
        }
        ("default", _) => "no element of the robot takes this default",
        (_, "site") => "sensors need no sites here",
        _ => "not known to the importer",
    }
}

fn why_not_attribute(path: &str, name: &str) -> &'static str {
    let around = path.split('/').next().unwrap_or("");
    let tag = path.rsplit('/').next().unwrap_or("");
    match (tag, name) {
        _ if around == "default" => "no element of the robot takes this default",
        (
            "geom" | "pair",
            "friction" | "solref" | "solimp" | "condim" | "margin" | "gap" | "solmix" | "priority"
            | "fluidshape" | "fluidcoef",
        ) => "contact belongs to the task's physics",
        (_, "rgba" | "material" | "texture" | "specular" | "shininess" | "reflectance") => {
            "the robot's own materials are used for drawing"
        }
        ("geom", "density" | "mass") => "the body's inertia is written in the file",
        ("joint", "solreflimit" | "solimplimit" | "solreffriction" | "solimpfriction" | "margin") => {
            "limits and friction belong to the task's physics"
        }
        (_, "group" | "user") => "how another program draws",
        ("mimic", _) => "the joint moves on its own here",
        ("safety_controller" | "calibration", _) => "settings of another program",
        (_, "name" | "class" | "childclass") => "only a name",
        _ => "not known to the importer",
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Import of {}", self.file)?;
        let parts = [("Used", &self.used), ("Approximated", &self.approximated), ("Ignored", &self.ignored)];
        for (title, lines) in parts {
            writeln!(f, "\n{title}")?;
            if lines.is_empty() {
                writeln!(f, "  nothing")?;
            }
            for ((path, reason), line) in lines {
                let count = if line.count > 0 { format!(" × {}", line.count) } else { String::new() };
                let attributes = line.attributes.iter().cloned().collect::<Vec<_>>().join(", ");
                let attributes = if attributes.is_empty() { attributes } else { format!(" [{attributes}]") };
                let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                let first = if title == "Used" { String::new() } else { format!(" (first: {})", line.first) };
                writeln!(f, "  {path}{count}{attributes}{reason}{first}")?;
            }
        }
        writeln!(f, "\nAssumed and remarked")?;
        if self.assumed.is_empty() {
            writeln!(f, "  nothing")?;
        }
        self.assumed.iter().try_for_each(|remark| writeln!(f, "  {remark}"))
    }
}
