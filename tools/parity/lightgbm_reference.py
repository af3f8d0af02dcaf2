"""The Python package LightGBM on the rows of one folder: trains with the same parameters, and predicts.

  python lightgbm_reference.py FOLDER

Reads plan.json, train.f64, validation.f64 (features row by row, then labels), writes predictions.f64, model.txt, and
from_ours.f64: what the model file that we wrote predicts here.
"""

import json
import os
import sys
import time

import lightgbm
import numpy

folder = sys.argv[1]
path = lambda name: os.path.join(folder, name)  # noqa: E731
plan = json.load(open(path("plan.json"), encoding="utf8"))


def read(name):
    numbers = numpy.fromfile(path(name), dtype=numpy.float64)
    rows = len(numbers) // (plan["columns"] + 1)
    features = numbers[: rows * plan["columns"]].reshape(rows, plan["columns"])
    return numpy.ascontiguousarray(features), numbers[rows * plan["columns"] :]


features, labels = read("train.f64")
fresh, fresh_labels = read("validation.f64")
rounds = plan["parameters"].pop("num_iterations")
patience = plan["parameters"].pop("early_stopping_round")
start = time.perf_counter()
train = lightgbm.Dataset(
    features, labels, feature_name=plan["names"], categorical_feature=plan["categorical"], params=plan["parameters"]
)
watched = [lightgbm.Dataset(fresh, fresh_labels, reference=train)] if patience else []
booster = lightgbm.train(
    plan["parameters"],
    train,
    num_boost_round=rounds,
    valid_sets=watched,
    # Else the booster is written and read again, which drops the weights of trees without a split.
    keep_training_booster=True,
    callbacks=[lightgbm.early_stopping(patience, verbose=False)] if patience else [],
)
seconds = time.perf_counter() - start
numpy.asarray(booster.predict(fresh), dtype=numpy.float64).tofile(path("predictions.f64"))
booster.save_model(path("model.txt"))
ours = lightgbm.Booster(model_file=path("ours.txt"))
numpy.asarray(ours.predict(fresh), dtype=numpy.float64).tofile(path("from_ours.f64"))
json.dump({"seconds": seconds, "version": lightgbm.__version__, "rounds": booster.best_iteration}, open(path("told.json"), "w"))
