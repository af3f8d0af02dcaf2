"""imbalanced-learn for `smotenc`: the rarer income of Adult grows to the size of the other one."""

import resource
import sys

from imblearn.over_sampling import SMOTENC
from sklearn.neighbors import NearestNeighbors

from serve import serve, timed
from table import column_types, read_table

table = read_table(sys.argv[1])
threads = int(sys.argv[2])
target = "income" if "income" in table else next(name for name in table if name.startswith("kind_0"))
kinds = column_types(table)
labels = table.pop(target)
categories = [name for name in table if kinds[name]["sdtype"] == "categorical"]
for name in categories:
    # It takes no missing cells: they become a category.
    table[name] = table[name].fillna("missing").astype("category")


peaks = []


def run():
    sampler = SMOTENC(categories, k_neighbors=NearestNeighbors(n_neighbors=6, n_jobs=threads), random_state=1)
    seconds, (resampled, _labels) = timed(lambda: sampler.fit_resample(table, labels))
    # Of the first run, as ours.
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
    return {"seconds": seconds, "rows": len(resampled), "peakMemoryMB": round(peaks[0])}


serve(run)
