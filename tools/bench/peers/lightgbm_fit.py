"""The Python package for `lightgbm`: boosted trees learn Adult's income and predict the same rows."""

import sys

import lightgbm
import numpy

from serve import serve, timed
from table import column_types, read_table

table = read_table(sys.argv[1])
threads = int(sys.argv[2])
target = "income" if "income" in table else next(name for name in table if name.startswith("kind_0"))
kinds = column_types(table)
labels = table.pop(target).astype("category").cat.codes.to_numpy()
categorical = []
matrix = numpy.empty(table.shape, dtype=numpy.float64)
for index, (name, column) in enumerate(table.items()):
    if kinds[name]["sdtype"] == "numerical":
        matrix[:, index] = column
        continue
    categorical.append(index)
    codes = column.astype("category").cat.codes.to_numpy().astype(numpy.float64)
    matrix[:, index] = numpy.where(codes < 0, numpy.nan, codes)
parameters = {"objective": "binary", "num_threads": threads, "verbosity": -1}
parameters |= {"deterministic": True, "force_row_wise": True, "seed": 0}


def fit():
    data = lightgbm.Dataset(matrix, labels, categorical_feature=categorical, params=parameters)
    return lightgbm.train(parameters, data, num_boost_round=100)


def run():
    fit_seconds, booster = timed(fit)
    predict_seconds, predictions = timed(lambda: booster.predict(matrix))
    right = float(((predictions > 0.5) == (labels == 1)).mean())
    return {"seconds": fit_seconds + predict_seconds, "fitSeconds": fit_seconds, "accuracy": right}


serve(run)
