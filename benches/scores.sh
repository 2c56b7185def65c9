#!/usr/bin/env bash
# Measures an audit of exact scores against numpy and polars by hand; writes benches/RESULTS-scores.md.
#
#     benches/scores.sh [DATA.parquet] [WAAGE]
#
# DATA has the columns converted, region and score; without it ROWS (10 000 000) leads are generated.
# WAAGE is the release binary, target/release/waage if not given. Environment: RUNS (9), BENCH_VENV
# where the peers are installed (target/bench-venv; made when absent).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
waage=${2:-$root/target/release/waage}
venv=${BENCH_VENV:-$root/target/bench-venv}
export RUNS=${RUNS:-9} PYTHONDONTWRITEBYTECODE=1

if [[ ! -x $waage ]]; then
    echo "no executable at $waage; build it with: cargo build --release -p waage" >&2
    exit 2
fi
if ! cmp --silent "$here/peers/requirements.txt" "$venv/requirements.txt"; then
    [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/peers/requirements.txt"
    cp "$here/peers/requirements.txt" "$venv/requirements.txt"
fi
data=${1:-}
if [[ -z $data ]]; then
    data=$root/target/bench-scores-${ROWS:=10000000}.parquet
    if [[ ! -e $data ]]; then
        "$waage" datasets generate lead-scoring --rows "$ROWS" --seed 0 \
            --columns converted,region,score --out "$data"
    fi
fi
result=$(mktemp "$here/RESULTS.XXXXXX")
trap 'rm -f "$result"' EXIT
"$venv/bin/python" "$here/peers/score_turns.py" "$waage" "$data" >"$result"
chmod 644 "$result"
mv "$result" "$here/RESULTS-scores.md"
cat "$here/RESULTS-scores.md"
