"""SDMetrics for `quality-report`: QualityReport of a table against itself."""

import sys

from serve import serve, timed
from table import column_types, read_table
from sdmetrics.reports.single_table import QualityReport

table = read_table(sys.argv[1])
metadata = {"columns": column_types(table)}


def run():
    report = QualityReport()
    seconds, _ = timed(lambda: report.generate(table, table.copy(), metadata, verbose=False))
    return {"seconds": seconds, "score": report.get_score()}


serve(run)
