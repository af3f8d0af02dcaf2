// Instance hardness (Smith, Martinez and Giraud-Carrier 2014): rows that boosted trees, trained on the other parts of a
// stratified cross-validation, recognise as their class are kept first. Exactly as many as wanted; of equals the first.

import { GradientBoostedTrees } from "@verisim/trees";
import { stratifiedFolds } from "../stratified-folds.ts";
import { allRows, type Outcome, type Work } from "../work.ts";
import { keepPerClass } from "./selections.ts";

export async function instanceHardness(work: Work): Promise<Outcome> {
  const chances = await chancesOfOwnClass(work);
  const kept = await keepPerClass(work, (_label, rows, count) => {
    const order = Uint32Array.from(rows.keys()).sort(
      (a, b) => chances[rows[b]!]! - chances[rows[a]!]! || a - b,
    );
    return Promise.resolve(Int32Array.from(order.subarray(0, count), (place) => rows[place]!));
  });
  return { kept, made: [] };
}

/** Per row of the table, the probability that trees which have not seen it give to its class. */
async function chancesOfOwnClass(work: Work): Promise<Float64Array> {
  const { folds } = work.options;
  const { draws, classes: names, classRows, labels: classOf } = work;
  const foldOf = await stratifiedFolds(draws, names, classRows, classOf.length, folds, "fold");
  const rows = allRows(work);
  const chances = new Float64Array(work.labels.length);
  const two = work.classes.length === 2;
  for (let fold = 0; fold < folds; fold++) {
    const train = rows.filter((row) => foldOf[row] !== fold);
    const test = rows.filter((row) => foldOf[row] === fold);
    if (test.length === 0) continue;
    const trees = new GradientBoostedTrees({
      objective: two ? "binary" : "multiclass",
      ...(work.run.threads !== undefined && { threads: work.run.threads }),
    });
    const labels = Float64Array.from(train, (row) => work.labels[row]!);
    await trees.fit(featuresOf(work, train), labels, work.run.signal ? { signal: work.run.signal } : {});
    const predicted = await trees.predict(featuresOf(work, test));
    const classes = work.classes.length;
    for (const [i, row] of test.entries()) {
      const label = work.labels[row]!;
      chances[row] = two
        ? label === 1
          ? predicted[i]!
          : 1 - predicted[i]!
        : predicted[i * classes + label]!;
    }
  }
  return chances;
}

function featuresOf(work: Work, rows: Int32Array) {
  const { numbers, categories } = work.features;
  return [
    ...numbers.map(({ name, values }) => ({ name, values: Float64Array.from(rows, (row) => values[row]!) })),
    ...categories.map(({ name, codes }) => ({
      name,
      categorical: true,
      values: Float64Array.from(rows, (row) => (codes[row]! < 0 ? Number.NaN : codes[row]!)),
    })),
  ];
}
