"""The audit and its fast peers by turns: turns.py WAAGE FILE [ROUNDS].

A machine that is slow for a while would be slow for one of them alone where each is measured by
itself. Prints the median over the rounds of the ratios within each round.
"""

import json
import pathlib
import subprocess
import sys

import timing

HERE = pathlib.Path(__file__).parent


def measured(script, *arguments):
    command = [sys.executable, str(HERE / script), *arguments]
    finished = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(finished.stdout)


def main(binary, path, rounds="5"):
    found = {name: [] for name in ("warm", "whole", "decoding", "threads", "machine", "replicates")}
    for _ in range(int(rounds)):
        waage = measured("waage_process.py", binary, path)
        duckdb = measured("duckdb_counts.py", path)
        pyarrow = measured("pyarrow_decode.py", path)
        own = waage["whole_process_seconds"]
        found["warm"].append(own / duckdb["warm_seconds"])
        found["whole"].append(own / duckdb["whole_process_seconds"])
        found["decoding"].append(own / pyarrow["warm_seconds"])
        found["threads"].append(waage["one_thread_seconds"] / waage["two_threads_seconds"])
        found["machine"].append(2 * waage["one_thread_seconds"] / waage["two_at_once_seconds"])
        found["replicates"].append(1000 * (own - waage["without_bootstrap_seconds"]))

    def told(name):
        values = found[name]
        return f"{timing.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"

    print(f"\nBy turns in {rounds} rounds, medians of the ratios (least to greatest): the audit")
    print(f"takes {told('warm')} times as long as DuckDB's warm counts,")
    print(f"{told('whole')} times as long as DuckDB's whole process and")
    print(f"{told('decoding')} times as long as pyarrow's decoding alone;")
    print(f"1 to 2 threads {told('threads')}×, where two audits of one thread each that run")
    print(f"at once do {told('machine')} times the work of one; 1,000 replicates")
    print(f"{told('replicates')} ms.")


if __name__ == "__main__":
    main(*sys.argv[1:])
