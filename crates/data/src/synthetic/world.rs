//! The structural equations: each value of a lead as a function of (seed, row).

use super::Bias;
use super::draw::{Draw, cumulative, logistic, normal, pick};
use super::levels::{
    AGE_SHARES, CHANNEL_SHARES, COMPANY_BUYS, COMPANY_LOG_DEAL, COMPANY_SCORE, COMPANY_SHARES,
    GENDER_BURDEN, GENDER_LEANING, GENDER_SHARES, INDUSTRY_SHARES, LANGUAGE_SHARES,
    REGION_LANGUAGE, REGION_SHARES, REGION_SIDE, SOURCE_INTENT, SOURCE_SHARES, SOURCE_SHARES_LATE,
    WEEKDAY_SHARES,
};

/// 1 January 2024, a Monday, in days since 1 January 1970.
const FIRST_DAY: i32 = 19_723;
const WEEKS: f64 = 104.0;
/// At full proxy a disfavoured region's share among women grows by this part.
const REGION_TILT: f64 = 0.6;
/// Share of leads who refused tracking, so that `minutes_on_site` is missing.
const UNTRACKED: f64 = 0.04;
/// Share of leads who were sent no e-mail, so that `email_engagement` is missing.
const NOT_MAILED: f64 = 0.09;

/// Levels of the categorical columns are codes into the tables of `levels`; the code one past
/// the last level means missing.
pub(super) struct World {
    seed: u64,
    bias: Bias,
    gender: [f64; 4],
    /// Regions by gender.
    region: [[f64; 12]; 4],
    age: [f64; 6],
    language: [[f64; 4]; 3],
    source_early: [f64; 8],
    source_late: [f64; 8],
    channel: [[f64; 5]; 2],
    company: [f64; 6],
    industry: [f64; 10],
    weekday: [f64; 7],
}

/// What discrimination can attach to.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub gender: usize,
    pub region: usize,
}

/// What the company sees of a lead's interest, and the interest itself (standardised).
#[derive(Clone, Copy)]
pub(super) struct Signals {
    /// Latent; never in the data.
    intent: f64,
    visits: f64,
    minutes: Option<f64>,
    email: Option<f64>,
    pub past_purchases: i32,
}

/// What the deployed model, the sales team and the lead did.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    score_logit: f64,
    pub contacted: bool,
    pub converted: bool,
}

impl World {
    pub(super) fn new(seed: u64, bias: Bias) -> Self {
        let region = GENDER_LEANING.map(|leaning| {
            let tilt = bias.proxy * REGION_TILT * leaning;
            let mut shares = REGION_SHARES;
            for (share, side) in shares.iter_mut().zip(REGION_SIDE) {
                *share *= 1.0 + tilt * side;
            }
            cumulative(shares)
        });
        Self {
            seed,
            bias,
            gender: cumulative(GENDER_SHARES),
            region,
            age: cumulative(AGE_SHARES),
            language: LANGUAGE_SHARES.map(cumulative),
            source_early: cumulative(SOURCE_SHARES),
            source_late: cumulative(SOURCE_SHARES_LATE),
            channel: CHANNEL_SHARES.map(cumulative),
            company: cumulative(COMPANY_SHARES),
            industry: cumulative(INDUSTRY_SHARES),
            weekday: cumulative(WEEKDAY_SHARES),
        }
    }

    #[inline]
    pub(super) fn person(&self, row: u64) -> Person {
        let [u, v] = Draw::Person.pair(self.seed, row);
        let gender = pick(&self.gender, u);
        Person {
            gender,
            region: pick(&self.region[gender], v),
        }
    }

    pub(super) fn age_band(&self, row: u64) -> usize {
        pick(&self.age, Draw::Background.pair(self.seed, row)[0])
    }

    pub(super) fn language(&self, row: u64) -> usize {
        let spoken = REGION_LANGUAGE[self.person(row).region];
        pick(
            &self.language[spoken],
            Draw::Background.pair(self.seed, row)[1],
        )
    }

    /// Days since 1 January 1970.
    pub(super) fn created(&self, row: u64) -> i32 {
        let [week, day] = Draw::Time.pair(self.seed, row);
        FIRST_DAY + 7 * (week * WEEKS) as i32 + pick(&self.weekday, day) as i32
    }

    /// Where in the two years the lead's week lies, from −½ to ½, times the drift.
    #[inline]
    fn drifted(&self, row: u64) -> f64 {
        let week = f64::from((Draw::Time.pair(self.seed, row)[0] * WEEKS) as i32);
        self.bias.drift * ((week + 0.5) / WEEKS - 0.5)
    }

    #[inline]
    fn source_after(&self, row: u64, drifted: f64) -> usize {
        let late = drifted + 0.5 * self.bias.drift;
        let mut edges = self.source_early;
        for (edge, later) in edges.iter_mut().zip(self.source_late) {
            *edge += late * (later - *edge);
        }
        pick(&edges, Draw::Source.pair(self.seed, row)[0])
    }

