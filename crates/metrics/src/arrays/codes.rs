//! Codes of columns: each distinct value a small number, in the order in which rows show them.

use rayon::prelude::*;

use super::TASK_ROWS;

/// A column as codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// Per row the index of its level; levels are numbered by first sight.
    pub codes: Vec<u32>,
    /// Per level the first row that shows it.
    pub first: Vec<usize>,
}

/// A column of few whole numbers: per row the index of its value among the sorted values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Per row the index of its value.
    pub codes: Vec<u8>,
    /// The values that occur, ascending; at most [`LABELS_MAX`].
    pub values: Vec<i64>,
}

/// Most distinct values of [`labels`].
pub const LABELS_MAX: usize = 32;

/// Levels that every task begins with.
const KNOWN_MAX: usize = 1 << 10;

/// Numbers of rows and levels are kept below 2^32.
const ROWS_MAX: usize = u32::MAX as usize;

/// Levels in order of first sight: a table of open addressing over rows.
#[derive(Clone)]
struct Interner {
    slots: Vec<u32>,
    hashes: Vec<u64>,
    first: Vec<usize>,
}

const EMPTY: u32 = u32::MAX;

impl Interner {
    fn new() -> Self {
        Self {
            slots: vec![EMPTY; 64],
            hashes: Vec::new(),
            first: Vec::new(),
        }
    }

