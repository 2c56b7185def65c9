//! Parquet, Arrow and CSV to typed columns; roles; synthetic data.

pub mod synthetic;
