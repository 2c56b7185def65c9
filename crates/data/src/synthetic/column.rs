//! The columns: one table row and one arm each.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, StringArray,
};
use arrow::datatypes::{DataType, Field, Int32Type};
use arrow::error::ArrowError;

use super::levels;
use super::world::{Outcome, World};

/// A column of the synthetic leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "`Column::description` is the documentation of each"
)]
pub enum Column {
    LeadId,
    Source,
    CompanySize,
    Industry,
    Region,
    AgeBand,
    Gender,
    Language,
    Channel,
    Visits,
    MinutesOnSite,
    PastPurchases,
    EmailEngagement,
    SalesRep,
    Created,
    ExpectedRevenue,
    Score,
    Contacted,
    Converted,
}

struct Row {
    column: Column,
    name: &'static str,
    kind: Kind,
    nullable: bool,
    unit: &'static str,
    description: &'static str,
}

enum Kind {
    Id,
    Levels(&'static [&'static str]),
    Integer,
    Real,
    Date,
    Flag,
}

macro_rules! rows {
    ($($column:ident $name:literal $kind:expr, $nullable:literal, $unit:literal, $description:literal;)*) => {
        [$(Row {
            column: Column::$column,
            name: $name,
            kind: $kind,
            nullable: $nullable,
            unit: $unit,
            description: $description,
        }),*]
    };
}

const TABLE: [Row; 19] = {
    use Kind::{Date, Flag, Id, Integer, Levels, Real};
    rows! {
        LeadId "lead_id" Id, false, "", "running number from L0000000001";
        Source "source" Levels(&levels::SOURCE), false, "8 levels", "where the lead came from; its mix drifts";
        CompanySize "company_size" Levels(&levels::COMPANY_SIZE), true, "5 levels", "employees; missing for consumers (28 %)";
        Industry "industry" Levels(&levels::INDUSTRY), true, "10 levels", "missing for consumers";
        Region "region" Levels(&levels::REGION), false, "12 levels", "sales region; leans with gender under a proxy";
        AgeBand "age_band" Levels(&levels::AGE_BAND), false, "6 levels", "age of the contact person";
        Gender "gender" Levels(&levels::GENDER), true, "3 levels", "as recorded; missing for 1.1 %";
        Language "language" Levels(&levels::LANGUAGE), false, "4 levels", "language of correspondence; follows the region";
        Channel "channel" Levels(&levels::CHANNEL), false, "5 levels", "channel of the first contact; follows age";
        Visits "visits" Integer, false, "1 to 500", "visits to the website";
        MinutesOnSite "minutes_on_site" Real, true, "minutes", "time on the website over all visits, to 0.1; missing for 4 % who refused tracking";
        PastPurchases "past_purchases" Integer, false, "0 to 12", "orders before this lead";
        EmailEngagement "email_engagement" Real, true, "0 to 1", "share of e-mails opened or answered, to 0.001; missing for 9 % who were sent none";
        SalesRep "sales_rep" Levels(&levels::SALES_REP), false, "24 levels", "representative in charge, two per region";
        Created "created" Date, false, "date", "1 January 2024 to 28 December 2025; few at weekends";
        ExpectedRevenue "expected_revenue" Real, false, "euro", "value of the deal if it comes about, to the cent";
        Score "score" Real, false, "above 0, below 1", "the deployed model's score; bears the planted bias";
        Contacted "contacted" Flag, false, "true or false", "whether sales called; likelier with a higher score";
        Converted "converted" Flag, false, "true or false", "whether the lead bought; without contact false (label selection)";
    }
};

impl Column {
    /// All columns in the order of the file.
    #[must_use]
    pub fn all() -> Vec<Self> {
        TABLE.iter().map(|row| row.column).collect()
    }

