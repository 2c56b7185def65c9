//! Labels and decisions of a batch as two-bit codes: 0, 1, or 2 for missing.

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use waage_core::label::Label;

use super::ColumnError;
use super::axis::{Axis, cast_to};
use super::number::Numbers;
use crate::decoded::Decoded;
use crate::levels::Levels;
use crate::read::Decimal;

/// The code of a missing label or decision.
const MISSING: u8 = 2;

/// How a column says 0 and 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BinaryRule {
    /// True is 1, unless inverted.
    Bool {
        /// False is 1.
        inverted: bool,
    },
    /// The numbers 0 and 1.
    Number,
    /// CSV fields: `0`, `1`, `true`, `false`.
    Words,
    /// One value is 1, every other one 0.
    Equals(String),
    /// CSV fields: as [`BinaryRule::Words`], and one text that is 1 where others are 0.
    WordsOrEquals(String),
}

impl BinaryRule {
    /// Whether the scan keeps the levels of the column, to check them when all are known.
    pub fn keeps_levels(&self) -> bool {
        !matches!(self, Self::Bool { .. } | Self::Number)
    }

    /// The code of a level; `None` where the rule does not know it.
    pub fn code(&self, label: &Label) -> Option<u8> {
        match (self, label) {
            (_, Label::Missing) => Some(MISSING),
            (Self::Equals(positive), label) => Some(u8::from(is_value(label, positive))),
            (Self::WordsOrEquals(positive), label) => {
                Some(word(label).unwrap_or_else(|| u8::from(is_value(label, positive))))
            }
            (_, label) => word(label),
        }
    }
}

/// 0 or 1 as CSV files write them.
pub(crate) fn word(label: &Label) -> Option<u8> {
    let text = label.to_string();
    match text.trim() {
        "0" | "false" | "False" | "FALSE" => Some(0),
        "1" | "true" | "True" | "TRUE" => Some(1),
        other => match other.replacen(',', ".", 1).parse::<f64>() {
            Ok(0.0) => Some(0),
            Ok(1.0) => Some(1),
            _ => None,
        },
    }
}

/// Whether a label is the value that a person wrote.
#[must_use]
pub fn is_value(label: &Label, written: &str) -> bool {
    match label {
        Label::Int(value) => written.trim().parse::<i128>().map_or_else(
            |_| written.trim().parse::<f64>() == Ok(*value as f64),
            |w| w == *value,
        ),
        Label::Bool(value) => written.trim().to_ascii_lowercase() == value.to_string(),
        label => label.to_string() == written,
    }
}

/// What one thread saw of a label or decision, beyond the codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BinarySeen {
    /// Rows that have a value.
    pub present: u64,
    /// The smallest six numbers that occur, if any is neither 0 nor 1.
    pub foreign: Vec<f64>,
    /// Whether a 0, and a 1, occurred.
    pub known: [bool; 2],
}

impl BinarySeen {
    /// What two threads saw.
    pub fn merge(mut self, other: Self) -> Self {
        self.present += other.present;
        self.known = [0, 1].map(|i| self.known[i] || other.known[i]);
        self.note_foreign(&other.foreign);
        self
    }

    /// Values for a message: 0 and 1 where they occurred, and the foreign ones.
    pub fn values(&self) -> Vec<f64> {
        let known = [0.0, 1.0]
            .into_iter()
            .filter(|value| self.known[*value as usize]);
        let mut values: Vec<f64> = known.chain(self.foreign.iter().copied()).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    fn note_foreign(&mut self, values: &[f64]) {
        for value in values {
            if let Err(at) = self
                .foreign
                .binary_search_by(|known| known.total_cmp(value))
                && at < 6
            {
                self.foreign.insert(at, *value);
                self.foreign.truncate(6);
            }
        }
    }
}

/// Decodes one label or decision column.
pub(crate) struct Binary<'a> {
    rule: &'a BinaryRule,
    levels: &'a Levels,
    axis: Axis<'a>,
    of_level: Vec<u8>,
    of_key: Vec<u8>,
    numbers: Numbers,
    /// What this thread saw.
    pub seen: BinarySeen,
}

