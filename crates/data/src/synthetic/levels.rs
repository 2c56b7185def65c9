//! The levels of the categorical columns, their shares and what they do to a lead.

/// Gender as recorded; the fourth share is "not recorded" (null).
pub(super) const GENDER: [&str; 3] = ["female", "male", "diverse"];
pub(super) const GENDER_SHARES: [f64; 4] = [0.410, 0.565, 0.014, 0.011];
/// The part of the gender penalty that each gender bears.
pub(super) const GENDER_BURDEN: [f64; 4] = [1.0, 0.0, 0.5, 0.0];
/// How far each gender leans to the disfavoured regions under a full proxy. Men lean away by as
/// much as keeps the regions' overall shares.
pub(super) const GENDER_LEANING: [f64; 4] = [1.0, -0.410 / 0.565, 0.0, 0.0];

pub(super) const REGION: [&str; 12] = [
    "Nordrhein-Westfalen",
    "Bayern",
    "Baden-Württemberg",
    "Österreich",
    "Deutschschweiz",
    "Niedersachsen",
    "Hessen",
    "Berlin",
    "Sachsen",
    "Rheinland-Pfalz",
    "Hamburg",
    "Romandie",
];
pub(super) const REGION_SHARES: [f64; 12] = [
    0.17, 0.14, 0.12, 0.11, 0.09, 0.08, 0.07, 0.06, 0.05, 0.045, 0.035, 0.03,
];
/// +1 for the seven regions that a proxy disfavours, −1 for the others.
pub(super) const REGION_SIDE: [f64; 12] = [
    -1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0,
];
/// Which row of [`LANGUAGE_SHARES`] a region speaks.
pub(super) const REGION_LANGUAGE: [usize; 12] = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2];

pub(super) const LANGUAGE: [&str; 4] = ["de", "en", "fr", "it"];
pub(super) const LANGUAGE_SHARES: [[f64; 4]; 3] = [
    [0.935, 0.055, 0.004, 0.006],
    [0.85, 0.09, 0.03, 0.03],
    [0.06, 0.07, 0.86, 0.01],
];

pub(super) const AGE_BAND: [&str; 6] = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
pub(super) const AGE_SHARES: [f64; 6] = [0.07, 0.22, 0.26, 0.24, 0.16, 0.05];

pub(super) const SOURCE: [&str; 8] = [
    "website",
    "search_ads",
    "social_media",
    "referral",
    "trade_fair",
    "newsletter",
    "partner",
    "purchased_list",
];
/// Shares on the first day; under full drift they have become [`SOURCE_SHARES_LATE`] on the last.
pub(super) const SOURCE_SHARES: [f64; 8] = [0.26, 0.16, 0.10, 0.12, 0.10, 0.12, 0.08, 0.06];
pub(super) const SOURCE_SHARES_LATE: [f64; 8] = [0.20, 0.20, 0.22, 0.08, 0.04, 0.09, 0.06, 0.11];
/// Mean intent of a source's leads, in standard deviations.
pub(super) const SOURCE_INTENT: [f64; 8] = [0.10, -0.05, -0.30, 0.60, 0.20, 0.0, 0.30, -0.70];

/// By age: below 45, from 45.
pub(super) const CHANNEL: [&str; 5] = ["web_form", "email", "phone", "chat", "event"];
pub(super) const CHANNEL_SHARES: [[f64; 5]; 2] = [
    [0.40, 0.24, 0.10, 0.18, 0.08],
    [0.30, 0.28, 0.24, 0.06, 0.12],
];

/// The sixth share is consumers, who have neither company size nor industry (null).
pub(super) const COMPANY_SIZE: [&str; 5] = ["1-9", "10-49", "50-249", "250-999", "1000+"];
pub(super) const COMPANY_SHARES: [f64; 6] = [0.20, 0.22, 0.16, 0.09, 0.05, 0.28];
/// What company size adds to the score, and truly to conversion, in logits.
pub(super) const COMPANY_SCORE: [f64; 6] = [0.0, 0.15, 0.30, 0.40, 0.30, -0.25];
pub(super) const COMPANY_BUYS: [f64; 6] = [0.0, 0.10, 0.20, 0.25, 0.15, -0.10];
/// Logarithm of the median deal in euro: 2 500, 8 000, 25 000, 70 000, 180 000, 400.
pub(super) const COMPANY_LOG_DEAL: [f64; 6] = [
    7.824_046_010_856_292,
    8.987_196_820_661_973,
    10.126_631_103_850_338,
    11.156_250_521_031_495,
    12.100_712_129_872_347,
    5.991_464_547_107_982,
];

pub(super) const INDUSTRY: [&str; 10] = [
    "manufacturing",
    "retail",
    "it_services",
    "construction",
    "health",
    "finance",
    "logistics",
    "education",
    "hospitality",
    "public_sector",
];
pub(super) const INDUSTRY_SHARES: [f64; 10] =
    [0.19, 0.15, 0.14, 0.11, 0.10, 0.08, 0.08, 0.06, 0.05, 0.04];

/// Two representatives per region, in the order of [`REGION`].
pub(super) const SALES_REP: [&str; 24] = [
    "rep_01", "rep_02", "rep_03", "rep_04", "rep_05", "rep_06", "rep_07", "rep_08", "rep_09",
    "rep_10", "rep_11", "rep_12", "rep_13", "rep_14", "rep_15", "rep_16", "rep_17", "rep_18",
    "rep_19", "rep_20", "rep_21", "rep_22", "rep_23", "rep_24",
];

/// Monday to Sunday.
pub(super) const WEEKDAY_SHARES: [f64; 7] = [0.185, 0.185, 0.185, 0.185, 0.185, 0.045, 0.03];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shares() {
        fn sums_to_one(shares: &[f64]) {
            assert!(
                (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12,
                "{shares:?}"
            );
            assert!(shares.iter().all(|&share| share > 0.0));
        }
        sums_to_one(&GENDER_SHARES);
        sums_to_one(&REGION_SHARES);
        sums_to_one(&AGE_SHARES);
        sums_to_one(&SOURCE_SHARES);
        sums_to_one(&SOURCE_SHARES_LATE);
        sums_to_one(&COMPANY_SHARES);
        sums_to_one(&INDUSTRY_SHARES);
        sums_to_one(&WEEKDAY_SHARES);
        LANGUAGE_SHARES
            .iter()
            .for_each(|shares| sums_to_one(shares));
        CHANNEL_SHARES.iter().for_each(|shares| sums_to_one(shares));
    }

    #[test]
    fn median_deals_are_the_documented_ones() {
        let medians = COMPANY_LOG_DEAL.map(|log| libm::round(libm::exp(log)));
        assert_eq!(
            medians,
            [2_500.0, 8_000.0, 25_000.0, 70_000.0, 180_000.0, 400.0]
        );
    }
}
