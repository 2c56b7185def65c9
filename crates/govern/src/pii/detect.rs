//! What one text looks like. Every function is pure and looks at no more than [`LENGTH_MAX`] bytes.

use std::net::IpAddr;

/// Longer texts are no address, number or name.
pub const LENGTH_MAX: usize = 320;

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// `local@domain.tld`, as people write it.
#[must_use]
pub fn is_email(text: &str) -> bool {
    if text.len() > LENGTH_MAX {
        return false;
    }
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    (1..=64).contains(&local.len())
        && local.chars().all(is_local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && domain.contains('.')
        && domain.split('.').all(is_label)
        && top.len() >= 2
        && top.chars().all(char::is_alphabetic)
}

/// E.164 (`+49 30 1234567`), with `00` before the country, or a German form that begins with 0.
#[must_use]
pub fn is_phone(text: &str) -> bool {
    if text.len() > 30 {
        return false;
    }
    let text = text.trim();
    let plus = text.starts_with('+');
    let body = text.strip_prefix('+').unwrap_or(text);
    let is_between = |c: char| matches!(c, ' ' | '-' | '/' | '.' | '(' | ')');
    if !body.chars().all(|c| c.is_ascii_digit() || is_between(c)) {
        return false;
    }
    // Points alone between digits are a date or an address of a computer.
    let separators: Vec<char> = body.chars().filter(|c| is_between(*c)).collect();
    if !plus && !separators.is_empty() && separators.iter().all(|c| *c == '.') {
        return false;
    }
    let number: String = body.chars().filter(char::is_ascii_digit).collect();
    let length = number.len();
    if plus {
        return (8..=15).contains(&length) && !number.starts_with('0');
    }
    if let Some(rest) = number.strip_prefix("00") {
        return (8..=15).contains(&rest.len()) && !rest.starts_with('0');
    }
    // The trunk 0 and an area or mobile number, which never begins with 0.
    number.starts_with('0')
        && (7..=13).contains(&length)
        && body.trim_start_matches('(').starts_with('0')
}

/// An IBAN whose remainder modulo 97 is 1.
#[must_use]
pub fn is_iban(text: &str) -> bool {
    if text.len() > LENGTH_MAX {
        return false;
    }
    let plain: String = text.chars().filter(|c| *c != ' ').collect();
    let shape = (15..=34).contains(&plain.len())
        && plain.is_ascii()
        && plain.bytes().take(2).all(|b| b.is_ascii_alphabetic())
        && plain.bytes().skip(2).take(2).all(|b| b.is_ascii_digit());
    shape && iban_remainder(&plain) == Some(1)
}

/// The remainder of an IBAN modulo 97, 1 of a valid one; `None` where there are other signs than letters
/// and digits.
fn iban_remainder(plain: &str) -> Option<u32> {
    let (head, tail) = plain.split_at_checked(4)?;
    tail.chars().chain(head.chars()).try_fold(0, |rest, c| {
        let value = c.to_digit(36)?;
        Some(if value < 10 {
            (rest * 10 + value) % 97
        } else {
            (rest * 100 + value) % 97
        })
    })
}

/// A card number: 13 to 19 digits, in blocks or not, whose last is Luhn's.
#[must_use]
pub fn is_card(text: &str) -> bool {
    if text.len() > 30 {
        return false;
    }
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let Some(digits) = digits(&plain) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &digit)| match i % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    // Major issuers begin with 2 to 6.
    (13..=19).contains(&digits.len()) && (2..=6).contains(&digits[0]) && sum.is_multiple_of(10)
}

