//! The pickle machine: a stack, marks on it, and a memory of values by number.
use super::error::TorchFileError;
use super::opcodes as op;
use super::pickle::Pickle;
use super::value::{Global, Id, Storage, Tensor, Value};
use std::collections::BTreeMap;

/// Largest number of values and of remembered ones: a checkpoint with its optimiser has some thousands.
const MAX_VALUES: usize = 1 << 18;
/// Largest number of arguments of a call.
const MAX_ARGUMENTS: usize = 16;
/// Largest number of dimensions of a tensor.
const MAX_DIMENSIONS: usize = 8;

/// Reads a pickle.
///
/// # Errors
/// [`TorchFileError`] for everything that a checkpoint does not need. Takes memory in proportion to `bytes`.
pub fn unpickle(bytes: &[u8]) -> Result<Pickle<'_>, TorchFileError> {
    Machine::new(bytes).run()
}

struct Machine<'a> {
    rest: &'a [u8],
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memory: BTreeMap<u32, Id>,
    copied: usize,
}

type Outcome<T> = Result<T, TorchFileError>;

fn damaged<T>(why: impl Into<String>) -> Outcome<T> {
    Err(TorchFileError::Damaged(why.into()))
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, values: vec![], stack: vec![], marks: vec![], memory: BTreeMap::new(), copied: 0 }
    }

    /// Runs to the end of the pickle.
    fn run(mut self) -> Outcome<Pickle<'a>> {
        loop {
            let [code] = self.take()?;
            if code == op::STOP {
                let root = self.pop()?;
                return Ok(Pickle { values: self.values, root });
            }
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Outcome<()> {
        match code {
            op::PROTO => match self.take()? {
                [2..=5] => Ok(()),
                [version] => damaged(format!("pickle version {version}")),
            },
            op::FRAME => self.take::<8>().map(|_| ()),
            op::MARK => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            op::POP => self.pop().map(|_| ()),
            op::NONE => self.push(Value::None),
            op::NEWTRUE => self.push(Value::Bool(true)),
            op::NEWFALSE => self.push(Value::Bool(false)),
            op::BININT => {
                let bytes = self.take()?;
                self.push(Value::Int(i32::from_le_bytes(bytes).into()))
            }
            op::BININT1 => {
                let [byte] = self.take()?;
                self.push(Value::Int(byte.into()))
            }
            op::BININT2 => {
                let bytes = self.take()?;
                self.push(Value::Int(u16::from_le_bytes(bytes).into()))
            }
            op::LONG1 => self.long(),
            op::BINFLOAT => {
                let bytes = self.take()?;
                self.push(Value::Float(f64::from_be_bytes(bytes)))
            }
            op::BINUNICODE => {
                let bytes = self.take()?;
                self.text(u32::from_le_bytes(bytes) as usize)
            }
            op::SHORT_BINUNICODE => {
                let [len] = self.take()?;
                self.text(len.into())
            }
            op::EMPTY_LIST => self.push(Value::List(vec![])),
            op::EMPTY_TUPLE => self.push(Value::Tuple(vec![])),
            op::EMPTY_DICT => self.push(Value::Dict(vec![])),
            op::TUPLE1 => self.tuple(1),
            op::TUPLE2 => self.tuple(2),
            op::TUPLE3 => self.tuple(3),
            op::TUPLE => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))
            }
            op::APPEND => {
                let item = self.pop()?;
                self.append(&[item])
            }
            op::APPENDS => {
                let items = self.pop_to_mark()?;
                self.append(&items)
            }
            op::SETITEM => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(&[key, value])
            }
            op::SETITEMS => {
                let items = self.pop_to_mark()?;
                self.set(&items)
            }
            op::BINGET => {
                let [index] = self.take()?;
                self.recall(index.into())
            }
            op::LONG_BINGET => {
                let bytes = self.take()?;
                self.recall(u32::from_le_bytes(bytes))
            }
            op::BINPUT => {
                let [index] = self.take()?;
                self.remember(index.into())
            }
            op::LONG_BINPUT => {
                let bytes = self.take()?;
                self.remember(u32::from_le_bytes(bytes))
            }
            op::MEMOIZE => self.remember(self.memory.len() as u32),
            op::GLOBAL => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Value::Global(Global::named(module, name)?))
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop_text()?, self.pop_text()?);
                self.push(Value::Global(Global::named(module, name)?))
            }
            op::BINPERSID => self.persistent(),
            op::REDUCE => self.reduce(),
            // what PyTorch adds to a dictionary (`_metadata`, versions of modules) says nothing about numbers
            op::BUILD => {
                self.pop()?;
                match self.top()? {
                    Value::Dict(_) => Ok(()),
                    _ => Err(TorchFileError::Refused("it sets the state of something that has none".into())),
                }
            }
            other => Err(TorchFileError::Refused(format!(
                "it uses the pickle operation {:?}, which no checkpoint needs",
                char::from(other)
            ))),
        }
    }

    fn take<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let Some((bytes, rest)) = self.rest.split_first_chunk() else {
            return damaged("its pickle ends too early");
        };
        self.rest = rest;
        Ok(*bytes)
    }
    fn bytes(&mut self, len: usize) -> Outcome<&'a [u8]> {
        let Some((bytes, rest)) = self.rest.split_at_checked(len) else {
            return damaged(format!("its pickle announces {len} bytes and ends after {}", self.rest.len()));
        };
        self.rest = rest;
        Ok(bytes)
    }
    fn line(&mut self) -> Outcome<&'a str> {
        let Some(len) = self.rest.iter().position(|b| *b == b'\n') else {
            return damaged("its pickle ends inside a name");
        };
        let line = self.bytes(len)?;
        self.take::<1>()?;
        std::str::from_utf8(line).or_else(|_| damaged("a name in its pickle is not UTF-8"))
    }

    fn push(&mut self, value: Value<'a>) -> Outcome<()> {
        if self.values.len() >= MAX_VALUES {
            return Err(TorchFileError::TooLarge(format!("more than {MAX_VALUES} values")));
        }
        self.stack.push(self.values.len() as Id);
        self.values.push(value);
        Ok(())
    }
    fn pop(&mut self) -> Outcome<Id> {
        // what lies below a mark belongs to somebody else
        match self.stack.len() > self.marks.last().copied().unwrap_or(0) {
            true => Ok(self.stack.pop().unwrap_or_default()),
            false => damaged("its pickle takes more than it has"),
        }
    }
    fn pop_to_mark(&mut self) -> Outcome<Vec<Id>> {
        match self.marks.pop() {
            Some(mark) => Ok(self.stack.split_off(mark)),
            None => damaged("its pickle ends a list that never began"),
        }
    }
    fn value(&self, id: Id) -> &Value<'a> {
        self.values.get(id as usize).unwrap_or(&Value::None)
    }
    fn top(&mut self) -> Outcome<&mut Value<'a>> {
        match self.stack.last().and_then(|id| self.values.get_mut(*id as usize)) {
            Some(value) => Ok(value),
            None => damaged("its pickle changes what it does not have"),
        }
    }
    fn pop_text(&mut self) -> Outcome<&'a str> {
        let id = self.pop()?;
        match self.value(id) {
            Value::Text(text) => Ok(text),
            _ => damaged("something else stands where a name belongs"),
        }
    }

    fn long(&mut self) -> Outcome<()> {
        let [len] = self.take()?;
        let bytes = self.bytes(len.into())?;
        let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
        let mut whole = [if negative { 0xff } else { 0 }; 8];
        let value = match whole.get_mut(..bytes.len()) {
            Some(low) => {
                low.copy_from_slice(bytes);
                i64::from_le_bytes(whole)
            }
            None if negative => i64::MIN,
            None => i64::MAX,
        };
        self.push(Value::Int(value))
    }
    fn text(&mut self, len: usize) -> Outcome<()> {
        match std::str::from_utf8(self.bytes(len)?) {
            Ok(text) => self.push(Value::Text(text)),
            Err(_) => damaged("a text in its pickle is not UTF-8"),
        }
    }
    fn tuple(&mut self, len: usize) -> Outcome<()> {
        let mut items = vec![];
        for _ in 0..len {
            items.push(self.pop()?);
        }
        items.reverse();
        self.push(Value::Tuple(items))
    }
    fn append(&mut self, items: &[Id]) -> Outcome<()> {
        match self.top()? {
            Value::List(list) => list.extend(items),
            _ => return damaged("its pickle appends to what is no list"),
        }
        Ok(())
    }
    fn set(&mut self, items: &[Id]) -> Outcome<()> {
        let (pairs, []) = items.as_chunks::<2>() else { return damaged("a key without a value") };
        match self.top()? {
            Value::Dict(dict) => dict.extend(pairs.iter().map(|[key, value]| (*key, *value))),
            _ => return damaged("its pickle sets an entry of what is no dictionary"),
        }
        Ok(())
    }
    fn remember(&mut self, index: u32) -> Outcome<()> {
        let Some(id) = self.stack.last() else {
            return damaged("its pickle remembers what it does not have");
        };
        self.memory.insert(index, *id);
        match self.memory.len() <= MAX_VALUES {
            true => Ok(()),
            false => Err(TorchFileError::TooLarge(format!("more than {MAX_VALUES} remembered values"))),
        }
    }
    fn recall(&mut self, index: u32) -> Outcome<()> {
        match self.memory.get(&index) {
            Some(id) => self.stack.push(*id),
            None => return damaged(format!("its pickle recalls value {index}, which it never remembered")),
        }
        match self.stack.len() <= MAX_VALUES {
            true => Ok(()),
            false => Err(TorchFileError::TooLarge(format!("more than {MAX_VALUES} values at a time"))),
        }
    }

    /// `('storage', torch.FloatStorage, '0', 'cpu', 480)`.
    fn persistent(&mut self) -> Outcome<()> {
        let id = self.pop()?;
        let Value::Tuple(items) = self.value(id) else { return damaged("a reference that is no tuple") };
        let parts: Vec<&Value<'a>> = items.iter().map(|i| self.value(*i)).collect();
        match parts[..] {
            [
                Value::Text("storage"),
                Value::Global(Global::Storage(kind)),
                Value::Text(key),
                Value::Text(_),
                Value::Int(len),
            ] => {
                let Ok(len) = usize::try_from(*len) else { return damaged("a storage of negative size") };
                let storage = Storage { kind: *kind, key, len };
                self.push(Value::Storage(storage))
            }
            _ => damaged("a reference to something else than stored numbers"),
        }
    }

    /// "Calls" one of the few things that may be called.
    fn reduce(&mut self) -> Outcome<()> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let arguments = match self.value(arguments) {
            Value::Tuple(items) if items.len() <= MAX_ARGUMENTS => items.clone(),
            _ => return damaged("a call whose arguments are no short tuple"),
        };
        let function = match self.value(function) {
            Value::Global(function) => *function,
            _ => return Err(TorchFileError::Refused("it calls what is no function".into())),
        };
        match (function, &arguments[..]) {
            (Global::OrderedDict, []) => self.push(Value::Dict(vec![])),
            (Global::OrderedDict, [pairs]) => {
                let Value::List(pairs) = self.value(*pairs) else {
                    return damaged("a dictionary of no pairs");
                };
                let pair = |id: &Id| match self.value(*id) {
                    Value::Tuple(items) | Value::List(items) if items.len() == 2 => {
                        Some((items[0], items[1]))
                    }
                    _ => None,
                };
                let pairs: Option<Vec<(Id, Id)>> = pairs.iter().map(pair).collect();
                let Some(pairs) = pairs else { return damaged("a dictionary of no pairs") };
                // the one place where a value is copied: the same list could be given again and again
                self.copied += pairs.len();
                if self.copied > MAX_VALUES {
                    return Err(TorchFileError::TooLarge(format!("more than {MAX_VALUES} pairs")));
                }
                self.push(Value::Dict(pairs))
            }
            (Global::Size, [same]) | (Global::RebuildParameter, [same, ..]) => {
                self.stack.push(*same);
                Ok(())
            }
            (Global::RebuildTensor, [storage, offset, size, stride, ..]) => {
                let tensor = self.tensor([*storage, *offset, *size, *stride])?;
                self.push(Value::Tensor(tensor))
            }
            (function, arguments) => {
                damaged(format!("{function:?} is called with {} arguments", arguments.len()))
            }
        }
    }

    fn tensor(&self, [storage, offset, size, stride]: [Id; 4]) -> Outcome<Tensor<'a>> {
        let Value::Storage(storage) = self.value(storage) else { return damaged("a tensor without numbers") };
        let number = |id: Id| match self.value(id) {
            Value::Int(n) => usize::try_from(*n).ok(),
            _ => None,
        };
        let list = |id: Id| match self.value(id) {
            Value::Tuple(ids) if ids.len() <= MAX_DIMENSIONS => ids.iter().map(|i| number(*i)).collect(),
            _ => None,
        };
        let parts: Option<(usize, Vec<usize>, Vec<usize>)> =
            (|| Some((number(offset)?, list(size)?, list(stride)?)))();
        match parts {
            Some((offset, size, stride)) if size.len() == stride.len() => {
                Ok(Tensor { storage: *storage, offset, size, stride })
            }
            _ => damaged("a tensor whose sizes are no lists of whole numbers"),
        }
    }
}
