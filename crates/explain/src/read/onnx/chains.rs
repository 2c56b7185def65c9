//! Chains of `BRANCH_EQ`, by which converters write a set of categories: "equals 2, or else equals 5,
//! or else …", all with one and the same true branch. Such a chain is one question.

use super::nodes::{Branch, Mode};

/// A node and the values it asks for, if it is the head of a chain.
pub type Merged = (Branch<'static>, Vec<f64>);

/// The nodes with each chain's head asking for all its values. What the chain absorbed stays where it
/// was, is reached no more, and is counted. Leaves are `None`; `parents` counts the parents of each node.
pub fn merged(nodes: &[Option<Branch<'static>>], parents: &[u32]) -> (Vec<Option<Merged>>, usize) {
    let absorbed = absorbed(nodes, parents);
    let merge = |(own, node): (usize, &Option<Branch<'static>>)| {
        let mut head = (*node)?;
        let mut values = Vec::new();
        if head.mode == Mode::Eq && !absorbed[own] {
            values.push(head.value);
            // An absorbed node has one parent, so a chain that has a head has an end.
            while let Some(Some(next)) = nodes.get(head.no as usize)
                && absorbed[head.no as usize]
            {
                values.push(next.value);
                head.tracks_true |= next.tracks_true;
                head.no = next.no;
            }
        }
        if values.len() > 1 {
            head.mode = Mode::Member;
        }
        Some((head, values))
    };
    let merged = nodes.iter().enumerate().map(merge).collect();
    (merged, absorbed.iter().filter(|a| **a).count())
}

/// Which nodes ask what their only parent asks, with the same true branch.
fn absorbed(nodes: &[Option<Branch<'static>>], parents: &[u32]) -> Vec<bool> {
    let mut absorbed = vec![false; nodes.len()];
    for above in nodes.iter().flatten().filter(|n| n.mode == Mode::Eq) {
        let at = above.no as usize;
        if let Some(Some(below)) = nodes.get(at)
            && below.mode == Mode::Eq
            && below.feature == above.feature
            && below.yes == above.yes
            && parents[at] == 1
        {
            absorbed[at] = true;
        }
    }
    absorbed
}
