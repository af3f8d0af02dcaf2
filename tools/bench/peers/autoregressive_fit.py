"""mostlyai-engine's TabularARGN for `autoregressive-fit`: a whole fit at its defaults, then as many rows sampled.

Arguments: table, threads.
"""

import os
import resource
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import pandas as pd
import torch
from mostlyai import engine
from serve import serve, timed
from table import column_types, read_table

table = read_table(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
encodings = {
    name: "TABULAR_NUMERIC_AUTO" if kind["sdtype"] == "numerical" else "TABULAR_CATEGORICAL"
    for name, kind in column_types(table).items()
}
seed = 0


def cpu_seconds():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def run():
    global seed
    seed += 1
    workspace = tempfile.mkdtemp(prefix="argn-")
    engine.set_random_state(seed)
    started = cpu_seconds()

    def fit():
        engine.split(workspace_dir=workspace, tgt_data=table, tgt_encoding_types=encodings)
        engine.analyze(workspace_dir=workspace)
        engine.encode(workspace_dir=workspace)
        engine.train(workspace_dir=workspace, device="cpu")

    def sample():
        engine.generate(workspace_dir=workspace, sample_size=len(table), device="cpu")
        return pd.read_parquet(os.path.join(workspace, "SyntheticData"))

    try:
        fit_seconds, _ = timed(fit)
        sample_seconds, rows = timed(sample)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return {
        "seconds": fit_seconds + sample_seconds,
        "fitSeconds": fit_seconds,
        "sampleSeconds": sample_seconds,
        "cpuSeconds": cpu_seconds() - started,
        "rows": len(rows),
        "torch": torch.__version__,
        "peakMemoryMB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6),
    }


serve(run)
