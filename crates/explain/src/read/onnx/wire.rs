//! Protocol-buffer fields, borrowed from the bytes.

/// What can be wrong with the encoding.
pub type Result<T> = std::result::Result<T, &'static str>;

/// The value of a field.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

/// The fields of a message, one after another.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// The next field's number and value; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(u32, Value<'a>)>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = varint(&mut self.0)?;
        let number = u32::try_from(tag >> 3).map_err(|_| "a field number is too large")?;
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut self.0)?),
            1 => Value::Fixed64(u64::from_le_bytes(*array(&mut self.0)?)),
            2 => {
                let len = varint(&mut self.0)?;
                let len = usize::try_from(len).map_err(|_| END)?;
                let (bytes, rest) = self.0.split_at_checked(len).ok_or(END)?;
                self.0 = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(u32::from_le_bytes(*array(&mut self.0)?)),
            _ => return Err("a field has an unknown wire type"),
        };
        Ok(Some((number, value)))
    }
}

const END: &str = "the bytes end inside a field";

fn array<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N]> {
    let (found, rest) = bytes.split_first_chunk().ok_or(END)?;
    *bytes = rest;
    Ok(found)
}

fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(END)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("a number has more than ten bytes")
}

impl<'a> Value<'a> {
    pub fn bytes(self) -> Result<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err("a field that should hold bytes does not"),
        }
    }

    pub fn text(self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "a text is not UTF-8")
    }

    #[expect(clippy::cast_possible_wrap, reason = "as the encoding has it")]
    pub fn int(self) -> Result<i64> {
        match self {
            Self::Varint(value) => Ok(value as i64),
            _ => Err("a field that should hold a whole number does not"),
        }
    }

    /// Appends whole numbers, packed or one.
    #[expect(clippy::cast_possible_wrap, reason = "as the encoding has it")]
    pub fn ints(self, to: &mut Vec<i64>) -> Result<()> {
        match self {
            Self::Varint(value) => to.push(value as i64),
            Self::Bytes(mut bytes) => {
                while !bytes.is_empty() {
                    to.push(varint(&mut bytes)? as i64);
                }
            }
            _ => return Err("a list of whole numbers holds something else"),
        }
        Ok(())
    }

    /// Appends numbers of single precision, packed or one.
    pub fn floats(self, to: &mut Vec<f64>) -> Result<()> {
        match self {
            Self::Fixed32(bits) => to.push(f64::from(f32::from_bits(bits))),
            Self::Bytes(bytes) => to.extend(floats(bytes)?),
            _ => return Err("a list of numbers holds something else"),
        }
        Ok(())
    }

    /// Appends numbers of double precision, packed or one.
    pub fn doubles(self, to: &mut Vec<f64>) -> Result<()> {
        match self {
            Self::Fixed64(bits) => to.push(f64::from_bits(bits)),
            Self::Bytes(bytes) => to.extend(doubles(bytes)?),
            _ => return Err("a list of numbers holds something else"),
        }
        Ok(())
    }
}

/// Bytes as numbers of single precision.
pub fn floats(bytes: &[u8]) -> Result<impl Iterator<Item = f64> + '_> {
    let (chunks, []) = bytes.as_chunks::<4>() else {
        return Err("a list of numbers ends inside one");
    };
    Ok(chunks.iter().map(|b| f64::from(f32::from_le_bytes(*b))))
}

/// Bytes as numbers of double precision.
pub fn doubles(bytes: &[u8]) -> Result<impl Iterator<Item = f64> + '_> {
    let (chunks, []) = bytes.as_chunks::<8>() else {
        return Err("a list of numbers ends inside one");
    };
    Ok(chunks.iter().map(|b| f64::from_le_bytes(*b)))
}
