//! Universal Binary JSON (draft 12) as a serde format, as far as XGBoost writes it and a little more.
//!
//! All numbers are big-endian. Texts are borrowed from the bytes; typed arrays are read straight from
//! their payload. A count is believed only as far as bytes stand behind it.

mod error;
mod value;

use serde::Deserialize;

use error::Error;
use value::Value;

/// The deepest that arrays and objects may nest.
const DEPTH_MAX: usize = 64;

/// Reads one value that fills the bytes; no-ops may stand behind it.
pub(super) fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    let mut reader = Reader {
        bytes,
        at: 0,
        depth: 0,
    };
    let marker = reader.marker()?;
    let value = T::deserialize(Value {
        reader: &mut reader,
        marker,
    })?;
    while reader.bytes.get(reader.at) == Some(&b'N') {
        reader.at += 1;
    }
    if reader.at < bytes.len() {
        return Err(reader.error("bytes follow the end of the model"));
    }
    Ok(value)
}

/// The bytes, and how far they are read.
struct Reader<'de> {
    bytes: &'de [u8],
    at: usize,
    depth: usize,
}

impl<'de> Reader<'de> {
    /// The next marker that is no no-op.
    fn marker(&mut self) -> Result<u8, Error> {
        loop {
            match self.fixed::<1>()? {
                [b'N'] => {}
                [marker] => return Ok(marker),
            }
        }
    }

    /// The next `n` bytes.
    fn take(&mut self, n: usize) -> Result<&'de [u8], Error> {
        match self.bytes[self.at..].get(..n) {
            Some(taken) => {
                self.at += n;
                Ok(taken)
            }
            None => Err(self.error("the file ends in the middle of a value")),
        }
    }

    /// The next `N` bytes, `N` known when compiled.
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        match self.bytes[self.at..].first_chunk::<N>() {
            Some(taken) => {
                self.at += N;
                Ok(*taken)
            }
            None => Err(self.error("the file ends in the middle of a value")),
        }
    }

    /// A length: an integer of any size with its marker, not negative.
    fn length(&mut self) -> Result<usize, Error> {
        let marker = self.marker()?;
        let length = match marker {
            b'U' => i64::from(u8::from_be_bytes(self.fixed()?)),
            b'i' => i64::from(i8::from_be_bytes(self.fixed()?)),
            b'I' => i64::from(i16::from_be_bytes(self.fixed()?)),
            b'l' => i64::from(i32::from_be_bytes(self.fixed()?)),
            b'L' => i64::from_be_bytes(self.fixed()?),
            _ => {
                return Err(self.error(format_args!("{} where a length should be", name(marker))));
            }
        };
        usize::try_from(length).map_err(|_| self.error(format_args!("a length of {length}")))
    }

    /// A text without its marker.
    fn text(&mut self) -> Result<&'de str, Error> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is not UTF-8"))
    }

    /// An error at this place.
    fn error(&self, what: impl std::fmt::Display) -> Error {
        Error::new(format_args!("{what} (byte {})", self.at))
    }

    /// What stands behind the opening of an array or object.
    fn opening(&mut self) -> Result<Opening, Error> {
        let mut opening = Opening::default();
        match self.bytes.get(self.at) {
            Some(b'$') => {
                self.at += 1;
                let [kind] = self.fixed()?;
                if self.fixed()? != *b"#" {
                    return Err(self.error("a typed container without a count"));
                }
                opening.kind = Some(kind);
            }
            Some(b'#') => self.at += 1,
            _ => return Ok(opening),
        }
        let count = self.length()?;
        // Every element but a null or a flag fills a byte or more; those have no typed containers.
        let size = match opening.kind.map(size) {
            Some(Some(0)) => {
                return Err(self.error("a typed container of values without bytes"));
            }
            Some(Some(size)) => size,
            Some(None) | None => 1,
        };
        if count > (self.bytes.len() - self.at) / size {
            return Err(self.error(format_args!(
                "a count of {count} where {} bytes are left",
                self.bytes.len() - self.at
            )));
        }
        opening.left = Some(count);
        Ok(opening)
    }
}

/// How an array or object begins.
#[derive(Default)]
struct Opening {
    /// The marker that all elements share.
    kind: Option<u8>,
    /// How many elements there are, when the file says it.
    left: Option<usize>,
}

/// The bytes of a value behind its marker; `None` when they vary.
fn size(marker: u8) -> Option<usize> {
    match marker {
        b'Z' | b'T' | b'F' | b'N' => Some(0),
        b'i' | b'U' | b'C' => Some(1),
        b'I' => Some(2),
        b'l' | b'd' => Some(4),
        b'L' | b'D' => Some(8),
        _ => None,
    }
}

/// A marker for people.
fn name(marker: u8) -> String {
    format!("the marker `{}`", marker.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
        from_slice(bytes).map_err(|e| e.to_string())
    }

    #[test]
    fn values_of_every_kind_are_read() {
        assert_eq!(
            read(b"[i\xffU\xffI\x01\0l\0\0\x01\0]"),
            Ok(vec![-1, 255, 256, 256])
        );
        assert_eq!(read(b"[L\0\0\0\0\0\0\0\x05N]N"), Ok(vec![5_i64]));
        assert_eq!(
            read(b"[d\x3f\x80\0\0D\x40\0\0\0\0\0\0\0]"),
            Ok(vec![1.0, 2.0])
        );
        assert_eq!(read(b"[TF]"), Ok(vec![true, false]));
        assert_eq!(read(b"[Zi\x01]"), Ok(vec![None, Some(1)]));
        assert_eq!(
            read(b"[SU\x02hiCx]"),
            Ok(vec!["hi".to_owned(), "x".to_owned()])
        );
        assert_eq!(
            read(b"{U\x01aSU\x01bi\x01ci\x02}")
                .map(|m: std::collections::BTreeMap<String, serde_json::Value>| m.len()),
            Ok(2)
        );
    }

    #[test]
    fn typed_and_counted_containers_have_no_end_marker() {
        assert_eq!(
            read(b"[$l#U\x02\0\0\0\x01\xff\xff\xff\xff"),
            Ok(vec![1, -1])
        );
        assert_eq!(read(b"[#U\x02i\x01i\x02"), Ok(vec![1, 2]));
        assert_eq!(read(b"[$U#i\0"), Ok(Vec::<u8>::new()));
        assert_eq!(read(b"[$[#i\x02i\x01]]"), Ok(vec![vec![1], vec![]]));
        assert_eq!(
            read(b"{$i#U\x01U\x01a\x07").map(|m: std::collections::BTreeMap<String, i32>| m["a"]),
            Ok(7)
        );
    }

    #[test]
    fn counts_without_bytes_and_deep_nests_are_refused() {
        for (bytes, word) in [
            (
                b"[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff".as_slice(),
                "bytes are left",
            ),
            (b"[#l\x7f\xff\xff\xff", "bytes are left"),
            (b"[$T#l\x7f\xff\xff\xff", "without bytes"),
            (b"[$i", "ends in the middle"),
            (b"[$i]", "without a count"),
            (b"[#i\xff", "a length of -1"),
            (b"[H", "marker `H`"),
            (b"[]]", "follow the end"),
        ] {
            let error = read::<Vec<f32>>(bytes).expect_err("an error");
            assert!(error.contains(word), "{error}");
        }
        let deep = read::<serde::de::IgnoredAny>(&[b'['; 1000]).expect_err("too deep");
        assert!(deep.contains("deeper"), "{deep}");
    }
}
