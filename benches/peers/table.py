"""Reads one JSON line per peer from standard input and prints benches/RESULTS.md."""

import json
import os
import sys


def main():
    lines = [json.loads(line) for line in sys.stdin]
    peers = {line["peer"]: line for line in lines if line["peer"] != "waage"}
    sizes = {line["rows"]: line for line in lines if line["peer"] == "waage"}
    waage = sizes[max(sizes)]
    print(TITLE)
    print(f"{waage['rows']:,} rows, {os.cpu_count()} cores, medians over the runs of each line.\n")
    print(HEAD)
    for row in rows(peers, sizes, waage):
        print("| " + " | ".join(row) + " |")
    print()
    speedup = waage["one_thread_seconds"] / waage["two_threads_seconds"]
    bootstrap = waage["whole_process_seconds"] - waage["without_bootstrap_seconds"]
    print(f"Waage: 1 to 2 threads {speedup:.2f}×; 1,000 bootstrap replicates")
    print(f"{1000 * bootstrap:.1f} ms; peak memory {waage['peak_mib']:.0f} MiB.")
    everything = waage["all_metrics_seconds"] / waage["whole_process_seconds"]
    print(f"Every count metric and disparity of the catalogue: {everything:.2f}× the audit above.")


TITLE = """# Benchmarks

Written by `benches/run.sh`; every figure comes from one run on one machine, so the ratios hold
where the seconds do not. Waage's time is the *whole process* of an audit: start, decoding, both
marginals and the intersection, fifteen metrics with their intervals, disparities, 1,000 bootstrap
replicates, verdict and JSON. The counting peers compute *bare counts* alone. A peer that ran on
fewer rows is compared with Waage's process on so many rows, which is mostly its start and its
1,000 replicates.
"""

HEAD = """| peer | what | rows | runs | seconds | peak MiB | waage / peer |
| --- | --- | ---: | ---: | ---: | ---: | ---: |"""


def rows(peers, sizes, waage):
    """The lines of the table: Waage, then every peer that ran."""
    own = waage["whole_process_seconds"]

    def line(peer, what, seconds, runs, count=None, peak=None):
        name = f"{peer['peer']} {peer['version']}"
        memory = f"{peak:.0f}" if peak else ""
        count = peer["rows"] if count is None else count
        ours = sizes.get(count, waage)["whole_process_seconds"]
        return [
            name,
            what,
            f"{count:,}",
            str(runs),
            f"{seconds:.3f}",
            memory,
            f"{ours / seconds:.3g}",
        ]

    runs = waage["runs"]
    yield line(waage, "audit, whole process", own, runs, peak=waage["peak_mib"])
    for name in ("duckdb", "polars"):
        if name in peers:
            peer = peers[name]
            what = f"bare counts, warm ({peer['formulation']})"
            yield line(peer, what, peer["warm_seconds"], peer["runs"])
            seconds, peak = peer["whole_process_seconds"], peer["peak_mib"]
            yield line(peer, "bare counts, whole process", seconds, peer["runs"], peak=peak)
    if "pyarrow" in peers:
        peer = peers["pyarrow"]
        yield line(peer, "decoding alone, warm", peer["warm_seconds"], peer["runs"])
    if "aequitas" in peers:
        peer = peers["aequitas"]
        yield line(peer, "counts, table in memory", peer["warm_seconds"], peer["runs"])
    if "fairlearn" in peers:
        peer = peers["fairlearn"]
        yield line(peer, "MetricFrame, no intervals", peer["warm_seconds"], peer["runs"])
        what = f"MetricFrame of one attribute, n_boot={peer['n_boot']}"
        yield line(peer, what, peer["boot_seconds"], peer["runs"], count=peer["boot_rows"])


if __name__ == "__main__":
    main()
