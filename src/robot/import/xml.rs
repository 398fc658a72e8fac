//! An XML tree that keeps account: every element and attribute is used, approximated or ignored, and what nobody asked for
//! counts as ignored. So nothing is dropped in silence.
//!
//! Reading is bounded in bytes, elements, depth and attributes; document types (and with them entities) are refused.
use super::error::{ImportError, Result};
use std::cell::RefCell;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file, bytes.
pub const MOST_BYTES: u64 = 8 << 20;
/// Most elements of a robot with all that it includes.
pub const MOST_ELEMENTS: usize = 100_000;
/// Deepest element.
pub const MOST_DEPTH: usize = 200;
const MOST_ATTRIBUTES: usize = 500;
const MOST_NAMESPACES: usize = 64;
const MOST_INCLUDES: usize = 64;

/// What became of an element or attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// Nobody asked for it yet.
    #[default]
    Unseen,
    /// It is in the robot as it was written.
    Used,
    /// It is in the robot in another form; why.
    Approximated(String),
    /// It is not in the robot; why.
    Ignored(String),
}

/// An attribute.
#[derive(Debug)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What became of it.
    pub fate: RefCell<Fate>,
}

/// An element.
#[derive(Debug)]
pub struct Node {
    /// Its name; without its namespace, unless that is xacro's.
    pub tag: String,
    /// In the order of the file.
    pub attributes: Vec<Attribute>,
    /// The first text in it, trimmed.
    pub text: String,
    /// Elements in it; included files are spliced in.
    pub children: Vec<usize>,
    /// The element around it.
    pub parent: Option<usize>,
    file: usize,
    line: usize,
    /// What became of it.
    pub fate: RefCell<Fate>,
}

/// A document with all that it includes.
#[derive(Debug, Default)]
pub struct Tree {
    /// Elements, parents before children; the first one is the root.
    pub nodes: Vec<Node>,
    files: Vec<String>,
    bytes: u64,
}

/// One element of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// The tree.
    pub tree: &'a Tree,
    /// Index of the element.
    pub id: usize,
}

impl Tree {
    /// Reads a file; `<include file="…"/>` is followed inside the file's folder.
    pub fn read(path: &Path) -> Result<Self> {
        let text = String::from_utf8(bytes(path, MOST_BYTES)?)
            .map_err(|_| file_error(path, "this is not UTF-8 text"))?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::parse(&text, &path.display().to_string(), Some(&folder))
    }

