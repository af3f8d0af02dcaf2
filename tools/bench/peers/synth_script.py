"""What a user of SDV writes to get a synthetic CSV and its quality: synth_script.py TABLE OUT. Prints the score."""

import sys
import warnings

warnings.filterwarnings("ignore")

from sdmetrics.reports.single_table import QualityReport
from sdv.single_table import GaussianCopulaSynthesizer
from table import column_types, only_table, read_table, sdv_metadata

table = read_table(sys.argv[1])
synthesizer = GaussianCopulaSynthesizer(sdv_metadata(table))
synthesizer.fit({"table": table})
synthetic = only_table(synthesizer.sample(len(table)))
synthetic.to_csv(sys.argv[2], index=False)
report = QualityReport()
report.generate(table, synthetic, {"columns": column_types(table)}, verbose=False)
print(report.get_score())
