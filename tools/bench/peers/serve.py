"""The peers' end of the line protocol that worker.ts speaks: one run per line that comes in.

Whatever a library prints goes to stderr, so that stdout holds answers only.
"""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def serve(run):
    """Answers every line with the dictionary that `run` returns; `run` times itself."""
    for _line in sys.stdin:
        answers.write(json.dumps(run()) + "\n")
        answers.flush()


def timed(work):
    """Seconds that some work takes, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result
