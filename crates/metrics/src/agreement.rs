//! How far two judgements of the same cases agree beyond chance.

/// The fourfold table of two judgements: both yes, the first alone, the second alone, both no.
pub type Judged = [u64; 4];

/// Cohen's κ of a fourfold table, with what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kappa {
    /// `(p_o − p_e) / (1 − p_e)`, from −1 to 1; 0 is the agreement of chance.
    pub value: f64,
    /// Its standard error (Fleiss, Cohen and Everitt 1969).
    pub standard_error: f64,
    /// The share of cases on which the two agree, `p_o`.
    pub observed: f64,
    /// The share on which they would agree if their judgements had nothing to do with each other.
    pub expected: f64,
    /// Prevalence- and bias-adjusted κ, `2p_o − 1` (Byrt, Bishop and Carlin 1993).
    pub pabak: f64,
}

/// Cohen's κ (1960) of two judgements with two values.
///
/// `None` without cases, and where both always say the same one thing: chance would agree too.
///
/// ```
/// let kappa = waage_metrics::agreement::kappa([40, 5, 9, 46]).unwrap();
/// assert!((kappa.value - 0.719438878).abs() < 1e-9);
/// assert!((kappa.standard_error - 0.069306846).abs() < 1e-9);
/// assert_eq!((kappa.observed, kappa.pabak), (0.86, 0.72));
/// ```
#[must_use]
pub fn kappa(table: Judged) -> Option<Kappa> {
    let n: u64 = table.iter().sum();
    if n == 0 {
        return None;
    }
    let total = n as f64;
    let [yes, first, second, no] = table.map(|count| count as f64 / total);
    // Margins of the first and of the second, for yes and for no.
    let rows = [yes + first, second + no];
    let columns = [yes + second, first + no];
    let observed = (table[0] + table[3]) as f64 / total;
    let expected = rows[0] * columns[0] + rows[1] * columns[1];
    let apart = 1.0 - expected;
    // Exactly one value by both: on counts, for rounding may leave a little.
    if table[0] == n || table[3] == n {
        return None;
    }
    let value = (observed - expected) / apart;
    let square = |x: f64| x * x;
    let agreeing: f64 = [yes, no]
        .iter()
        .zip(rows.iter().zip(columns))
        .map(|(p, (row, column))| p * square(apart - (row + column) * (1.0 - observed)))
        .sum();
    let differing = first * square(columns[0] + rows[1]) + second * square(columns[1] + rows[0]);
    let less = square(observed * expected - 2.0 * expected + observed);
    let variance = agreeing + square(1.0 - observed) * differing - less;
    Some(Kappa {
        value,
        standard_error: (variance.max(0.0) / total).sqrt() / square(apart),
        observed,
        expected,
        pabak: 2.0 * observed - 1.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GOVERNANCE §6.3.
    #[test]
    fn the_worked_example() {
        let found = kappa([40, 5, 9, 46]).unwrap();
        assert!((found.expected - 0.501).abs() < 1e-12);
        let z = 1.959_963_984_540_054;
        let (low, high) = (
            found.value - z * found.standard_error,
            found.value + z * found.standard_error,
        );
        assert!((low - 0.583_600).abs() < 5e-7 && (high - 0.855_278).abs() < 5e-7);
    }

    #[test]
    fn nobody_differs_or_everybody_does() {
        assert_eq!(kappa([0; 4]), None);
        assert_eq!(kappa([9, 0, 0, 0]), None);
        assert_eq!(kappa([0, 0, 0, 9]), None);
        let same = kappa([5, 0, 0, 7]).unwrap();
        assert!((same.value - 1.0).abs() < 1e-15 && same.standard_error < 1e-8);
        let never = kappa([0, 6, 6, 0]).unwrap();
        assert!((never.value + 1.0).abs() < 1e-15 && never.pabak == -1.0);
        // One judge says yes to all: no better than chance.
        assert!(kappa([4, 5, 0, 0]).unwrap().value.abs() < 1e-15);
    }

    /// The standard error is that of many tables drawn from the same shares.
    #[test]
    fn the_standard_error_is_the_spread_of_drawn_tables() {
        use waage_core::random::Stream;
        let table: Judged = [60, 14, 22, 104];
        let law = waage_core::draw::Multinomial::of(&table);
        let expected = kappa(table).unwrap();
        let draws: Vec<f64> = (0..3000)
            .map(|r| {
                let mut stream = Stream::new(5, r);
                let mut room = Vec::new();
                let drawn = law.draw(&mut stream, &mut room);
                kappa(drawn.try_into().unwrap()).unwrap().value
            })
            .collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let spread = draws.iter().map(|k| (k - mean) * (k - mean)).sum::<f64>();
        let spread = (spread / (draws.len() - 1) as f64).sqrt();
        assert!(
            (spread / expected.standard_error - 1.0).abs() < 0.06,
            "{spread}"
        );
    }
}
