"""Decoding alone, without any count, in pyarrow: pyarrow_decode.py FILE

The four columns of the audit, strings as dictionary codes, on one thread and on all.
"""

import json
import sys

import pyarrow
import pyarrow.parquet as parquet
import timing

COLUMNS = ["converted", "contacted", "gender", "region"]


def decode(path, threads):
    """One row group after another, as an audit in constant memory would read them."""
    file = parquet.ParquetFile(path, read_dictionary=["gender", "region"])
    for group in range(file.num_row_groups):
        file.read_row_group(group, columns=COLUMNS, use_threads=threads)


def main(path):
    result = {
        "peer": "pyarrow",
        "version": pyarrow.__version__,
        "rows": parquet.read_metadata(path).num_rows,
        "runs": timing.RUNS,
        "cores": pyarrow.cpu_count(),
        "one_thread_seconds": timing.warm(lambda: decode(path, False)),
        "warm_seconds": timing.warm(lambda: decode(path, True)),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1])
