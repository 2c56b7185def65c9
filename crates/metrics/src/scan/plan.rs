//! Which columns are counted together: few wide tables that hold all the narrow ones.
//!
//! A scan to depth d needs the count of every combination of levels of every d columns. Counting
//! each of the `C(p, d)` tables by itself costs as many increments per row. Tables of more columns
//! hold several of them: 220 tables of three columns fit into some 50 of four or five, and the
//! narrow ones are sums over the wide ones (a covering design, chosen greedily).

/// Combinations that a table may have; they are addressed by 16 bits and stay in the second-level
/// cache.
pub(crate) const CELLS_MAX: usize = 1 << 16;

/// A table that is counted: its columns ascend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wide {
    /// The columns counted together.
    pub columns: Vec<usize>,
    /// The targets that are read off it, by their position in [`targets`].
    pub targets: Vec<usize>,
}

/// Every `depth` of `columns` columns, ascending, in lexicographic order.
pub(crate) fn targets(columns: usize, depth: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut current = Vec::with_capacity(depth);
    extend(columns, depth, 0, &mut current, &mut all);
    all
}

fn extend(
    columns: usize,
    depth: usize,
    from: usize,
    current: &mut Vec<usize>,
    all: &mut Vec<Vec<usize>>,
) {
    if current.len() == depth {
        all.push(current.clone());
        return;
    }
    for column in from..columns {
        current.push(column);
        extend(columns, depth, column + 1, current, all);
        current.pop();
    }
}

/// Tables of at most `cells_max` combinations (classes included) that together hold every target;
/// a target that is larger by itself has a table of its own.
pub(crate) fn cover(
    capacities: &[usize],
    classes: usize,
    depth: usize,
    cells_max: usize,
) -> Vec<Wide> {
    let columns = capacities.len();
    let targets = targets(columns, depth);
    let position: std::collections::HashMap<&[usize], usize> = targets
        .iter()
        .enumerate()
        .map(|(at, target)| (target.as_slice(), at))
        .collect();
    let mut covered = vec![false; targets.len()];
    let mut tables = Vec::new();
    for first in 0..targets.len() {
        if covered[first] {
            continue;
        }
        let mut set = targets[first].clone();
        let mut cells = classes * set.iter().map(|c| capacities[*c]).product::<usize>();
        loop {
            let gain = |column: usize| {
                subsets(&set, depth - 1)
                    .filter(|rest| {
                        let mut target = rest.clone();
                        target.push(column);
                        target.sort_unstable();
                        position
                            .get(target.as_slice())
                            .is_some_and(|at| !covered[*at])
                    })
                    .count()
            };
            let best = (0..columns)
                .filter(|c| !set.contains(c) && cells * capacities[*c] <= cells_max)
                .map(|c| (gain(c), std::cmp::Reverse((capacities[c], c))))
                .max()
                .filter(|(gain, _)| *gain > 0);
            let Some((_, std::cmp::Reverse((capacity, column)))) = best else {
                break;
            };
            set.push(column);
            set.sort_unstable();
            cells *= capacity;
        }
        let mut mine = Vec::new();
        for target in subsets(&set, depth) {
            if let Some(&at) = position.get(target.as_slice())
                && !covered[at]
            {
                covered[at] = true;
                mine.push(at);
            }
        }
        tables.push(Wide {
            columns: set,
            targets: mine,
        });
    }
    tables
}

/// The subsets of so many members of an ascending set.
fn subsets(set: &[usize], size: usize) -> impl Iterator<Item = Vec<usize>> {
    targets(set.len(), size)
        .into_iter()
        .map(|positions| positions.into_iter().map(|at| set[at]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_held_once_by_a_table_that_has_its_columns() {
        for (capacities, depth) in [
            (vec![8, 6, 11, 12, 6, 4, 4, 5, 5, 6, 5, 6], 3),
            (vec![3; 5], 2),
            (vec![22; 7], 3),
            (vec![2, 40], 2),
            (vec![9], 1),
        ] {
            let all = targets(capacities.len(), depth);
            let mut held = vec![0; all.len()];
            for table in cover(&capacities, 2, depth, CELLS_MAX) {
                let cells: usize = table.columns.iter().map(|c| capacities[*c]).product();
                assert!(2 * cells <= CELLS_MAX || table.columns.len() == depth);
                for target in table.targets {
                    held[target] += 1;
                    assert!(all[target].iter().all(|c| table.columns.contains(c)));
                }
            }
            assert!(held.iter().all(|count| *count == 1), "{held:?}");
        }
    }

    #[test]
    fn twelve_columns_need_a_quarter_of_the_increments() {
        let tables = cover(&[8, 6, 11, 12, 6, 4, 4, 5, 5, 6, 5, 6], 2, 3, CELLS_MAX);
        assert!(tables.len() <= 55, "{}", tables.len());
    }
}
