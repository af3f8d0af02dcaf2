// Whether resampling helps boosted trees on creditcard_fraud and mammography, and whether `gain` says so rightly.
// Run: node --conditions=verisim-source average-precision.ts [strategies|choice|samples|seeds ...]
//   [--data NAME] [--rare ROWS] [--only "STRATEGY [SHARE]" ...] [--seed N] [--threads N] [--truth REPEATS]
// --rare keeps so many rows of the rarer class, the first in the file. SHARE is rare rows per common one afterwards, default 1.
//
// strategies: five times five folds of every strategy against the rows as they are.
// choice:     the strategy that is best on four inner folds of the training rows alone, and what it gains on rows that
//             were left out, 25 times: what choosing is worth, without the luck of the best of many.
// samples, seeds: ten verdicts of each strategy, one by one as `verisim resample --gain` gives them, against the truth. Said
//   before anything was measured:
//   `samples`: a verdict comes from one half of the rows, drawn anew each time. The truth is the gain on the other half,
//   which the verdict never saw, of trees that learn from the first (ten trainings).
//   `seeds`: a verdict comes from the whole table, with other folds and draws each time. The truth is the mean gain over
//   30 times five folds with seeds that no verdict uses.
//   A verdict is right where what it says is true: `better` and the truth above 0, `worse` and the truth below 0, or `no
//   difference` and the truth within 0.02 of average precision: less than anybody would change a system for. `unsure` says
//   no more than its interval, and is right where that holds the truth; rows that are held out have a chance of their own,
//   so that the two may lie apart by the root of the sum of the squares of both half intervals. An interval without end
//   would always be right: how many verdicts decided stands beside, and how many are right where `unsure` is taken for `no
//   difference`, as who has to choose would take it.

import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Table, TableMetadata } from "@verisim/core";
import { readTable } from "@verisim/data";
import { compareStrategies, type ResampleGain, type ResampleRequest, strategies } from "@verisim/resample";
import { sharedData } from "@verisim/testing";
import { splitHoldout } from "@verisim/trees";
import { meanOfSplits } from "./augmentation-splits.ts";

const tables = [
  { name: "mammography", file: "data.csv", target: "class" },
  { name: "creditcard_fraud", file: "data.csv.gz", target: "Class" },
  // Only where they are asked for by name: nothing was chosen with them.
  { name: "shoppers", file: "train.csv", target: "Revenue", checkOnly: true },
  { name: "telco_churn", file: "data.csv", target: "Churn", checkOnly: true },
];
/** Less than this of average precision is no difference that matters. */
const margin = 0.02;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    only: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
    truth: { type: "string", default: "30" },
    rare: { type: "string" },
    threads: { type: "string", default: "2" },
  },
});
const seed = Number(values.seed);
const threads = Number(values.threads);
/** Strategies that are chosen among and whose verdicts are checked: of each kind, or those of --only. */
const checked = values.only ?? ["random", "smote", "svm-smote", "random-under", "smote-enn"];

function requestOf(name: string, target: string, own: number): ResampleRequest {
  const [strategy, share] = name.split(" ") as [string, string?];
  const request = { target, strategy, threads, seed: own };
  return share === undefined ? request : { ...request, samplingStrategy: Number(share) };
}

interface Read {
  readonly name: string;
  readonly table: Table;
  readonly metadata: TableMetadata;
  readonly target: string;
}

/** Every strategy with classes of one size, and those that add rows also with one rare row in two; or those of --only. */
function candidates(target: string): ResampleRequest[] {
  const all = strategies
    .filter(({ name }) => name !== "smotenc" && name !== "smoten")
    .flatMap(({ name, kind }) => (kind === "over" || kind === "combined" ? [name, `${name} 0.5`] : [name]));
  return (values.only ?? all).map((name) => requestOf(name, target, seed));
}

const nameOf = ({ strategy, samplingStrategy }: ResampleRequest): string =>
  samplingStrategy === undefined ? strategy! : `${strategy} ${samplingStrategy}`;

const signed = (value: number): string => `${value >= 0 ? "+" : ""}${value.toFixed(4)}`;

