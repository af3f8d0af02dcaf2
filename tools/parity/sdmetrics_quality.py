"""Scores pairs of tables with the real SDMetrics: sdmetrics_quality.py FOLDER...

Each folder holds real.csv, synthetic.csv and plan.json (SDV's metadata and how each column is stored); this writes
reference.json there with every score. NaN becomes null.
"""
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sdmetrics.reports.single_table import DiagnosticReport, QualityReport
    from sdmetrics.reports.single_table._properties import ColumnPairTrends

SUBSAMPLED_ABOVE = 50_000


def read(path, stored):
    """Text stays text; numbers take the type that pandas finds; an empty cell is missing and nothing else is."""
    frame = pd.read_csv(
        path, keep_default_na=False, na_values=[""], float_precision="round_trip", low_memory=False,
        dtype={name: str for name, kind in stored.items() if kind != "number"}, skip_blank_lines=False,
    )
    for name, kind in stored.items():
        if kind == "datetime":
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S")
    return frame


def plain(value):
    if value is None or value is pd.NA:
        return None
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.number)):
        return None if np.isnan(value) else float(value)
    return str(value)


def rows(details):
    return [{key: plain(value) for key, value in row.items()} for row in details.to_dict("records")]


def scores(report):
    return {row["Property"]: plain(row["Score"]) for row in report.get_properties().to_dict("records")}


def main():
    for folder in map(Path, sys.argv[1:]):
        plan = json.loads((folder / "plan.json").read_text())
        metadata, stored = plan["metadata"], plan["stored"]
        real, synthetic = read(folder / "real.csv", stored), read(folder / "synthetic.csv", stored)
        quality, diagnostic = QualityReport(), DiagnosticReport()
        if max(len(real), len(synthetic)) > SUBSAMPLED_ABOVE:
            quality.num_rows_subsample = None  # a random subsample has no figure to agree with
        start = time.process_time()
        quality.generate(real, synthetic, metadata, verbose=False)
        seconds = time.process_time() - start
        diagnostic.generate(real, synthetic, metadata, verbose=False)
        every_pair = ColumnPairTrends()  # its own thresholds are 0: it scores the pairs that the report leaves out
        every_pair.num_rows_subsample = quality.num_rows_subsample
        every_pair.get_score(real, synthetic, metadata)
        (folder / "reference.json").write_text(json.dumps({
            "seconds": seconds,
            "quality": plain(quality.get_score()),
            "properties": {**scores(quality), **scores(diagnostic)},
            "diagnostic": plain(diagnostic.get_score()),
            "shapes": rows(quality.get_details("Column Shapes")),
            "pairs": rows(quality.get_details("Column Pair Trends")),
            "everyPair": rows(every_pair.details),
            "validity": rows(diagnostic.get_details("Data Validity")),
        }))
        print(f"scored {folder.name} with SDMetrics in {seconds:.2f} CPU s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
