// What rows of VAM are worth to LightGBM on small data: for every data set, several splits into rows to learn and rows to
// judge by; the gain of real and synthetic rows over real rows alone, its mean over the splits and a 95 % interval, which
// takes the splits as independent though they share rows, and so is a little too narrow.
// Run: node --conditions=verisim-source augmentation.ts [data set ...] [--rows FACTOR] [--splits N] [--learn SHARE]

import { join } from "node:path";
import { parseArgs } from "node:util";
import { readTable } from "@verisim/data";
import { sharedData } from "@verisim/testing";
import { augmentationGain, splitHoldout } from "@verisim/trees";
import { VAM } from "@verisim/vam";

/** The column to predict of each data set. */
const targets: Readonly<Record<string, string>> = {
  iris: "species",
  penguins: "species",
  breast_cancer: "diagnosis",
  crop_recommendation: "label",
  insurance: "charges",
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string", default: "1" },
    splits: { type: "string", default: "10" },
    learn: { type: "string", default: "0.3" },
  },
});
const splits = Number(values.splits);

for (const name of positionals.length > 0 ? positionals : Object.keys(targets)) {
  const folder = sharedData(name);
  if (folder === null) {
    console.log(`${name}: ../shared/data/${name} is not there`);
    continue;
  }
  const target = targets[name]!;
  const { table, metadata } = await readTable(join(folder, "data.csv"));
  const gains: number[] = [];
  const verdicts = new Map<string, number>();
  let [score, real, learnt] = ["", 0, 0];
  for (let seed = 0; seed < splits; seed++) {
    const { train, holdout } = splitHoldout(table, metadata, target, {
      share: 1 - Number(values.learn),
      seed,
    });
    const options = { epochs: 1, minSteps: 1500, batchSize: 128, holdoutShare: 0 };
    const model = await new VAM(options).fit(train, { metadata, seed });
    const synthetic = await model.sample(Math.round(train.rowCount * Number(values.rows)), { seed });
    const made = await augmentationGain({
      real: train,
      synthetic,
      holdout,
      metadata,
      target,
      trainings: 3,
      seed,
    });
    const first = made.scores[0]!;
    gains.push(first.gain);
    real += first.real / splits;
    [score, learnt] = [first.score, train.rowCount];
    verdicts.set(made.verdict, (verdicts.get(made.verdict) ?? 0) + 1);
  }
  const mean = gains.reduce((a, b) => a + b, 0) / splits;
  const deviation = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (splits - 1));
  // Student's t at 97.5 % for 9 degrees of freedom; a little wide for more.
  const half = (2.262 * deviation) / Math.sqrt(splits);
  const counts = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
  console.log(
    `${name}: ${learnt} rows, ${score} ${real.toFixed(4)} alone, gain ${mean.toFixed(4)} [${(mean - half).toFixed(4)}, ${(mean + half).toFixed(4)}] over ${splits} splits; ${counts}`,
  );
}