async function everyStrategy({ name, table, metadata, target }: Read): Promise<void> {
  const requests = candidates(target);
  const gains = await compareStrategies(table, metadata, requests, { folds: 5, repeats: 5 });
  const lines = gains.map((gain, index) => ({ gain, request: nameOf(requests[index]!) }));
  lines.sort((a, b) => b.gain.scores[0]!.gain - a.gain.scores[0]!.gain);
  console.log(
    `${name}: average precision of ${gains[0]!.rare} ${gains[0]!.scores[0]!.plain.toFixed(4)} as it is`,
  );
  for (const { gain, request } of lines) {
    const [score, auc, f1] = gain.scores;
    console.log(
      `  ${request.padEnd(36)} ${signed(score!.gain)} [${signed(score!.low)}, ${signed(score!.high)}] ${gain.verdict}; AUC ${signed(auc!.gain)}, macro-F1 ${signed(f1!.gain)}`,
    );
  }
}

/** The choice sees nothing of the rows that judge it: a fifth of the table, another one each of 25 times. */
async function chosenInside({ name, table, metadata, target }: Read): Promise<void> {
  const differences: number[] = [];
  const chosen = new Map<string, number>();
  for (let outer = 0; outer < 25; outer++) {
    const { train, holdout } = splitHoldout(table, metadata, target, {
      share: 0.2,
      seed: 100 * seed + outer,
    });
    const requests = checked.map((name) => requestOf(name, target, 1000 * seed + outer));
    const inner = await compareStrategies(train, metadata, requests, { folds: 4, repeats: 1 });
    const best = inner.reduce((a, b) => (b.scores[0]!.gain > a.scores[0]!.gain ? b : a));
    const request = requests[inner.indexOf(best)]!;
    chosen.set(nameOf(request), (chosen.get(nameOf(request)) ?? 0) + 1);
    const [gain] = await compareStrategies(train, metadata, [request], { holdout, folds: 5, repeats: 1 });
    differences.push(gain!.scores[0]!.gain);
  }
  const { mean, half } = meanOfSplits(differences, 0.25);
  console.log(
    `${name}: the best of ${checked.length} inside, on rows left out: ${signed(mean)} [${signed(mean - half)}, ${signed(mean + half)}], 25 splits; chosen ${[
      ...chosen,
    ]
      .sort((a, b) => b[1] - a[1])
      .map(([request, times]) => `${request} ${times}`)
      .join(", ")}`,
  );
}

/** One verdict of each strategy, and what is true of each. */
interface Judged {
  readonly verdicts: readonly ResampleGain[];
  readonly truths: readonly ResampleGain[];
}

const marks = { better: "+", worse: "-", "no difference": "0", unsure: "?" };

function isRight({ verdict, scores: [given] }: ResampleGain, { scores: [truth] }: ResampleGain): boolean {
  const { gain } = truth!;
  if (verdict !== "unsure") return holds(verdict, gain);
  const half = ({ low, high }: { low: number; high: number }): number => (high - low) / 2;
  return Math.abs(given!.gain - gain) <= Math.hypot(half(given!), half(truth!));
}

const holds = (verdict: "better" | "worse" | "no difference", gain: number): boolean =>
  verdict === "better" ? gain > 0 : verdict === "worse" ? gain < 0 : Math.abs(gain) < margin;

/** Where `unsure` stands for no difference. */
const isChosenRight = ({ verdict }: ResampleGain, { scores: [truth] }: ResampleGain): boolean =>
  holds(verdict === "unsure" ? "no difference" : verdict, truth!.gain);

