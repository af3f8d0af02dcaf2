"""imbalanced-learn for `smote-1m` and `adasyn-1m`: the same table, the same class grows as much."""

import resource
import sys

import numpy
from imblearn.over_sampling import ADASYN, SMOTE
from sklearn.neighbors import NearestNeighbors

from imbalanced import imbalanced_rows
from serve import serve, timed

rows, labels = imbalanced_rows(1_000_000)
threads = int(sys.argv[2])
# One more than k: a row finds itself first.
neighbours = NearestNeighbors(n_neighbors=6, n_jobs=threads)
sampler = {
    "smote": lambda: SMOTE(k_neighbors=neighbours, random_state=1),
    "adasyn": lambda: ADASYN(n_neighbors=neighbours, random_state=1),
}[sys.argv[3]]


def run():
    seconds, (resampled, _labels) = timed(lambda: sampler().fit_resample(rows, labels))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"seconds": seconds, "rows": len(resampled), "peakMemoryMB": round(peak)}


serve(run)