    /// The column of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.column)
    }

    /// Its name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its unit, range or number of levels; empty where there is none.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.row().unit
    }

    /// What it holds, in a phrase.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// Whether values can be missing.
    #[must_use]
    pub fn nullable(self) -> bool {
        self.row().nullable
    }

    /// The levels of a categorical column; empty for the others.
    #[must_use]
    pub fn levels(self) -> &'static [&'static str] {
        match self.row().kind {
            Kind::Levels(levels) => levels,
            _ => &[],
        }
    }

    /// Its Arrow field; categorical columns are `Dictionary(Int32, Utf8)`.
    #[must_use]
    pub fn field(self) -> Field {
        let kind = match self.row().kind {
            Kind::Id => DataType::Utf8,
            Kind::Levels(_) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            Kind::Integer => DataType::Int32,
            Kind::Real => DataType::Float64,
            Kind::Date => DataType::Date32,
            Kind::Flag => DataType::Boolean,
        };
        Field::new(self.name(), kind, self.nullable())
    }

    /// Whether it is read off a lead's [`Outcome`].
    pub(super) fn is_outcome(self) -> bool {
        matches!(self, Self::Score | Self::Contacted | Self::Converted)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Its values for `rows`; `outcomes` are those of the same rows wherever [`is_outcome`] holds.
    ///
    /// [`is_outcome`]: Self::is_outcome
    pub(super) fn values(
        self,
        world: &World,
        rows: std::ops::Range<u64>,
        outcomes: &[Outcome],
    ) -> Result<ArrayRef, ArrowError> {
        let codes = |code: &dyn Fn(u64) -> usize| self.coded(rows.clone().map(code));
        Ok(match self {
            Self::LeadId => Arc::new(StringArray::from_iter_values(
                rows.map(|row| format!("L{:010}", row.saturating_add(1))),
            )),
            Self::Source => codes(&|row| world.source(row))?,
            Self::CompanySize => codes(&|row| world.company_size(row))?,
            Self::Industry => codes(&|row| world.industry(row))?,
            Self::Region => codes(&|row| world.person(row).region)?,
            Self::AgeBand => codes(&|row| world.age_band(row))?,
            Self::Gender => codes(&|row| world.person(row).gender)?,
            Self::Language => codes(&|row| world.language(row))?,
            Self::Channel => codes(&|row| world.channel(row))?,
            Self::SalesRep => codes(&|row| world.sales_rep(row))?,
            Self::Visits => Arc::new(Int32Array::from_iter_values(
                rows.map(|row| world.signals(row).visits()),
            )),
            Self::PastPurchases => Arc::new(Int32Array::from_iter_values(
                rows.map(|row| world.signals(row).past_purchases),
            )),
            Self::MinutesOnSite => Arc::new(Float64Array::from_iter(
                rows.map(|row| world.signals(row).minutes_on_site()),
            )),
            Self::EmailEngagement => Arc::new(Float64Array::from_iter(
                rows.map(|row| world.signals(row).email_engagement()),
            )),
            Self::Created => Arc::new(Date32Array::from_iter_values(
                rows.map(|row| world.created(row)),
            )),
            Self::ExpectedRevenue => Arc::new(Float64Array::from_iter_values(
                rows.map(|row| world.expected_revenue(row)),
            )),
            Self::Score => Arc::new(Float64Array::from_iter_values(
                outcomes.iter().map(Outcome::score),
            )),
            Self::Contacted => Arc::new(BooleanArray::from_iter(
                outcomes.iter().map(|o| Some(o.contacted)),
            )),
            Self::Converted => Arc::new(BooleanArray::from_iter(
                outcomes.iter().map(|o| Some(o.converted)),
            )),
        })
    }

    /// Codes as a dictionary column; a code past the last level is missing.
    fn coded(self, codes: impl Iterator<Item = usize>) -> Result<ArrayRef, ArrowError> {
        let levels = self.levels();
        let keys: Int32Array = if self.nullable() {
            codes
                .map(|code| (code < levels.len()).then_some(code as i32))
                .collect()
        } else {
            Int32Array::from_iter_values(codes.map(|code| code as i32))
        };
        let values = Arc::new(StringArray::from_iter_values(levels));
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
            keys, values,
        )?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (position, column) in Column::all().into_iter().enumerate() {
            assert_eq!(column as usize, position);
            assert_eq!(Column::named(column.name()), Some(column));
            assert!(!column.description().is_empty());
        }
        assert_eq!(Column::named("gendr"), None);
    }
}