    /// Reads a text that is called `name` in messages; without a folder, includes are an error.
    pub fn parse(text: &str, name: &str, folder: Option<&Path>) -> Result<Self> {
        let mut tree = Self::default();
        let mut included = vec![];
        tree.add(text, name, None, 0, folder, &mut included)?;
        Ok(tree)
    }

    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, id: 0 }
    }

    /// All elements, parents before children.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        (0..self.nodes.len()).map(|id| Element { tree: self, id })
    }

    fn add(
        &mut self,
        text: &str,
        name: &str,
        around: Option<usize>,
        around_depth: usize,
        folder: Option<&Path>,
        included: &mut Vec<PathBuf>,
    ) -> Result<()> {
        let fail = |message: String| ImportError::At { place: name.to_owned(), message };
        self.bytes += text.len() as u64;
        if self.bytes > 2 * MOST_BYTES {
            return Err(fail(format!(
                "with all that is included, larger than {} MB",
                (2 * MOST_BYTES) >> 20
            )));
        }
        guard(text, MOST_BYTES).map_err(fail)?;
        let options = roxmltree::ParsingOptions {
            allow_dtd: false,
            nodes_limit: 4 * MOST_ELEMENTS as u32,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(text, options)
            .map_err(|e| fail(format!("this is not sound XML: {e}")))?;
        let lines: Vec<usize> =
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i).collect();
        self.files.push(name.to_owned());
        let file = self.files.len() - 1;
        // id and depth of each element of the document, by its number there
        let mut known: Vec<Option<(usize, usize)>> = vec![];
        for element in document.descendants() {
            known.push(None);
            if !element.is_element() {
                continue;
            }
            let line = lines.partition_point(|end| *end < element.range().start) + 1;
            let above = element.parent().and_then(|p| known.get(p.id().get_usize()).copied().flatten());
            let is_root = element.parent().is_none_or(|p| p.is_root());
            if is_root && around.is_some() {
                // the root of an included file stands for its contents
                known[element.id().get_usize()] = around.map(|id| (id, around_depth));
                continue;
            }
            let depth = above.map_or(0, |(_, d)| d + 1);
            let at = |message: String| ImportError::At { place: format!("{name}:{line}"), message };
            if depth > MOST_DEPTH {
                return Err(at(format!("elements are nested more than {MOST_DEPTH} deep")));
            }
            if self.nodes.len() >= MOST_ELEMENTS {
                return Err(at(format!("more than {MOST_ELEMENTS} elements: this is larger than any robot")));
            }
            let id = self.nodes.len();
            let attribute = |a: roxmltree::Attribute<'_, '_>| Attribute {
                name: a.name().to_owned(),
                value: a.value().to_owned(),
                fate: RefCell::default(),
            };
            self.nodes.push(Node {
                tag: match element.tag_name().namespace() {
                    Some(space) if space.contains("xacro") => format!("xacro:{}", element.tag_name().name()),
                    _ => element.tag_name().name().to_owned(),
                },
                attributes: element.attributes().map(attribute).collect(),
                text: element.text().map(|t| t.trim().to_owned()).unwrap_or_default(),
                children: vec![],
                parent: above.map(|(p, _)| p),
                file,
                line,
                fate: RefCell::default(),
            });
            known[element.id().get_usize()] = Some((id, depth));
            if let Some((parent, _)) = above {
                self.nodes[parent].children.push(id);
            }
            if element.tag_name().name() == "include" && element.attribute("file").is_some() {
                let Some((parent, parent_depth)) = above else {
                    return Err(at("nothing includes this".into()));
                };
                self.include(id, parent, parent_depth, folder, included)?;
            }
        }
        Ok(())
    }

    fn include(
        &mut self,
        id: usize,
        parent: usize,
        depth: usize,
        folder: Option<&Path>,
        included: &mut Vec<PathBuf>,
    ) -> Result<()> {
        let element = Element { tree: self, id };
        let name = element.attr("file").unwrap_or_default().to_owned();
        element.see();
        let folder = folder.ok_or_else(|| element.fail("files cannot be included here"))?;
        let path = inside(folder, &name).map_err(|message| element.fail(message))?;
        if included.contains(&path) {
            let message = format!(
                "`{name}` is included a second time: no file may include itself or be included twice"
            );
            return Err(element.fail(message));
        }
        if included.len() >= MOST_INCLUDES {
            return Err(element.fail(format!("more than {MOST_INCLUDES} files are included")));
        }
        let text = String::from_utf8(bytes(&path, MOST_BYTES)?)
            .map_err(|_| file_error(&path, "this is not UTF-8 text"))?;
        included.push(path);
        self.add(&text, &name, Some(parent), depth, Some(folder), included)
    }
}

/// A file named in a robot file: relative, and inside the folder even after following links.
pub fn inside(folder: &Path, name: &str) -> std::result::Result<PathBuf, String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let relative = Path::new(name);
    let plain = relative
        .components()
        .all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
    if !plain || name.contains(['\0', '\\']) {
        return Err(format!("`{name}` is not a path inside the robot's folder; only those are read"));
    }
    let home = folder.canonicalize().map_err(|e| format!("{}: {e}", folder.display()))?;
    let path = home.join(relative).canonicalize().map_err(|e| format!("`{name}` cannot be read: {e}"))?;
    if !path.starts_with(&home) {
        return Err(format!("`{name}` leads out of the robot's folder; only files in it are read"));
    }
    Ok(path)
}

/// The bytes of a plain file of at most `most` bytes.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    let error = |e: std::io::Error| file_error(path, &e.to_string());
    let meta = std::fs::metadata(path).map_err(error)?;
    if !meta.is_file() {
        return Err(file_error(path, "this is no plain file"));
    }
    let file = std::fs::File::open(path).map_err(error)?;
    let mut content = vec![];
    file.take(most + 1).read_to_end(&mut content).map_err(error)?;
    if content.len() as u64 > most {
        return Err(file_error(path, &format!("larger than {} MB", most >> 20)));
    }
    Ok(content)
}

fn file_error(path: &Path, message: &str) -> ImportError {
    ImportError::File { path: path.to_path_buf(), message: message.to_owned() }
}

