//! Which format a file has, by its first bytes.

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::record::Key;
use crate::{Error, Result};

/// A format that [`model`](super::model) reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// XGBoost's `.json`.
    XgboostJson,
    /// XGBoost's `.ubj`.
    XgboostUbjson,
    /// LightGBM's text.
    LightGbmText,
    /// CatBoost's JSON.
    CatBoostJson,
    /// ONNX.
    Onnx,
    /// scikit-learn's arrays as JSON ([`SklearnModel`](super::sklearn::SklearnModel)).
    SklearnJson,
    /// skops.
    Skops,
    /// Waage's own linear models and scorecards.
    WaageLinear,
}

/// First bytes that decide.
const MAGIC: &[(&[u8], Format)] = &[
    (b"tree\n", Format::LightGbmText),
    (b"tree\r\n", Format::LightGbmText),
    (b"PK\x03\x04", Format::Skops),
];

/// Keys at the top of a JSON object that decide.
const JSON_KEYS: &[(&str, Format)] = &[
    ("learner", Format::XgboostJson),
    ("features_info", Format::CatBoostJson),
    ("oblivious_trees", Format::CatBoostJson),
    ("form", Format::SklearnJson),
    ("format", Format::WaageLinear),
];

/// First bytes of CatBoost's own binary format.
const CATBOOST_BINARY: &[u8] = b"CBM1";

/// First bytes of XGBoost's own binary format, which ended with version 3.
const XGBOOST_BINARY: &[&[u8]] = &[b"binf", b"bs64"];

/// Tells the format of a model file.
///
/// # Errors
/// It is none of [`Format`].
pub fn detect(bytes: &[u8]) -> Result<Format> {
    if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Ok(*format);
    }
    if XGBOOST_BINARY.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(Error::unsupported(
            "XGBoost's old binary format is not read",
            "load the model with XGBoost 1.7 or 2 and save it as .json or .ubj",
        ));
    }
    if bytes.starts_with(CATBOOST_BINARY) {
        return Err(Error::unsupported(
            "CatBoost's binary format is not read",
            "save the model with save_model(path, format=\"json\")",
        ));
    }
    let known = match bytes {
        // The version of the format, as protocol buffers have it.
        [0x08, ..] if super::onnx::detect(bytes) => Some(Format::Onnx),
        // A length marker follows where UBJSON has a key; JSON has a quote or a space.
        [
            b'{',
            b'i' | b'U' | b'I' | b'l' | b'L' | b'#' | b'$' | b'N',
            ..,
        ] => Some(Format::XgboostUbjson),
        _ => json(bytes),
    };
    known.ok_or_else(|| {
        Error::unsupported(
            "the format of the model is not known",
            "give XGBoost's .json or .ubj, LightGBM's text, CatBoost's JSON, ONNX, skops or waage-linear",
        )
    })
}

/// The format of a JSON object, by the first key that only one format has.
fn json(bytes: &[u8]) -> Option<Format> {
    struct FirstKnown<'a>(&'a mut Option<Format>);
    impl<'de> Visitor<'de> for FirstKnown<'_> {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<(), M::Error> {
            while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                let key: Cow<'de, str> = key;
                if let Some((_, format)) = JSON_KEYS.iter().find(|(name, _)| *name == key) {
                    *self.0 = Some(*format);
                    break;
                }
                map.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }
    let mut found = None;
    // Left as soon as a key decides, so an error means only that none did.
    let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(FirstKnown(&mut found));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let told = |bytes: &[u8]| detect(bytes).ok();
        assert_eq!(
            told(b" {\"version\": [1], \"learner\": {"),
            Some(Format::XgboostJson)
        );
        assert_eq!(
            told(b"{L\0\0\0\0\0\0\0\x07learner{"),
            Some(Format::XgboostUbjson)
        );
        assert_eq!(told(b"tree\nversion=v4\n"), Some(Format::LightGbmText));
        assert_eq!(told(b"PK\x03\x04..."), Some(Format::Skops));
        let catboost = b"{\"model_info\": {}, \"features_info\": {";
        assert_eq!(told(catboost), Some(Format::CatBoostJson));
        let linear = b"{\"format\": \"waage-linear\", ";
        assert_eq!(told(linear), Some(Format::WaageLinear));
        let cbm = detect(b"CBM1\0").expect_err("another").to_string();
        assert!(cbm.contains("format=\"json\""), "{cbm}");
        for nothing in [b"".as_slice(), b"{", b"{\"a\":1}", b"trees\n", b"\x80\x04"] {
            assert_eq!(told(nothing), None, "{nothing:?}");
        }
        let old = detect(b"binf\0\0").expect_err("an old format").to_string();
        assert!(old.contains("save it as .json"), "{old}");
    }
}
