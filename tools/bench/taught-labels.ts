// What synthetic rows with labels of a committee are worth to LightGBM on small data: parts of a table that share no row are
// learnt, each alone and with synthetic rows of a generator that saw nothing else, and judged by all other rows. Every size
// of a leaf is shown, so that the real rows alone may have the one that suits them best, in hindsight.
// Run: node --conditions=verisim-source taught-labels.ts [data set ...] [--splits N] [--model NAME] [--weight W] [--amount N]

import { parseArgs } from "node:util";
import { RowRandom, streamKey, type Table, type TableMetadata } from "@verisim/core";
import { decidingScore, fitAugmented, tableFeatures, taughtRows } from "@verisim/trees";
import { findGenerator } from "@verisim/verisim/generators";
import { augmentationCases, readCase } from "./augmentation-cases.ts";
import { meanOfSplits } from "./augmentation-splits.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: "string", default: "10" },
    model: { type: "string", default: "gaussian-copula" },
    weight: { type: "string", default: "0.3" },
    amount: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
  },
});
const leaves = [2, 5, 10, 20];

/** Places of a table's rows in an order of chance, cut into parts. */
function partsOf(rowCount: number, size: number, most: number, seed: number): Int32Array[] {
  const random = new RowRandom(streamKey(seed, "taught labels"), 0);
  const draws = Float64Array.from({ length: rowCount }, () => random.uniform());
  const order = Int32Array.from(draws.keys()).sort((a, b) => draws[a]! - draws[b]!);
  const count = Math.min(most, Math.floor(rowCount / size));
  return Array.from({ length: count }, (_, part) => order.slice(part * size, (part + 1) * size));
}

/** Scores of one part, alone and with taught rows, by size of a leaf. */
async function judge(
  table: Table,
  metadata: TableMetadata,
  target: string,
  places: Int32Array,
  seed: number,
): Promise<{ alone: number; taught: number }[]> {
  const own = new Set(places);
  const train = table.take(places);
  const held = table.take(
    Int32Array.from({ length: table.rowCount }, (_, row) => row).filter((row) => !own.has(row)),
  );
  const definition = findGenerator(values.model);
  const training = { epochs: 1, minSteps: 1000, batchSize: 64, holdoutShare: 0 };
  const model = await definition.create(definition.trains ? training : {}).fit(train, { metadata, seed });
  const amount = Number(values.amount);
  const coding = tableFeatures(train, metadata, target);
  const [real, judges] = [coding.encode(train), coding.encode(held)];
  const synthetic = coding.encode(await model.sample(Math.round(amount * real.labels.length), { seed }));
  const judged = { objective: coding.objective, classCount: coding.classes.length };
  const taught = await taughtRows(real, synthetic, judged, seed);
  const plan = { amount, weight: Number(values.weight), plausibleOnly: false, taught: true };
  const scores = [];
  for (const minDataInLeaf of leaves) {
    const score = async (used: typeof plan | null): Promise<number> => {
      const options = { minDataInLeaf, minDataPerGroup: minDataInLeaf };
      const trees = await fitAugmented(coding, real, synthetic, used, options, { seed, taught });
      return decidingScore(coding, await trees.predict(judges.features), judges.labels);
    };
    scores.push({ alone: await score(null), taught: await score(plan) });
  }
  return scores;
}

for (const name of positionals.length > 0 ? positionals : Object.keys(augmentationCases)) {
  const one = augmentationCases[name];
  const read = one && (await readCase(one));
  if (!read) {
    console.log(`${name}: no such case, or its data is not there`);
    continue;
  }
  const { table, metadata } = read;
  const parts = partsOf(table.rowCount, one.learn, Number(values.splits), Number(values.seed));
  const outcomes: Awaited<ReturnType<typeof judge>>[] = [];
  for (const [index, places] of parts.entries())
    outcomes.push(await judge(table, metadata, one.target, places, Number(values.seed) + index));
  leaves.forEach((leaf, at) => {
    const own = outcomes.map((scores) => scores[at]!);
    const alone = meanOfSplits(
      own.map((scores) => scores.alone),
      0,
    );
    const gains = own.map((scores) => scores.taught - scores.alone);
    const { mean, half } = meanOfSplits(gains, 0);
    console.log(
      `${name}, ${parts.length} parts of ${one.learn} rows, leaf ${leaf}: ${alone.mean.toFixed(4)} alone, gain ${mean.toFixed(4)} [${(mean - half).toFixed(4)}, ${(mean + half).toFixed(4)}], better in ${gains.filter((gain) => gain > 0).length}`,
    );
  });
}
