"""An audit's counts in Aequitas: aequitas_counts.py FILE [N]

Group.get_crosstabs over gender, region and their intersection on the first N rows, the table
already in pandas.
"""

import importlib.metadata
import json
import sys

import pyarrow.parquet as parquet
import timing
from aequitas.group import Group

COLUMNS = ["converted", "contacted", "gender", "region"]
ATTRIBUTES = ["gender", "region", "both"]


def load(path, rows):
    table = parquet.read_table(path, columns=COLUMNS)
    frame = table.slice(0, rows).to_pandas()
    gender, region = frame["gender"].astype(str), frame["region"].astype(str)
    return frame.assign(
        label_value=frame["converted"].astype(int),
        score=frame["contacted"].astype(int),
        gender=gender,
        region=region,
        both=gender + "*" + region,
    ).drop(columns=["converted", "contacted"])


def main(path, rows=None):
    table = load(path, rows)
    result = {
        "peer": "aequitas",
        "version": importlib.metadata.version("aequitas"),
        "rows": len(table),
        "runs": timing.RUNS,
        "warm_seconds": timing.warm(
            lambda: Group().get_crosstabs(table, attr_cols=ATTRIBUTES), warm_up=False
        ),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
