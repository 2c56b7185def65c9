//! Demographic disparity: a group's share of the rejected against its share of the selected.

use waage_core::estimate::Reason;

use super::Table;

/// `rejected of g / all rejected − selected of g / all selected`, in [−1, 1]; positive where the
/// group is over-represented among the rejected. The table's reference is everybody else.
///
/// # Errors
/// [`Reason::NoneSelected`], [`Reason::NoneRejected`].
pub fn demographic_disparity(table: &Table) -> Result<f64, Reason> {
    if table.hits() <= 0.0 {
        return Err(Reason::NoneSelected);
    }
    if table.misses() <= 0.0 {
        return Err(Reason::NoneRejected);
    }
    Ok(table.group_misses / table.misses() - table.group_hits / table.hits())
}

/// Demographic disparity averaged over strata by their rows, `Σ nₖ·DDₖ / n`, in [−1, 1] (Wachter,
/// Mittelstadt and Russell 2021). Within a stratum a share of nothing is 0.
///
/// # Errors
/// [`Reason::NoneSelected`] or [`Reason::NoneRejected`] over all strata.
pub fn conditional_demographic_disparity(tables: &[Table]) -> Result<f64, Reason> {
    let all = tables.iter().fold(Table::default(), |sum, t| sum.plus(t));
    demographic_disparity(&all)?;
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let sum: f64 = tables
        .iter()
        .map(|t| t.rows() * (share(t.group_misses, t.misses()) - share(t.group_hits, t.hits())))
        .sum();
    Ok(sum / all.rows())
}

#[cfg(test)]
mod tests {
    use super::super::table::examples::{BERKELEY, E2, close, swapped};
    use super::*;

    /// FORMULAS §3.4 and §7 rows 12 and 15.
    #[test]
    fn the_published_cases() {
        let all = E2.iter().fold(Table::default(), |sum, t| sum.plus(t));
        close(
            demographic_disparity(&all).unwrap(),
            54.0 / 85.0 - 26.0 / 75.0,
        );
        close(
            conditional_demographic_disparity(&E2).unwrap(),
            0.194_835_165,
        );
        let women = swapped(&BERKELEY);
        let all = women.iter().fold(Table::default(), |sum, t| sum.plus(t));
        close(demographic_disparity(&all).unwrap(), 0.143_826_424);
        close(
            conditional_demographic_disparity(&women).unwrap(),
            -0.019_283_267,
        );
        // Foreign workers by housing.
        let housing = [
            Table::new(64.0, 44.0, 0.0, 0.0),
            Table::new(502.0, 183.0, 25.0, 3.0),
            Table::new(101.0, 69.0, 8.0, 1.0),
        ];
        close(
            conditional_demographic_disparity(&housing).unwrap(),
            0.032_904_001,
        );
        let unit = [
            Table::new(0.0, 1.0, 4.0, 1.0),
            Table::new(2.0, 4.0, 3.0, 3.0),
            Table::new(1.0, 2.0, 3.0, 0.0),
        ];
        close(
            conditional_demographic_disparity(&unit).unwrap(),
            0.398_214_286,
        );
    }

    #[test]
    fn nobody_selected_or_rejected_has_a_reason() {
        let none = [Table::new(0.0, 3.0, 0.0, 4.0)];
        assert_eq!(
            conditional_demographic_disparity(&none),
            Err(Reason::NoneSelected)
        );
        let all = [Table::new(3.0, 0.0, 4.0, 0.0)];
        assert_eq!(
            conditional_demographic_disparity(&all),
            Err(Reason::NoneRejected)
        );
    }
}
