"""SDV for `copula-1m` and `ctgan-1m`: a fitted synthesizer samples a million rows, pandas writes them to Parquet.

Arguments: table, threads, generator. CTGAN is trained for one epoch: the time for a row does not depend on that.
"""

import os
import resource
import sys
import tempfile

from parquet_engine import ensure_parquet_engine

ensure_parquet_engine()  # before pandas is imported, which looks for it then

from serve import serve, timed
from table import only_table, read_table, sdv_metadata
from sdv.single_table import CTGANSynthesizer, GaussianCopulaSynthesizer

table = read_table(sys.argv[1])
metadata = sdv_metadata(table)
synthesizer = {
    "gaussian-copula": lambda: GaussianCopulaSynthesizer(metadata),
    "ctgan": lambda: CTGANSynthesizer(metadata, epochs=1, enable_gpu=False),
}[sys.argv[3]]()
synthesizer.fit({"table": table})


def run():
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "million.parquet")
        seconds, _ = timed(lambda: only_table(synthesizer.sample(1_000_000)).to_parquet(file, index=False))
        size = os.path.getsize(file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"seconds": seconds, "peakMemoryMB": round(peak), "fileBytes": size}


serve(run)
