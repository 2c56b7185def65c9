//! The subgroup scan against brute force, planted subgroups and pure chance.

mod brute;
mod chance;
mod clusters;
mod rows;
