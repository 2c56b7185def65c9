"""A whole audit, from process start to the JSON on standard output: waage_process.py BINARY FILE

Both marginals and the intersection, the fifteen METRICS with their intervals, disparities, 1 000
bootstrap replicates and the verdict. Measured on all cores, on one and on two, and with every
metric of the catalogue.
"""

import json
import subprocess
import sys

import timing

METRICS = [
    "count",
    "base_rate",
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "precision",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "mean_score",
]


def main(binary, path):
    command = [binary, "audit", path, "--label", "converted", "--decision", "contacted"]
    command += ["--sensitive", "gender,region", "--format", "json", "--quiet"]
    catalogue = list(command)
    command += ["--metrics", ",".join(METRICS)]
    finished = (0, 1)  # 1: the audit ran and its verdict is breach
    whole = timing.whole_process(command, success=finished)
    one = timing.whole_process([*command, "--threads", "1"], success=finished)
    two = timing.whole_process([*command, "--threads", "2"], success=finished)
    both = timing.two_at_once([*command, "--threads", "1"])
    without = timing.whole_process([*command, "--bootstrap", "0"], success=finished)
    everything = timing.whole_process(catalogue, success=finished)
    document = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    version = subprocess.run([binary, "--version"], capture_output=True, check=True, text=True)
    result = {
        "peer": "waage",
        "version": version.stdout.split()[-1],
        "rows": document["dataset"]["rows"],
        "runs": timing.RUNS,
        "whole_process_seconds": whole["seconds"],
        "peak_mib": whole["peak_mib"],
        "one_thread_seconds": one["seconds"],
        "two_threads_seconds": two["seconds"],
        "two_at_once_seconds": both,
        "all_metrics_seconds": everything["seconds"],
        "without_bootstrap_seconds": without["seconds"],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
