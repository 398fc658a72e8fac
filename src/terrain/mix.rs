//! Mixes: which kinds of ground there are, with which share of the columns and between which values.
use super::files::{FileKind, HeightFile};
use super::generators::{Generator, generator};
use crate::config;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Folder of the shipped mixes below the root.
pub const FOLDER: &str = "configs/terrains";

/// Kinds of ground and their shares. Written as a name (a file in `configs/terrains`) or in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// Of its file; none if it was written in full.
    pub name: Option<String>,
    /// One sentence.
    pub about: String,
    /// In the order of their columns.
    pub types: Vec<MixType>,
}

/// What vertical faces are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    /// Heights on the grid: a face is a ramp of one cell.
    #[default]
    Field,
    /// Boxes with exact vertical faces, on a plane or on a lower field.
    Boxes,
}

/// One kind of ground of a mix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MixType {
    /// Name of the generator.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is called, if not as the generator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Path of the file with its heights, from here or below the root, if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Part of the columns, compared to the other shares.
    pub share: f64,
    /// What its vertical faces are made of, if not what those of the whole terrain are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Steps>,
    /// Perlin noise on top: largest deviation up and down, and width of its waves, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perlin: Option<[Span; 2]>,
    /// Values of parameters; those that are missing are as usual.
    #[serde(flatten)]
    pub values: BTreeMap<String, Span>,
}

/// A value on the easiest and on the hardest level. Written as both, or as one number for all levels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span(pub [f64; 2]);

impl Span {
    /// Between easiest (0) and hardest (1).
    pub fn at(self, difficulty: f64) -> f64 {
        self.0[0] + (self.0[1] - self.0[0]) * difficulty
    }
}

impl MixType {
    /// What it is called.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.kind)
    }

    /// Values of its generator's parameters at a difficulty from 0 to 1.
    pub fn values_at(&self, difficulty: f64) -> Vec<f32> {
        let parameters = generator(&self.kind).map_or(&[][..], |g| g.parameters);
        let value = |name: &str, usual: [f64; 2]| {
            self.values.get(name).copied().unwrap_or(Span(usual)).at(difficulty) as f32
        };
        parameters.iter().map(|p| value(p.name, p.usual)).collect()
    }

    /// Everything wrong with it: key and sentence.
    fn problems(&self) -> Vec<(String, String)> {
        let mut list = vec![];
        let mut wrong = |key: &str, text: String| list.push((key.to_owned(), text));
        if !(0.0..=1000.0).contains(&self.share) {
            wrong("share", format!("a share of {} must be 0 to 1000", self.share));
        }
        if let Some([height, width]) = self.perlin {
            if !height.0.iter().all(|h| (0.0..=0.5).contains(h)) {
                wrong("perlin", "Perlin noise must be 0 to 0.5 m high".into());
            }
            if !width.0.iter().all(|w| (0.1..=20.0).contains(w)) {
                wrong("perlin", "waves of Perlin noise must be 0.1 to 20 m wide".into());
            }
        }
        let Some(Generator { parameters, file, .. }) = generator(&self.kind) else {
            let known = super::generators::GENERATORS.iter().map(|g| g.name);
            wrong("type", format!("unknown type `{}`; {}", self.kind, config::nearest(&self.kind, known)));
            return list;
        };
        match (file, &self.file) {
            (None, None) => {}
            (None, Some(_)) => wrong("file", format!("`{}` reads no file", self.kind)),
            (Some(FileKind::Picture), None) => wrong("file", "which picture? file: \"heights.png\"".into()),
            (Some(FileKind::Mesh), None) => wrong("file", "which mesh? file: \"place.obj\"".into()),
            (Some(kind), Some(path)) => match HeightFile::read(path) {
                Err(e) => wrong("file", e),
                Ok(read) if read.kind() != *kind => {
                    wrong(
                        "file",
                        format!("`{path}` is of another type: `image` reads pictures, `mesh` meshes"),
                    );
                }
                Ok(_) => {}
            },
        }
        for (key, span) in &self.values {
            match parameters.iter().find(|p| p.name == key) {
                None => {
                    let known = parameters
                        .iter()
                        .map(|p| p.name)
                        .chain(["type", "name", "share", "steps", "perlin", "file"]);
                    let hint = config::nearest(key, known);
                    wrong(key, format!("`{}` has no value `{key}`; {hint}", self.kind));
                }
                Some(p) => {
                    let [low, high] = p.limits;
                    if let Some(bad) = span.0.iter().find(|v| !(low..=high).contains(*v)) {
                        let text = format!(
                            "{} of `{}` is {bad}, must be {low} to {high} {}",
                            p.name, self.kind, p.unit
                        );
                        wrong(key, text.trim_end().to_owned());
                    }
                }
            }
        }
        list
    }
}

impl Mix {
    /// One kind of ground, with its usual values.
    pub fn of(kind: &str) -> Self {
        let kind = MixType {
            kind: kind.into(),
            name: None,
            file: None,
            share: 1.0,
            steps: None,
            perlin: None,
            values: BTreeMap::new(),
        };
        Self { name: None, about: kind.kind.clone(), types: vec![kind] }
    }

    /// The mix in `configs/terrains` of this name, or in a file.
    pub fn load(name: &str) -> Result<Self, config::ConfigErrors> {
        let doc = config::load(&config::find("terrain", FOLDER, name)?)?;
        let MixText { about, types } = config::typed(&doc, "")?;
        Ok(Self { name: Some(name.to_owned()), about, types })
    }

