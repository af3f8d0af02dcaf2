// Trains the Python package LightGBM and ours on the same rows with the same parameters: trees and predictions must be
// equal, and each must read the other's model file.
//   node tools/parity/lightgbm.ts [--peers DIR]
// Generated tables are always compared; real data sets where they lie beside the repository.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { RowRandom, streamKey } from "@verisim/core";
import { readTable } from "@verisim/data";
import { sharedData } from "@verisim/testing";
import {
  type FeatureColumn,
  GradientBoostedTrees,
  type Objective,
  splitRows,
  type TreeOptions,
  tableFeatures,
  treeParameters,
} from "@verisim/trees";

import { installPeer } from "./install.mjs";

interface Rows {
  readonly features: readonly FeatureColumn[];
  readonly labels: Float64Array;
}

interface TreesCase {
  readonly name: string;
  readonly train: Rows;
  readonly validation: Rows;
  readonly options: Partial<TreeOptions> & { readonly objective: Objective };
}

/** Numbers, missing cells, two columns of categories; the label follows from most of them. */
function generatedRows(count: number, objective: Objective): Rows {
  const columns = Array.from({ length: 8 }, () => new Float64Array(count));
  const labels = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const random = new RowRandom(streamKey(2, "parity", "trees", objective), row);
    for (const [index, column] of columns.entries())
      column[row] =
        index < 2
          ? random.below(index === 0 ? 5 : 60)
          : random.uniform() < 0.08
            ? Number.NaN
            : random.uniform() * 10 ** (index - 3);
    const at = (index: number) => columns[index]![row]! || 0;
    const signal = (at(0) % 3) + (at(1) % 7) / 3 + at(3) + at(2) * 5 + random.uniform();
    labels[row] = objective === "regression" ? signal : Math.floor(signal / (objective === "binary" ? 4 : 2));
    if (objective !== "regression") labels[row] = Math.min(labels[row]!, objective === "binary" ? 1 : 3);
  }
  const features = columns.map((values, index) => ({ name: `c${index}`, values, categorical: index < 2 }));
  return { features, labels };
}

const pick = ({ features, labels }: Rows, rows: Int32Array): Rows => ({
  features: features.map((column) => ({
    ...column,
    values: Float64Array.from(rows, (row) => column.values[row]!),
  })),
  labels: Float64Array.from(rows, (row) => labels[row]!),
});

function split(name: string, rows: Rows, options: TreesCase["options"]): TreesCase {
  const { kept, splitOff } = splitRows(rows.labels.length, null, 0.25, 1);
  return { name, train: pick(rows, kept), validation: pick(rows, splitOff), options };
}

const targets: Readonly<Record<string, string>> = {
  breast_cancer: "diagnosis",
  penguins: "species",
  insurance: "charges",
  telco_churn: "Churn",
  mammography: "class",
};

async function* cases(): AsyncGenerator<TreesCase> {
  for (const objective of ["binary", "multiclass", "regression"] as const) {
    const rows = generatedRows(6000, objective);
    yield split(`generated, ${objective}`, rows, { objective });
    yield split(`generated, ${objective}, sampled and regularised`, rows, {
      objective,
      ...{
        baggingFraction: 0.6,
        baggingFreq: 2,
        featureFraction: 0.5,
        lambdaL1: 0.5,
        lambdaL2: 3,
        numLeaves: 12,
      },
      ...{
        maxDepth: 5,
        minDataInLeaf: 7,
        minGainToSplit: 0.01,
        maxBin: 63,
        catSmooth: 3,
        seed: 99,
        threads: 2,
      },
    });
    yield split(`generated, ${objective}, stopped early`, rows, {
      objective,
      ...{ learningRate: 0.5, numIterations: 400, earlyStoppingRounds: 15 },
    });
  }
  for (const [name, target] of Object.entries(targets)) {
    const file = sharedData(`${name}/data.csv`);
    if (file === null) {
      console.log(`skipped: ${name} (not beside the repository)`);
      skipped++;
      continue;
    }
    const { table, metadata } = await readTable(file);
    const coding = tableFeatures(table, metadata, target);
    yield split(name, coding.encode(table), { objective: coding.objective, minDataPerGroup: 10 });
  }
}