    /// The level of `row`; `same` tells whether the row given is its equal.
    #[inline]
    fn level(&mut self, hash: u64, row: usize, same: impl Fn(usize) -> bool) -> u32 {
        let mask = self.slots.len() - 1;
        let mut slot = (hash >> 32) as usize & mask;
        loop {
            let level = self.slots[slot];
            if level == EMPTY {
                return self.insert(slot, hash, row);
            }
            let at = level as usize;
            if self.hashes[at] == hash && same(self.first[at]) {
                return level;
            }
            slot = (slot + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, slot: usize, hash: u64, row: usize) -> u32 {
        let level = self.first.len() as u32;
        self.slots[slot] = level;
        self.hashes.push(hash);
        self.first.push(row);
        if self.first.len() * 2 > self.slots.len() {
            let mask = self.slots.len() * 4 - 1;
            self.slots = vec![EMPTY; mask + 1];
            for (level, hash) in self.hashes.iter().enumerate() {
                let mut slot = (hash >> 32) as usize & mask;
                while self.slots[slot] != EMPTY {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = level as u32;
            }
        }
        level
    }
}

/// One round of a multiplicative hash; the high bits are the mixed ones.
#[inline]
fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(29) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Odd numbers, so that products with them keep words apart: bits of π, e, √2 and √3.
const KEYS: [u64; 4] = [
    0x243F_6A88_85A3_08D3,
    0xB7E1_5162_8AED_2A6B,
    0x6A09_E667_F3BC_C909,
    0xBB67_AE85_84CA_A73B,
];

/// Codes of `rows` rows of which `hash` and `same` know the values. `None` above 2^32 − 1 rows.
fn intern(
    rows: usize,
    hash: impl Fn(usize) -> u64 + Sync,
    same: impl Fn(usize, usize) -> bool + Sync,
) -> Option<Codes> {
    if rows >= ROWS_MAX {
        return None;
    }
    let mut codes = vec![0_u32; rows];
    let look = |seen: &mut Interner, task: usize, codes: &mut [u32]| {
        for (row, code) in (task * TASK_ROWS..).zip(codes) {
            *code = seen.level(hash(row), row, |other| same(row, other));
        }
    };
    // If few, the first task's levels are known to the others, which then seldom see more.
    let (head, tail) = codes.split_at_mut(rows.min(TASK_ROWS));
    let mut whole = Interner::new();
    look(&mut whole, 0, head);
    let known = match whole.first.len() <= KNOWN_MAX {
        true => whole.clone(),
        false => Interner::new(),
    };
    let local: Vec<Interner> = tail
        .par_chunks_mut(TASK_ROWS)
        .enumerate()
        .map(|(task, codes)| {
            let mut seen = known.clone();
            look(&mut seen, task + 1, codes);
            seen
        })
        .collect();
    let maps: Vec<Vec<u32>> = local
        .iter()
        .map(|seen| {
            let levels = seen.hashes.iter().zip(&seen.first);
            levels
                .map(|(hash, row)| whole.level(*hash, *row, |other| same(*row, other)))
                .collect()
        })
        .collect();
    tail.par_chunks_mut(TASK_ROWS)
        .zip(&maps)
        .filter(|(_, map)| map.iter().enumerate().any(|(i, to)| i as u32 != *to))
        .for_each(|(codes, map)| {
            for code in codes {
                *code = map[*code as usize];
            }
        });
    Some(Codes {
        codes,
        first: whole.first,
    })
}

/// Codes of numbers, equal where the bits are. `None` above 2^32 − 1 rows.
///
/// ```
/// let column = waage_metrics::arrays::codes::of_bits(&[7, 3, 7]).unwrap();
/// assert_eq!((column.codes, column.first), (vec![0, 1, 0], vec![0, 1]));
/// ```
#[must_use]
pub fn of_bits(values: &[u64]) -> Option<Codes> {
    // Of a single word the hash is a permutation: what it differs by, the words differ by.
    intern(values.len(), |row| mix(0, values[row]), |_, _| true)
}

/// Codes of texts of fixed width, `width` words of 32 bits a row (one character each), as numpy
/// stores them. A width of 0 makes every row the empty text; then `rows` says how many there are.
#[must_use]
pub fn of_words(words: &[u32], width: usize, rows: usize) -> Option<Codes> {
    if width.checked_mul(rows)? != words.len() {
        return None;
    }
    let row = |i: usize| words[i * width..(i + 1) * width].as_chunks::<2>();
    let word = |[low, high]: [u32; 2]| u64::from(low) | u64::from(high) << 32;
    // A sum, whose products do not wait for each other. Rows of one or two words have one term.
    let hash = |i: usize| {
        let (pairs, rest) = row(i);
        let words = pairs.iter().map(|pair| word(*pair));
        let last = rest.iter().map(|last| word([*last, 0]));
        let terms = words.chain(last).zip(KEYS.into_iter().cycle());
        mix(
            0,
            terms.fold(0, |sum, (word, key)| {
                sum.wrapping_add(word.wrapping_mul(key))
            }),
        )
    };
    match width {
        // As above.
        1 | 2 => intern(rows, hash, |_, _| true),
        _ => intern(rows, hash, |a, b| {
            let ((a, a_rest), (b, b_rest)) = (row(a), row(b));
            // In place, for rows are too short for a call.
            a.iter().zip(b).all(|(a, b)| a == b) && a_rest == b_rest
        }),
    }
}

/// Codes of texts, equal where the bytes are.
#[must_use]
pub fn of_texts<'a>(rows: usize, text: impl Fn(usize) -> &'a [u8] + Sync) -> Option<Codes> {
    let hash = |i: usize| {
        let bytes = text(i);
        let (words, rest) = bytes.as_chunks::<8>();
        let state = words.iter().fold(bytes.len() as u64, |state, word| {
            mix(state, u64::from_le_bytes(*word))
        });
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        mix(state, u64::from_le_bytes(last))
    };
    intern(rows, hash, |a, b| text(a) == text(b))
}

/// Codes of the combinations of several columns that occur. `None` if there are no columns, their
/// lengths differ, or the levels multiply beyond 2^64.
#[must_use]
pub fn combined(columns: &[(&[u32], usize)]) -> Option<Codes> {
    let (first, rest) = columns.split_first()?;
    let rows = first.0.len();
    let total = columns.iter().try_fold(1_u64, |product, (_, levels)| {
        product.checked_mul(*levels as u64)
    });
    if total.is_none() || rest.iter().any(|(codes, _)| codes.len() != rows) {
        return None;
    }
    let mut keys: Vec<u64> = first.0.iter().map(|code| u64::from(*code)).collect();
    for (codes, levels) in rest {
        for (key, code) in keys.iter_mut().zip(*codes) {
            *key = *key * *levels as u64 + u64::from(*code);
        }
    }
    of_bits(&keys)
}

/// A number that may be whole.
pub trait Whole: Copy + Send + Sync {
    /// The number if it is whole and below 2^53 in magnitude.
    fn whole(self) -> Option<i64>;
}

macro_rules! whole_integers {
    ($($kind:ty),*) => {$(
        impl Whole for $kind {
            #[inline]
            fn whole(self) -> Option<i64> {
                i64::try_from(self).ok()
            }
        }
    )*};
}

whole_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Whole for bool {
    #[inline]
    fn whole(self) -> Option<i64> {
        Some(i64::from(self))
    }
}

impl Whole for f64 {
    #[inline]
    fn whole(self) -> Option<i64> {
        let near = self as i64;
        (near as f64 == self && near.unsigned_abs() < 1 << 53).then_some(near)
    }
}

impl Whole for f32 {
    #[inline]
    fn whole(self) -> Option<i64> {
        f64::from(self).whole()
    }
}

/// Span of values that is counted without a table.
const SPAN_MAX: i64 = 256;

/// The labels of a column of few whole numbers. `None` if a value is not whole (or not finite), the
/// values span 256 or more, more than [`LABELS_MAX`] occur, or there are no rows.
///
/// ```
/// let labels = waage_metrics::arrays::codes::labels(&[1.0, -1.0, 1.0]).unwrap();
/// assert_eq!((labels.codes, labels.values), (vec![1, 0, 1], vec![-1, 1]));
/// assert!(waage_metrics::arrays::codes::labels(&[0.5]).is_none());
/// ```
#[must_use]
pub fn labels<T: Whole>(column: &[T]) -> Option<Labels> {
    let ends = |values: &[T]| {
        values
            .iter()
            .try_fold((i64::MAX, i64::MIN), |(low, high), value| {
                let value = value.whole()?;
                Some((low.min(value), high.max(value)))
            })
    };
    let (low, high) = column.par_chunks(TASK_ROWS).map(ends).try_reduce(
        || (i64::MAX, i64::MIN),
        |a, b| Some((a.0.min(b.0), a.1.max(b.1))),
    )?;
    if low > high || high.checked_sub(low)? >= SPAN_MAX {
        return None;
    }
    // Every value is whole and in [low, high]: seen by the pass before.
    let offset = |value: &T| (value.whole().unwrap_or(low) - low) as u8;
    let mut codes: Vec<u8> = Vec::new();
    column
        .par_iter()
        .with_min_len(TASK_ROWS)
        .map(offset)
        .collect_into_vec(&mut codes);
    let seen = codes
        .par_chunks(TASK_ROWS)
        .map(|codes| {
            let mut seen = [false; SPAN_MAX as usize];
            for code in codes {
                seen[usize::from(*code)] = true;
            }
            seen
        })
        .reduce(
            || [false; SPAN_MAX as usize],
            |a, b| std::array::from_fn(|i| a[i] || b[i]),
        );
    let mut map = [0_u8; SPAN_MAX as usize];
    let mut values = Vec::new();
    for (offset, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
        map[offset] = values.len() as u8;
        values.push(low + offset as i64);
    }
    if values.len() > LABELS_MAX {
        return None;
    }
    if values.len() as i64 != high - low + 1 {
        codes
            .par_iter_mut()
            .with_min_len(TASK_ROWS)
            .for_each(|code| *code = map[usize::from(*code)]);
    }
    Some(Labels { codes, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Codes by the book: a list of the values seen.
    fn by_list<T: PartialEq>(values: &[T]) -> Codes {
        let mut seen: Vec<usize> = Vec::new();
        let codes = (0..values.len())
            .map(|row| {
                let known = seen.iter().position(|first| values[*first] == values[row]);
                known.unwrap_or_else(|| {
                    seen.push(row);
                    seen.len() - 1
                }) as u32
            })
            .collect();
        Codes { codes, first: seen }
    }

    proptest! {
        #[test]
        fn codes_number_values_by_first_sight(texts in prop::collection::vec("[aä]{0,3}", 0..200)) {
            let expected = by_list(&texts);
            let found = of_texts(texts.len(), |i| texts[i].as_bytes());
            prop_assert_eq!(found.as_ref(), Some(&expected));
            let mut words = Vec::new();
            for text in &texts {
                let mut row: Vec<u32> = text.chars().map(u32::from).collect();
                row.resize(3, 0);
                words.extend(row);
            }
            prop_assert_eq!(of_words(&words, 3, texts.len()), Some(expected));
        }

        #[test]
        fn many_values_make_the_table_grow(values in prop::collection::vec(0_u64..3000, 0..3000)) {
            prop_assert_eq!(of_bits(&values), Some(by_list(&values)));
        }

        #[test]
        fn labels_are_positions_among_the_sorted_values(values in prop::collection::vec(-9_i32..9, 1..80)) {
            let found = labels(&values).unwrap();
            prop_assert!(found.values.is_sorted_by(|a, b| a < b));
            for (code, value) in found.codes.iter().zip(&values) {
                prop_assert_eq!(found.values[usize::from(*code)], i64::from(*value));
            }
            let reals: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            prop_assert_eq!(labels(&reals), Some(found));
        }
    }

    #[test]
    fn tasks_agree_on_one_numbering() {
        let rows = 3 * TASK_ROWS + 17;
        let values: Vec<u64> = (0..rows as u64).map(|i| (i * i / 70_000) % 11).collect();
        assert_eq!(of_bits(&values), Some(by_list(&values)));
    }

    #[test]
    fn only_combinations_that_occur_get_a_code() {
        let both = combined(&[(&[0, 0, 1, 1], 2), (&[0, 2, 0, 0], 3)]).unwrap();
        assert_eq!((both.codes, both.first), (vec![0, 1, 2, 2], vec![0, 1, 2]));
        assert_eq!(combined(&[]), None);
        assert_eq!(combined(&[(&[0], 1), (&[0, 0], 1)]), None);
    }

    #[test]
    fn columns_that_are_no_labels_are_refused() {
        assert_eq!(labels::<i64>(&[]), None);
        assert_eq!(labels(&[0.0, f64::NAN]), None);
        assert_eq!(labels(&[0.0, f64::INFINITY]), None);
        assert_eq!(labels(&[0, 256]), None);
        assert_eq!(labels(&[i64::MIN, i64::MAX]), None);
        assert_eq!(labels(&(0..33).collect::<Vec<i64>>()), None);
        assert_eq!(
            labels(&(0..32).collect::<Vec<i64>>()).unwrap().values.len(),
            32
        );
        assert_eq!(labels(&[u64::MAX]), None);
    }

    #[test]
    fn texts_of_width_zero_are_one_level() {
        assert_eq!(of_words(&[], 0, 3).unwrap().codes, vec![0, 0, 0]);
        assert_eq!(of_words(&[1, 2], 1, 3), None);
    }
}
