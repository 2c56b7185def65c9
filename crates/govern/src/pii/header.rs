//! What the name of a column says.

/// Words in names of columns, in both languages, with what they tell.
const WORDS: [(&str, &[&str]); 12] = [
    ("email", &["email", "mail", "e_mail", "emailadresse"]),
    (
        "phone",
        &[
            "phone",
            "mobile",
            "telephone",
            "telefon",
            "handy",
            "mobil",
            "tel",
            "fax",
        ],
    ),
    ("iban", &["iban", "bankverbindung", "kontonummer"]),
    (
        "card",
        &["card_number", "credit_card", "kreditkarte", "kartennummer"],
    ),
    (
        "tax_id",
        &["tax_id", "steuer_id", "steueridnr", "idnr", "steuernummer"],
    ),
    (
        "health_insurance",
        &["kvnr", "versichertennummer", "health_insurance_number"],
    ),
    ("ip", &["ip", "ip_address"]),
    (
        "street",
        &[
            "street",
            "address",
            "strasse",
            "adresse",
            "anschrift",
            "hausnummer",
        ],
    ),
    (
        "name",
        &[
            "name",
            "first_name",
            "last_name",
            "surname",
            "firstname",
            "lastname",
            "full_name",
            "vorname",
            "nachname",
            "familienname",
            "zuname",
        ],
    ),
    (
        "date_of_birth",
        &[
            "birth",
            "birthday",
            "birthdate",
            "dob",
            "geburtsdatum",
            "geburtstag",
            "geboren",
        ],
    ),
    (
        "unique_key",
        &["id", "uuid", "key", "kundennummer", "customer_number"],
    ),
    (
        "protected",
        &[
            "gender",
            "sex",
            "race",
            "ethnicity",
            "religion",
            "disability",
            "nationality",
            "marital",
            "age",
            "geschlecht",
            "herkunft",
            "konfession",
            "behinderung",
            "nationalitaet",
            "familienstand",
            "alter",
            "first_name",
            "firstname",
            "vorname",
            "title",
            "salutation",
            "anrede",
            "titel",
            "postcode",
            "zip",
            "zipcode",
            "plz",
            "postleitzahl",
            "birthplace",
            "geburtsort",
            "native_language",
            "muttersprache",
        ],
    ),
];

/// What a column's name tells, by its words.
pub(super) fn kinds(name: &str) -> Vec<&'static str> {
    let lower = name
        .to_lowercase()
        .replace(['-', ' ', '.'], "_")
        .replace('ä', "ae")
        .replace('ß', "ss");
    let parts: Vec<&str> = lower.split('_').collect();
    let says = |word: &&str| {
        let own = word.split('_').count();
        parts.windows(own).any(|window| window.join("_") == **word)
    };
    WORDS
        .iter()
        .filter(|(_, words)| words.iter().any(&says))
        .map(|(kind, _)| *kind)
        // Names of products and files are no names of people.
        .filter(|kind| *kind != "name" || !parts.iter().any(|part| NOT_OF_PEOPLE.contains(part)))
        // How often somebody opens e-mails is no address.
        .filter(|kind| *kind == "protected" || !parts.last().is_some_and(|l| MEASURES.contains(l)))
        .collect()
}

/// Last words of columns that measure something of what the words before name.
const MEASURES: [&str; 16] = [
    "engagement",
    "opens",
    "opened",
    "clicks",
    "clicked",
    "sent",
    "count",
    "rate",
    "share",
    "score",
    "length",
    "anzahl",
    "quote",
    "anteil",
    "laenge",
    "oeffnungen",
];

const NOT_OF_PEOPLE: [&str; 8] = [
    "file", "product", "campaign", "company", "host", "column", "model", "produkt",
];

#[cfg(test)]
mod tests {
    use super::kinds;

    #[test]
    fn words_are_whole() {
        assert_eq!(kinds("E-Mail"), ["email"]);
        assert_eq!(kinds("customer_first_name"), ["name", "protected"]);
        assert_eq!(kinds("Straße"), ["street"]);
        assert_eq!(kinds("file_name"), [""; 0]);
        assert_eq!(kinds("email_engagement"), [""; 0]);
        assert_eq!(kinds("Mail-Anzahl"), [""; 0]);
        assert_eq!(kinds("count_email"), ["email"]);
        assert_eq!(kinds("zip"), ["protected"]);
        assert_eq!(kinds(""), [""; 0]);
    }
}
