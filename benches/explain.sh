#!/usr/bin/env bash
# Attributions of trees beside xgboost, lightgbm, shap, FastTreeSHAP and woodelf, in one run.
#
#     benches/explain.sh [options of explain_peers.py]
#
# Prints the table of benches/RESULTS-explain.md, a column for each depth. BENCH_VENV is where the peers are installed
# (target/bench-explain-venv; made when absent); peers that fail are named. Machines are shared: quote
# ratios of one run.
set -euo pipefail

source "$(dirname "$0")/peers.sh"
venv=${BENCH_VENV:-$root/target/bench-explain-venv}
environment "$venv" requirements-explain.txt
# Its metadata ask for Python 3.12, its code runs on 3.11 too.
"$venv/bin/pip" install --quiet --no-deps --ignore-requires-python xgboost==3.4.1

cd "$root"
cargo build --release --locked --quiet -p waage-explain --example explain_rows
"$venv/bin/python" "$here/explain_peers.py" \
    "${CARGO_TARGET_DIR:-target}/release/examples/explain_rows" "$@" 2>/dev/null |
    "$venv/bin/python" "$here/peers/explain_table.py"
