// SDMetrics' correct attribution probability: how sure an attacker who knows some columns of a person can be of others,
// when he looks the known ones up among the synthetic rows. After M. Elliot, "Final Report on the Disclosure Risk
// Associated with the Synthetic Data produced by the SYLLS Team" (2014).

import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { equalWidth } from "./equal-width.ts";
import type { Metric } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { MixedIndex } from "./mixed-index.ts";
import { rowCodes } from "./row-codes.ts";

/** What an attacker does when no synthetic row has the known values. */
type Lookup = "leave out" | "count as safe" | "take the nearest";

const binCount = 10;

/** A column as categories; numbers in ten bins over the real range that are closed on their right, without ends. */
function asCategories(column: ComparedNumbers | ComparedCategories): ComparedCategories {
  if (column.kind === "category") return column;
  const present = column.values[0]!.filter((value) => !Number.isNaN(value));
  const inner = present.length === 0 ? [] : [...equalWidth(present, binCount, "cut").subarray(1, binCount)];
  const labels = Array.from({ length: inner.length + 1 }, (_, bin) => String(bin));
  const codes = column.values.map((values) =>
    Int32Array.from(values, (value) => {
      if (Number.isNaN(value)) return labels.length;
      let bin = 0;
      while (bin < inner.length && value > inner[bin]!) bin++;
      return bin;
    }),
  );
  const counts = codes.map((table) => {
    const count = new Float64Array(labels.length + 1);
    for (const code of table) count[code]!++;
    return count;
  });
  const { name, sdtype, missing } = column;
  return { kind: "category", name, sdtype, missing, codes, labels, counts };
}

/** 1 less the mean probability of the right sensitive values; null where no row can be looked up. */
async function protection(context: MetricContext, table: 1 | 2, lookup: Lookup): Promise<Score> {
  const { rowCounts } = context.compared;
  const columnsOf = (names: readonly string[]): ComparedCategories[] =>
    names.map((name) => asCategories(context.scored(name)));
  const known = columnsOf(context.known);
  const keys = rowCodes(known, rowCounts);
  const sensitive = rowCodes(columnsOf(context.sensitive), rowCounts);
  const answers = answersPerKey(keys[table]!, sensitive[table]!);
  const nearest = lookup === "take the nearest" ? await nearestKeys(known, keys, table, context) : null;
  let sum = 0;
  let count = 0;
  for (let row = 0; row < rowCounts[0]!; row++) {
    const key = keys[0]![row]!;
    const found = answers.has(key) ? [key] : (nearest?.get(key) ?? []);
    if (found.length === 0 && lookup === "leave out") continue;
    count++;
    let right = 0;
    let all = 0;
    for (const synthetic of found) {
      const answer = answers.get(synthetic)!;
      right += answer.counts.get(sensitive[0]![row]!) ?? 0;
      all += answer.rows;
    }
    if (all > 0) sum += right / all;
  }
  return count === 0 ? null : 1 - sum / count;
}

interface Answers {
  rows: number;
  readonly counts: Map<number, number>;
}

function answersPerKey(keys: Int32Array, sensitive: Int32Array): Map<number, Answers> {
  const answers = new Map<number, Answers>();
  for (let row = 0; row < keys.length; row++) {
    const answer = answers.get(keys[row]!) ?? { rows: 0, counts: new Map<number, number>() };
    answer.rows++;
    answer.counts.set(sensitive[row]!, (answer.counts.get(sensitive[row]!) ?? 0) + 1);
    answers.set(keys[row]!, answer);
  }
  return answers;
}

/** For every real key: the synthetic keys that differ from it in the fewest columns. */
async function nearestKeys(
  known: readonly ComparedCategories[],
  keys: readonly Int32Array[],
  table: 1 | 2,
  context: MetricContext,
): Promise<Map<number, number[]>> {
  const pointsOf = (own: number): { points: Parameters<MixedIndex["nearest"]>[0]; keys: number[] } => {
    const firstRows = new Map<number, number>();
    for (const [row, key] of keys[own]!.entries()) if (!firstRows.has(key)) firstRows.set(key, row);
    const codes = new Int32Array(firstRows.size * known.length);
    for (const [at, row] of [...firstRows.values()].entries())
      for (const [column, { codes: all }] of known.entries())
        codes[at * known.length + column] = all[own]![row]!;
    return {
      points: {
        rowCount: firstRows.size,
        numbersWidth: 0,
        numbers: new Float64Array(0),
        codesWidth: known.length,
        codes,
        mismatch: 1,
      },
      keys: [...firstRows.keys()],
    };
  };
  const real = pointsOf(0);
  const synthetic = pointsOf(table);
  const index = new MixedIndex(synthetic.points, "manhattan");
  const { distances } = await index.nearest(real.points, 1, context.run);
  const nearest = new Map<number, number[]>(real.keys.map((key) => [key, []]));
  // Differences are whole numbers: half of one more holds the nearest and no others.
  const radii = distances.map((distance) => distance + 0.5);
  await index.within(
    real.points,
    radii,
    (query, row) => {
      nearest.get(real.keys[query]!)!.push(synthetic.keys[row]!);
      return false;
    },
    context.run,
  );
  return nearest;
}

/** What guessing at random among all combinations of sensitive values leaves an attacker. */
function baseline(context: MetricContext): number {
  let combinations = 1;
  for (const name of context.sensitive) {
    const { counts } = asCategories(context.scored(name));
    combinations *= counts[0]!.reduce((present, count) => present + (count > 0 ? 1 : 0), 0);
  }
  return 1 - 1 / combinations;
}

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: ["known and sensitive columns"],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

const lookups = [
  ["cap", "CategoricalCAP", "leave out", "rows whose known values no judged row has being left out"],
  ["zero-cap", "CategoricalZeroCAP", "count as safe", "rows whose known values no judged row has being safe"],
  [
    "generalized-cap",
    "CategoricalGeneralizedCAP",
    "take the nearest",
    "the nearest known values standing in for those that no judged row has",
  ],
] as const;

export const attackMetrics: readonly Metric[] = lookups.flatMap(([name, original, lookup, how]): Metric[] => [
  {
    ...shared,
    name,
    says: `1 less the mean probability that an attacker finds the right sensitive values, ${how}.`,
    original: `single_table.${original}`,
    compute: async (context, table) => ({ value: await protection(context, table, lookup) }),
  },
  {
    ...shared,
    name: `disclosure-protection-${name}`,
    says: `The same over what guessing at random leaves, 1 at most.`,
    original: `single_table.DisclosureProtection(computation_method='${name.replace("-", "_")}')`,
    compute: async (context, table) => {
      const chance = baseline(context);
      const own = await protection(context, table, lookup);
      return { value: chance === 0 || own === null ? null : Math.min(1, own / chance) };
    },
  },
]);
