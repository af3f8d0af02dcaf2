// SDMetrics' attackers who learn from the judged rows how known categories lead to sensitive ones: naive Bayes, neighbours, a
// random forest, a support vector machine, and the vote of the first three. They have no control: what follows from the
// population counts as found. The attribute inference of the privacy report has one.

import { setImmediate } from "node:timers/promises";

import { RowRandom, streamKey, throwIfAborted } from "@verisim/core";
import type { ComparedCategories } from "../compared-column.ts";
import { DecisionTree } from "../learners/decision-tree.ts";
import { scaledRows, scalingOf } from "../learners/scaled-rows.ts";
import { decide, fitClassifier, gaussianKernel } from "../learners/support-vectors.ts";
import { asCategories } from "./attack-categories.ts";
import type { Metric } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { chosenRows } from "./mixed-rows.ts";

/** Rows that attackers learn, and that are attacked, at most. */
const mostRows = 10_000;
const mostMachineRows = 1000;
const mostMachineClasses = 30;
const neighbours = 5;
const trees = 100;

/** What an attacker has: codes per column, judged rows to learn from and real ones to attack. */
interface Attack {
  readonly known: readonly ComparedCategories[];
  readonly sensitive: readonly ComparedCategories[];
  readonly table: 1 | 2;
  readonly learnt: Int32Array;
  readonly attacked: Int32Array;
  readonly context: MetricContext;
}

/** The guessed code of one sensitive column per attacked row; -1 where the attacker cannot guess. */
type Guess = (attack: Attack, column: ComparedCategories) => Promise<Int32Array>;

type AttackerName = "nb" | "knn" | "rf" | "svm";

function attackOf(context: MetricContext, table: 1 | 2): Attack {
  return context.once(`categorical attack ${table}`, () => {
    const { rowCounts } = context.compared;
    const rows = (side: number, purpose: string): Int32Array =>
      chosenRows(rowCounts[side]!, mostRows, context.seed, "attack", purpose) ??
      Int32Array.from({ length: rowCounts[side]! }, (_, row) => row);
    const columns = (names: readonly string[]) => names.map((name) => asCategories(context.scored(name)));
    return {
      known: columns(context.known),
      sensitive: columns(context.sensitive),
      table,
      learnt: rows(table, "learnt"),
      attacked: rows(0, "attacked"),
      context,
    };
  });
}

/** Guesses of all sensitive columns, one after the other. */
function guesses(context: MetricContext, table: 1 | 2, name: AttackerName): Promise<Int32Array[]> {
  return context.once(`categorical ${name} ${table}`, async () => {
    const attack = attackOf(context, table);
    const found: Int32Array[] = [];
    for (const column of attack.sensitive) found.push(await attackers[name](attack, column));
    return found;
  });
}

/** 1 less the share of the real rows all of whose sensitive values are guessed. */
async function protection(
  context: MetricContext,
  table: 1 | 2,
  names: readonly AttackerName[],
): Promise<number> {
  const { sensitive, attacked } = attackOf(context, table);
  const all: Int32Array[][] = [];
  for (const name of names) all.push(await guesses(context, table, name));
  let hits = 0;
  for (const [at, row] of attacked.entries()) {
    const guess = majority(all.map((own) => own.map((column) => column[at]!)));
    if (guess?.every((code, column) => code === sensitive[column]!.codes[0]![row]!)) hits++;
  }
  return 1 - hits / attacked.length;
}

/** The commonest guess; of equally common ones the first. */
function majority(all: readonly number[][]): number[] | null {
  const votes = new Map<string, { guess: number[]; count: number }>();
  for (const guess of all) {
    if (guess.some((code) => code < 0)) continue;
    const key = guess.join();
    const own = votes.get(key) ?? { guess, count: 0 };
    own.count++;
    votes.set(key, own);
  }
  let best: { guess: number[]; count: number } | null = null;
  for (const own of votes.values()) if (!best || own.count > best.count) best = own;
  return best?.guess ?? null;
}

/** Rows by their known values: attackers look each combination up once. */
interface Keys {
  /** Codes of each combination, column by column. */
  readonly codes: readonly number[][];
  /** Combination per row. */
  readonly ofRow: Int32Array;
}

function keysOf({ known }: Attack, table: number, rows: Int32Array): Keys {
  const index = new Map<string, number>();
  const codes: number[][] = [];
  const ofRow = Int32Array.from(rows, (row) => {
    const own = known.map((column) => column.codes[table]![row]!);
    const key = own.join();
    let place = index.get(key);
    if (place === undefined) {
      place = codes.push(own) - 1;
      index.set(key, place);
    }
    return place;
  });
  return { codes, ofRow };
}

