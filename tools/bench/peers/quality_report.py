"""SDMetrics for `quality-report`: QualityReport and DiagnosticReport of a table against itself."""

import sys
import time

from serve import serve, timed
from table import column_types, read_table
from sdmetrics.reports.single_table import DiagnosticReport, QualityReport

table = read_table(sys.argv[1])
metadata = {"columns": column_types(table)}


def both():
    reports = [QualityReport(), DiagnosticReport()]
    for report in reports:
        report.generate(table, table.copy(), metadata, verbose=False)
    return [report.get_score() for report in reports]


def run():
    started = time.process_time()
    seconds, scores = timed(both)
    return {"seconds": seconds, "cpuSeconds": time.process_time() - started, "scores": scores}


serve(run)
