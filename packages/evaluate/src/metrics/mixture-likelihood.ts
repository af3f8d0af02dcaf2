// SDMetrics' likelihood of judged numbers under a mixture of Gaussians that learnt the real ones.

import { setImmediate } from "node:timers/promises";

import { throwIfAborted } from "@verisim/core";
import type { ComparedNumbers } from "../compared-column.ts";
import { fitMixture, type Mixture, meanLogDensity } from "../learners/gaussian-mixture.ts";
import type { Metric } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { chosenRows } from "./mixed-rows.ts";

/** Numbers of components that are tried; the one of the smallest Bayesian information criterion is taken. */
const tried = [1, 2, 3, 5, 8, 12, 18, 24, 30] as const;
const mostRows = 3000;

/** Row-major; a missing number takes the mean of its own table. */
function pointsOf(numbers: readonly ComparedNumbers[], table: number, rows: ArrayLike<number>): Float64Array {
  const points = new Float64Array(rows.length * numbers.length);
  for (const [at, { values }] of numbers.entries()) {
    const own = Float64Array.from(rows, (row) => values[table]![row]!);
    const present = own.filter((value) => Number.isFinite(value));
    const mean = present.reduce((sum, value) => sum + value / present.length, 0);
    for (let row = 0; row < rows.length; row++)
      points[row * numbers.length + at] = Number.isFinite(own[row]!) ? own[row]! : mean;
  }
  return points;
}

function rowsOf({ compared, seed }: MetricContext, table: number): ArrayLike<number> {
  const count = compared.rowCounts[table]!;
  return (
    chosenRows(count, mostRows, seed, "mixture", String(table)) ??
    Int32Array.from({ length: count }, (_, row) => row)
  );
}

async function mixtureOf(context: MetricContext, numbers: readonly ComparedNumbers[]): Promise<Mixture> {
  return context.once("mixture", async () => {
    const rows = rowsOf(context, 0);
    const width = numbers.length;
    const points = pointsOf(numbers, 0, rows);
    let best: { mixture: Mixture; criterion: number } | null = null;
    for (const components of tried) {
      if (components > rows.length) break;
      await setImmediate();
      throwIfAborted(context.run.signal);
      const mixture = fitMixture(points, rows.length, width, components, context.seed);
      const parameters = 2 * components * width + components - 1;
      const likelihood = meanLogDensity(mixture, points, rows.length, width) * rows.length;
      const criterion = parameters * Math.log(rows.length) - 2 * likelihood;
      if (!best || criterion < best.criterion) best = { mixture, criterion };
    }
    return best!.mixture;
  });
}

export const mixtureMetrics: readonly Metric[] = [
  {
    name: "gm-log-likelihood",
    family: "sdmetrics",
    says: "Mean logarithm of the density of the judged numbers under a mixture of Gaussians that learnt the real ones; its size follows the columns' units, so that only the ceiling says what is high.",
    original: "single_table.GMLogLikelihood",
    better: "higher",
    range: [null, null],
    needs: [],
    tolerance: null,
    differs:
      "The same mixtures, started by the seed instead of anew each time; of 1 to 30 components nine numbers are tried, on 3,000 rows at most.",
    hasCeiling: true,
    compute: async (context, table) => {
      const numbers = context.numbers.filter(
        ({ sdtype, ranges }) =>
          sdtype === "numerical" &&
          ranges[0] !== null &&
          ranges[table] !== null &&
          ranges[table] !== undefined,
      );
      if (numbers.length === 0) return { value: null };
      const mixture = await mixtureOf(context, numbers);
      const rows = rowsOf(context, table);
      const points = pointsOf(numbers, table, rows);
      return { value: meanLogDensity(mixture, points, rows.length, numbers.length) };
    },
  },
];
