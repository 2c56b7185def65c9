"""Wall times: medians over runs after one that is not counted.

``whole_process`` must run before a large library is imported: the kernel counts the parent's
pages, copied at the fork, into the peak memory of its child.
"""

import os
import subprocess
import sys
import time

RUNS = int(os.environ.get("RUNS", "9"))


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2


def warm(function, runs=RUNS, warm_up=True):
    """Median seconds of ``function()`` inside this process."""
    if warm_up:
        function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return median(times)


def whole_process(command, runs=RUNS, success=(0,)):
    """Median seconds from start to end of a command, and its highest peak memory in MiB."""
    once(command, success)
    results = [once(command, success) for _ in range(runs)]
    return {
        "seconds": median([seconds for seconds, _ in results]),
        "peak_mib": max(peak for _, peak in results),
    }


def once(command, success):
    null = os.open(os.devnull, os.O_WRONLY)
    start = time.perf_counter()
    child = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)]
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code not in success:
        sys.exit(f"{command[0]} ended with {code}; the command was: {' '.join(command)}")
    return seconds, usage.ru_maxrss / 1024


def two_at_once(command, runs=RUNS):
    """Median seconds until both of two like commands that begin together have ended."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
        for process in both:
            process.wait()
        times.append(time.perf_counter() - start)
    return median(times[1:])


def python(code, *arguments):
    """A command that runs ``code`` in a fresh interpreter of this environment."""
    return [sys.executable, "-c", code, *arguments]


class Warm:
    """A process that has imported what ``code`` imports and times ``call`` when asked."""

    LOOP = """
import sys, time
for _ in sys.stdin:
    start = time.perf_counter()
    {call}
    print(time.perf_counter() - start, flush=True)
"""

    def __init__(self, code, call, *arguments):
        command = python(code + self.LOOP.format(call=call), *arguments)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, **pipes)

    def once(self):
        """Seconds of one call."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()
