"""The ctgan package for `ctgan-prep`: its DataTransformer fitted to the table, then all rows transformed."""

import sys

from ctgan.data_transformer import DataTransformer
from serve import serve, timed
from table import column_types, read_table

table = read_table(sys.argv[1])
discrete = [name for name, kind in column_types(table).items() if kind["sdtype"] == "categorical"]


def run():
    transformer = DataTransformer()
    fit_seconds, _ = timed(lambda: transformer.fit(table, discrete))
    encode_seconds, rows = timed(lambda: transformer.transform(table))
    return {
        "seconds": fit_seconds + encode_seconds,
        "fitSeconds": fit_seconds,
        "encodeSeconds": encode_seconds,
        "outputs": rows.shape[1],
    }


serve(run)
