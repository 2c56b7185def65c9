//! Amounts of memory as people write them.

/// The default of every command: 1 GiB.
pub const MEMORY_DEFAULT: u64 = 1 << 30;

/// Units by name; those of powers of 1024 have an `i`.
const UNITS: [(&str, u64); 9] = [
    ("", 1),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
];

/// An amount of memory that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the memory {text:?} is no amount above 0; write bytes, or a whole number with a unit, such as 512MiB, 2GiB or 4GB"
)]
pub struct MemorySyntax {
    /// What was given.
    pub text: String,
}

/// The bytes of `512MiB`, `2GiB`, `4GB` (10⁹), or of a plain number; upper or lower case.
///
/// # Errors
/// [`MemorySyntax`] for another unit, a fraction, nothing, or more than 2⁶⁴ − 1 bytes.
///
/// ```
/// assert_eq!(waage_result::memory::parse("512MiB"), Ok(512 << 20));
/// ```
pub fn parse(text: &str) -> Result<u64, MemorySyntax> {
    let fail = || MemorySyntax {
        text: text.to_owned(),
    };
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = lower.split_at(digits.unwrap_or(lower.len()));
    let unit = match unit.trim() {
        "b" => "",
        unit => unit,
    };
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let (_, factor) = known.ok_or_else(fail)?;
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(*factor))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units_of_1000_and_of_1024() {
        for (text, bytes) in [
            ("1", 1),
            ("4096", 4096),
            ("10B", 10),
            ("1KiB", 1024),
            (" 2 gib ", 2 << 30),
            ("4GB", 4_000_000_000),
            ("3tb", 3_000_000_000_000),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for bad in [
            "",
            "0",
            "0GiB",
            "-1",
            "1.5GiB",
            "GiB",
            "1 G",
            "2 gigabytes",
            "99999999TiB",
            "１GiB",
        ] {
            let message = parse(bad).unwrap_err().to_string();
            assert!(message.contains("such as 512MiB"), "{message}");
        }
    }
}