/// Refuses what would make the parser itself slow: its costs are quadratic in the attributes of one element and in the
/// namespaces of nested ones.
pub fn guard(text: &str, most_bytes: u64) -> std::result::Result<(), String> {
    if text.len() as u64 > most_bytes {
        return Err(format!("larger than {} MB", most_bytes >> 20));
    }
    if text.matches("xmlns").count() > MOST_NAMESPACES {
        return Err(format!("more than {MOST_NAMESPACES} namespaces"));
    }
    let (mut attributes, mut depth) = (0usize, 0usize);
    let bytes = text.as_bytes();
    for (i, byte) in bytes.iter().enumerate() {
        let next = bytes.get(i + 1);
        match byte {
            b'<' => {
                attributes = 0;
                match next {
                    Some(b'/') => depth = depth.saturating_sub(1),
                    Some(b'!' | b'?') => {}
                    _ => depth += 1,
                }
            }
            b'/' if next == Some(&b'>') => depth = depth.saturating_sub(1),
            b'=' => attributes += 1,
            _ => {}
        }
        if attributes > MOST_ATTRIBUTES {
            return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
        }
        // comments may hold unbalanced elements: a coarse bound that protects the parser's stack
        if depth > 50 * MOST_DEPTH {
            return Err(format!("elements are nested more than {MOST_DEPTH} deep"));
        }
    }
    Ok(())
}

impl<'a> Element<'a> {
    fn node(self) -> &'a Node {
        &self.tree.nodes[self.id]
    }
    /// Name of the element.
    pub fn tag(self) -> &'a str {
        &self.node().tag
    }
    /// Name of the element with that of the one around it.
    pub fn path(self) -> String {
        match self.node().parent {
            Some(p) => format!("{}/{}", self.tree.nodes[p].tag, self.tag()),
            None => self.tag().to_owned(),
        }
    }
    /// Number of the element around it.
    pub fn parent(self) -> Option<usize> {
        self.node().parent
    }
    /// The first text in it.
    pub fn text(self) -> &'a str {
        &self.node().text
    }
    /// Elements in it.
    pub fn children(self) -> impl Iterator<Item = Element<'a>> {
        self.node().children.iter().map(move |&id| Element { tree: self.tree, id })
    }
    /// Elements of one name in it; they count as used.
    pub fn named(self, tag: &str) -> impl Iterator<Item = Element<'a>> {
        self.children().filter(move |c| c.tag() == tag).inspect(|c| c.see())
    }
    /// The first element of one name in it; it counts as used.
    pub fn child(self, tag: &str) -> Option<Element<'a>> {
        let found = self.children().find(|c| c.tag() == tag);
        found.inspect(|c| c.see())
    }
    /// The value of an attribute, which counts as used.
    pub fn attr(self, name: &str) -> Option<&'a str> {
        let found = self.node().attributes.iter().find(|a| a.name == name)?;
        found.fate.replace_with(|f| if *f == Fate::Unseen { Fate::Used } else { f.clone() });
        Some(&found.value)
    }
    /// Whether there is such an attribute; this is no use of it.
    pub fn has(self, name: &str) -> bool {
        self.node().attributes.iter().any(|a| a.name == name)
    }
    /// The element counts as used.
    pub fn see(self) {
        self.node().fate.replace_with(|f| if *f == Fate::Unseen { Fate::Used } else { f.clone() });
    }
    /// Settles what became of an attribute.
    pub fn settle(self, name: &str, fate: Fate) {
        if let Some(a) = self.node().attributes.iter().find(|a| a.name == name) {
            a.fate.replace(fate);
        }
    }
    /// Settles what became of the element itself.
    pub fn settle_whole(self, fate: Fate) {
        self.node().fate.replace(fate);
    }
    /// The element is in the robot in another form.
    pub fn approximated(self, why: impl Into<String>) {
        self.settle_whole(Fate::Approximated(why.into()));
    }
    /// The element is not in the robot.
    pub fn ignored(self, why: impl Into<String>) {
        self.settle_whole(Fate::Ignored(why.into()));
    }
    /// What became of it.
    pub fn fate(self) -> Fate {
        self.node().fate.borrow().clone()
    }
    /// Its attributes with what became of them.
    pub fn attributes(self) -> impl Iterator<Item = (&'a str, Fate)> {
        self.node().attributes.iter().map(|a| (a.name.as_str(), a.fate.borrow().clone()))
    }
    /// File, line, element and name.
    pub fn place(self) -> String {
        let node = self.node();
        let named = node.attributes.iter().find(|a| a.name == "name").map(|a| format!(" `{}`", a.value));
        format!("{}:{}: {}{}", self.tree.files[node.file], node.line, node.tag, named.unwrap_or_default())
    }
    /// An error at this element.
    pub fn fail(self, message: impl Into<String>) -> ImportError {
        ImportError::At { place: self.place(), message: message.into() }
    }
}
