"""A table as the generators of the ctgan package see it: per numeric column a scalar in [-1, 1] and its mode, per
categorical column its category, modes and categories as ones and zeros.

Modes are bins of equal counts, as many as training-sizes.json says, in place of the package's mixtures: the time of a
training step depends on the sizes alone.
"""

import json
import os
from types import SimpleNamespace

import numpy as np
from ctgan.data_transformer import SpanInfo

from table import column_types, read_table

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../training-sizes.json")) as file:
    sizes = json.load(file)


def one_hot(codes, count):
    return np.eye(count)[codes]


def numeric_parts(values, modes):
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    mode = order * modes // len(values)
    within = order * modes / len(values) - mode
    spans = [SpanInfo(1, "tanh"), SpanInfo(modes, "softmax")]
    return spans, [2 * within[:, None] - 1, one_hot(mode, modes)]


def categorical_parts(values):
    _, codes = np.unique(values.fillna("").astype(str), return_inverse=True)
    count = int(codes.max()) + 1
    return [SpanInfo(count, "softmax")], [one_hot(codes, count)]


class EncodedTable:
    """Stands where the package's transformer stands: its spans and its rows are ready."""

    def __init__(self, path):
        self.table = read_table(path)
        types = column_types(self.table)
        self.discrete = [name for name, kind in types.items() if kind["sdtype"] == "categorical"]
        modes = iter(sizes["modes"])
        self.output_info_list, parts = [], []
        for name, values in self.table.items():
            if name in self.discrete:
                spans, columns = categorical_parts(values)
            else:
                spans, columns = numeric_parts(values.to_numpy(), next(modes))
            self.output_info_list.append(spans)
            parts += columns
        self.rows = np.concatenate(parts, axis=1).astype(float)
        self.output_dimensions = self.rows.shape[1]
        self.table = self.table.assign(**{name: self.table[name].fillna("") for name in self.discrete})

    def fit(self, *_):
        pass

    def transform(self, *_):
        return self.rows


class Paced(Exception):
    """Ends a fit after the steps that were timed."""


def seconds_per_step(fit, clock):
    """Runs `fit` until the clock has its steps."""
    try:
        fit()
    except Paced:
        return clock.seconds
    raise RuntimeError("the fit ended before the steps that it should have taken")


def new_clock():
    return SimpleNamespace(start=0.0, seconds=0.0, calls=0)
