//! Numbers and words in attributes.
use super::error::Result;
use super::xml::Element;

/// Larger numbers are no lengths, masses or torques of a robot.
const LARGEST: f64 = 1e9;

/// Something with attributes: an element, alone or with the defaults that apply to it.
pub trait Values<'a>: Copy {
    /// The value of an attribute and the element that holds it; it counts as used.
    fn find(self, name: &str) -> Option<(&'a str, Element<'a>)>;

    /// A word.
    fn word(self, name: &str) -> Option<&'a str> {
        self.find(name).map(|(v, _)| v.trim())
    }
    /// At most `most` finite numbers.
    fn list(self, name: &str, most: usize) -> Result<Option<Vec<f64>>> {
        let Some((text, element)) = self.find(name) else { return Ok(None) };
        let mut out = vec![];
        for word in text.split_ascii_whitespace() {
            let value: f64 = word
                .parse()
                .map_err(|_| element.fail(format!("`{name}`: `{}` is not a number", shortened(word))))?;
            if !value.is_finite() || value.abs() > LARGEST {
                return Err(element.fail(format!("`{name}`: {value} is not a sensible number")));
            }
            if out.len() == most {
                return Err(element.fail(format!("`{name}` has more than {most} numbers")));
            }
            out.push(value);
        }
        Ok(Some(out))
    }
    /// Exactly `N` finite numbers.
    fn numbers<const N: usize>(self, name: &str) -> Result<Option<[f64; N]>> {
        let Some(list) = self.list(name, N)? else { return Ok(None) };
        let found = list.len();
        match <[f64; N]>::try_from(list) {
            Ok(values) => Ok(Some(values)),
            Err(_) => {
                let message = format!("`{name}` has {found} numbers, it takes {N}");
                Err(match self.find(name) {
                    Some((_, element)) => element.fail(message),
                    None => super::error::ImportError::Robot(message),
                })
            }
        }
    }
    /// One finite number.
    fn number(self, name: &str) -> Result<Option<f64>> {
        Ok(self.numbers::<1>(name)?.map(|[v]| v))
    }
    /// One number that is not negative.
    fn amount(self, name: &str) -> Result<Option<f64>> {
        match self.number(name)? {
            Some(v) if v < 0.0 => match self.find(name) {
                Some((_, e)) => Err(e.fail(format!("`{name}` must not be negative"))),
                None => Ok(None),
            },
            other => Ok(other),
        }
    }
    /// `true` or `false`; anything else, as `auto`, is neither.
    fn flag(self, name: &str) -> Option<bool> {
        match self.word(name) {
            Some("true" | "1") => Some(true),
            Some("false" | "0") => Some(false),
            _ => None,
        }
    }
}

impl<'a> Values<'a> for Element<'a> {
    fn find(self, name: &str) -> Option<(&'a str, Element<'a>)> {
        self.attr(name).map(|v| (v, self))
    }
}

/// A word for a message.
pub fn shortened(word: &str) -> String {
    if word.chars().count() <= 40 { word.to_owned() } else { word.chars().take(40).chain(['…']).collect() }
}
