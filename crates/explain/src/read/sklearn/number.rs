//! Numbers in JSON, which has no word for those that are not finite.

use serde::{Deserialize, Deserializer, de::Error};

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Text(String),
}

/// A list of numbers, or of the texts `inf`, `-inf` and `nan`.
pub fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
    Vec::<Number>::deserialize(from)?
        .into_iter()
        .map(|number| match number {
            Number::Finite(x) => Ok(x),
            Number::Text(text) => match text.as_str() {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                "nan" => Ok(f64::NAN),
                _ => Err(D::Error::custom(format!(
                    "'{text}' is no number; inf, -inf and nan are known"
                ))),
            },
        })
        .collect()
}