    pub(super) fn source(&self, row: u64) -> usize {
        self.source_after(row, self.drifted(row))
    }

    pub(super) fn channel(&self, row: u64) -> usize {
        let older = usize::from(self.age_band(row) >= 3);
        pick(&self.channel[older], Draw::Source.pair(self.seed, row)[1])
    }

    #[inline]
    pub(super) fn company_size(&self, row: u64) -> usize {
        pick(&self.company, Draw::Firm.pair(self.seed, row)[0])
    }

    pub(super) fn industry(&self, row: u64) -> usize {
        let [size, industry] = Draw::Firm.pair(self.seed, row);
        if pick(&self.company, size) == self.company.len() - 1 {
            self.industry.len()
        } else {
            pick(&self.industry, industry)
        }
    }

    pub(super) fn signals(&self, row: u64) -> Signals {
        self.signals_after(row, self.drifted(row))
    }

    #[inline]
    fn signals_after(&self, row: u64, drifted: f64) -> Signals {
        let [u, bought] = Draw::Intent.pair(self.seed, row);
        let intent = 0.9 * normal(u) + SOURCE_INTENT[self.source_after(row, drifted)];
        let [visits, minutes] = Draw::Website.pair(self.seed, row);
        let [email, missing] = Draw::Email.pair(self.seed, row);
        let purchases = 0.5 * intent + 0.87 * normal(bought);
        Signals {
            intent,
            visits: 0.6 * intent + 0.8 * normal(visits) + 0.5 * drifted,
            minutes: (missing >= UNTRACKED).then(|| 0.5 * intent + 0.86 * normal(minutes)),
            email: (missing < 1.0 - NOT_MAILED).then(|| 0.6 * intent + 0.8 * normal(email)),
            past_purchases: ((purchases - 0.15) * 2.2).clamp(0.0, 12.0) as i32,
        }
    }

    pub(super) fn outcome(&self, row: u64) -> Outcome {
        let Person { gender, region } = self.person(row);
        let drifted = self.drifted(row);
        let signals = self.signals_after(row, drifted);
        let size = self.company_size(row);
        let purchases = f64::from(signals.past_purchases);
        let penalty = self.bias.gender_penalty * GENDER_BURDEN[gender];

        let merit = 0.56 * signals.visits
            + 0.42 * signals.minutes.unwrap_or(0.0)
            + 0.56 * signals.email.unwrap_or(0.0)
            + 0.22 * purchases.min(5.0)
            + COMPANY_SCORE[size];
        let disfavoured = 0.5 * self.bias.proxy * REGION_SIDE[region].max(0.0);
        let score = merit - 1.6 - penalty - disfavoured + 0.8 * drifted;

        let [u, v] = Draw::Outcome.pair(self.seed, row);
        let contacted = u < logistic(1.6 * (score + 1.1) - 0.3 * penalty);
        let buys = 1.3 * signals.intent + 0.2 * purchases.min(5.0) + COMPANY_BUYS[size]
            - 1.4
            - 0.35 * penalty
            - 0.5 * drifted;
        let heard = if contacted {
            1.0
        } else {
            1.0 - self.bias.selection
        };
        let converted = heard > 0.0 && v < heard * logistic(buys);
        Outcome {
            score_logit: score,
            contacted,
            converted,
        }
    }

    /// Euro, to the cent.
    pub(super) fn expected_revenue(&self, row: u64) -> f64 {
        let deal = COMPANY_LOG_DEAL[self.company_size(row)];
        let spread = 0.7 * normal(Draw::Deal.pair(self.seed, row)[0]);
        rounded(libm::exp(deal + spread), 100.0)
    }

    /// One of the two representatives of the lead's region.
    pub(super) fn sales_rep(&self, row: u64) -> usize {
        let second = usize::from(Draw::Deal.pair(self.seed, row)[1] < 0.5);
        2 * self.person(row).region + second
    }
}

impl Outcome {
    #[inline]
    pub(super) fn score(&self) -> f64 {
        logistic(self.score_logit)
    }
}

impl Signals {
    /// Visits to the website, from 1.
    pub(super) fn visits(&self) -> i32 {
        1 + libm::exp(0.7 + 0.75 * self.visits).min(499.0) as i32
    }

    /// Minutes on the website over all visits, to the tenth.
    pub(super) fn minutes_on_site(&self) -> Option<f64> {
        let per_visit = libm::exp(0.6 + 0.6 * self.minutes?);
        Some(rounded(f64::from(self.visits()) * per_visit, 10.0))
    }

    /// Share of e-mails that the lead opened or answered, to the thousandth.
    pub(super) fn email_engagement(&self) -> Option<f64> {
        Some(rounded(logistic(1.1 * self.email? - 0.9), 1_000.0))
    }
}

fn rounded(value: f64, parts: f64) -> f64 {
    libm::round(value * parts) / parts
}
