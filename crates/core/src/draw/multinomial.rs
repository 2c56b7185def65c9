//! Multinomial draws, many of the same cells.

use super::{Chance, low};
use crate::random::Stream;

/// Units that fall into cells as often as others did.
///
/// Halves of the cells are parted, halves of these and so on, each by one binomial draw, so that one
/// draw seldom waits for the one before; where there are few units for their cells, each falls by
/// itself. Cells without units get none.
///
/// ```
/// use waage_core::{draw::Multinomial, random::Stream};
/// let law = Multinomial::of(&[10, 0, 30, 60]);
/// let mut room = Vec::new();
/// let drawn = law.draw(&mut Stream::new(0, 0), &mut room);
/// assert_eq!((drawn[1], drawn.iter().sum::<u64>()), (0, 100));
/// ```
#[derive(Clone, Debug)]
pub struct Multinomial {
    units: u64,
    cells: usize,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// Node `i` parts its units between the nodes `2i` and `2i + 1`; the root is node 1, the cells
    /// follow the last node that parts.
    Halves(Vec<Node>),
    /// The cell of every unit.
    OfUnits(Vec<u32>),
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Of the child that has the smaller one.
    chance: Chance,
    /// Whether that is the first one.
    first: bool,
}

/// Units per cell up to which each is drawn by itself.
const UNITS_PER_CELL: u64 = 4;

impl Multinomial {
    /// As many units as these cells hold together, by their shares. Sums of counts must fit 64 bits.
    #[must_use]
    pub fn of(counts: &[u64]) -> Self {
        let units: u64 = counts.iter().sum();
        let of_cell = |(cell, &n): (usize, &u64)| std::iter::repeat_n(cell as u32, n as usize);
        Self {
            units,
            cells: counts.len(),
            way: match units <= UNITS_PER_CELL * counts.len() as u64 {
                true => Way::OfUnits(counts.iter().enumerate().flat_map(of_cell).collect()),
                false => Way::Halves(halves(counts)),
            },
        }
    }

    /// The units that fall into each cell, in `room`.
    pub fn draw<'a>(&self, stream: &mut Stream, room: &'a mut Vec<u64>) -> &'a [u64] {
        room.clear();
        match &self.way {
            Way::Halves(nodes) => {
                room.resize(2 * nodes.len(), 0);
                room[1] = self.units;
                for (i, node) in nodes.iter().enumerate().skip(1) {
                    let units = room[i];
                    let some = low(stream, units, &node.chance);
                    let others = units - some;
                    let [first, second] = match node.first {
                        true => [some, others],
                        false => [others, some],
                    };
                    room[2 * i] = first;
                    room[2 * i + 1] = second;
                }
                &room[nodes.len()..]
            }
            Way::OfUnits(cells) => {
                room.resize(self.cells, 0);
                for _ in 0..self.units {
                    room[cells[stream.below(self.units) as usize] as usize] += 1;
                }
                room
            }
        }
    }
}

/// As many nodes as cells; node 0 is none.
fn halves(counts: &[u64]) -> Vec<Node> {
    let cells = counts.len();
    let mut sums = [vec![0; cells], counts.to_vec()].concat();
    for i in (1..cells).rev() {
        sums[i] = sums[2 * i] + sums[2 * i + 1];
    }
    let node = |i: usize| {
        let [first, second] = match i {
            0 => [0, 0],
            _ => [sums[2 * i], sums[2 * i + 1]],
        };
        Node {
            chance: Chance::of(first.min(second), first.max(second)),
            first: first <= second,
        }
    };
    (0..cells).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means and covariances of the law, drawn by halves and one by one.
    #[test]
    fn units_have_the_moments_of_the_law() {
        for counts in [
            [400, 0, 10, 3590, 6000, 0, 1],
            [3, 0, 1, 5, 7, 0, 2],
            [30, 40, 9, 0, 77, 3, 12],
        ] {
            let (cells, draws) = (counts.len(), 20_000);
            let total: u64 = counts.iter().sum();
            let law = Multinomial::of(&counts);
            assert_eq!(matches!(law.way, Way::OfUnits(_)), total == 18);
            let mut gaps: Vec<Vec<f64>> = vec![Vec::new(); cells];
            let mut room = Vec::new();
            for replicate in 0..draws {
                let out = law.draw(&mut Stream::new(5, replicate), &mut room);
                assert_eq!((out.len(), out.iter().sum::<u64>()), (cells, total));
                for ((gaps, drawn), count) in gaps.iter_mut().zip(out).zip(counts) {
                    gaps.push(*drawn as f64 - count as f64);
                }
            }
            let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / draws as f64;
            let share = |cell: usize| counts[cell] as f64 / total as f64;
            for (i, one) in gaps.iter().enumerate() {
                let variance = total as f64 * share(i) * (1.0 - share(i));
                let average = mean(&mut one.iter().copied());
                assert!(average.abs() <= 4.5 * (variance / draws as f64).sqrt());
                for (j, other) in gaps.iter().enumerate() {
                    let want = match i == j {
                        true => variance,
                        false => -(total as f64) * share(i) * share(j),
                    };
                    let mut products = one.iter().zip(other).map(|(a, b)| a * b);
                    let got = mean(&mut products.by_ref());
                    let squares = one.iter().zip(other).map(|(a, b)| (a * b - got).powi(2));
                    let error = (mean(&mut squares.into_iter()) / draws as f64).sqrt();
                    assert!(
                        (got - want).abs() <= 5.0 * error,
                        "{counts:?} {i} {j}: {got} for {want}"
                    );
                }
            }
        }
    }

    #[test]
    fn empty_single_and_huge_cells_are_settled() {
        let mut stream = Stream::new(3, 3);
        let mut room = vec![7; 3];
        let mut draw = |counts: &[u64]| {
            Multinomial::of(counts)
                .draw(&mut stream, &mut room)
                .to_vec()
        };
        assert_eq!(draw(&[]), []);
        assert_eq!(draw(&[0, 0, 0]), [0; 3]);
        assert_eq!(draw(&[0, 40, 0]), [0, 40, 0]);
        assert_eq!(draw(&[40]), [40]);
        assert_eq!(draw(&[2]), [2]);
        let huge = draw(&[1 << 62, 1 << 62, 1]);
        assert_eq!(huge.iter().sum::<u64>(), (1 << 63) + 1);
        assert!(huge[0].abs_diff(1 << 62) < 1 << 35, "{huge:?}");
    }
}