/// A German tax id: eleven digits, of which the first ten hold one digit two or three times, and the
/// last is the check digit of ISO 7064 (MOD 11, 10).
#[must_use]
pub fn is_tax_id(text: &str) -> bool {
    if text.len() > 20 {
        return false;
    }
    let plain: String = text.chars().filter(|c| *c != ' ').collect();
    let Some(digits) = digits(&plain) else {
        return false;
    };
    let Some((&last, first)) = digits.split_last().filter(|(_, first)| first.len() == 10) else {
        return false;
    };
    let mut times = [0; 10];
    first.iter().for_each(|&digit| times[digit as usize] += 1);
    let repeated: Vec<i32> = times.into_iter().filter(|&n| n > 1).collect();
    let product = first.iter().fold(10, |product, &digit| {
        let sum = match (product + digit) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    first[0] != 0 && matches!(repeated[..], [2 | 3]) && (11 - product) % 10 == last
}

/// A German health insurance number: a letter, eight digits and a check digit.
#[must_use]
pub fn is_health_insurance(text: &str) -> bool {
    if text.len() != 10 {
        return false;
    }
    let mut chars = text.chars();
    let Some(letter) = chars.next().filter(char::is_ascii_uppercase) else {
        return false;
    };
    let Some(rest) = digits(chars.as_str()).filter(|rest| rest.len() == 9) else {
        return false;
    };
    let number = letter as u32 - 'A' as u32 + 1;
    let all = [number / 10, number % 10]
        .into_iter()
        .chain(rest[..8].iter().copied());
    let sum: u32 = all
        .enumerate()
        .map(|(i, digit)| {
            let product = digit * (1 + (i as u32) % 2);
            product / 10 + product % 10
        })
        .sum();
    sum % 10 == rest[8]
}

/// An address of a computer, version 4 or 6.
#[must_use]
pub fn is_ip(text: &str) -> bool {
    text.len() <= 45 && text.parse::<IpAddr>().is_ok()
}

/// A web address with a query, which often holds who asks.
#[must_use]
pub fn is_url_with_query(text: &str) -> bool {
    // Longer ones are known by how they begin.
    let most = text.len().min(LENGTH_MAX);
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at));
    let text = &text[..end.unwrap_or(0)];
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.and_then(|rest| rest.split_once('?'))
        .is_some_and(|(host, query)| !host.is_empty() && query.contains('='))
}