impl<'a> Binary<'a> {
    /// A decoder; `levels` collects the values of rules that keep them.
    pub fn new(rule: &'a BinaryRule, levels: &'a Levels) -> Self {
        Self {
            rule,
            levels,
            axis: Axis::new(levels, None),
            of_level: Vec::new(),
            of_key: Vec::new(),
            numbers: Numbers::default(),
            seen: BinarySeen::default(),
        }
    }

    /// Adds the codes of a batch to bytes whose two bits at `SHIFT` are 0.
    pub fn add<const SHIFT: u8>(
        &mut self,
        column: &Decoded,
        decimal: Decimal,
        bytes: &mut [u8],
    ) -> Result<(), ColumnError> {
        match self.rule {
            BinaryRule::Bool { inverted } => {
                let bools = cast_to(column.array(), &DataType::Boolean)?;
                let bools = bools.as_boolean();
                self.seen.present += (bools.len() - bools.null_count()) as u64;
                add_bools::<SHIFT>(bools, *inverted, bytes);
            }
            BinaryRule::Number => self.add_numbers::<SHIFT>(column, decimal, bytes)?,
            BinaryRule::Words | BinaryRule::Equals(_) | BinaryRule::WordsOrEquals(_) => {
                self.add_levels::<SHIFT>(column, decimal, bytes)?;
            }
        }
        Ok(())
    }

    fn add_numbers<const SHIFT: u8>(
        &mut self,
        column: &Decoded,
        decimal: Decimal,
        bytes: &mut [u8],
    ) -> Result<(), ColumnError> {
        let values = self.numbers.read(column.array(), decimal)?;
        let mut occurred = 0_u8;
        let mut missing = 0_usize;
        for (byte, value) in bytes.iter_mut().zip(values) {
            // 0, 1, 2 for missing, 3 for anything else.
            let one = u8::from(*value == 1.0);
            let absent = u8::from(value.is_nan());
            let foreign = u8::from(*value != 0.0) & (1 - one) & (1 - absent);
            let code = one | absent << 1 | foreign << 1 | foreign;
            occurred |= 1 << code;
            missing += usize::from(absent);
            *byte |= (code & !foreign) << SHIFT;
        }
        self.seen.present += (values.len() - missing) as u64;
        self.seen.known[0] |= occurred & 1 != 0;
        self.seen.known[1] |= occurred & 2 != 0;
        if occurred & 8 != 0 {
            for value in values {
                if !value.is_nan() && *value != 0.0 && *value != 1.0 {
                    self.seen.note_foreign(&[*value]);
                }
            }
        }
        Ok(())
    }

    fn add_levels<const SHIFT: u8>(
        &mut self,
        column: &Decoded,
        decimal: Decimal,
        bytes: &mut [u8],
    ) -> Result<(), ColumnError> {
        let codes = self.axis.decode(column, decimal)?;
        let known = codes
            .table
            .iter()
            .max()
            .map_or(0, |code| *code as usize + 1);
        while self.of_level.len() < known {
            let label = self.levels.label(self.of_level.len() as u32);
            self.of_level
                .push(self.rule.code(&label).unwrap_or(MISSING));
        }
        self.of_key.clear();
        self.of_key
            .extend(codes.table.iter().map(|code| self.of_level[*code as usize]));
        let mut missing = 0_usize;
        for (byte, key) in bytes.iter_mut().zip(codes.keys) {
            let code = self.of_key[*key as usize];
            missing += usize::from(code == MISSING);
            *byte |= code << SHIFT;
        }
        self.seen.present += (codes.keys.len() - missing) as u64;
        Ok(())
    }
}

