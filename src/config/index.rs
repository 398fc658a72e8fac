//! Where each key of a RON text stands: the reader's values carry no positions.
use std::collections::BTreeMap;

/// Line and column, from one.
pub type Position = (usize, usize);

/// Positions of all keys, by dotted path; list elements are numbered from zero.
pub fn index(text: &str) -> BTreeMap<String, Position> {
    let mut scan = Scan { chars: text.chars().collect(), at: 0, line: 1, col: 1, found: BTreeMap::new() };
    scan.value("");
    scan.found
}

struct Scan {
    chars: Vec<char>,
    at: usize,
    line: usize,
    col: usize,
    found: BTreeMap<String, Position>,
}

impl Scan {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }
    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        (self.line, self.col) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.col + 1) };
        Some(c)
    }
    /// Skips white space and comments.
    fn space(&mut self) {
        loop {
            match (self.peek(), self.chars.get(self.at + 1)) {
                (Some(c), _) if c.is_whitespace() => {
                    self.next();
                }
                (Some('/'), Some('/')) => while self.next().is_some_and(|c| c != '\n') {},
                (Some('/'), Some('*')) => {
                    self.next();
                    while let Some(c) = self.next() {
                        if c == '*' && self.peek() == Some('/') {
                            self.next();
                            break;
                        }
                    }
                }
                _ => return,
            }
        }
    }
    fn string(&mut self) -> String {
        let mut s = String::new();
        self.next();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => s.extend(self.next()),
                c => s.push(c),
            }
        }
        s
    }
    /// A word: identifier or number.
    fn word(&mut self) -> String {
        let mut s = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || "_.+-#".contains(*c)) {
            s.push(c);
            self.next();
        }
        s
    }
    /// One value; records the keys inside it.
    fn value(&mut self, path: &str) {
        self.space();
        match self.peek() {
            Some('"') => {
                self.string();
            }
            Some('(' | '[' | '{') => self.list(path),
            Some(c) if c.is_alphanumeric() || "_+-".contains(c) => {
                self.word();
                self.space();
                if self.peek() == Some('(') {
                    self.list(path);
                }
            }
            _ => {
                self.next();
            }
        }
    }
    /// Elements up to the closing bracket, with or without keys.
    fn list(&mut self, path: &str) {
        self.next();
        let mut n = 0;
        loop {
            self.space();
            let place = (self.line, self.col);
            match self.peek() {
                None => return,
                Some(')' | ']' | '}') => {
                    self.next();
                    return;
                }
                Some(',') => {
                    self.next();
                    continue;
                }
                _ => {}
            }
            let before = self.at;
            let key = self.key().unwrap_or_else(|| n.to_string());
            n += 1;
            let full = if path.is_empty() { key } else { format!("{path}.{key}") };
            self.found.entry(full.clone()).or_insert(place);
            self.value(&full);
            if self.at == before {
                self.next();
            }
        }
    }
    /// A key and its colon, or nothing consumed.
    fn key(&mut self) -> Option<String> {
        let (at, line, col) = (self.at, self.line, self.col);
        let key = match self.peek()? {
            '"' => self.string(),
            _ => self.word(),
        };
        self.space();
        if !key.is_empty() && self.peek() == Some(':') {
            self.next();
            return Some(key);
        }
        (self.at, self.line, self.col) = (at, line, col);
        None
    }
}
