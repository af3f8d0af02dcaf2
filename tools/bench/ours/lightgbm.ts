// Ours for `lightgbm`: boosted trees learn Adult's income and predict the same rows.

import { readTable } from "@verisim/data";
import { GradientBoostedTrees, tableFeatures } from "@verisim/trees";

import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
const target = metadata.columns.income
  ? "income"
  : table.columnNames.find((name) => name.startsWith("kind_0"))!;
const coding = tableFeatures(table, metadata, target);
const { features, labels } = coding.encode(table);
const options = { objective: coding.objective, threads: Number(process.argv[3]) };

await serve(async () => {
  let predictions: Float64Array = new Float64Array(0);
  let fitSeconds = 0;
  const seconds = await time(async () => {
    const trees = new GradientBoostedTrees(options);
    fitSeconds = await time(() => trees.fit(features, labels));
    predictions = await trees.predict(features);
  });
  const right = predictions.reduce(
    (sum, value, row) => sum + (value > 0.5 === (labels[row] === 1) ? 1 : 0),
    0,
  );
  return { seconds, fitSeconds, accuracy: right / labels.length };
});
