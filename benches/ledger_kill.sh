#!/bin/sh
# A thousand kills at random points while four programs append: no entry that was reported as written
# may be lost, none torn, and the chain must verify.
set -eu
cd "$(dirname "$0")/.."
exec cargo test --release --locked --package waage-govern --test ledger_kill -- \
	--ignored --exact no_entry_is_lost_or_torn_by_a_thousand_kills --nocapture
