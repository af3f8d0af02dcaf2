import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { augmentationGain } from "./augmentation-gain.ts";
import { splitHoldout } from "./holdout.ts";
import { pairedBootstrap, resampleCounts } from "./paired-bootstrap.ts";
import { splitRows } from "./row-split.ts";
import { scoreKinds } from "./scores.ts";

const metadata: TableMetadata = {
  columns: {
    x: { sdtype: "numerical" },
    y: { sdtype: "numerical" },
    kind: { sdtype: "categorical" },
    value: { sdtype: "numerical" },
  },
};

/** Rows of one endless table: `kind` says on which side of a curve (x, y) lies; `noise` is the share of wrong kinds. */
function points(count: number, from: number, noise: number = 0, kinds: 2 | 3 = 2): Table {
  const [xs, ys, values]: [number[], number[], number[]] = [[], [], []];
  const names: string[] = [];
  for (let row = from; row < from + count; row++) {
    const random = new RowRandom(streamKey(3, "points"), row);
    const [x, y] = [random.uniform() * 4, random.uniform() * 4 - 2];
    const side = y > Math.sin(2 * x) ? "above" : kinds === 3 && y < Math.sin(2 * x) - 1 ? "deep" : "below";
    xs.push(x);
    ys.push(y);
    values.push(y - Math.sin(2 * x) + 0.1 * random.uniform());
    names.push(random.uniform() < noise ? (random.uniform() < 0.5 ? "above" : "below") : side);
  }
  return new Table([
    numberColumn("x", xs),
    numberColumn("y", ys),
    textColumn("kind", names),
    numberColumn("value", values),
  ]);
}

/** Without the distance, which would say the kind. */
const places = (count: number, from: number, noise: number = 0, kinds: 2 | 3 = 2): Table =>
  points(count, from, noise, kinds).select(["x", "y", "kind"]);

const holdout = places(400, 1_000_000);
const few = places(80, 0);

