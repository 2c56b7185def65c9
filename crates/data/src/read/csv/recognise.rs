//! Separator and decimal mark of a CSV file, from its beginning.

use super::records::Records;
use crate::columns::number::parse;
use crate::read::Decimal;

/// In the order of preference: the comma comes last, because numbers and texts hold commas, too.
const SEPARATORS: [u8; 4] = [b';', b'\t', b'|', b','];

/// The separator under which most records have as many fields as the header, and at least two; the
/// comma if there is none.
pub(super) fn separator(sample: &[u8], cut: bool) -> u8 {
    let mut best = (0, 0, b',');
    for separator in SEPARATORS {
        let counts: Vec<usize> = records(sample, cut, separator)
            .iter()
            .map(Vec::len)
            .collect();
        let Some(header) = counts.first().copied().filter(|header| *header > 1) else {
            continue;
        };
        let like_header = counts.iter().filter(|count| **count == header).count();
        let share = like_header * 1000 / counts.len();
        if (share, header) > (best.0, best.1) {
            best = (share, header, separator);
        }
    }
    best.2
}

/// The decimal mark: each field that is a number under one mark alone is a vote; without a
/// majority a comma where the separator is a semicolon and fields have commas, else a point.
pub(super) fn decimal(sample: &[u8], cut: bool, separator: u8) -> Decimal {
    let (mut comma, mut point, mut either) = (0_usize, 0_usize, 0_usize);
    for field in records(sample, cut, separator).iter().skip(1).flatten() {
        if !field.contains([',', '.']) {
            continue;
        }
        match (
            parse(field, Decimal::Comma).is_some(),
            parse(field, Decimal::Point).is_some(),
        ) {
            (true, false) => comma += 1,
            (false, true) => point += 1,
            (true, true) if field.contains(',') => either += 1,
            _ => {}
        }
    }
    let by_habit = separator == b';' && comma == point && either > 0;
    if comma > point || by_habit {
        Decimal::Comma
    } else {
        Decimal::Point
    }
}

/// The records of a sample, without the last one if the sample was cut.
fn records(sample: &[u8], cut: bool, separator: u8) -> Vec<Vec<String>> {
    let mut records = Records::new(sample, separator);
    let mut found = Vec::new();
    while let Ok(Some(_)) = records.next("sample") {
        let field = |at| String::from_utf8_lossy(records.field(at)).into_owned();
        found.push((0..records.len()).map(field).collect());
    }
    if cut && found.len() > 1 {
        found.pop();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_marks_are_recognised() {
        let samples: [(&str, u8, Decimal); 6] = [
            ("a,b\n0.5,x\n", b',', Decimal::Point),
            ("a;b\n0,5;x\n1.234,5;y\n", b';', Decimal::Comma),
            ("a\tb, c\n1,5\tx\n", b'\t', Decimal::Comma),
            ("a|b\n1.25|x\n", b'|', Decimal::Point),
            ("a,b\n\"0,5\",x\n", b',', Decimal::Comma),
            ("a;b\n0.750;\"x, y\"\n", b';', Decimal::Point),
        ];
        for (sample, expected, mark) in samples {
            let found = separator(sample.as_bytes(), false);
            assert_eq!(found, expected, "{sample:?}");
            assert_eq!(decimal(sample.as_bytes(), false, found), mark, "{sample:?}");
        }
    }
}