/// Bools to codes, eight rows at a time.
fn add_bools<const SHIFT: u8>(bools: &BooleanArray, inverted: bool, bytes: &mut [u8]) {
    let flip = if inverted { u64::MAX } else { 0 };
    let values = bools.values().bit_chunks();
    let valid = bools.nulls().map(|nulls| nulls.inner().bit_chunks());
    let values = values.iter().chain([values.remainder_bits()]);
    let Some(valid) = valid else {
        for (bytes, values) in bytes.chunks_mut(64).zip(values) {
            spread_into::<SHIFT>(values ^ flip, 0, bytes);
        }
        return;
    };
    let valid = valid.iter().chain([valid.remainder_bits()]);
    for ((bytes, values), valid) in bytes.chunks_mut(64).zip(values).zip(valid) {
        spread_into::<SHIFT>((values ^ flip) & valid, !valid, bytes);
    }
}

/// Adds bit 0 and bit 1 of up to 64 codes.
fn spread_into<const SHIFT: u8>(low: u64, high: u64, bytes: &mut [u8]) {
    let (low, high) = (low.to_le_bytes(), high.to_le_bytes());
    for (bytes, (low, high)) in bytes.chunks_mut(8).zip(low.into_iter().zip(high)) {
        let codes = (spread(low) | spread(high) << 1) << SHIFT;
        if let Ok(eight) = <&mut [u8; 8]>::try_from(&mut *bytes) {
            *eight = (u64::from_le_bytes(*eight) | codes).to_le_bytes();
        } else {
            for (byte, code) in bytes.iter_mut().zip(codes.to_le_bytes()) {
                *byte |= code;
            }
        }
    }
}

/// Eight bits to eight bytes of 0 or 1, the lowest first.
const fn spread(bits: u8) -> u64 {
    let copies = bits as u64 * 0x0101_0101_0101_0101;
    // Byte j keeps bit j alone; adding 0x7f carries any set bit to the top of its byte.
    let own = copies & 0x8040_2010_0804_0201;
    ((own + 0x7f7f_7f7f_7f7f_7f7f) >> 7) & 0x0101_0101_0101_0101
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_spread_to_bytes() {
        for bits in 0..=u8::MAX {
            let expected: [u8; 8] = std::array::from_fn(|j| bits >> j & 1);
            assert_eq!(spread(bits).to_le_bytes(), expected);
        }
    }

    #[test]
    fn bools_of_any_offset_and_length_become_codes() {
        let rows: Vec<Option<bool>> = (0..200)
            .map(|i| [Some(true), Some(false), None, Some(i % 7 == 0)][i % 4])
            .collect();
        let all = BooleanArray::from(rows.clone());
        for (start, len) in [(0, 200), (3, 64), (5, 130), (70, 1), (64, 0)] {
            for inverted in [false, true] {
                let mut bytes = vec![0; len];
                add_bools::<2>(&all.slice(start, len), inverted, &mut bytes);
                let expected: Vec<u8> = rows[start..start + len]
                    .iter()
                    .map(|row| row.map_or(MISSING, |value| u8::from(value != inverted)) << 2)
                    .collect();
                assert_eq!(bytes, expected, "{start} {len} {inverted}");
            }
        }
    }

    #[test]
    fn rules_know_their_words() {
        let yes = BinaryRule::Equals("yes".to_owned());
        assert_eq!(yes.code(&Label::text("yes")), Some(1));
        assert_eq!(yes.code(&Label::text("true")), Some(0));
        assert_eq!(yes.code(&Label::Missing), Some(MISSING));
        let either = BinaryRule::WordsOrEquals("yes".to_owned());
        assert_eq!(either.code(&Label::text("true")), Some(1));
        assert_eq!(BinaryRule::Words.code(&Label::text("1.0")), Some(1));
        assert_eq!(BinaryRule::Words.code(&Label::text("yes")), None);
        assert!(is_value(&Label::Int(2), "2.0"));
    }
}
