"""scikit-learn for `neighbours`: the same rows, categories as blocks of zeros and ones."""

import sys

import numpy
from sklearn.neighbors import NearestNeighbors

from serve import serve, timed
from table import column_types, read_table

table = read_table(sys.argv[1])
threads = int(sys.argv[2])
kinds = column_types(table)
parts = []
moves = []
for name, column in table.items():
    if kinds[name]["sdtype"] == "numerical":
        values = ((column - column.mean()) / column.std(ddof=0)).fillna(0).to_numpy()[:, None]
        parts.append(values)
        moves.append(numpy.array([0.01]))
    else:
        codes = column.astype("category").cat.codes.to_numpy()
        parts.append(numpy.eye(codes.max() + 2)[codes + 1])
        moves.append(numpy.zeros(codes.max() + 2))
rows = numpy.ascontiguousarray(numpy.hstack(parts))
queries = numpy.ascontiguousarray((rows[::2] + numpy.concatenate(moves))[:16281])


def run():
    search = NearestNeighbors(n_neighbors=5, algorithm="brute", n_jobs=threads)
    seconds, (distances, _indices) = timed(lambda: search.fit(rows).kneighbors(queries))
    return {"seconds": seconds, "meanDistance": float(distances.mean())}


serve(run)
