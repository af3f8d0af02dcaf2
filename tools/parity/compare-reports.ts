// Every score of a reference run against ours: columns, pairs, properties and the overall figure, by name.

import type { DiagnosticReport, QualityReport, Score } from "@verisim/evaluate";

/** Largest difference that counts as equal. */
export const tolerance: number = 1e-9;

/** What sdmetrics_quality.py writes; null stands for NaN. */
export interface Reference {
  seconds: number;
  quality: Score;
  diagnostic: Score;
  properties: Record<string, Score>;
  shapes: { Column: string; Metric: string; Score: Score }[];
  pairs: ReferencePair[];
  /** The same with the thresholds at 0, so that pairs below them have scores too. */
  everyPair: ReferencePair[];
  validity: { Column: string | string[]; Metric: string; Score: Score }[];
}

interface ReferencePair {
  "Column 1": string;
  "Column 2": string;
  Metric: string;
  Score: Score;
  "Real Correlation": Score;
  "Synthetic Correlation": Score;
  "Real Association": Score;
  "Meets Threshold?": boolean | null;
}

export interface Comparison {
  compared: number;
  largest: number;
  differences: string[];
}

export function compareReports(
  reference: Reference,
  quality: QualityReport,
  diagnostic: DiagnosticReport,
): Comparison {
  const result: Comparison = { compared: 0, largest: 0, differences: [] };
  const equal = (what: string, expected: unknown, received: unknown): void => {
    result.compared++;
    if (expected === received) return;
    if (typeof expected === "number" && typeof received === "number") {
      const gap = Math.abs(expected - received);
      result.largest = Math.max(result.largest, gap);
      if (gap <= tolerance) return;
    }
    result.differences.push(`${what}: SDMetrics ${String(expected)}, ours ${String(received)}`);
  };

  equal("Overall quality", reference.quality, quality.score);
  equal("Overall diagnostic", reference.diagnostic, diagnostic.score);
  equal("Column Shapes", reference.properties["Column Shapes"], quality.columnShapes.score);
  equal("Column Pair Trends", reference.properties["Column Pair Trends"], quality.columnPairTrends.score);
  equal("Data Validity", reference.properties["Data Validity"], diagnostic.dataValidity.score);
  equal("Data Structure", reference.properties["Data Structure"], diagnostic.dataStructure.score);

  equal("Number of columns", reference.shapes.length, quality.columnShapes.columns.length);
  for (const [index, expected] of reference.shapes.entries()) {
    const ours = quality.columnShapes.columns[index];
    equal(`Name of column ${index}`, expected.Column, ours?.column);
    equal(`Metric of ${expected.Column}`, expected.Metric, ours?.metric);
    equal(`Shape of ${expected.Column}`, expected.Score, ours?.score);
  }
  comparePairs(reference, quality, equal);

  // Dates are parsed before either side sees them, so their format is not judged: the reference leaves it empty.
  const validity = reference.validity.filter(({ Metric }) => Metric !== "DatetimeFormatAdherence");
  equal("Number of checks", validity.length, diagnostic.dataValidity.columns.length);
  for (const [index, expected] of validity.entries()) {
    const ours = diagnostic.dataValidity.columns[index];
    const name = [expected.Column].flat().join(", ");
    equal(`Name of check ${index}`, `${name} ${expected.Metric}`, `${ours?.column} ${ours?.metric}`);
    equal(`${expected.Metric} of ${name}`, expected.Score, ours?.score);
  }
  return result;
}

function comparePairs(
  reference: Reference,
  quality: QualityReport,
  equal: (what: string, expected: unknown, received: unknown) => void,
): void {
  equal("Number of pairs", reference.pairs.length, quality.columnPairTrends.pairs.length);
  for (const [index, expected] of reference.pairs.entries()) {
    const ours = quality.columnPairTrends.pairs[index];
    const name = `${expected["Column 1"]} x ${expected["Column 2"]}`;
    equal(`Name of pair ${index}`, name, `${ours?.column1} x ${ours?.column2}`);
    equal(`Metric of ${name}`, expected.Metric, ours?.metric);
    if (!ours) continue;
    // A pair whose score is not defined does not count on either side, whatever its flag says.
    if (expected.Score !== null || ours.counted) {
      equal(`Score of ${name}`, expected.Score, ours.score);
      equal(`Counted: ${name}`, expected["Meets Threshold?"], ours.counted);
    }
    const real = expected["Real Correlation"] ?? expected["Real Association"];
    if (real !== null) equal(`Real relation of ${name}`, real, ours.real);
    const every = reference.everyPair[index]!;
    if (ours.metric === "CorrelationSimilarity") {
      // A correlation of exactly 0 does not exceed a threshold of 0.
      if (every["Real Correlation"] !== 0)
        equal(`Score without threshold of ${name}`, every.Score, ours.score);
      if (every["Synthetic Correlation"] !== null)
        equal(`Synthetic relation of ${name}`, every["Synthetic Correlation"], ours.synthetic);
      // A similarity without an association (a constant column) is no figure of the default report.
    } else if (ours.real !== null) equal(`Score without threshold of ${name}`, every.Score, ours.score);
  }
}
