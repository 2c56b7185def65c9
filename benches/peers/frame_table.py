"""Reads waage_frame.py's lines from standard input, prints benches/RESULTS-metricframe.md."""

import json
import os
import sys

TITLE = """# MetricFrame

Written by `benches/metricframe.sh`: one process, the same arrays and functions for both, values
compared to 1e-12 before they are timed. A frame with `by_group`, `difference()` and `ratio()`; with
intervals also their `*_ci` at two quantiles of 1,000 replicates. Waage's seconds are medians of
{runs} runs, Fairlearn's are of one. Fairlearn's time of 1,000 replicates is that of {n_boot}
multiplied.

Fairlearn {version}, {cores} cores.

| case | rows | Fairlearn s | Waage ms | ratio |
| --- | ---: | ---: | ---: | ---: |"""


def main():
    lines = [json.loads(line) for line in sys.stdin]
    n_boot = next((line["fairlearn_n_boot"] for line in lines if "replicates" in line), 0)
    runs, version = os.environ.get("RUNS", "9"), lines[0]["fairlearn"]
    print(TITLE.format(runs=runs, n_boot=n_boot, version=version, cores=os.cpu_count()))
    for line in lines:
        theirs, mine = line["fairlearn_seconds"], line["waage_seconds"]
        cells = [
            line["case"],
            f"{line['rows']:,}",
            f"{theirs:,.2f}",
            f"{1000 * mine:.1f}",
            f"{theirs / mine:,.0f}×",
        ]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
