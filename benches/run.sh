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

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
waage=${2:-$root/target/release/waage}
venv=${BENCH_VENV:-$root/target/bench-venv}
export RUNS=${RUNS:-9} PYTHONDONTWRITEBYTECODE=1

if [[ ! -x $waage ]]; then
    echo "no executable at $waage; build it with: cargo build --release -p waage" >&2
    exit 2
fi

# Makes the environment $1 from the requirements file $2 unless it holds just these.
environment() {
    if ! cmp --silent "$here/peers/$2" "$1/$2"; then
        [[ -x $1/bin/python ]] || python3 -m venv "$1"
        "$1/bin/pip" install --quiet --requirement "$here/peers/$2"
        cp "$here/peers/$2" "$1/$2"
    fi
}

lines=$(mktemp)
result=$(mktemp "$here/RESULTS.XXXXXX")
few=$(mktemp --suffix .parquet)
trap 'rm -f "$lines" "$result" "$few"' EXIT

data=${1:-}
if [[ -z $data ]]; then
    data=$root/target/bench-leads-${ROWS:=10000000}.parquet
    if [[ ! -e $data ]]; then
        "$waage" datasets generate lead-scoring --rows "$ROWS" --seed 0 \
            --columns converted,contacted,gender,region --out "$data"
    fi
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
chmod 644 "$result"
mv "$result" "$here/RESULTS.md"
cat "$here/RESULTS.md"
