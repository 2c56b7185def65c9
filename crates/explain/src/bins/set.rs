//! Sets of codes.

/// A set of codes of one column; code 0 is a missing value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeSet {
    /// The codes from `low` to `high` (none when `low > high`), and the missing ones if `missing`.
    Span {
        /// The first code, 1 or more.
        low: u16,
        /// The last code.
        high: u16,
        /// Whether code 0 belongs to it.
        missing: bool,
    },
    /// One flag per code.
    Flags(Vec<bool>),
}

impl CodeSet {
    /// The codes from `low` to `high`, and the missing ones or not.
    #[must_use]
    pub fn span(low: u16, high: u16, missing: bool) -> Self {
        Self::Span { low, high, missing }
    }

    /// The codes of a column of `codes` codes that `holds`.
    #[must_use]
    pub fn of(codes: usize, holds: impl Fn(u16) -> bool) -> Self {
        Self::Flags((0..codes).map(|code| holds(code as u16)).collect())
    }

    /// Whether it holds a code.
    #[must_use]
    pub fn contains(&self, code: u16) -> bool {
        match self {
            Self::Span { low, high, missing } => {
                if code == 0 {
                    *missing
                } else {
                    (*low..=*high).contains(&code)
                }
            }
            Self::Flags(flags) => flags.get(usize::from(code)).copied().unwrap_or(false),
        }
    }

    /// The codes of a column of `codes` codes that are not in it.
    #[must_use]
    pub fn complement(&self, codes: usize) -> Self {
        let last = (codes - 1) as u16;
        match *self {
            Self::Span {
                low: 1,
                high,
                missing,
            } => Self::span(high + 1, last, !missing),
            Self::Span { low, high, missing } if high >= last => Self::span(1, low - 1, !missing),
            _ => Self::of(codes, |code| !self.contains(code)),
        }
    }

    /// Its runs of neighbouring codes, of a column of `codes` codes: first and last of each.
    #[must_use]
    pub fn runs(&self, codes: usize) -> Vec<(u16, u16)> {
        let mut runs: Vec<(u16, u16)> = Vec::new();
        let mut add = |low: u16, high: u16| match runs.last_mut() {
            Some((_, last)) if *last + 1 == low => *last = high,
            _ => runs.push((low, high)),
        };
        match self {
            Self::Span { low, high, missing } => {
                let high = (*high).min((codes - 1) as u16);
                if *missing {
                    add(0, 0);
                }
                if *low <= high {
                    add(*low, high);
                }
            }
            Self::Flags(flags) => {
                let held = flags.iter().enumerate().filter(|(_, held)| **held);
                held.for_each(|(code, _)| add(code as u16, code as u16));
            }
        }
        runs
    }

    /// The codes in both, of a column of `codes` codes.
    #[must_use]
    pub fn and(&self, other: &Self, codes: usize) -> Self {
        match (self, other) {
            (
                Self::Span { low, high, missing },
                Self::Span {
                    low: low2,
                    high: high2,
                    missing: missing2,
                },
            ) => Self::span(*low.max(low2), *high.min(high2), *missing && *missing2),
            _ => Self::of(codes, |code| self.contains(code) && other.contains(code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CodeSet;

    #[test]
    fn sets_follow_the_laws_of_sets() {
        let codes = 9;
        let mut sets = Vec::new();
        for low in 1..=8_u16 {
            for high in 0..=8_u16 {
                for missing in [false, true] {
                    sets.push(CodeSet::span(low, high, missing));
                }
            }
        }
        sets.push(CodeSet::of(codes, |c| c % 2 == 0));
        for a in &sets {
            let not = a.complement(codes);
            let runs = a.runs(codes);
            assert!(
                runs.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0),
                "{a:?}"
            );
            for code in 0..codes as u16 {
                let within = runs
                    .iter()
                    .any(|(low, high)| (*low..=*high).contains(&code));
                assert_eq!(within, a.contains(code), "{a:?}");
            }
            for b in &sets {
                let both = a.and(b, codes);
                for code in 0..codes as u16 {
                    assert_eq!(not.contains(code), !a.contains(code), "{a:?}");
                    assert_eq!(
                        both.contains(code),
                        a.contains(code) && b.contains(code),
                        "{a:?} {b:?}"
                    );
                }
            }
        }
    }
}
