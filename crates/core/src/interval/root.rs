//! A root in a bracket.

/// A root of `f` between two points `(x, f(x))` whose values differ in sign, to within about
/// `tolerance` plus four units in the last place; values may be infinite.
///
/// Chandrupatla, *A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
/// function without using derivatives*, 1997. Never more steps than a few bisections would take.
pub(super) fn between(
    f: impl Fn(f64) -> f64,
    one: (f64, f64),
    other: (f64, f64),
    tolerance: f64,
) -> f64 {
    let ((mut x1, mut f1), (mut x2, mut f2)) = (one, other);
    if f1 == 0.0 {
        return x1;
    }
    if f2 == 0.0 {
        return x2;
    }
    let mut t = 0.5;
    for _ in 0..STEPS_MAX {
        let x = x1 + t * (x2 - x1);
        let fx = f(x);
        let (x3, f3);
        if (fx > 0.0) == (f1 > 0.0) {
            (x3, f3) = (x1, f1);
        } else {
            (x3, f3) = (x2, f2);
            (x2, f2) = (x1, f1);
        }
        (x1, f1) = (x, fx);
        let best = if f1.abs() < f2.abs() { x1 } else { x2 };
        let near = (2.0 * f64::EPSILON * best.abs() + tolerance) / (x2 - x1).abs();
        if fx == 0.0 || near > 0.5 {
            return best;
        }
        let xi = (x1 - x2) / (x3 - x2);
        let phi = (f1 - f2) / (f3 - f2);
        // Inverse quadratic interpolation where it is trustworthy (infinite values never are).
        t = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            let alpha = (x3 - x1) / (x2 - x1);
            f1 / (f1 - f2) * (f3 / (f3 - f2)) - alpha * (f1 / (f3 - f1)) * (f2 / (f2 - f3))
        } else {
            0.5
        };
        t = if t > near { t.min(1.0 - near) } else { near };
    }
    if f1.abs() < f2.abs() { x1 } else { x2 }
}

const STEPS_MAX: u32 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_to_the_tolerance() {
        let cube = |x: f64| x * x * x - 2.0;
        let root = between(cube, (0.0, cube(0.0)), (9.0, cube(9.0)), 1e-14);
        assert!((root - 2f64.cbrt()).abs() < 4e-14, "{root}");
        let pole = |x: f64| {
            if x <= 0.0 {
                f64::NEG_INFINITY
            } else {
                1.0 - 1.0 / x
            }
        };
        let root = between(pole, (0.0, pole(0.0)), (50.0, pole(50.0)), 1e-13);
        assert!((root - 1.0).abs() < 4e-13, "{root}");
        assert_eq!(between(cube, (0.0, -2.0), (1.0, 0.0), 1e-9), 1.0);
    }

    #[test]
    fn flat_and_steep_functions_end_too() {
        let flat = |x: f64| (x - 0.3).powi(9);
        assert!((between(flat, (-1.0, flat(-1.0)), (5.0, flat(5.0)), 1e-9) - 0.3).abs() < 0.02);
        let step = |x: f64| if x < 0.7 { -1.0 } else { 1.0 };
        assert!((between(step, (0.0, -1.0), (1.0, 1.0), 1e-12) - 0.7).abs() < 1e-11);
    }
}
