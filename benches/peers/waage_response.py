"""How long `import waage` takes over bare Python, and an audit to end after Ctrl-C.

python waage_response.py WAAGE FOLDER

WAAGE is the executable; FOLDER takes the data to scan (made when absent). One JSON line. The
package must be installed in this environment.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from timing import RUNS, median

IMPORT = "import time; t = time.perf_counter(); import waage; print(time.perf_counter() - t)"
ROLES = ["--label", "converted", "--decision", "contacted", "--sensitive", "gender,region"]


def import_seconds():
    return float(subprocess.check_output([sys.executable, "-c", IMPORT], text=True))


def interrupted_seconds(waage, data):
    command = [waage, "audit", data, *ROLES, "--bootstrap", "20000", "--format", "json"]
    null = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=null, stderr=null) as child:
        time.sleep(0.3)
        start = time.perf_counter()
        child.send_signal(signal.SIGINT)
        code = child.wait()
        seconds = time.perf_counter() - start
    if code != 130:
        sys.exit(f"the audit ended with {code} before it was interrupted: take more rows")
    return seconds


def main():
    waage, folder = sys.argv[1], Path(sys.argv[2])
    data = folder / "response.parquet"
    if not data.exists():
        generate = [waage, "datasets", "generate", "lead-scoring", "--seed", "0"]
        rows = os.environ.get("RESPONSE_ROWS", "50000000")
        columns = "converted,contacted,gender,region"
        subprocess.check_call([*generate, "--rows", rows, "--columns", columns, "--out", data])
    imports = [import_seconds() for _ in range(RUNS + 1)][1:]
    ends = [interrupted_seconds(waage, data) for _ in range(RUNS)]
    found = {"import_ms": 1e3 * median(imports), "interrupt_ms": 1e3 * median(ends)}
    found["interrupt_ms_worst"] = 1e3 * max(ends)
    print(json.dumps({"peer": "waage", "what": "response", "runs": RUNS, **found}))


main()