/** Classes of a column in the order of their labels, missing cells last, as far as the learnt rows have them. */
function classesOf(attack: Attack, column: ComparedCategories): { codes: number[]; labels: Int32Array } {
  const own = Int32Array.from(attack.learnt, (row) => column.codes[attack.table]![row]!);
  const label = (code: number): string => column.labels[code] ?? "place_holder_for_nan";
  const codes = [...new Set(own)].sort((a, b) => (label(a) < label(b) ? -1 : label(a) > label(b) ? 1 : 0));
  const places = new Map(codes.map((code, place) => [code, place]));
  return { codes, labels: own.map((code) => places.get(code)!) };
}

/** Guesses one class per combination of known values that the learnt rows know each value of. */
async function perKey(
  attack: Attack,
  codes: readonly number[],
  guess: (key: readonly number[]) => number,
): Promise<Int32Array> {
  const keys = keysOf(attack, 0, attack.attacked);
  const seen = attack.known.map(
    (column) => new Set(Int32Array.from(attack.learnt, (row) => column.codes[attack.table]![row]!)),
  );
  const found = new Int32Array(keys.codes.length).fill(-1);
  for (const [place, key] of keys.codes.entries()) {
    if (place % 200 === 0) await turn(attack.context);
    if (key.every((code, at) => seen[at]!.has(code))) found[place] = codes[guess(key)]!;
  }
  return keys.ofRow.map((place) => found[place]!);
}

async function turn({ run }: MetricContext): Promise<void> {
  await setImmediate();
  throwIfAborted(run.signal);
}

const placeOfMost = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
};

/** With one row added to every category, as scikit-learn's CategoricalNB. */
const naiveBayes: Guess = async (attack, column) => {
  const { codes, labels } = classesOf(attack, column);
  const totals = new Float64Array(codes.length);
  for (const label of labels) totals[label]!++;
  const logs = attack.known.map((own) => {
    const counts = new Map<number, Float64Array>();
    for (const [at, row] of attack.learnt.entries()) {
      const code = own.codes[attack.table]![row]!;
      const perClass = counts.get(code) ?? new Float64Array(codes.length);
      perClass[labels[at]!]!++;
      counts.set(code, perClass);
    }
    return new Map(
      [...counts].map(([code, perClass]) => [
        code,
        perClass.map((count, label) => Math.log(count + 1) - Math.log(totals[label]! + counts.size)),
      ]),
    );
  });
  const prior = totals.map((total) => Math.log(total) - Math.log(labels.length));
  return perKey(attack, codes, (key) => {
    const joint = new Float64Array(codes.length);
    for (const [at, code] of key.entries()) {
      const own = logs[at]!.get(code)!;
      for (let label = 0; label < joint.length; label++) joint[label]! += own[label]!;
    }
    for (let label = 0; label < joint.length; label++) joint[label]! += prior[label]!;
    return placeOfMost(joint);
  });
};

/** Rows that are as near as the fifth share what is left of the five votes. */
const nearestRows: Guess = async (attack, column) => {
  const { codes, labels } = classesOf(attack, column);
  const keys = keysOf(attack, attack.table, attack.learnt);
  const votes = keys.codes.map(() => new Float64Array(codes.length));
  const rows = new Float64Array(keys.codes.length);
  for (const [at, place] of keys.ofRow.entries()) {
    votes[place]![labels[at]!]!++;
    rows[place]!++;
  }
  const width = attack.known.length;
  const byDistance = Array.from({ length: width + 1 }, () => new Float64Array(codes.length));
  const counts = new Float64Array(width + 1);
  return perKey(attack, codes, (key) => {
    for (const own of byDistance) own.fill(0);
    counts.fill(0);
    for (const [place, other] of keys.codes.entries()) {
      let distance = 0;
      for (let at = 0; at < width; at++) if (other[at] !== key[at]) distance++;
      counts[distance]! += rows[place]!;
      const own = byDistance[distance]!;
      for (let label = 0; label < own.length; label++) own[label]! += votes[place]![label]!;
    }
    const sum = new Float64Array(codes.length);
    let left = neighbours;
    for (let distance = 0; distance <= width && left > 0; distance++) {
      if (counts[distance] === 0) continue;
      const share = Math.min(1, left / counts[distance]!);
      for (let label = 0; label < sum.length; label++) sum[label]! += share * byDistance[distance]![label]!;
      left -= Math.min(left, counts[distance]!);
    }
    return placeOfMost(sum);
  });
};

/** Known values as one-hot blocks; features of both sides have the same codes. */
function blocksOf({ known }: Attack, table: number, rows: Int32Array): Int32Array[] {
  return known.map((column) => Int32Array.from(rows, (row) => column.codes[table]![row]!));
}

