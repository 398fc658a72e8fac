//! The parts of an ONNX file that matter for a chain of layers; everything else is skipped unread. Texts and numbers
//! are borrowed from the file, and everything that is listed is counted, so that no file takes more memory than a
//! small multiple of its size.
use super::error::OnnxError;
use super::wire::{Field, Fields, varint};
use std::collections::BTreeMap;

/// Largest number of nodes, and of constants.
const MAX_PARTS: usize = 4096;
/// Largest number of names or attributes of a node, of inputs and outputs of the graph, and of dimensions.
const MAX_LIST: usize = 64;

/// Since this version of the operators, arithmetic repeats short operands as it does today.
const OLDEST: u64 = 7;

/// A graph.
#[derive(Debug, Default)]
pub(super) struct Graph<'a> {
    /// Operations in the order of the file.
    pub nodes: Vec<Node<'a>>,
    /// Numbers by name.
    pub constants: BTreeMap<&'a str, Constant<'a>>,
    /// Names of what goes in.
    pub inputs: Vec<&'a str>,
    /// Names of what comes out.
    pub outputs: Vec<&'a str>,
}

/// An operation.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    /// Its kind.
    pub op: &'a str,
    /// Empty for the operators of the standard.
    pub domain: &'a str,
    /// Names of what goes in.
    pub inputs: Vec<&'a str>,
    /// Names of what comes out.
    pub outputs: Vec<&'a str>,
    /// Settings by name.
    pub attributes: Vec<(&'a str, Attribute<'a>)>,
}

impl<'a> Node<'a> {
    /// A setting by name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, a)| a)
    }
}

/// A setting; which of its parts counts is known by its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Attribute<'a> {
    /// As a whole number.
    pub number: i64,
    /// As a number.
    pub float: f32,
    /// As numbers.
    pub tensor: Option<Constant<'a>>,
}

/// Stored numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Constant<'a> {
    /// Sizes, outermost first.
    pub dims: Vec<usize>,
    kind: u64,
    raw: Option<&'a [u8]>,
    packed: &'a [u8],
    singles: Vec<f32>,
    elsewhere: bool,
}

/// Reads a file.
pub(super) fn read(file: &[u8]) -> Result<Graph<'_>, OnnxError> {
    let (mut graph, mut operators) = (None, None);
    for field in Fields::of(file) {
        match field? {
            (7, content) => graph = Some(content.bytes()?),
            (8, content) => operators = version(content.bytes()?)?.or(operators),
            _ => {}
        }
    }
    let message = graph.ok_or_else(|| OnnxError::Damaged("it holds no graph: is it an ONNX file?".into()))?;
    match operators {
        None => {
            return Err(OnnxError::Damaged(
                "it does not say which operators it means; was it cut off?".into(),
            ));
        }
        Some(OLDEST..) => {}
        Some(old) => {
            let why = format!("operators of version {old}; {OLDEST} and later are read: export it again");
            return Err(OnnxError::Unsupported(why));
        }
    }
    let mut graph = Graph::default();
    for field in Fields::of(message) {
        match field? {
            (1, content) => push(&mut graph.nodes, MAX_PARTS, "nodes", node(content.bytes()?)?)?,
            (5, content) => {
                let (name, constant) = constant(content.bytes()?)?;
                graph.constants.insert(name, constant);
                limit(graph.constants.len(), MAX_PARTS, "constants")?;
            }
            // exporters of old list constants among the inputs
            (11, content) => push(&mut graph.inputs, MAX_PARTS, "inputs", name_of(content.bytes()?)?)?,
            (12, content) => push(&mut graph.outputs, MAX_LIST, "outputs", name_of(content.bytes()?)?)?,
            _ => {}
        }
    }
    Ok(graph)
}

/// Version of the standard's operators, if the message is about those.
fn version(message: &[u8]) -> Result<Option<u64>, OnnxError> {
    let (mut domain, mut version) = ("", 0);
    for field in Fields::of(message) {
        match field? {
            (1, content) => domain = content.text()?,
            (2, content) => version = content.number()?,
            _ => {}
        }
    }
    Ok(matches!(domain, "" | "ai.onnx").then_some(version))
}

