#!/usr/bin/env bash
# Measures an audit against its peers and writes benches/RESULTS.md.
#
#     benches/run.sh [DATA.parquet] [WAAGE]
#
# DATA has the columns converted, contacted, gender and region; without it ROWS (10 000 000) leads
# are generated. WAAGE is the release binary, target/release/waage if not given.
# Environment: RUNS (9) per fast peer, SLOW_RUNS (1) for Fairlearn and Aequitas, FAIRLEARN_ROWS
# (1000000), FAIRLEARN_BOOT_ROWS (100000), SKIP_SLOW=1 to leave both out, BENCH_VENV where the
# peers are installed (target/bench-venv; made when absent).
set -euo pipefail

source "$(dirname "$0")/peers.sh"
waage=${2:-$root/target/release/waage}
executable "$waage"

lines=$(mktemp)
result=$(mktemp "$here/RESULTS.XXXXXX")
few=$(mktemp --suffix .parquet)
trap 'rm -f "$lines" "$result" "$few"' EXIT

data=${1:-}
if [[ -z $data ]]; then
    data=$root/target/bench-leads-${ROWS:=10000000}.parquet
    leads "$waage" "$data" converted,contacted,gender,region
fi

environment "$venv" requirements.txt
python=$venv/bin/python
"$python" "$here/peers/waage_process.py" "$waage" "$data" >>"$lines"
for rows in ${FAIRLEARN_ROWS:=1000000} ${FAIRLEARN_BOOT_ROWS:=100000}; do
    "$waage" datasets generate lead-scoring --rows "$rows" --seed 0 \
        --columns converted,contacted,gender,region --out "$few"
    "$python" "$here/peers/waage_process.py" "$waage" "$few" >>"$lines"
done
for peer in duckdb_counts polars_counts pyarrow_decode; do
    "$python" "$here/peers/$peer.py" "$data" >>"$lines"
done

if [[ -z ${SKIP_SLOW:-} ]]; then
    environment "$venv-aequitas" requirements-aequitas.txt
    RUNS=${SLOW_RUNS:-1} "$venv-aequitas/bin/python" "$here/peers/aequitas_counts.py" "$data" \
        >>"$lines"
    RUNS=${SLOW_RUNS:-1} "$python" "$here/peers/fairlearn_frame.py" "$data" \
        "$FAIRLEARN_ROWS" "$FAIRLEARN_BOOT_ROWS" >>"$lines"
fi

"$python" "$here/peers/table.py" <"$lines" >"$result"
RUNS=5 "$python" "$here/peers/turns.py" "$waage" "$data" >>"$result"
publish "$result" "$here/RESULTS.md"