/** A hundred trees on rows drawn with replacement, each split among as many columns as the root of their number. */
const randomForest: Guess = async (attack, column) => {
  const { codes, labels } = classesOf(attack, column);
  const widths = attack.known.map((own) => own.labels.length + 1);
  const learnt = {
    count: attack.learnt.length,
    numbers: [],
    codes: blocksOf(attack, attack.table, attack.learnt),
  };
  const keys = keysOf(attack, 0, attack.attacked);
  const asked = {
    count: keys.codes.length,
    numbers: [],
    codes: attack.known.map((_, at) => Int32Array.from(keys.codes, (key) => key[at]!)),
  };
  const present = widths.reduce((sum, width) => sum + width, 0);
  const votes = keys.codes.map(() => new Float64Array(codes.length));
  for (let tree = 0; tree < trees; tree++) {
    await turn(attack.context);
    const random = new RowRandom(streamKey(attack.context.seed, "evaluate", "forest", column.name), tree);
    const weights = new Float64Array(learnt.count);
    for (let draw = 0; draw < learnt.count; draw++) weights[random.below(learnt.count)]!++;
    const grown = DecisionTree.grow(learnt, widths, labels, codes.length, {
      mostDepth: 40,
      weights,
      columns: { count: Math.max(1, Math.floor(Math.sqrt(present))), random },
    });
    for (const [place, label] of grown.predict(asked).entries()) votes[place]![label]!++;
  }
  const places = new Map(keys.codes.map((key, place) => [key.join(), place]));
  return perKey(attack, codes, (key) => placeOfMost(votes[places.get(key.join())!]!));
};

/** One machine per class against the others; the surest decides. */
const supportVectors: Guess = async (attack, column) => {
  const few = chosenRows(attack.learnt.length, mostMachineRows, attack.context.seed, "attack", "machine");
  const own = few ? { ...attack, learnt: few.map((at) => attack.learnt[at]!) } : attack;
  const { codes, labels } = classesOf(own, column);
  if (codes.length > mostMachineClasses) return new Int32Array(attack.attacked.length).fill(-1);
  const count = own.learnt.length;
  const keys = keysOf(attack, 0, attack.attacked);
  const features = {
    rowCount: count + keys.codes.length,
    numbers: [],
    blocks: attack.known.map((known, at) => ({
      codes: Int32Array.from([
        ...blocksOf(own, own.table, own.learnt)[at]!,
        ...keys.codes.map((key) => key[at]!),
      ]),
      width: known.labels.length + 1,
    })),
  };
  const learnt = Int32Array.from({ length: count }, (_, row) => row);
  const scaling = oneHot(scalingOf(features, learnt));
  const kernel = gaussianKernel(scaling, scaledRows(scaling, learnt));
  const asked = scaledRows(
    scaling,
    Int32Array.from(keys.codes, (_, place) => count + place),
  );
  const decisions: Float64Array[] = [];
  for (const label of codes.keys()) {
    if (codes.length === 1) continue;
    const signs = Float64Array.from(labels, (one) => (one === label ? 1 : -1));
    decisions.push(
      await decide(await fitClassifier(kernel, signs, attack.context.run), kernel, asked, attack.context.run),
    );
  }
  const places = new Map(keys.codes.map((key, place) => [key.join(), place]));
  return perKey(own, codes, (key) => placeOfMost(decisions.map((one) => one[places.get(key.join())!]!)));
};

/** Zeros and ones as they are. */
function oneHot(scaling: ReturnType<typeof scalingOf>): ReturnType<typeof scalingOf> {
  return { ...scaling, zero: scaling.zero.map(() => 0), one: scaling.one.map(() => 1) };
}

const attackers: Readonly<Record<AttackerName, Guess>> = {
  nb: naiveBayes,
  knn: nearestRows,
  rf: randomForest,
  svm: supportVectors,
};

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: ["known and sensitive columns"],
  tolerance: null,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

const says = (who: string): string =>
  `Share of the real rows whose sensitive values ${who} that learnt the judged rows does not find.`;

const compute =
  (...names: AttackerName[]): Metric["compute"] =>
  async (context, table) => ({ value: await protection(context, table, names) });

export const categoricalAttackMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "categorical-nb",
    says: says("a naive Bayesian attacker"),
    original: "single_table.CategoricalNB",
    tolerance: 1e-9,
    compute: compute("nb"),
  },
  {
    ...shared,
    name: "categorical-knn",
    says: says("an attacker who asks the five nearest rows"),
    original: "single_table.CategoricalKNN",
    differs:
      "All rows that are as near as the fifth share its vote; the original takes those that its sort puts first, of often " +
      "hundreds that are equally near.",
    compute: compute("knn"),
  },
  {
    ...shared,
    name: "categorical-rf",
    says: says("a random forest"),
    original: "single_table.CategoricalRF",
    differs: "The same forest, drawn by the seed instead of anew each time, a forest per sensitive column.",
    compute: compute("rf"),
  },
  {
    ...shared,
    name: "categorical-svm",
    says: says("a support vector machine"),
    original: "single_table.CategoricalSVM",
    differs:
      "A machine per class, the surest of which decides, on 1,000 rows at most; the original stops with an error at its own " +
      "encoding.",
    compute: compute("svm"),
  },
  {
    ...shared,
    name: "categorical-ensemble",
    says: says("the vote of the first three attackers"),
    original: "single_table.CategoricalEnsemble",
    differs: "The attackers are the three above; the original has none of its own.",
    compute: compute("nb", "knn", "rf"),
  },
];
