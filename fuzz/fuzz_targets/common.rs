//! What every target does: read, and judge rows when there is a model.

use waage_explain::read::{self, Options};

/// Reads `bytes` with `start` before them, so that the format is the target's.
pub fn read_and_judge(start: &[u8], bytes: &[u8]) {
    let bytes = if bytes.starts_with(start) {
        bytes.to_vec()
    } else {
        [start, bytes].concat()
    };
    let Ok(model) = read::model(&bytes, &Options::default()) else {
        return;
    };
    let mut margins = vec![0.0; model.outputs()];
    for x in [f64::NAN, 0.0, 3.0, -1e300, f64::INFINITY] {
        model.margin(&vec![x; model.features.len()], &mut margins);
    }
}
