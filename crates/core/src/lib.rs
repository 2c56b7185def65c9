//! Groups, tallies, estimates, intervals and random streams of Waage. No I/O, no Arrow.

pub mod observer;
pub mod random;
