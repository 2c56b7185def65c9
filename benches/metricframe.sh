#!/usr/bin/env bash
# Measures waage.metrics.MetricFrame against Fairlearn's and writes benches/RESULTS-metricframe.md.
#
#     benches/metricframe.sh [ROWS] [BOOT_ROWS]
#
# Environment: RUNS (9) of Waage, N_BOOT (10) replicates of Fairlearn, BENCH_VENV where the peers are
# installed (target/bench-venv; made when absent). The extension is built in release mode there.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
venv=${BENCH_VENV:-$root/target/bench-venv}
export RUNS=${RUNS:-9} N_BOOT=${N_BOOT:-10} PYTHONDONTWRITEBYTECODE=1

if ! cmp --silent "$here/peers/requirements.txt" "$venv/requirements.txt"; then
    [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/peers/requirements.txt"
    cp "$here/peers/requirements.txt" "$venv/requirements.txt"
fi
"$venv/bin/pip" install --quiet maturin
(cd "$root" && VIRTUAL_ENV=$venv "$venv/bin/maturin" develop --release --locked --quiet)

lines=$(mktemp)
result=$(mktemp "$here/RESULTS.XXXXXX")
trap 'rm -f "$lines" "$result"' EXIT
"$venv/bin/python" "$here/peers/waage_frame.py" "$@" | tee "$lines" >&2
"$venv/bin/python" "$here/peers/frame_table.py" <"$lines" >"$result"
chmod 644 "$result"
mv "$result" "$here/RESULTS-metricframe.md"
cat "$here/RESULTS-metricframe.md"
