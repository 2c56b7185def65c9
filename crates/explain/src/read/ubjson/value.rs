//! A value of UBJSON that serde can visit.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{DEPTH_MAX, Error, Opening, Reader, name, size};

/// A value whose marker is read and whose bytes come next.
pub(super) struct Value<'r, 'de> {
    pub reader: &'r mut Reader<'de>,
    pub marker: u8,
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self { reader, marker } = self;
        match marker {
            b'd' => visitor.visit_f32(f32::from_be_bytes(reader.fixed()?)),
            b'l' => visitor.visit_i32(i32::from_be_bytes(reader.fixed()?)),
            b'U' => visitor.visit_u8(u8::from_be_bytes(reader.fixed()?)),
            b'L' => visitor.visit_i64(i64::from_be_bytes(reader.fixed()?)),
            b'i' => visitor.visit_i8(i8::from_be_bytes(reader.fixed()?)),
            b'I' => visitor.visit_i16(i16::from_be_bytes(reader.fixed()?)),
            b'D' => visitor.visit_f64(f64::from_be_bytes(reader.fixed()?)),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'Z' => visitor.visit_unit(),
            b'S' => visitor.visit_borrowed_str(reader.text()?),
            b'C' => {
                let [byte] = reader.fixed()?;
                visitor.visit_char(char::from(byte))
            }
            b'[' | b'{' => container(reader, marker, visitor),
            _ => Err(reader.error(format_args!("{} where a value should be", name(marker)))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.marker {
            b'Z' => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Skips the payload of a typed array in one step.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self { reader, marker } = self;
        if marker == b'[' {
            let before = reader.at;
            let opening = reader.opening()?;
            if let (Some(size), Some(count)) = (opening.kind.and_then(size), opening.left) {
                reader.take(size * count)?;
                return visitor.visit_unit();
            }
            reader.at = before;
        }
        Value { reader, marker }.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// Reads an array or object behind its opening marker.
fn container<'de, V: Visitor<'de>>(
    reader: &mut Reader<'de>,
    marker: u8,
    visitor: V,
) -> Result<V::Value, Error> {
    if reader.depth == DEPTH_MAX {
        return Err(reader.error(format_args!("values nest deeper than {DEPTH_MAX}")));
    }
    reader.depth += 1;
    let Opening { kind, left } = reader.opening()?;
    let mut inside = Inside {
        reader,
        kind,
        left,
        end: if marker == b'[' { b']' } else { b'}' },
    };
    let value = if marker == b'[' {
        visitor.visit_seq(&mut inside)?
    } else {
        visitor.visit_map(&mut inside)?
    };
    if inside.more()? {
        return Err(inside
            .reader
            .error("a container holds more values than it should"));
    }
    inside.reader.depth -= 1;
    Ok(value)
}

/// The inside of an array or object.
struct Inside<'r, 'de> {
    reader: &'r mut Reader<'de>,
    kind: Option<u8>,
    /// How many elements are to come; `None` when an end marker says it.
    left: Option<usize>,
    end: u8,
}

impl<'de> Inside<'_, 'de> {
    /// Whether another element comes; takes the end marker when none does, once.
    #[inline]
    fn more(&mut self) -> Result<bool, Error> {
        match &mut self.left {
            Some(left) => Ok(*left > 0),
            None => {
                while self.reader.bytes.get(self.reader.at) == Some(&b'N') {
                    self.reader.at += 1;
                }
                match self.reader.bytes.get(self.reader.at) {
                    Some(byte) if *byte == self.end => {
                        self.reader.at += 1;
                        self.left = Some(0);
                        Ok(false)
                    }
                    Some(_) => Ok(true),
                    None => Err(self.reader.error("the file ends inside an array or object")),
                }
            }
        }
    }

    /// The next element.
    #[inline]
    fn value<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let marker = match self.kind {
            Some(kind) => kind,
            None => self.reader.marker()?,
        };
        seed.deserialize(Value {
            reader: self.reader,
            marker,
        })
    }

    /// Counts an element off.
    #[inline]
    fn count(&mut self) {
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Inside<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if !self.more()? {
            return Ok(None);
        }
        self.count();
        self.value(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        self.left
    }
}

impl<'de> MapAccess<'de> for &mut Inside<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if !self.more()? {
            return Ok(None);
        }
        self.count();
        // A key is a text without its marker.
        seed.deserialize(Value {
            reader: self.reader,
            marker: b'S',
        })
        .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        self.value(seed)
    }
}