/// A day from 1900 to 2025: `1984-05-17`, `17.05.1984`, `17/05/1984`, with or without a time.
#[must_use]
pub fn is_date(text: &str) -> bool {
    if text.len() > LENGTH_MAX {
        return false;
    }
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let Some(mark) = ['-', '.', '/'].into_iter().find(|mark| day.contains(*mark)) else {
        return false;
    };
    let parts: Vec<Option<u32>> = day
        .split(mark)
        .map(|part| part.parse().ok().filter(|_| part.len() <= 4))
        .collect();
    let (first, month, last) = match parts[..] {
        [Some(first), Some(month), Some(last)] => (first, month, last),
        _ => return false,
    };
    let (year, day) = if first > 31 {
        (first, last)
    } else {
        (last, first)
    };
    let (month, day) = if month > 12 {
        (day, month)
    } else {
        (month, day)
    };
    (1900..=2025).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Words that end the name of a street, or follow it.
const STREETS: [&str; 22] = [
    "straße",
    "strasse",
    "str.",
    "str",
    "weg",
    "platz",
    "allee",
    "gasse",
    "ring",
    "damm",
    "ufer",
    "chaussee",
    "street",
    "st",
    "st.",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "drive",
    "boulevard",
];

/// A street and a number: `Hauptstr. 5`, `Am Alten Weg 12 a`, `12 High Street`.
#[must_use]
pub fn is_street(text: &str) -> bool {
    if text.len() > 100 || !text.chars().any(|c| c.is_ascii_digit()) {
        return false;
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let starts_with_digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let is_street = |word: &str| {
        STREETS.iter().any(|end| match end.len() {
            // Short endings stand alone: a "best" is no street.
            ..=2 => word == *end,
            _ => word.ends_with(end),
        })
    };
    words
        .windows(2)
        .any(|pair| is_street(pair[0]) && starts_with_digit(pair[1]))
        || (words.first().is_some_and(|word| starts_with_digit(word))
            && words.iter().skip(1).any(|word| is_street(word)))
}

/// Frequent first and last names of German- and English-speaking countries.
const NAMES: [&str; 96] = [
    "alexander",
    "andrea",
    "andreas",
    "angela",
    "anna",
    "anne",
    "ayşe",
    "barbara",
    "ben",
    "birgit",
    "brigitte",
    "charles",
    "christian",
    "christina",
    "claudia",
    "daniel",
    "david",
    "elizabeth",
    "emily",
    "emma",
    "fatma",
    "felix",
    "frank",
    "gabriele",
    "hans",
    "heike",
    "helga",
    "ines",
    "james",
    "jan",
    "jennifer",
    "jessica",
    "joachim",
    "johannes",
    "john",
    "jonas",
    "joseph",
    "julia",
    "karin",
    "katharina",
    "klaus",
    "lars",
    "laura",
    "lea",
    "lena",
    "leon",
    "linda",
    "lisa",
    "lukas",
    "manfred",
    "maria",
    "marie",
    "markus",
    "martin",
    "mary",
    "matthias",
    "max",
    "mehmet",
    "mia",
    "michael",
    "mohamed",
    "monika",
    "mustafa",
    "nicole",
    "olga",
    "patricia",
    "paul",
    "peter",
    "petra",
    "renate",
    "richard",
    "robert",
    "sabine",
    "sandra",
    "sarah",
    "sofia",
    "sophie",
    "stefan",
    "stephanie",
    "susan",
    "susanne",
    "thomas",
    "tim",
    "ursula",
    "william",
    "wolfgang",
    "müller",
    "schmidt",
    "schneider",
    "fischer",
    "weber",
    "meyer",
    "wagner",
    "becker",
    "smith",
    "johnson",
];

/// One to four words, one of which is a frequent name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split([' ', ',', '-', '.'])
        .filter(|word| !word.is_empty())
        .collect();
    (1..=4).contains(&words.len())
        && words
            .iter()
            .all(|word| word.chars().all(char::is_alphabetic))
        && words.iter().any(|word| NAMES.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(detects: fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(detects(text), "{text}");
        }
        for text in no.iter().chain(&["", " ", "\u{0}", "=1+1", "日本"]) {
            assert!(!detects(text), "{text}");
        }
    }

    /// GOVERNANCE 9.4: the valid one, and its last digit changed.
    #[test]
    fn ibans() {
        assert_eq!(iban_remainder("DE89370400440532013000"), Some(1));
        assert_eq!(iban_remainder("DE89370400440532013001"), Some(28));
        all(
            is_iban,
            &[
                "DE89370400440532013000",
                "DE89 3704 0044 0532 0130 00",
                "GB82WEST12345698765432",
            ],
            &[
                "DE89370400440532013001",
                "DE",
                "0089370400440532013000",
                "DEé9370400440532013000",
            ],
        );
    }

    #[test]
    fn addresses_and_numbers() {
        all(
            is_email,
            &[
                "a@b.de",
                "max.m+x@mail.example.org",
                "jörg@müller.de",
                "mailto:a@b.de",
            ],
            &["a@b", "@b.de", "a@.de", "a b@c.de", "a@b.1", "a@-b.de"],
        );
        all(
            is_phone,
            &[
                "+49 30 1234567",
                "+4915112345678",
                "030/1234567",
                "(030) 123 45 67",
                "0151-23456789",
                "0049 30 1234567",
            ],
            &[
                "1234567",
                "0",
                "2024-01-05",
                "01.02.2024",
                "+49",
                "0.1234567",
                "12345678901234567890",
            ],
        );
        all(
            is_card,
            &[
                "4111 1111 1111 1111",
                "5500-0000-0000-0004",
                "378282246310005",
            ],
            &["4111111111111112", "0000000000000000", "123"],
        );
        all(
            is_tax_id,
            &["86095742719", "47036892816", "65929970489"],
            &["86095742718", "00000000000", "12345678901", "8609574271"],
        );
        all(
            is_health_insurance,
            &["A123456780"],
            &["A123456781", "1123456780", "A12345678"],
        );
        all(
            is_ip,
            &["192.168.0.1", "2001:db8::1"],
            &["192.168.0.256", "1.2.3"],
        );
        all(
            is_url_with_query,
            &["https://x.example/a?mail=a@b.de"],
            &[
                "https://x.example/a",
                "http://?a=b",
                "ftp://x?a=b",
                "https://x?y",
            ],
        );
    }

    #[test]
    fn days_streets_and_names() {
        all(
            is_date,
            &[
                "1984-05-17",
                "17.05.1984",
                "05/17/1984",
                "1984-05-17T00:00:00",
            ],
            &["1884-05-17", "1984-13-41", "1.5", "a-b-c"],
        );
        all(
            is_street,
            &[
                "Hauptstr. 5",
                "Lange Straße 12a",
                "Am Alten Weg 3",
                "12 High Street",
                "Kurfürstendamm 1",
            ],
            &["best 5", "Region 5", "Straße", "12"],
        );
        all(
            is_name,
            &["Anna", "Müller, Hans", "Karl-Peter Klein"],
            &["north", "Anna1", "a b c d anna"],
        );
    }

    #[test]
    fn no_more_than_the_longest_is_looked_at() {
        let gap = |unit: &str| unit.repeat(LENGTH_MAX);
        assert!(!is_iban(&format!("DE89{}370400440532013000", gap(" "))));
        assert!(!is_date(&format!("1984-05-17T{}", gap("0"))));
        assert!(!is_email(&format!("mailto:{}a@b.de", gap("mailto:"))));
        assert!(!is_url_with_query(&format!(
            "https://x.example/{}?a=b",
            gap("ä")
        )));
        assert!(is_url_with_query(&format!(
            "https://x.example/?a={}",
            gap("ä")
        )));
    }

    #[test]
    fn nothing_is_slow_or_breaks_on_long_texts() {
        let long = "ä9@. ".repeat(200_000);
        for detects in [
            is_email,
            is_phone,
            is_iban,
            is_card,
            is_tax_id,
            is_health_insurance,
            is_ip,
            is_url_with_query,
            is_date,
            is_street,
            is_name,
        ] {
            assert!(!detects(&long));
        }
    }
}
