# The only commands a person must know: demo, test, lint, bench, docs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= waage-demo
export CARGO_TERM_COLOR ?= auto

.PHONY: demo test lint bench docs python rust-test python-test check-rust check-python clean

demo: check-rust ## build, audit the embedded lead-scoring data, leave a report to open
	cargo build --release --locked --package waage
	@cargo run --release --locked --quiet --package waage -- demo --out $(DEMO)

test: check-rust check-python rust-test python-test lint ## everything that must hold

check-rust:
	@command -v cargo >/dev/null || { echo "waage needs a Rust toolchain (cargo 1.92 or later): install it from rustup.rs" >&2; exit 1; }
	@cargo --version | awk '{ split($$2, v, "."); if (v[1] < 1 || (v[1] == 1 && v[2] < 92)) { print "waage needs cargo 1.92 or later, this is " $$2 ": run rustup update" > "/dev/stderr"; exit 1 } }'
	@command -v cc >/dev/null || { echo "waage needs a C compiler and linker (cc): install gcc or clang" >&2; exit 1; }

check-python:
	@command -v $(PYTHON) >/dev/null || { echo "waage needs Python 3.10 or later: install python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "waage needs Python 3.10 or later: set PYTHON=python3.x" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "waage needs Python's venv module: install python3-venv" >&2; exit 1; }

$(BIN)/.ready: python/requirements-test.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement python/requirements-test.txt
	@touch $@

rust-test: check-rust
	cargo build --workspace --all-targets --locked
	@built="$$(pwd)/target/debug/waage"; \
	if [ -n "$$CARGO_TARGET_DIR" ]; then built="$$CARGO_TARGET_DIR/debug/waage"; fi; \
	if [ -x "$$built" ]; then export WAAGE_BIN="$$built"; fi; \
	if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --workspace --locked --no-fail-fast; \
	else \
		cargo test --workspace --locked --all-targets; \
	fi
	cargo test --workspace --doc --locked --quiet

python: check-rust check-python $(BIN)/.ready ## build the extension into .venv
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --locked --quiet

python-test: python
	$(BIN)/python -m pytest python/tests

lint: check-rust $(BIN)/.ready
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
	$(BIN)/ruff check python tests benches
	$(BIN)/ruff format --check python tests benches
	$(BIN)/mypy

SCHEMAS := approval audit dp-release entries evidence exception explain gate incidents keys ledger metrics pii-scan policy \
	policy-check policy-diff policy-presets policy-show power privacy-compare proof review review-batch \
	risks scan spec systems

docs: check-rust ## regenerate what is generated: schemas, the pages on metrics, the documentation of the crates
	for name in $(SCHEMAS); do \
		cargo run --locked --quiet --package waage -- schema $$name > docs/$$name.schema.json || exit 1; \
	done
	cargo run --locked --quiet --package waage -- policy keys > docs/policy-keys.md
	cargo run --locked --quiet --package waage -- metrics --format markdown > docs/metrics.md
	cargo run --locked --quiet --package waage -- metrics --format markdown --lang de > docs/metrics.de.md
	$(MAKE) python
	$(BIN)/python python/generate_commands.py
	cargo doc --workspace --no-deps --locked

bench: check-rust ## figures of benches/, in one run
	cargo build --release --locked --package waage
	benches/run.sh
