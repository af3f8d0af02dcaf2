"""SDV for `copula-fit`: GaussianCopulaSynthesizer on a table in memory, fit and sample as many rows."""

import sys

from serve import serve, timed
from table import only_table, read_table, sdv_metadata
from sdv.single_table import GaussianCopulaSynthesizer

table = read_table(sys.argv[1])
metadata = sdv_metadata(table)


def run():
    synthesizer = GaussianCopulaSynthesizer(metadata)
    fit_seconds, _ = timed(lambda: synthesizer.fit({"table": table}))
    sample_seconds, sample = timed(lambda: only_table(synthesizer.sample(len(table))))
    return {
        "seconds": fit_seconds + sample_seconds,
        "fitSeconds": fit_seconds,
        "sampleSeconds": sample_seconds,
        "rows": len(sample),
    }


serve(run)
