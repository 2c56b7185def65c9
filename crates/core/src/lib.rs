//! Groups, tallies, estimates, intervals and random streams of Waage. No I/O, no Arrow.

pub mod block;
pub mod draw;
pub mod estimate;
pub mod exact_sum;
pub mod interval;
pub mod label;
pub mod multiplicity;
pub mod numeric;
pub mod observer;
pub mod proxy;
pub mod quantity;
pub mod random;
pub mod special;
pub mod tally;
pub mod wide;
