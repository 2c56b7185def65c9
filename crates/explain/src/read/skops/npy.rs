//! numpy's `.npy` arrays of numbers and of records; none of Python objects.

use serde_json::Value;

use crate::read::shown::shown;

/// An array as it lies in the file.
pub struct Array<'a> {
    kind: Kind,
    pub shape: Vec<usize>,
    columns_first: bool,
    data: &'a [u8],
}

/// What an element is.
enum Kind {
    Scalar(Scalar),
    /// Named fields and where they start, and the bytes of a record.
    Record(Vec<(String, Scalar, usize)>, usize),
}

#[derive(Clone, Copy)]
struct Scalar {
    /// `f`, `i`, `u`, `b` (bool) or `V` (nothing but bytes).
    kind: u8,
    size: usize,
}

type Result<T> = std::result::Result<T, String>;

impl<'a> Array<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let rest = bytes
            .strip_prefix(b"\x93NUMPY")
            .ok_or("it is no numpy array")?;
        let (version, rest) = rest.split_first_chunk::<2>().ok_or("it ends early")?;
        let (len, rest) = if version[0] == 1 {
            let (len, rest) = rest.split_first_chunk::<2>().ok_or("it ends early")?;
            (usize::from(u16::from_le_bytes(*len)), rest)
        } else {
            let (len, rest) = rest.split_first_chunk::<4>().ok_or("it ends early")?;
            (u32::from_le_bytes(*len) as usize, rest)
        };
        let (header, data) = rest.split_at_checked(len).ok_or("it ends early")?;
        let header = header_json(header)?;
        let kind = kind(&header["descr"])?;
        let shape = header["shape"]
            .as_array()
            .ok_or("its shape is missing")?
            .iter()
            .map(|n| n.as_u64().and_then(|n| usize::try_from(n).ok()))
            .collect::<Option<Vec<_>>>()
            .ok_or("its shape is no list of numbers")?;
        let bytes = shape
            .iter()
            .try_fold(kind.size(), |product, n| product.checked_mul(*n))
            .ok_or("its shape is too large")?;
        if bytes != data.len() {
            return Err(format!(
                "it has {} bytes, its shape needs {bytes}",
                data.len()
            ));
        }
        Ok(Self {
            kind,
            columns_first: header["fortran_order"].as_bool().unwrap_or(false) && shape.len() > 1,
            shape,
            data,
        })
    }

    /// Its numbers, the last index fastest.
    pub fn numbers(&self) -> Result<Vec<f64>> {
        let Kind::Scalar(scalar) = self.kind else {
            return Err("it holds records, not numbers".to_owned());
        };
        let found: Vec<f64> = self
            .data
            .chunks_exact(scalar.size)
            .map(|b| scalar.number(b))
            .collect::<Option<_>>()
            .ok_or("it holds no numbers")?;
        match (self.columns_first, self.shape.as_slice()) {
            (false, _) => Ok(found),
            (true, &[rows, columns]) => {
                let place = |at: usize| found[at / columns + at % columns * rows];
                Ok((0..found.len()).map(place).collect())
            }
            (true, _) => Err("it has its first index fastest".to_owned()),
        }
    }

    /// The numbers of a field of records.
    pub fn field(&self, name: &str) -> Result<Vec<f64>> {
        let Kind::Record(fields, size) = &self.kind else {
            return Err(format!("it has no field {name}"));
        };
        let (_, scalar, start) = fields
            .iter()
            .find(|(own, ..)| own == name)
            .ok_or_else(|| format!("it has no field {name}"))?;
        let of = |record: &[u8]| scalar.number(&record[*start..start + scalar.size]);
        let found: Option<Vec<f64>> = self.data.chunks_exact(*size).map(of).collect();
        found.ok_or_else(|| format!("its field {name} holds no numbers"))
    }

    /// Whether it holds records with this field.
    pub fn has_field(&self, name: &str) -> bool {
        matches!(&self.kind, Kind::Record(fields, _) if fields.iter().any(|(n, ..)| n == name))
    }
}

impl Kind {
    fn size(&self) -> usize {
        match self {
            Self::Scalar(scalar) => scalar.size,
            Self::Record(_, size) => *size,
        }
    }
}

impl Scalar {
    /// By a description such as `<f8`.
    fn parse(text: &str) -> Result<Self> {
        let unknown = || format!("its type {} is not read", shown(text));
        let (order, rest) = text.split_at_checked(1).ok_or_else(unknown)?;
        let (kind, size) = rest.split_at_checked(1).ok_or_else(unknown)?;
        let size: usize = size.parse().map_err(|_| unknown())?;
        let kind = kind.as_bytes()[0];
        let known = matches!(
            (kind, size),
            (b'f', 4 | 8) | (b'i' | b'u', 1 | 2 | 4 | 8) | (b'b', 1) | (b'V', 1..=255)
        );
        if !known || !(order == "<" || order == "|") {
            return Err(unknown());
        }
        Ok(Self { kind, size })
    }

    fn number(self, bytes: &[u8]) -> Option<f64> {
        let float = |bytes: &[u8]| match self.size {
            4 => Some(f64::from(f32::from_le_bytes(bytes.try_into().ok()?))),
            _ => Some(f64::from_le_bytes(bytes.try_into().ok()?)),
        };
        // Whole numbers are indices, counts and sets of bits: below 2^53.
        let mut wide = [0; 8];
        wide[..self.size.min(8)].copy_from_slice(&bytes[..self.size.min(8)]);
        let unused = 64 - 8 * self.size.min(8);
        match self.kind {
            b'f' => float(bytes),
            b'i' => Some((i64::from_le_bytes(wide) << unused >> unused) as f64),
            b'u' | b'b' => Some(u64::from_le_bytes(wide) as f64),
            _ => None,
        }
    }
}

fn kind(descr: &Value) -> Result<Kind> {
    if let Some(text) = descr.as_str() {
        return Scalar::parse(text).map(Kind::Scalar);
    }
    let fields = descr.as_array().ok_or("its type is missing")?;
    let mut found = Vec::with_capacity(fields.len());
    let mut size = 0;
    for field in fields {
        let (Some(name), Some(text), None) = (field[0].as_str(), field[1].as_str(), field.get(2))
        else {
            return Err("its records have fields that are no numbers".to_owned());
        };
        let scalar = Scalar::parse(text)?;
        found.push((name.to_owned(), scalar, size));
        size += scalar.size;
    }
    if size == 0 {
        return Err("its records are empty".to_owned());
    }
    Ok(Kind::Record(found, size))
}

/// The header, a Python dictionary of texts, tuples, numbers and truth values, as JSON.
fn header_json(header: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(header).map_err(|_| "its header is no text")?;
    let mut json = String::with_capacity(text.len());
    for part in text.split('\'').enumerate() {
        match part {
            (at, inside) if at % 2 == 1 => {
                json.push_str(&Value::from(inside).to_string());
            }
            (_, between) => {
                let between = between
                    .replace('(', "[")
                    .replace(')', "]")
                    .replace("True", "true")
                    .replace("False", "false");
                json.push_str(&between);
            }
        }
    }
    // Python allows a comma behind the last entry.
    let json = json
        .replace(", }", "}")
        .replace(",}", "}")
        .replace(",]", "]");
    serde_json::from_str(&json).map_err(|_| "its header is no dictionary".to_owned())
}
