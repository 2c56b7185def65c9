//! Numbers, flags and texts as files write them, in more than one way each.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A number in single precision. `null` and the texts `NaN`, `Infinity` and `-Infinity` stand for
/// what JSON has no number for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub(super) struct Real(pub f32);

/// `true`, `false`, or a whole number of which 0 is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Flag(pub bool);

/// A number as it stands in the file: whole ones keep all their digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Whole(i64),
    Real(f64),
}

/// A text, or a number or flag as text: parameters are written as either.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameter(pub String);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "the library keeps single precision"
        )]
        impl Visitor<'_> for Any {
            type Value = Real;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f32<E: Error>(self, value: f32) -> Result<Real, E> {
                Ok(Real(value))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Real, E> {
                Ok(Real(value as f32))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Real, E> {
                Ok(Real(value as f32))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Real, E> {
                Ok(Real(value as f32))
            }
            fn visit_unit<E: Error>(self) -> Result<Real, E> {
                Ok(Real(f32::NAN))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Real, E> {
                match text {
                    "NaN" => Ok(Real(f32::NAN)),
                    "Infinity" => Ok(Real(f32::INFINITY)),
                    "-Infinity" => Ok(Real(f32::NEG_INFINITY)),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, 0 or 1")
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Flag, E> {
                Ok(Flag(value != 0))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Flag, E> {
                Ok(Flag(value != 0))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Real(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Whole(value))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                // The signed copy of the same bits, as UBJSON has it.
                Ok(Number::Whole(value.cast_signed()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Parameter;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Parameter, E> {
                Ok(Parameter(text.to_owned()))
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Parameter, E> {
                Ok(Parameter(u8::from(value).to_string()))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Parameter, E> {
                Ok(Parameter(value.to_string()))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Parameter, E> {
                Ok(Parameter(value.to_string()))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Parameter, E> {
                Ok(Parameter(value.to_string()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Parameter {
    /// The count it holds; absent is 0.
    pub fn count(&self) -> Result<usize, String> {
        match self.0.trim() {
            "" => Ok(0),
            text => text
                .parse()
                .map_err(|_| format!("`{:.40}` is no whole number from 0 on", self.0)),
        }
    }
}
