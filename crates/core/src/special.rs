//! Special functions of statistics, the same to the last bit on every platform.
//!
//! Everything rests on the `libm` crate and on + − × ÷ and square roots, never on the platform's
//! own exponentials. Arguments outside a function's domain give `None` or the limit that the
//! function's text names, never NaN.

mod beta;
mod gamma;
mod logarithms;
mod mass;
mod normal;

pub use beta::{beta_inc, beta_inc_inv, beta_inc_upper};
pub use gamma::{chi_square_sf, gamma_p, gamma_q, ln_gamma};
pub use logarithms::logarithms;
pub use mass::{ln_binomial_mass, ln_hypergeometric_mass};
pub use normal::{cdf, quantile, sf, z_of_level};

pub(crate) use mass::ln_binomial_mass_real;
