//! Default classes: what an element says itself, then what its class says, then the classes around that one.
use crate::robot::import::error::Result;
use crate::robot::import::values::Values;
use crate::robot::import::xml::Element;
use std::collections::BTreeMap;

const MOST_DEPTH: usize = 32;
const MOST_EQUAL: usize = 8;

/// All classes; the first one is `main`, around all others.
#[derive(Debug)]
pub struct Defaults<'a> {
    classes: Vec<Class<'a>>,
    by_name: BTreeMap<&'a str, usize>,
}

#[derive(Debug, Default)]
struct Class<'a> {
    parent: Option<usize>,
    elements: BTreeMap<&'a str, Vec<Element<'a>>>,
}

/// An element with the defaults that apply to it.
#[derive(Clone, Copy)]
pub struct Defaulted<'a, 'd> {
    /// The element.
    pub element: Element<'a>,
    defaults: &'d Defaults<'a>,
    class: usize,
    /// Other elements of a class that speak for this one as well.
    kin: &'static [&'static str],
}

impl<'a> Defaults<'a> {
    /// Of a whole model.
    pub fn read(root: Element<'a>) -> Result<Self> {
        let mut out = Self { classes: vec![Class::default()], by_name: BTreeMap::from([("main", 0)]) };
        for element in root.named("default") {
            if let Some(name) = element.attr("class") {
                out.by_name.insert(name, 0);
            }
            out.fill(0, element, 0)?;
        }
        Ok(out)
    }

    fn fill(&mut self, class: usize, element: Element<'a>, depth: usize) -> Result<()> {
        if depth > MOST_DEPTH {
            return Err(element.fail(format!("classes are nested more than {MOST_DEPTH} deep")));
        }
        for child in element.children() {
            if child.tag() != "default" {
                child.see();
                let equal = self.classes[class].elements.entry(child.tag()).or_default();
                // what comes later wins
                equal.insert(0, child);
                if equal.len() > MOST_EQUAL {
                    return Err(child.fail("a class has one element of a kind"));
                }
                continue;
            }
            child.see();
            let Some(name) = child.attr("class") else {
                return Err(child.fail("a class inside another needs a name"));
            };
            let inner = self.classes.len();
            self.classes.push(Class { parent: Some(class), ..Class::default() });
            if self.by_name.insert(name, inner).is_some() {
                return Err(child.fail("there is a class of that name already"));
            }
            self.fill(inner, child, depth + 1)?;
        }
        Ok(())
    }

    /// The number of a class that an element names by an attribute.
    pub fn class(&self, element: Element<'a>, attribute: &str) -> Result<Option<usize>> {
        let Some(name) = element.attr(attribute) else { return Ok(None) };
        match self.by_name.get(name) {
            Some(&class) => Ok(Some(class)),
            None => {
                let near = crate::config::nearest(name, self.by_name.keys().copied());
                Err(element.fail(format!("there is no default class `{name}`; {near}")))
            }
        }
    }

    /// An element with its defaults; `childclass` counts where it names no class itself. `kin` are other elements of a
    /// class that speak for this one as well.
    pub fn of<'d>(
        &'d self,
        element: Element<'a>,
        childclass: usize,
        kin: &'static [&'static str],
    ) -> Result<Defaulted<'a, 'd>> {
        let class = self.class(element, "class")?.unwrap_or(childclass);
        Ok(Defaulted { element, defaults: self, class, kin })
    }
}

impl<'a> Values<'a> for Defaulted<'a, '_> {
    fn find(self, name: &str) -> Option<(&'a str, Element<'a>)> {
        if let Some(value) = self.element.attr(name) {
            return Some((value, self.element));
        }
        let mut class = Some(self.class);
        while let Some(c) = class {
            let here = &self.defaults.classes[c];
            for tag in std::iter::once(self.element.tag()).chain(self.kin.iter().copied()) {
                for default in here.elements.get(tag).into_iter().flatten() {
                    if let Some(value) = default.attr(name) {
                        return Some((value, *default));
                    }
                }
            }
            class = here.parent;
        }
        None
    }
}