    /// Everything wrong with it: key and sentence.
    pub fn problems(&self) -> Vec<(String, String)> {
        let place = self.name.as_ref().map(|n| format!("mix `{n}`, ")).unwrap_or_default();
        let mut list = vec![];
        for (i, t) in self.types.iter().enumerate() {
            let at = |(key, text): (String, String)| {
                (format!("types.{i}.{key}"), format!("{place}type {i}, `{}`: {text}", t.label()))
            };
            list.extend(t.problems().into_iter().map(at));
            if self.types[..i].iter().any(|other| other.label() == t.label()) {
                let text = "is there twice: give one of them a `name`".into();
                list.push(at(("name".into(), text)));
            }
        }
        if !self.types.iter().any(|t| t.share > 0.0) {
            list.push(("types".into(), format!("{place}no type has a share: there is no ground")));
        }
        list
    }

    /// Columns of every type, in the order of the types: one at least for each that has a share, the rest as near to the
    /// shares as whole numbers are. With fewer columns than types, the last ones get none.
    pub fn deal(&self, columns: u32) -> Vec<u32> {
        let shares: Vec<f64> = self.types.iter().map(|t| if t.share > 0.0 { t.share } else { 0.0 }).collect();
        let whole: f64 = shares.iter().sum();
        let due: Vec<f64> = shares.iter().map(|s| s / whole * f64::from(columns)).collect();
        let mut dealt: Vec<u32> =
            due.iter().map(|d| if *d > 0.0 { (d + 1e-9).floor().max(1.0) as u32 } else { 0 }).collect();
        loop {
            let sum: u32 = dealt.iter().sum();
            let lacks = |i: &usize| due[*i] - f64::from(dealt[*i]);
            let best = |a: &usize, b: &usize| lacks(a).total_cmp(&lacks(b)).then(b.cmp(a));
            let (with_share, one) = ((0..due.len()).filter(|i| due[*i] > 0.0), u32::from(sum < columns));
            let chosen = match sum.cmp(&columns) {
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Less => with_share.max_by(best),
                std::cmp::Ordering::Greater => {
                    // from the one that has most too many, but not the last one of a type if that can be helped
                    let spare = with_share.clone().filter(|i| dealt[*i] > 1).min_by(best);
                    spare.or_else(|| with_share.rev().find(|i| dealt[*i] > 0))
                }
            };
            match chosen {
                None => return dealt,
                Some(i) => dealt[i] = if one == 1 { dealt[i] + 1 } else { dealt[i] - 1 },
            }
        }
    }
}

/// A mix as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MixText {
    #[serde(default)]
    about: String,
    #[serde(default)]
    types: Vec<MixType>,
}

impl<'de> Deserialize<'de> for Mix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Mix;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a mix of terrains, or a mix")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Mix, E> {
                Mix::load(name).map_err(|errors| {
                    // what is wrong comes first: where it is was said by the key
                    let text = |e: &config::ConfigError| format!("{} ({})", e.message, e.place);
                    E::custom(errors.0.iter().map(text).collect::<Vec<_>>().join("; "))
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Mix, A::Error> {
                let MixText { about, types } =
                    MixText::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Mix { name: None, about, types })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl Serialize for Mix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Full<'a> {
            about: &'a str,
            types: &'a [MixType],
        }
        match &self.name {
            Some(name) => serializer.serialize_str(name),
            None => Full { about: &self.about, types: &self.types }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrTwo;
        impl<'de> Visitor<'de> for OneOrTwo {
            type Value = Span;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or one for the easiest and one for the hardest level")
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<Span, E> {
                Ok(Span([v; 2]))
            }
            fn visit_i64<E: Error>(self, v: i64) -> Result<Span, E> {
                Ok(Span([v as f64; 2]))
            }
            fn visit_u64<E: Error>(self, v: u64) -> Result<Span, E> {
                Ok(Span([v as f64; 2]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Span, A::Error> {
                let mut next = || seq.next_element::<f64>();
                match (next()?, next()?, next()?) {
                    (Some(a), Some(b), None) => Ok(Span([a, b])),
                    _ => Err(A::Error::custom(
                        "expected two numbers: for the easiest and for the hardest level",
                    )),
                }
            }
        }
        deserializer.deserialize_any(OneOrTwo)
    }
}

impl<'de> Deserialize<'de> for MixType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // by hand: a derived reader of unknown keys loses which of them is wrong
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = MixType;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type of terrain: (type: \"…\", share: …, values)")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MixType, A::Error> {
                let mut read = MixType {
                    kind: String::new(),
                    name: None,
                    file: None,
                    share: 1.0,
                    steps: None,
                    perlin: None,
                    values: BTreeMap::new(),
                };
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "type" => read.kind = map.next_value()?,
                        "name" => read.name = Some(map.next_value()?),
                        "file" => read.file = Some(map.next_value()?),
                        "share" => read.share = map.next_value()?,
                        "steps" => read.steps = Some(map.next_value()?),
                        "perlin" => read.perlin = Some(map.next_value()?),
                        _ => {
                            let span = map.next_value()?;
                            read.values.insert(key, span);
                        }
                    }
                }
                Ok(read)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}
