#!/usr/bin/env bash
# Measures an audit of exact scores against numpy and polars by hand; writes benches/RESULTS-scores.md.
#
#     benches/scores.sh [DATA.parquet] [WAAGE]
#
# DATA has the columns converted, region and score; without it ROWS (10 000 000) leads are generated.
# WAAGE is the release binary, target/release/waage if not given. Environment: RUNS (9), BENCH_VENV
# where the peers are installed (target/bench-venv; made when absent).
set -euo pipefail

source "$(dirname "$0")/peers.sh"
waage=${2:-$root/target/release/waage}
executable "$waage"
environment "$venv" requirements.txt

data=${1:-}
if [[ -z $data ]]; then
    data=$root/target/bench-scores-${ROWS:=10000000}.parquet
    leads "$waage" "$data" converted,region,score
fi

result=$(mktemp "$here/RESULTS.XXXXXX")
trap 'rm -f "$result"' EXIT
"$venv/bin/python" "$here/peers/score_turns.py" "$waage" "$data" >"$result"
publish "$result" "$here/RESULTS-scores.md"
