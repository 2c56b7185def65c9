//! The labels of categories that a file keeps (`cats`, from version 3.1 on).

use super::file::Encoding;
use crate::model::Labels;
use crate::read::number::Number;

/// What to tell of a feature with [`doubtful`] labels.
pub(super) fn doubt(feature: &str) -> String {
    format!(
        "The labels of `{feature:.80}` are not all ASCII. XGBoost's Python package cuts such labels in wrong places when the data comes from pandas: compare them, or give codes."
    )
}

/// Whether there are letters whose bytes and places differ: XGBoost 3.1 and 3.2 save offsets in
/// letters where bytes belong, which cannot be told from what is right.
pub(super) fn doubtful(encoding: &Encoding) -> bool {
    let beyond_ascii = |value: &Number| !matches!(value, Number::Whole(0..128));
    encoding.offsets.is_some() && encoding.values.iter().any(beyond_ascii)
}

/// The labels of a feature, in the order of their codes; `None` when it is numeric, or when its labels
/// were cut into what are no texts.
///
/// The error says what is wrong.
pub(super) fn labels(encoding: &Encoding) -> Result<Option<Labels>, String> {
    match &encoding.offsets {
        Some(offsets) => texts(offsets, &encoding.values),
        None if encoding.values.is_empty() => Ok(None),
        None => numbers(encoding.kind, &encoding.values).map(Some),
    }
}

fn texts(offsets: &[i64], values: &[Number]) -> Result<Option<Labels>, String> {
    if offsets.len() < 2 {
        return Ok(None);
    }
    let bytes = values
        .iter()
        .map(|value| match value {
            // Bytes are written as signed or unsigned numbers.
            Number::Whole(byte @ -128..256) => Ok((*byte & 0xff) as u8),
            _ => Err("values: not the bytes of texts".to_owned()),
        })
        .collect::<Result<Vec<u8>, _>>()?;
    let cuts = offsets
        .windows(2)
        .map(|ends| {
            let [Ok(from), Ok(to)] = [ends[0], ends[1]].map(usize::try_from) else {
                return Err("offsets: a negative one".to_owned());
            };
            bytes
                .get(from..to)
                .ok_or_else(|| "offsets: they should rise to the number of values".to_owned())
        })
        .collect::<Result<Vec<&[u8]>, _>>()?;
    let texts: Result<Vec<String>, _> = cuts
        .into_iter()
        .map(|cut| String::from_utf8(cut.to_vec()))
        .collect();
    Ok(texts.ok().map(Labels::Text))
}

/// Numbers of XGBoost's type `kind`; unsigned ones may be stored as the signed ones of the same bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the type says how many bits count; loss of precision is refused"
)]
fn numbers(kind: Option<i64>, values: &[Number]) -> Result<Labels, String> {
    let kind = kind.ok_or("type is missing")?;
    let number = |value: &Number| -> Result<f64, String> {
        let whole = match (value, kind) {
            (Number::Real(real), 7 | 8) => return Ok(*real),
            (Number::Whole(whole), 7 | 8) => i128::from(*whole),
            (Number::Whole(whole), 9) => i128::from(*whole as i8),
            (Number::Whole(whole), 10) => i128::from(*whole as u8),
            (Number::Whole(whole), 11) => i128::from(*whole as i16),
            (Number::Whole(whole), 12) => i128::from(*whole as u16),
            (Number::Whole(whole), 13) => i128::from(*whole as i32),
            (Number::Whole(whole), 14) => i128::from(*whole as u32),
            (Number::Whole(whole), 15) => i128::from(*whole),
            (Number::Whole(whole), 16) => i128::from(whole.cast_unsigned()),
            (Number::Real(_), 9..=16) => return Err("values: a whole number is needed".into()),
            _ => return Err(format!("type: {kind} is not known")),
        };
        let real = whole as f64;
        if real as i128 == whole {
            Ok(real)
        } else {
            Err(format!(
                "values: the category {whole} has more digits than are told apart; train on texts instead"
            ))
        }
    };
    values
        .iter()
        .map(number)
        .collect::<Result<_, _>>()
        .map(Labels::Numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Labels>, String> {
        let read: crate::read::record::Read<Encoding> = serde_json::from_str(text).expect("JSON");
        labels(&read.0)
    }

    #[test]
    fn texts_are_cut_from_signed_bytes() {
        let found = read(r#"{"offsets":[0,2,3],"values":[-61,-92,97]}"#);
        assert_eq!(found, Ok(Some(Labels::Text(vec!["ä".into(), "a".into()]))));
        assert_eq!(read(r#"{"offsets":[],"values":[]}"#), Ok(None));
        assert!(read(r#"{"offsets":[0,9],"values":[97]}"#).is_err());
    }

    #[test]
    fn labels_cut_in_the_middle_of_a_letter_are_dropped_and_told() {
        let text = r#"{"offsets":[0,1],"values":[-61]}"#;
        assert_eq!(read(text), Ok(None));
        let cut: crate::read::record::Read<Encoding> = serde_json::from_str(text).expect("JSON");
        assert!(doubtful(&cut.0));
    }

    #[test]
    fn numbers_are_of_their_type() {
        let found = |kind: i64, value: &str| {
            read(&format!(r#"{{"type":{kind},"values":[{value}]}}"#)).map(|l| match l {
                Some(Labels::Numbers(n)) => n[0],
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(found(9, "-1"), Ok(-1.0));
        assert_eq!(found(10, "-1"), Ok(255.0));
        assert_eq!(found(12, "-1"), Ok(65_535.0));
        assert_eq!(found(14, "-1"), Ok(4_294_967_295.0));
        assert_eq!(found(15, "-5"), Ok(-5.0));
        assert_eq!(found(7, "2.5"), Ok(2.5));
        assert!(found(15, "9007199254740993").is_err());
        assert!(found(99, "1").is_err());
        assert!(found(13, "1.5").is_err());
    }
}
