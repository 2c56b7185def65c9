#!/usr/bin/env bash
# Attributions of trees beside xgboost, lightgbm, shap, FastTreeSHAP and woodelf, in one run.
#
#     BENCH_VENV=PATH benches/explain.sh [options of explain_peers.py]
#
# BENCH_VENV is a virtual environment with numpy, pandas, xgboost, lightgbm, shap, fasttreeshap-fixed and
# woodelf_explainer; peers that are not there are left out and named. Machines are shared: quote ratios of one run.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${BENCH_VENV:?name a virtual environment with the peers in BENCH_VENV}"
cargo build --release --locked --quiet -p waage-explain --example explain_rows
"$BENCH_VENV/bin/python" benches/explain_peers.py \
    "${CARGO_TARGET_DIR:-target}/release/examples/explain_rows" "$@" 2>/dev/null
