// SDMetrics' correct attribution probability: how sure an attacker who knows some columns of a person can be of others,
// when he looks the known ones up among the synthetic rows. After M. Elliot, "Final Report on the Disclosure Risk
// Associated with the Synthetic Data produced by the SYLLS Team" (2014).

import { setImmediate } from "node:timers/promises";

import { throwIfAborted } from "@verisim/core";
import type { ComparedCategories } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { asCategories } from "./attack-categories.ts";
import type { Metric } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { rowCodes } from "./row-codes.ts";

/** What an attacker does when no synthetic row has the known values. */
type Lookup = "leave out" | "count as safe" | "take the nearest";

/** 1 less the mean probability of the right sensitive values; null where no row can be looked up. */
async function protection(context: MetricContext, table: 1 | 2, lookup: Lookup): Promise<Score> {
  const { rowCounts } = context.compared;
  const columnsOf = (names: readonly string[]): ComparedCategories[] =>
    names.map((name) => asCategories(context.scored(name)));
  const known = columnsOf(context.known);
  const sensitive = rowCodes(columnsOf(context.sensitive), rowCounts);
  const right = new Float64Array(rowCounts[0]!);
  const all = new Float64Array(rowCounts[0]!);
  let open: Int32Array = Int32Array.from(right.keys());
  const mostDifferences = lookup === "take the nearest" ? known.length : 0;
  for (let differences = 0; differences <= mostDifferences && open.length > 0; differences++) {
    // Rows that differ from a real one in so many columns, and none in fewer, agree with it in one set of the others alone:
    // adding up all sets of this size counts every such row once.
    for (const columns of subsets(known, known.length - differences)) {
      await setImmediate();
      throwIfAborted(context.run.signal);
      const keys = rowCodes(columns, rowCounts);
      const answers = answersPerKey(keys[table]!, sensitive[table]!);
      for (const row of open) {
        const answer = answers.get(keys[0]![row]!);
        if (!answer) continue;
        right[row]! += answer.counts.get(sensitive[0]![row]!) ?? 0;
        all[row]! += answer.rows;
      }
    }
    open = open.filter((row) => all[row] === 0);
  }
  let sum = 0;
  let count = 0;
  for (let row = 0; row < all.length; row++) {
    if (all[row] === 0 && lookup === "leave out") continue;
    count++;
    if (all[row]! > 0) sum += right[row]! / all[row]!;
  }
  return count === 0 ? null : 1 - sum / count;
}

/** All subsets of a size, the empty one of size 0 among them. */
function* subsets<T>(items: readonly T[], size: number): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = 0; first + size <= items.length; first++)
    for (const rest of subsets(items.slice(first + 1), size - 1)) yield [items[first]!, ...rest];
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
