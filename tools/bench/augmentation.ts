// What rows of a generator are worth to LightGBM on small data: for every data set, several splits into rows to learn and rows to
// judge by. Validation inside the learnt rows chooses whether and how synthetic rows are used; the gain over the real rows
// alone is that on the rows to judge by, against LightGBM's defaults and against the best minDataInLeaf.
// Splits share no row where the table is large enough; else Nadeau and Bengio's corrected variance (Machine Learning 52,
// 2003) makes up for the rows that they share.
// Run: node --conditions=verisim-source augmentation.ts [data set ...] [--splits N] [--seed N] [--steps N] [--model NAME]

import { parseArgs } from "node:util";
import type { Table, TableMetadata } from "@verisim/core";
import {
  type AugmentationPlan,
  chooseAugmentation,
  decidingScore,
  fitAugmented,
  tableFeatures,
} from "@verisim/trees";
import { findGenerator } from "@verisim/verisim/generators";
import { augmentationCases as cases, readCase } from "./augmentation-cases.ts";
import { type Cut, cutTable, meanOfSplits } from "./augmentation-splits.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: "string" },
    seed: { type: "string", default: "2000" },
    steps: { type: "string", default: "1000" },
    batch: { type: "string", default: "64" },
    model: { type: "string", default: "vam" },
  },
});
const firstSeed = Number(values.seed);

/** LightGBM as it comes, and with the best of several sizes of a leaf. */
const settings = {
  defaults: {},
  tuned: { leastLeaves: [2, 5, 10, 20] },
} as const;

/** One split: the gain under each setting, and what was chosen. */
async function judge({ train, holdout }: Cut, metadata: TableMetadata, target: string, seed: number) {
  const made = new Map<number, Table>();
  const makeRows = async (rows: Table, count: number, key: number): Promise<Table> => {
    const known = made.get(key);
    if (known) return known;
    const definition = findGenerator(values.model);
    const training = {
      epochs: 1,
      minSteps: Number(values.steps),
      batchSize: Number(values.batch),
      holdoutShare: 0,
    };
    const generator = definition.create(definition.trains ? training : {});
    const model = await generator.fit(rows, { metadata, seed: key });
    const table = await model.sample(count, { seed: key });
    made.set(key, table);
    return table;
  };
  const coding = tableFeatures(train, metadata, target);
  const [real, held] = [coding.encode(train), coding.encode(holdout)];
  const outcome: Record<
    string,
    { alone: number; enlarged: number; plan: AugmentationPlan | null; score: string }
  > = {};
  for (const [setting, leaves] of Object.entries(settings)) {
    const choice = await chooseAugmentation({
      real: train,
      metadata,
      target,
      makeRows,
      ...leaves,
      seed: seed * 100,
    });
    const score = async (plan: AugmentationPlan | null): Promise<number> => {
      const synthetic = plan
        ? coding.encode(await makeRows(train, 4 * train.rowCount, seed * 100 + 99))
        : real;
      const trees = await fitAugmented(coding, real, synthetic, plan, choice.trees, { seed });
      return decidingScore(coding, await trees.predict(held.features), held.labels);
    };
    const alone = await score(null);
    const enlarged = choice.plan ? await score(choice.plan) : alone;
    outcome[setting] = { alone, enlarged, plan: choice.plan, score: choice.score };
  }
  return outcome;
}

const planWords = (plan: AugmentationPlan | null): string =>
  plan ? `${plan.amount}x${plan.weight}${plan.taught ? "t" : plan.plausibleOnly ? "p" : ""}` : "none";

for (const name of positionals.length > 0 ? positionals : Object.keys(cases)) {
  const one = cases[name];
  const read = one && (await readCase(one));
  if (!read) {
    console.log(`${name}: no such case, or its data is not there`);
    continue;
  }
  const start = performance.now();
  const splits = Number(values.splits ?? one.splits ?? 10);
  const { cuts, shared } = cutTable(read.table, read.metadata, one.target, {
    learn: one.learn,
    splits,
    seed: firstSeed,
  });
  const outcomes = [];
  for (const [index, cut] of cuts.entries())
    outcomes.push(await judge(cut, read.metadata, one.target, firstSeed + index));
  for (const setting of ["defaults", "tuned"] as const) {
    const results = outcomes.map((outcome) => outcome[setting]!);
    const alone = meanOfSplits(
      results.map((result) => result.alone),
      shared,
    );
    const { mean, half } = meanOfSplits(
      results.map(({ alone, enlarged }) => enlarged - alone),
      shared,
    );
    console.log(
      `${name}, ${cuts[0]!.train.rowCount} rows, ${setting}: ${results[0]!.score} ${alone.mean.toFixed(4)} alone, gain ${mean.toFixed(4)} [${(mean - half).toFixed(4)}, ${(mean + half).toFixed(4)}], ${splits} splits ${shared > 0 ? "that share rows" : "apart"}, ${cuts[0]!.holdout.rowCount} to judge; ${results.map(({ plan }) => planWords(plan)).join(" ")}`,
    );
  }
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