fn node(message: &[u8]) -> Result<Node<'_>, OnnxError> {
    let mut node = Node::default();
    for field in Fields::of(message) {
        match field? {
            (1, content) => push(&mut node.inputs, MAX_LIST, "inputs of a node", content.text()?)?,
            (2, content) => push(&mut node.outputs, MAX_LIST, "outputs of a node", content.text()?)?,
            (4, content) => node.op = content.text()?,
            (5, content) => {
                push(&mut node.attributes, MAX_LIST, "attributes of a node", attribute(content.bytes()?)?)?;
            }
            (7, content) => node.domain = content.text()?,
            _ => {}
        }
    }
    Ok(node)
}

fn attribute(message: &[u8]) -> Result<(&str, Attribute<'_>), OnnxError> {
    let (mut name, mut attribute) = ("", Attribute::default());
    for field in Fields::of(message) {
        match field? {
            (1, content) => name = content.text()?,
            (2, Field::Four(bytes)) => attribute.float = f32::from_le_bytes(bytes),
            (3, content) => attribute.number = content.number()? as i64,
            (5, content) => attribute.tensor = Some(constant(content.bytes()?)?.1),
            _ => {}
        }
    }
    Ok((name, attribute))
}

fn constant(message: &[u8]) -> Result<(&str, Constant<'_>), OnnxError> {
    let (mut name, mut constant) = ("", Constant::default());
    for field in Fields::of(message) {
        match field? {
            (1, Field::Number(dim)) => push(&mut constant.dims, MAX_LIST, "dimensions", size(dim)?)?,
            (1, Field::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    push(&mut constant.dims, MAX_LIST, "dimensions", size(varint(&mut packed)?)?)?;
                }
            }
            (2, content) => constant.kind = content.number()?,
            (4 | 10, Field::Bytes(packed)) => constant.packed = packed,
            (4, Field::Four(bytes)) => constant.singles.push(f32::from_le_bytes(bytes)),
            (8, content) => name = content.text()?,
            (9, content) => constant.raw = Some(content.bytes()?),
            (13, _) => constant.elsewhere = true,
            (14, content) => constant.elsewhere |= content.number()? != 0,
            _ => {}
        }
    }
    Ok((name, constant))
}

fn size(dim: u64) -> Result<usize, OnnxError> {
    usize::try_from(dim).map_err(|_| OnnxError::Damaged(format!("a size of {dim}")))
}

/// The name of an input or output.
fn name_of(message: &[u8]) -> Result<&str, OnnxError> {
    for field in Fields::of(message) {
        if let (1, content) = field? {
            return content.text();
        }
    }
    Ok("")
}

fn limit(count: usize, most: usize, what: &str) -> Result<(), OnnxError> {
    match count <= most {
        true => Ok(()),
        false => Err(OnnxError::TooLarge(format!("more than {most} {what}"))),
    }
}

fn push<T>(list: &mut Vec<T>, most: usize, what: &str, item: T) -> Result<(), OnnxError> {
    list.push(item);
    limit(list.len(), most, what)
}

impl Constant<'_> {
    /// All numbers, as many as the sizes say.
    pub fn values(&self, name: &str) -> Result<Vec<f64>, OnnxError> {
        if self.elsewhere {
            return Err(OnnxError::Unsupported(format!(
                "the numbers of `{name}` are in another file; export it as one file"
            )));
        }
        let wanted = self.dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        let bytes = self.raw.unwrap_or(self.packed);
        let values: Vec<f64> = match self.kind {
            1 if bytes.is_empty() => self.singles.iter().map(|x| f64::from(*x)).collect(),
            1 => bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
            11 => bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            kind => {
                return Err(OnnxError::Unsupported(format!(
                    "`{name}` holds numbers of kind {kind}; only f32 (1) and f64 (11) are read"
                )));
            }
        };
        if Some(values.len()) != wanted {
            let (found, dims) = (values.len(), &self.dims);
            return Err(OnnxError::Damaged(format!(
                "`{name}` holds {found} numbers, its sizes are {dims:?}"
            )));
        }
        Ok(values)
    }
}
