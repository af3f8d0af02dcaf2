"""Brings pandas an engine for Parquet where the peer's environment has none, without touching that environment.

The wheel goes into .cache/bench/python beside the benchmarks' tables; pyarrow is what pandas would choose itself.
"""

import importlib.util
import os
import subprocess
import sys

PYARROW = "pyarrow==25.0.0"


def ensure_parquet_engine():
    if importlib.util.find_spec("pyarrow"):
        return
    here = os.path.dirname(os.path.abspath(__file__))
    folder = os.path.join(here, "../../../.cache/bench/python", f"{sys.implementation.cache_tag}")
    if not os.path.isdir(os.path.join(folder, "pyarrow")):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--target", folder, PYARROW], check=True)
    sys.path.append(folder)
