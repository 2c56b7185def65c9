//! The adjustable strengths of the planted bias.

use std::str::FromStr;

use super::SyntheticError;

/// How unfair the synthetic world is. Every strength is 0 in a fair one.
///
/// Where each strength enters is written in the structural equations of [`crate::synthetic`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bias {
    /// Historical penalty on women in logits, `0..=5`; `diverse` persons bear half of it, persons
    /// of unrecorded gender none. The deployed model's score loses the whole penalty, a sales
    /// representative's willingness to call loses another 0.3 of it, and the conversion of a
    /// lead who is called 0.35 of it (less effort is spent on them).
    pub gender_penalty: f64,
    /// Strength of `region` as a stand-in for gender, `0..=1`. Women's shares in seven of the
    /// twelve regions grow (at 1: by 60 % before normalising) as men's shrink, and leads from
    /// these regions lose `0.5 · proxy` logits of score, which their conversion does not justify.
    pub proxy: f64,
    /// Label selection, `0..=1`: the share of would-be conversions that is lost because nobody
    /// contacted the lead. At 1 only contacted leads convert; at 0 contact plays no part.
    pub selection: f64,
    /// Drift over `created`, `0..=1`: at 1 the mix of sources moves completely from its early to
    /// its late shares, visits rise by 0.5 standard deviations and the score by 0.8 logits from
    /// the first day to the last, while conversion falls by 0.5 logits.
    pub drift: f64,
}

impl Bias {
    /// The fair world: gender, age band, region and language are independent of every signal,
    /// of score, contact and conversion, so that their groups are exchangeable.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            gender_penalty: 0.0,
            proxy: 0.0,
            selection: 0.0,
            drift: 0.0,
        }
    }

    /// The default bias, whose measured size stands in the card of the embedded data set.
    #[must_use]
    pub const fn planted() -> Self {
        Self {
            gender_penalty: 0.45,
            proxy: 0.5,
            selection: 1.0,
            drift: 0.5,
        }
    }

    /// The bias named `none` or `planted`.
    ///
    /// # Errors
    /// [`SyntheticError::UnknownBias`] for any other name.
    pub fn parse(name: &str) -> Result<Self, SyntheticError> {
        match name.trim() {
            "none" => Ok(Self::none()),
            "planted" => Ok(Self::planted()),
            other => Err(SyntheticError::UnknownBias {
                value: other.to_owned(),
            }),
        }
    }

    /// Whether every strength lies in its range.
    ///
    /// # Errors
    /// [`SyntheticError::Strength`] names the first that does not.
    pub fn check(&self) -> Result<(), SyntheticError> {
        let strengths = [
            ("gender-penalty", self.gender_penalty, 5.0),
            ("proxy", self.proxy, 1.0),
            ("selection", self.selection, 1.0),
            ("drift", self.drift, 1.0),
        ];
        for (name, value, high) in strengths {
            if !(0.0..=high).contains(&value) {
                return Err(SyntheticError::Strength {
                    name,
                    value,
                    low: 0.0,
                    high,
                });
            }
        }
        Ok(())
    }
}

impl Default for Bias {
    fn default() -> Self {
        Self::planted()
    }
}

impl FromStr for Bias {
    type Err = SyntheticError;

    fn from_str(name: &str) -> Result<Self, SyntheticError> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ranges_are_checked() {
        assert_eq!(Bias::parse("none").ok(), Some(Bias::none()));
        assert_eq!(" planted ".parse::<Bias>().ok(), Some(Bias::planted()));
        let error = Bias::parse("some").unwrap_err().to_string();
        assert_eq!(error, "bias \"some\" is unknown; use none or planted");
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            let bias = Bias {
                proxy: bad,
                ..Bias::none()
            };
            assert!(matches!(
                bias.check(),
                Err(SyntheticError::Strength { name: "proxy", .. })
            ));
        }
        assert!(Bias::planted().check().is_ok());
    }
}