function writeRows(file: string, { features, labels }: Rows): void {
  const out = new Float64Array((features.length + 1) * labels.length);
  for (const [index, { values }] of features.entries())
    for (let row = 0; row < labels.length; row++) out[row * features.length + index] = values[row]!;
  out.set(labels, features.length * labels.length);
  writeFileSync(file, new Uint8Array(out.buffer));
}

function readNumbers(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const largestGap = (a: Float64Array, b: Float64Array): number =>
  a.length === b.length
    ? a.reduce((gap, value, index) => Math.max(gap, Math.abs(value - b[index]!)), 0)
    : Number.POSITIVE_INFINITY;

/** The trees of a text, without what differs on purpose: how many threads, and where the data lay. */
const treesOf = (text: string): string => text.slice(0, text.indexOf("end of trees"));

const { values: flags } = parseArgs({
  options: { peers: { type: "string", default: path.resolve(import.meta.dirname, "../../.cache/peers") } },
});
const python = installPeer(flags.peers, existsSync(path.join(flags.peers, "sdv")) ? "sdv" : "lightgbm");
const folder = mkdtempSync(path.join(tmpdir(), "verisim-trees-"));
let passed = 0;
let failed = 0;
let skipped = 0;

function check(what: string, holds: boolean, details: string): void {
  if (holds) passed++;
  else failed++;
  if (!holds) console.log(`  FAILED ${what}: ${details}`);
}

async function judge({ name, train, validation, options }: TreesCase): Promise<void> {
  const place = path.join(folder, name.replaceAll(/\W+/g, "-"));
  mkdirSync(place, { recursive: true });
  const start = performance.now();
  const trees = await new GradientBoostedTrees(options).fit(train.features, train.labels, {
    validation: { features: validation.features, labels: validation.labels },
  });
  const seconds = (performance.now() - start) / 1000;
  const ours = await trees.predict(validation.features);
  writeRows(path.join(place, "train.f64"), train);
  writeRows(path.join(place, "validation.f64"), validation);
  writeFileSync(path.join(place, "ours.txt"), trees.toText());
  const plan = {
    columns: train.features.length,
    names: trees.featureNames,
    categorical: train.features.flatMap(({ categorical }, index) => (categorical ? [index] : [])),
    parameters: {
      ...treeParameters(trees.options, {
        classCount: new Set(train.labels).size,
        threads: options.threads ?? 1,
      }),
      early_stopping_round: options.earlyStoppingRounds ?? 0,
    },
  };
  writeFileSync(path.join(place, "plan.json"), JSON.stringify(plan));
  const script = path.join(import.meta.dirname, "lightgbm_reference.py");
  const run = spawnSync(python, [script, place], {
    encoding: "utf8",
    env: { ...process.env, OMP_WAIT_POLICY: "PASSIVE" },
  });
  if (run.status !== 0) {
    failed++;
    console.log(`${name}: LightGBM failed\n${run.stderr}`);
    return;
  }
  const theirs = readNumbers(path.join(place, "predictions.f64"));
  const text = readFileSync(path.join(place, "model.txt"), "utf8");
  const gap = largestGap(ours, theirs);
  const told = JSON.parse(readFileSync(path.join(place, "told.json"), "utf8")) as { seconds: number };
  console.log(
    `${name}: ${train.labels.length} rows, ${trees.rounds} rounds, largest gap ${gap.toExponential(1)}, ` +
      `${told.seconds.toFixed(2)} s there, ${seconds.toFixed(2)} s here`,
  );
  check("predictions", gap === 0, `they differ by up to ${gap}`);
  check("trees", treesOf(text) === treesOf(trees.toText()), "the texts differ");
  const read = await GradientBoostedTrees.fromText(text);
  check(
    "their file read here",
    largestGap(await read.predict(validation.features), theirs) === 0,
    "other predictions",
  );
  check(
    "our file read there",
    largestGap(readNumbers(path.join(place, "from_ours.f64")), ours) === 0,
    "other predictions",
  );
}

try {
  for await (const one of cases()) await judge(one);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;
