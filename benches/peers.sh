# What the scripts here have in common; to be sourced: where things lie, and the peers' environments.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
venv=${BENCH_VENV:-$root/target/bench-venv}
export RUNS=${RUNS:-9} PYTHONDONTWRITEBYTECODE=1

# Makes the environment $1 from the requirements file $2 unless it holds just these.
environment() {
    if ! cmp --silent "$here/peers/$2" "$1/$2"; then
        [[ -x $1/bin/python ]] || python3 -m venv "$1"
        "$1/bin/pip" install --quiet --requirement "$here/peers/$2"
        cp "$here/peers/$2" "$1/$2"
    fi
}

# Ends unless there is an executable $1.
executable() {
    if [[ ! -x $1 ]]; then
        echo "no executable at $1; build it with: cargo build --release -p waage" >&2
        exit 2
    fi
}

# Makes ROWS leads with the columns $3 in the file $2 with the executable $1, unless it is there.
leads() {
    if [[ ! -e $2 ]]; then
        "$1" datasets generate lead-scoring --rows "$ROWS" --seed 0 --columns "$3" --out "$2"
    fi
}

# Puts the finished file $1 in the place of $2 and shows it.
publish() {
    chmod 644 "$1"
    mv "$1" "$2"
    cat "$2"
}