async function checkVerdicts(
  name: string,
  kind: string,
  judge: (repeat: number) => Promise<Judged>,
): Promise<void> {
  const judged: Judged[] = [];
  for (let repeat = 0; repeat < 10; repeat++) {
    const { verdicts, truths } = await judge(repeat);
    judged.push({ verdicts, truths });
    // It takes long: what is known so far.
    const words = verdicts.map((given, index) => {
      const right = isRight(given, truths[index]!) ? "right" : "wrong";
      return `${given.strategy} ${given.verdict} ${interval(given)} truth ${interval(truths[index]!)} ${right}`;
    });
    process.stderr.write(`${name}, ${kind}, verdict ${repeat + 1} of 10: ${words.join("; ")}\n`);
  }
  console.log(`${name}, ${kind}:`);
  const all = { decided: 0, rightDecided: 0, right: 0 };
  for (const [index, strategy] of checked.entries()) {
    const pairs = judged.map(({ verdicts, truths }) => [verdicts[index]!, truths[index]!] as const);
    // Halves share half of their rows with those of another repeat.
    const { mean, half } = meanOfSplits(
      pairs.map(([, truth]) => truth.scores[0]!.gain),
      1,
    );
    const said = pairs.map(([{ verdict }]) => marks[verdict]).join("");
    const right = pairs.filter(([given, truth]) => isRight(given, truth)).length;
    const decided = pairs.filter(([{ verdict }]) => verdict !== "unsure");
    const rightDecided = decided.filter(([given, truth]) => isRight(given, truth)).length;
    const chosen = pairs.filter(([given, truth]) => isChosenRight(given, truth)).length;
    const passes = pairs.map(([{ gains }]) => gains.length).join(" ");
    all.decided += decided.length;
    all.rightDecided += rightDecided;
    all.right += right;
    console.log(
      `  ${strategy.padEnd(28)} truth ${signed(mean)} (standard error ${(half / 2).toFixed(4)}), verdicts ${said}, right ${right} of 10; ${rightDecided} of ${decided.length} that decide; ${chosen} of 10 with unsure as no difference; cross-validations ${passes}`,
    );
  }
  const count = 10 * checked.length;
  console.log(
    `  all: ${all.decided} of ${count} decide, ${all.rightDecided} of these are right; ${count - all.decided} are unsure, and the interval of ${all.right - all.rightDecided} of these agrees with the truth`,
  );
}

function interval({ scores: [score] }: ResampleGain): string {
  const { gain, low, high } = score!;
  return `${signed(gain)} [${signed(low)}, ${signed(high)}]`;
}

/** Each strategy for itself, so that its cross-validations end when its own verdict stands. */
async function oneByOne(
  table: Table,
  metadata: TableMetadata,
  requests: readonly ResampleRequest[],
): Promise<ResampleGain[]> {
  const gains: ResampleGain[] = [];
  for (const request of requests) gains.push((await compareStrategies(table, metadata, [request]))[0]!);
  return gains;
}

/** A verdict on half of the rows, the truth on the other half. */
function onHalves({ name, table, metadata, target }: Read): Promise<void> {
  return checkVerdicts(name, "samples", async (repeat) => {
    const { train, holdout } = splitHoldout(table, metadata, target, { share: 0.5, seed: seed + repeat });
    const asked = (own: number) => checked.map((one) => requestOf(one, target, own));
    return {
      verdicts: await oneByOne(train, metadata, asked(1000 * (seed + repeat) + 7)),
      truths: await compareStrategies(train, metadata, asked(1_000_003 * (seed + repeat)), {
        holdout,
        folds: 5,
        repeats: 2,
      }),
    };
  });
}

/** Verdicts on the whole table, and the mean of many folds. */
async function onSeeds({ name, table, metadata, target }: Read): Promise<void> {
  const asked = (own: number) => checked.map((one) => requestOf(one, target, own));
  const truths = await compareStrategies(table, metadata, asked(1_000_003 * seed), {
    folds: 5,
    repeats: Number(values.truth),
  });
  await checkVerdicts(name, "seeds", async (repeat) => ({
    verdicts: await oneByOne(table, metadata, asked(1000 * (seed + repeat) + 7)),
    truths,
  }));
}

const parts: Readonly<Record<string, (read: Read) => Promise<void>>> = {
  strategies: everyStrategy,
  choice: chosenInside,
  samples: onHalves,
  seeds: onSeeds,
};
/** The table with the first `count` rows of its rarer class. */
function thinned(table: Table, target: string, count: number): Table {
  const column = table.column(target);
  const labels = column.kind === "dictionary" ? column.codes : column.values;
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const [rare] = [...sizes].reduce((a, b) => (b[1] < a[1] ? b : a));
  let kept = 0;
  return table.take(Int32Array.from(labels.keys()).filter((row) => labels[row] !== rare || kept++ < count));
}

for (const { name, file, target, checkOnly = false } of tables) {
  const folder = sharedData(name);
  if (values.data === undefined ? checkOnly : values.data !== name) continue;
  if (folder === null) {
    console.log(`${name}: its data is not there`);
    continue;
  }
  const { table: whole, metadata } = await readTable(join(folder, file));
  const table = values.rare === undefined ? whole : thinned(whole, target, Number(values.rare));
  for (const part of positionals.length > 0 ? positionals : Object.keys(parts)) {
    const start = process.cpuUsage();
    await parts[part]!({ name, table, metadata, target });
    const { user, system } = process.cpuUsage(start);
    console.log(`${name}, ${part}: ${((user + system) / 1e6).toFixed(0)} s of processor time`);
  }
}
