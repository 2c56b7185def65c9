"""Reads the lines of explain_peers.py from standard input and prints them as a table.

Rates are rows per second; in brackets how many times as many Waage explains, against a background
or interactions where the peer does that.
"""

import json
import sys

# What, its key, and the key of what Waage does of the same kind.
PEERS = [
    ("xgboost `pred_contribs`", "xgboost", "waage"),
    ("shap, C code", "shap", "waage"),
    ("FastTreeSHAP v2 (`fasttreeshap-fixed`)", "fasttreeshap", "waage"),
    ("woodelf_explainer, 20,000 rows", "woodelf", "waage"),
    ("lightgbm `pred_contrib` (its own model)", "lightgbm", "waage_on_lightgbm"),
    ("shap, 100 background rows", "shap_interventional_100", "interventional"),
    ("shap, 1,000 background rows", "shap_interventional_1000", "interventional"),
    ("xgboost `pred_interactions`", "xgboost_pairs", "pairs"),
]
OWN = [
    ("Waage, path-dependent, all in", "waage", ",.0f"),
    ("Waage, 10,000 background rows", "interventional", ",.0f"),
    ("Waage, interactions", "pairs", ",.0f"),
    ("Waage, ns per row and tree", "ns_per_row_and_tree", ".1f"),
    ("Waage, 1 to 2 threads", "two_threads", ".2f"),
    ("Waage, background over path-dependent time", "interventional_over_path", ".2f"),
    ("Waage, one row, ms", "one_row_ms", ".2f"),
    ("Waage, time without vector instructions over with them", "vectors", ".2f"),
]


def rate(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def main():
    # One of the peers prints what it does.
    lines = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    print("| | " + " | ".join(f"depth {line['depth']}" for line in lines) + " |")
    print("| --- |" + " ---: |" * len(lines))
    print("| nodes | " + " | ".join(f"{line['nodes']:,}" for line in lines) + " |")
    print("| rows | " + " | ".join(f"{line['rows']:,}" for line in lines) + " |")
    for what, key, shown in OWN:
        print(f"| {what} | " + " | ".join(format(line[key], shown) for line in lines) + " |")
    for what, key, own in PEERS:
        cells = [
            f"{rate(line[key])} ({line[own] / line[key]:,.0f}×)" if key in line else "failed"
            for line in lines
        ]
        print(f"| {what} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