describe("augmentationGain", () => {
  test("finds that more rows of the same kind help", async () => {
    const request = { real: few, synthetic: places(1500, 5000), holdout, metadata, target: "kind" };
    const gain = await augmentationGain({ ...request, trainings: 3 });
    expect(gain.verdict).toBe("better");
    const [auc] = gain.scores;
    expect(auc).toMatchObject({ score: "AUC", better: "higher" });
    expect(auc!.real).toBeLessThan(0.985);
    expect(auc!.augmented).toBeGreaterThan(0.99);
    expect(auc!.gain).toBeCloseTo(auc!.augmented - auc!.real, 12);
    expect(auc!.low).toBeLessThan(auc!.gain);
    expect(auc!.high).toBeGreaterThan(auc!.gain);
    expect(gain.rows).toEqual({ real: 80, synthetic: 1500, holdout: 400 });
    expect(gain.features).toEqual(["x", "y"]);
    expect([gain.rounds.real.length, gain.rounds.augmented.length]).toEqual([3, 3]);
    const again = await augmentationGain({ ...request, trainings: 3 });
    expect(again).toEqual(gain);
  }, 60_000);

  test("finds that wrong rows harm, and sees no difference where there is none", async () => {
    const real = places(400, 0);
    const request = { real, holdout, metadata, target: "kind", resamples: 300 };
    const harmful = await augmentationGain({ ...request, synthetic: places(2000, 5000, 1) });
    expect(harmful.verdict).toBe("worse");
    expect(harmful.scores[0]!.high).toBeLessThan(0);
    const same = await augmentationGain({
      ...request,
      synthetic: real.slice(0, 1),
      trees: { numIterations: 50 },
    });
    expect(same.verdict).toBe("no difference");
    expect(Math.abs(same.scores[0]!.gain)).toBeLessThan(0.02);
  }, 60_000);

  test("without synthetic rows both sides are the same trees, and every gain is 0", async () => {
    const request = { real: few, holdout, metadata, target: "kind", trainings: 3, seed: 2 };
    const none = await augmentationGain({ ...request, synthetic: null });
    const some = await augmentationGain({ ...request, synthetic: places(50, 5000) });
    expect(none.scores.map(({ real }) => real)).toEqual(some.scores.map(({ real }) => real));
    for (const { real, augmented, gain, low, high } of none.scores)
      expect([augmented, gain, low, high]).toEqual([real, 0, 0, 0]);
    expect(none).toMatchObject({ verdict: "no difference", rows: { real: 80, synthetic: 0, holdout: 400 } });
    expect(none.rounds.augmented).toEqual(none.rounds.real);
  });

  test("wrong rows harm less where they count less, and hardly where only plausible ones are taken", async () => {
    const synthetic = places(2000, 5000, 1);
    const request = { real: places(400, 0), holdout, metadata, target: "kind", trainings: 3, resamples: 100 };
    const gains: number[] = [];
    for (const change of [{}, { weight: 0.01 }, { plausibleOnly: true }])
      gains.push((await augmentationGain({ ...request, synthetic, ...change })).scores[0]!.gain);
    expect(gains[1]! - gains[0]!).toBeGreaterThan(0.02);
    expect(gains[2]! - gains[0]!).toBeGreaterThan(0.02);
    expect(gains[2]!).toBeGreaterThan(-0.02);
    await expect(augmentationGain({ ...request, synthetic, weight: 0 })).rejects.toMatchObject({
      code: "VERISIM_OPTION_VALUE",
    });
  }, 60_000);

  test("several classes and numbers have scores of their own; a gain is positive where it helps", async () => {
    const real = points(90, 0, 0, 3);
    const request = {
      synthetic: points(1200, 5000, 0, 3),
      holdout: points(300, 1e6, 0, 3),
      metadata,
      trainings: 3,
    };
    const classes = await augmentationGain({ ...request, real, target: "kind", resamples: 200 });
    expect(classes.classes).toEqual(["above", "below", "deep"]);
    expect(classes.scores.map(({ score }) => score)).toEqual(["macro-F1", "accuracy"]);
    const numbers = await augmentationGain({ ...request, real, target: "value", resamples: 200 });
    expect(numbers.scores.map(({ score, better }) => [score, better])).toEqual([
      ["R2", "higher"],
      ["RMSE", "lower"],
    ]);
    for (const { gain, low, high } of [...classes.scores, ...numbers.scores]) {
      expect(gain).toBeGreaterThan(0);
      expect(low).toBeLessThanOrEqual(gain);
      expect(high).toBeGreaterThanOrEqual(gain);
    }
    const [, rmse] = numbers.scores;
    expect(rmse!.augmented).toBeLessThan(rmse!.real);
  }, 60_000);

  test("refuses too few rows or classes, and stops on a signal", async () => {
    const request = { real: few, synthetic: few, holdout, metadata, target: "kind" };
    for (const change of [
      { real: few.slice(0, 9) },
      { holdout: holdout.slice(0, 5) },
      { synthetic: few.slice(0, 0) },
    ])
      await expect(augmentationGain({ ...request, ...change })).rejects.toMatchObject({
        code: expect.stringMatching(/^VERISIM_(AUGMENTATION_ROWS|TARGET)$/),
      });
    const kinds = holdout.column("kind");
    const above = Int32Array.from({ length: 400 }, (_, row) => row).filter(
      (row) => kinds.kind === "dictionary" && kinds.dictionary[kinds.codes[row]!] === "above",
    );
    await expect(augmentationGain({ ...request, holdout: holdout.take(above) })).rejects.toMatchObject({
      code: "VERISIM_AUGMENTATION_ROWS",
    });
    await expect(augmentationGain({ ...request, trainings: 0 })).rejects.toMatchObject({
      code: "VERISIM_OPTION_VALUE",
    });
    await expect(augmentationGain({ ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "VERISIM_ABORTED",
    });
  });
});

describe("scores", () => {
  const once = (count: number) => new Uint8Array(count).fill(1);

  test("AUC is the share of pairs in the right order, ties half, rows as often as they count", () => {
    const [auc] = scoreKinds.binary;
    const predictions = Float64Array.of(0.1, 0.4, 0.4, 0.8, 0.3);
    const labels = Float64Array.of(0, 0, 1, 1, 1);
    const pairs = (counts: ArrayLike<number>) => {
      let [right, all] = [0, 0];
      for (let a = 0; a < 5; a++)
        for (let b = 0; b < 5; b++) {
          if (labels[a] !== 0 || labels[b] !== 1) continue;
          const weight = counts[a]! * counts[b]!;
          all += weight;
          right +=
            weight * (predictions[b]! > predictions[a]! ? 1 : predictions[b] === predictions[a] ? 0.5 : 0);
        }
      return right / all;
    };
    const scorer = auc!.scorer(predictions, labels, 2);
    for (const counts of [once(5), Uint8Array.of(2, 0, 1, 3, 1), Uint8Array.of(1, 5, 2, 0, 4)])
      expect(scorer.score(counts)).toBeCloseTo(pairs(counts), 14);
  });

  test("macro-F1 and accuracy, by hand", () => {
    const [f1, accuracy] = scoreKinds.multiclass;
    // Chosen: 0, 1, 1, 2; true: 0, 0, 1, 2.
    const predictions = Float64Array.of(0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.1, 0.6, 0.3, 0, 0.1, 0.9);
    const labels = Float64Array.of(0, 0, 1, 2);
    expect(f1!.scorer(predictions, labels, 3).score(once(4))).toBeCloseTo((2 / 3 + 2 / 3 + 1) / 3, 14);
    expect(accuracy!.scorer(predictions, labels, 3).score(once(4))).toBe(0.75);
    expect(accuracy!.scorer(predictions, labels, 3).score(Uint8Array.of(1, 2, 0, 0))).toBeCloseTo(1 / 3, 14);
  });

  test("R2 and RMSE, by hand", () => {
    const [r2, rmse] = scoreKinds.regression;
    const [predictions, labels] = [Float64Array.of(1, 3, 3), Float64Array.of(1, 2, 6)];
    expect(r2!.scorer(predictions, labels, 0).score(once(3))).toBeCloseTo(1 - 10 / 14, 14);
    expect(rmse!.scorer(predictions, labels, 0).score(once(3))).toBeCloseTo(Math.sqrt(10 / 3), 14);
  });
});

describe("the paired bootstrap", () => {
  test("resamples within the classes, the same for the same seed", () => {
    const labels = [0, 0, 0, 1, 1, 2];
    const samples = [...resampleCounts(6, labels, 50, 1)].map((counts) => counts.slice());
    for (const counts of [...resampleCounts(6, labels, 50, 1)]) {
      expect(counts[0]! + counts[1]! + counts[2]!).toBe(3);
      expect(counts[3]! + counts[4]!).toBe(2);
      expect(counts[5]).toBe(1);
    }
    expect(samples.length).toBe(50);
    const other = [...resampleCounts(60, null, 1, 2)][0]!;
    expect(other).not.toEqual([...resampleCounts(60, null, 1, 3)][0]);
    expect([...resampleCounts(60, null, 1, 2)][0]).toEqual(other);
  });

  test("gives the interval that theory gives for a mean of differences", async () => {
    const count = 400;
    const random = new RowRandom(streamKey(9, "bootstrap"), 0);
    const differences = Float64Array.from({ length: count }, () => random.uniform());
    const mean = differences.reduce((sum, value) => sum + value, 0) / count;
    const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    const scorer = (sign: number) => ({
      score: (counts: ArrayLike<number>) =>
        differences.reduce((sum, value, row) => sum + sign * counts[row]! * value, 0) / count,
    });
    const [gain] = await pairedBootstrap(
      [{ first: [scorer(0), scorer(0)], second: [scorer(1), scorer(1)] }],
      resampleCounts(count, null, 4000, 5),
      count,
      6,
      async () => {},
    );
    expect(gain!.difference).toBeCloseTo(mean, 12);
    // 1.96 standard errors; 4000 resamples place a quantile to about 4 % of one of them.
    const half = (1.96 * deviation) / Math.sqrt(count);
    expect(Math.abs(gain!.low - (mean - half))).toBeLessThan(0.15 * half);
    expect(Math.abs(gain!.high - (mean + half))).toBeLessThan(0.15 * half);
  });

  test("widens the interval by what the trainings differ, in Student's t", async () => {
    const constant = (value: number) => ({ score: () => value });
    const second = [0.1, 0.3, 0.2, 0.25, 0.15].map(constant);
    const [gain] = await pairedBootstrap(
      [{ first: second.map(() => constant(0)), second }],
      resampleCounts(10, null, 4000, 5),
      10,
      6,
      async () => {},
    );
    expect(gain!.difference).toBeCloseTo(0.2, 12);
    // t with 4 degrees: 2.776 standard errors of 0.0791 / sqrt(5); 4000 draws place it to about 5 %.
    const half = (2.776 * Math.sqrt(0.00625)) / Math.sqrt(5);
    expect(Math.abs(gain!.high - gain!.low - 2 * half)).toBeLessThan(0.3 * half);
  });
});

describe("splits", () => {
  test("take the same share of every class, never its last row, and depend on the seed alone", () => {
    const labels = Float64Array.from({ length: 103 }, (_, row) => (row < 80 ? 0 : row < 102 ? 1 : 2));
    const { kept, splitOff } = splitRows(103, labels, 0.25, 7);
    const count = (rows: Int32Array, label: number) => rows.filter((row) => labels[row] === label).length;
    expect([count(splitOff, 0), count(splitOff, 1), count(splitOff, 2)]).toEqual([20, 6, 0]);
    expect([...kept, ...splitOff].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(splitRows(103, labels, 0.25, 7)).toEqual({ kept, splitOff });
    expect(splitRows(103, labels, 0.25, 8)).not.toEqual({ kept, splitOff });
    expect(() => splitRows(10, null, 1, 0)).toThrowError(
      expect.objectContaining({ code: "VERISIM_OPTION_VALUE" }),
    );
  });

  test("a holdout of a table is a quarter of its rows, each class in its share", () => {
    const table = points(200, 0);
    const { train, holdout: held } = splitHoldout(table, metadata, "kind", { seed: 3 });
    expect([train.rowCount, held.rowCount]).toEqual([150, 50]);
    expect(splitHoldout(table, metadata, "value").holdout.rowCount).toBe(50);
    const all = [...train.toRows(), ...held.toRows()].map(({ x }) => x as number);
    expect(new Set(all).size).toBe(200);
  });
});
