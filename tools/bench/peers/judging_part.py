"""One part of SDMetrics' judgement: judging_part.py PART REAL SYNTHETIC HOLDOUT TARGET. Prints its seconds and figure."""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import sdmetrics.single_table as single
from sdmetrics.reports.single_table import DiagnosticReport, QualityReport
from table import column_types, read_table

part, target = sys.argv[1], sys.argv[5]
real, synthetic, holdout = (read_table(path) for path in sys.argv[2:5])
metadata = {"columns": column_types(real)}


def report(kind):
    made = kind()
    made.generate(real, synthetic, metadata, verbose=False)
    return made.get_score()


def score(metric, *tables, **options):
    return getattr(single, metric).compute(*tables, metadata=metadata, **options)


parts = {
    "QualityReport": lambda: report(QualityReport),
    "DiagnosticReport": lambda: report(DiagnosticReport),
    "LogisticDetection": lambda: score("LogisticDetection", real, synthetic),
    "SVCDetection": lambda: score("SVCDetection", real, synthetic),
    "NewRowSynthesis": lambda: score("NewRowSynthesis", real, synthetic),
    "DCRBaselineProtection": lambda: single.DCRBaselineProtection.compute(real, synthetic, metadata, None),
    "DCROverfittingProtection": lambda: single.DCROverfittingProtection.compute(
        real, synthetic, holdout, metadata, None),
    "GMLogLikelihood": lambda: score("GMLogLikelihood", real, synthetic),
    "CategoricalRF": lambda: score(
        "CategoricalRF", real, synthetic, key_fields=["education", "marital-status"], sensitive_fields=[target]),
    "BinaryAdaBoostClassifier": lambda: score("BinaryAdaBoostClassifier", holdout, synthetic, target=target),
    "BinaryMLPClassifier": lambda: score("BinaryMLPClassifier", holdout, synthetic, target=target),
    "BinaryLogisticRegression": lambda: score("BinaryLogisticRegression", holdout, synthetic, target=target),
}

begun, used = time.perf_counter(), sum(os.times()[:2])
figure = parts[part]()
print(json.dumps({
    "seconds": time.perf_counter() - begun,
    "cpuSeconds": sum(os.times()[:2]) - used,
    "figure": None if figure is None else float(figure),
}))
