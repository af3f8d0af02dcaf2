// The figures of mostlyai-qa: accuracy by its own definition; similarity and distances by its formulas on our points,
// because its own come from a language model's embeddings of the rows as text.

import type { Score } from "../evaluation.ts";
import { type AccuracyReport, binnedAccuracy } from "./accuracy.ts";
import type { Metric, MetricPart, MetricValue } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { MixedIndex } from "./mixed-index.ts";
import { chosenRows, type MixedNeighbours, type MixedRows, mixedRows, mostPoints } from "./mixed-rows.ts";

const shared = {
  family: "mostlyai",
  better: "higher",
  range: [0, 1],
  needs: [],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

function accuracyOf(context: MetricContext, table: 1 | 2): Promise<AccuracyReport> {
  return context.once(`accuracy ${table}`, () =>
    binnedAccuracy(context.compared, table, { seed: context.seed, ...context.run }),
  );
}

function sized(size: "univariate" | "bivariate" | "trivariate"): Metric["compute"] {
  return async (context, table): Promise<MetricValue> => {
    const { accuracy, groups } = (await accuracyOf(context, table))[size];
    const parts: MetricPart[] = groups.map(({ columns, accuracy: value }) => ({ columns, value }));
    return size === "trivariate" ? { value: accuracy } : { value: accuracy, parts };
  };
}

/** Points of the real and the judged table, as many rows of each. */
interface Points {
  readonly real: MixedRows;
  readonly judged: MixedRows;
  /** The two nearest real rows of each judged one. */
  readonly nearest: MixedNeighbours | null;
}

function pointsOf(context: MetricContext, table: 1 | 2): Promise<Points> {
  return context.once(`mostlyai points ${table}`, async () => {
    const { columns, rowCounts } = context.compared;
    const rows = Math.min(mostPoints, ...rowCounts);
    const chosen = rowCounts.map((total, index) =>
      chosenRows(total, rows, context.seed, "mostlyai", String(index)),
    );
    const points = mixedRows(columns, rowCounts, { rows: chosen });
    const real = points[0]!;
    const judged = points[table]!;
    const nearest =
      real.rowCount < 2 ? null : await new MixedIndex(real, "euclidean").nearest(judged, 2, context.run);
    return { real, judged, nearest };
  });
}

/** Cosine of the angle between the means of two tables of one-hot rows, numbers taken from -1/2 to 1/2. */
function centroidSimilarity(real: MixedRows, judged: MixedRows): Score {
  let [product, first, second] = [0, 0, 0];
  const add = (a: number, b: number): void => {
    product += a * b;
    first += a * a;
    second += b * b;
  };
  const { numbersWidth, codesWidth } = real;
  const meanNumber = (points: MixedRows, column: number): number => {
    let sum = 0;
    for (let row = 0; row < points.rowCount; row++) sum += points.numbers[row * numbersWidth + column]!;
    return sum / points.rowCount - 0.5;
  };
  const sharesOf = (points: MixedRows, column: number): Map<number, number> => {
    const shares = new Map<number, number>();
    for (let row = 0; row < points.rowCount; row++) {
      const code = points.codes[row * codesWidth + column]!;
      shares.set(code, (shares.get(code) ?? 0) + 1 / points.rowCount);
    }
    return shares;
  };
  for (let column = 0; column < numbersWidth; column++)
    add(meanNumber(real, column), meanNumber(judged, column));
  for (let column = 0; column < codesWidth; column++) {
    const [a, b] = [sharesOf(real, column), sharesOf(judged, column)];
    for (const code of new Set([...a.keys(), ...b.keys()])) add(a.get(code) ?? 0, b.get(code) ?? 0);
  }
  const cosine = product / Math.sqrt(first * second);
  return Number.isNaN(cosine) ? null : Math.min(1, Math.max(0, cosine));
}

const embedded =
  "The formula of the original on points of scaled numbers and one-hot categories: its own points are a language model's " +
  "embeddings of rows written as text.";

/** Distances up to this are no distance, as the original has it. */
const identical = 1e-6;

export const mostlyaiMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "accuracy",
    says: "How alike the shares of bins of single columns, pairs and triples are: the mean of the three.",
    original: "mostlyai.qa Accuracy.overall",
    differs:
      "Never rounded (the original keeps five decimals); against the learnt rows alone (the original adds the holdout to them).",
    compute: async (context, table) => ({ value: (await accuracyOf(context, table)).accuracy }),
  },
  {
    ...shared,
    name: "accuracy-univariate",
    says: "How alike the shares of bins are, as a mean over columns.",
    original: "mostlyai.qa Accuracy.univariate",
    compute: sized("univariate"),
  },
  {
    ...shared,
    name: "accuracy-bivariate",
    says: "How alike the shares of combined bins are, as a mean over pairs of columns.",
    original: "mostlyai.qa Accuracy.bivariate",
    compute: sized("bivariate"),
  },
  {
    ...shared,
    name: "accuracy-trivariate",
    says: "How alike the shares of combined bins are, as a mean over triples of columns.",
    original: "mostlyai.qa Accuracy.trivariate",
    compute: sized("trivariate"),
  },
  {
    ...shared,
    name: "cosine-similarity",
    says: "Cosine of the angle between the mean rows of the two tables.",
    original: "mostlyai.qa Similarity.cosine_similarity_training_synthetic",
    tolerance: null,
    differs: embedded,
    compute: async (context, table) => {
      const { real, judged } = await pointsOf(context, table);
      return { value: centroidSimilarity(real, judged) };
    },
  },
  {
    ...shared,
    name: "identical-match-share",
    says: "Share of the judged rows that are equal to a real one.",
    original: "mostlyai.qa Distances.ims_training",
    better: "lower",
    tolerance: null,
    differs: embedded,
    compute: async (context, table) => {
      const { nearest } = await pointsOf(context, table);
      return { value: shareOfRows(nearest, (near) => near <= identical) };
    },
  },
  {
    ...shared,
    name: "dcr-mean",
    says: "Mean distance of the judged rows to their nearest real row; compare it with the holdout's.",
    original: "mostlyai.qa Distances.dcr_training",
    range: [0, null],
    tolerance: null,
    differs: embedded,
    compute: async (context, table) => {
      const { nearest } = await pointsOf(context, table);
      return { value: meanOfRows(nearest, (near) => near) };
    },
  },
  {
    ...shared,
    name: "nndr-mean",
    says: "Mean ratio of the distances to the nearest and the second nearest real row; compare it with the holdout's.",
    original: "mostlyai.qa Distances.nndr_training",
    tolerance: null,
    differs: embedded,
    compute: async (context, table) => {
      const { nearest } = await pointsOf(context, table);
      return { value: meanOfRows(nearest, (near, second) => (near + 1e-8) / (second + 1e-8)) };
    },
  },
];

function meanOfRows(nearest: MixedNeighbours | null, value: (near: number, second: number) => number): Score {
  if (!nearest) return null;
  const { distances, k } = nearest;
  let sum = 0;
  for (let at = 0; at < distances.length; at += k) sum += value(distances[at]!, distances[at + 1]!);
  return (sum * k) / distances.length;
}

function shareOfRows(nearest: MixedNeighbours | null, test: (near: number) => boolean): Score {
  return meanOfRows(nearest, (near) => (test(near) ? 1 : 0));
}
