#!/usr/bin/env bash
# Measures waage.metrics.MetricFrame against Fairlearn's and writes benches/RESULTS-metricframe.md.
#
#     benches/metricframe.sh [ROWS] [BOOT_ROWS]
#
# Environment: RUNS (9) of Waage, N_BOOT (10) replicates of Fairlearn, BENCH_VENV where the peers are
# installed (target/bench-venv; made when absent). The extension is built in release mode there.
set -euo pipefail

source "$(dirname "$0")/peers.sh"
export N_BOOT=${N_BOOT:-10}
environment "$venv" requirements.txt
"$venv/bin/pip" install --quiet maturin
(cd "$root" && VIRTUAL_ENV=$venv "$venv/bin/maturin" develop --release --locked --quiet)

lines=$(mktemp)
result=$(mktemp "$here/RESULTS.XXXXXX")
trap 'rm -f "$lines" "$result"' EXIT
"$venv/bin/python" "$here/peers/waage_frame.py" "$@" | tee "$lines" >&2
"$venv/bin/python" "$here/peers/frame_table.py" <"$lines" >"$result"
publish "$result" "$here/RESULTS-metricframe.md"
