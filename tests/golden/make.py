"""Writes the golden files of this folder. Run it in an environment of requirements.txt:

    python tests/golden/make.py [real] [tables] [leads] [conformance]

Without arguments it writes all of them; ``leads`` is left out while its data file is absent.
"""

import hashlib
import sys
from pathlib import Path

import cases
import conformance
import document
import peers
import tables

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data"
DATASETS = ROOT / "datasets"


def real():
    files("real.json", "audits of the real files in ../shared/data", cases.REAL, DATA)


def leads():
    if (DATASETS / "lead_scoring.parquet").exists():
        what = "audits of datasets/lead_scoring.parquet"
        files("leads.json", what, cases.LEADS, DATASETS)
    else:
        print("leads.json: datasets/lead_scoring.parquet is absent, nothing written")


def files(name, what, found, folder):
    comparison = peers.Comparison()
    items = []
    for case in found:
        data = folder / case["file"]
        table = cases.load(case, data)
        items.append(
            {
                "name": case["name"],
                "file": case["file"],
                "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
                "rows": len(table),
                "arguments": cases.arguments(case),
                **document.expectation(table, cases.attribute_names(case), comparison),
            }
        )
    finish(name, document.header(what), "cases", items, comparison)


def random_tables():
    comparison = peers.Comparison()
    items = []
    for index in range(tables.COUNT):
        stored, table, names = tables.make(index)
        expected = document.expectation(table, names, comparison)
        items.append({"name": f"table_{index:03}", **stored, **expected})
    head = document.header("audits of 200 random tables, rows included")
    finish("tables.json", head, "tables", items, comparison)


def conformance_cases():
    document.write(
        HERE / "conformance.json",
        conformance.header(),
        "cases",
        conformance.cases(),
    )
    print("conformance.json written")


def finish(name, head, key, items, comparison):
    head["values_confirmed_by_peers"] = dict(sorted(comparison.compared.items()))
    document.write(HERE / name, head, key, items)
    print(f"{name} written; confirmed by peers: {head['values_confirmed_by_peers']}")


JOBS = {
    "real": real,
    "tables": random_tables,
    "leads": leads,
    "conformance": conformance_cases,
}

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in JOBS]
    if unknown:
        sys.exit(f"no golden file {unknown[0]!r}; there are: {', '.join(JOBS)}")
    for job in sys.argv[1:] or JOBS:
        JOBS[job]()
