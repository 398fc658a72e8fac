//! The protobuf wire format, read without copying: numbered fields one after the other.
use super::error::OnnxError;

/// Content of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field<'a> {
    /// A whole number.
    Number(u64),
    /// Eight bytes, little end first.
    Eight([u8; 8]),
    /// Four bytes, little end first.
    Four([u8; 4]),
    /// Text, packed numbers or another message.
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    /// The bytes of a text, a message or packed numbers.
    pub fn bytes(self) -> Result<&'a [u8], OnnxError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(OnnxError::Damaged("a number stands where a text or message belongs".into())),
        }
    }
    /// A text.
    pub fn text(self) -> Result<&'a str, OnnxError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| OnnxError::Damaged("a name is not UTF-8".into()))
    }
    /// A whole number.
    pub fn number(self) -> Result<u64, OnnxError> {
        match self {
            Self::Number(number) => Ok(number),
            _ => Err(OnnxError::Damaged("something else stands where a whole number belongs".into())),
        }
    }
}

/// The fields of one message with their numbers. After an error there are no more.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Of a message.
    pub fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Result<(u64, Field<'a>), OnnxError> {
        let key = varint(&mut self.rest)?;
        let content = match key & 7 {
            0 => Field::Number(varint(&mut self.rest)?),
            1 => Field::Eight(self.fixed()?),
            2 => {
                let len = usize::try_from(varint(&mut self.rest)?).unwrap_or(usize::MAX);
                let (bytes, rest) = self.rest.split_at_checked(len).ok_or_else(|| {
                    OnnxError::Damaged(format!("a field of {len} bytes where {} are left", self.rest.len()))
                })?;
                self.rest = rest;
                Field::Bytes(bytes)
            }
            5 => Field::Four(self.fixed()?),
            other => return Err(OnnxError::Damaged(format!("a field of unknown kind {other}"))),
        };
        Ok((key >> 3, content))
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], OnnxError> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| OnnxError::Damaged("it ends inside a number".into()))?;
        self.rest = rest;
        Ok(*bytes)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Field<'a>), OnnxError>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Takes a number of variable length from the front.
pub(super) fn varint(rest: &mut &[u8]) -> Result<u64, OnnxError> {
    let mut value = 0u64;
    for (i, byte) in rest.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            *rest = &rest[i + 1..];
            return Ok(value);
        }
    }
    Err(OnnxError::Damaged("a number without an end".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_the_format_says() {
        let message = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 0, 0, 0x80, 0x3f];
        let fields: Vec<_> = Fields::of(&message).map(Result::unwrap).collect();
        let one = Field::Four(1.0f32.to_le_bytes());
        assert_eq!(fields, [(1, Field::Number(150)), (2, Field::Bytes(b"hi")), (3, one)]);
    }

    #[test]
    fn damage_ends_the_message_with_an_error() {
        for bad in [
            &[0x08][..],
            &[0x12, 5, 1],
            &[0x1d, 0],
            &[0x0b],
            &[0xff; 12],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] {
            let mut fields = Fields::of(bad);
            assert!(fields.next().unwrap().is_err(), "{bad:?}");
            assert!(fields.next().is_none());
        }
    }
}
