import { numberColumn, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../fixtures/outcomes.ts";
import { mixedMetadata, mixedTable, pointMetadata } from "../../fixtures/tables.ts";
import { compareStrategies, resample, resampleGain, strategies } from "../index.ts";
import { correctedInterval } from "./corrected-interval.ts";

const trees = { numIterations: 20, minDataInLeaf: 5 };

/** Two classes that a curve parts; `wrong` is the share of labels that are a coin's. */
function curve(count: number, wrong: number): Table {
  const key = streamKey(4, "curve");
  const draws = Array.from({ length: count }, (_, row) => {
    const random = new RowRandom(key, row);
    return [random.uniform() * 4, random.uniform() * 4 - 2, random.uniform(), random.uniform()] as const;
  });
  return new Table([
    numberColumn(
      "x",
      draws.map(([x]) => x),
    ),
    numberColumn(
      "y",
      draws.map(([, y]) => y),
    ),
    textColumn(
      "label",
      draws.map(([x, y, coin, side]) =>
        coin < wrong ? (side < 0.5 ? "rare" : "common") : y > Math.sin(2 * x) + 1 ? "rare" : "common",
      ),
    ),
  ]);
}

describe("the gain of a strategy", () => {
  test("every strategy has one: more rows, fewer, cleaned, or both", async () => {
    const table = curve(400, 0.1);
    const gains = await compareStrategies(
      table,
      pointMetadata,
      strategies.map(({ name }) => ({ target: "label", strategy: name, seed: 1 })),
      { folds: 2, repeats: 1, trees },
    );
    expect(gains.map(({ strategy }) => strategy)).toEqual(strategies.map(({ name }) => name));
    for (const [index, { kind }] of strategies.entries()) {
      const { rows, scores, gains: each, rare } = gains[index]!;
      expect(rare).toBe("rare");
      expect(rows.plain).toBe(200);
      if (kind === "over") expect(rows.resampled).toBeGreaterThan(200);
      if (kind === "under" || kind === "clean") expect(rows.resampled).toBeLessThan(200);
      expect(scores.map(({ score }) => score)).toEqual(["average precision", "AUC", "macro-F1", "accuracy"]);
      expect(each).toHaveLength(1);
      expect(scores[0]!.gain).toBeCloseTo(each[0]!, 12);
      expect(scores[0]!.gain).toBeCloseTo(scores[0]!.resampled - scores[0]!.plain, 12);
    }
  }, 60_000);

  test("few rows instead of many are worse, and the same rows are no different", async () => {
    const request = { target: "label", strategy: "random-under", seed: 3 } as const;
    const table = curve(3000, 0.05);
    const sizes = (await resample(table, pointMetadata, { target: "label", strategy: "random" })).counts;
    const [worse, same] = await compareStrategies(
      table,
      pointMetadata,
      [
        { ...request, counts: { common: 12, rare: 12 } },
        { ...request, counts: { common: sizes.get("common")!.before } },
      ],
      { folds: 4, repeats: 2, trees },
    );
    expect(worse!.verdict).toBe("worse");
    expect(worse!.scores[0]!.gain).toBeLessThan(-0.1);
    // 12 of a class in the table are 9 in three quarters of it.
    expect(worse!.rows.resampled).toBe(18);
    expect(same!.verdict).toBe("no difference");
    expect(same!.rowsToTell).toBeNull();
    expect(same!.gains).toEqual([0, 0]);
    expect(same!.scores.map(({ gain, low, high }) => [gain, low, high])).toEqual(
      new Array(4).fill([0, 0, 0]),
    );
  }, 60_000);

  test("rows of a class are better repeated where leaves must be larger than the class", async () => {
    // Rare from 0.49 to 0.51 alone: one tree whose leaves hold 300 rows reaches far beyond that.
    const x = Array.from({ length: 2000 }, (_, row) => (row + 0.5) / 2000);
    const table = new Table([
      numberColumn("x", x),
      numberColumn("y", new Float64Array(2000)),
      textColumn(
        "label",
        x.map((value) => (Math.abs(value - 0.5) < 0.01 ? "rare" : "common")),
      ),
    ]);
    const gain = await resampleGain(
      table,
      pointMetadata,
      { target: "label", strategy: "random" },
      { folds: 3, repeats: 2, trees: { numIterations: 1, minDataInLeaf: 300 } },
    );
    expect(gain.verdict).toBe("better");
    expect(gain.scores[0]!.low).toBeGreaterThan(0.2);
  }, 60_000);

  test("rows held out are the only judges where they are given", async () => {
    const [table, holdout] = [curve(1500, 0.05).slice(0, 500), curve(1500, 0.05).slice(500, 1500)];
    const request = { target: "label", strategy: "smote", seed: 2 };
    const judged = await resampleGain(table, pointMetadata, request, { holdout, repeats: 1, trees });
    expect(judged.gains).toHaveLength(5);
    expect(judged.rows.plain).toBe(400);
    const [first] = judged.scores;
    expect(first!.low).toBeLessThanOrEqual(first!.gain);
    expect(first!.high).toBeGreaterThanOrEqual(first!.gain);
    const elsewhere = await resampleGain(table, pointMetadata, request, {
      holdout: holdout.slice(0, 500),
      repeats: 1,
      trees,
    });
    expect(elsewhere.scores[0]!.plain).not.toBe(first!.plain);
  }, 60_000);

  test("a cross-validation is ranked as a whole; three and more say how far they lie apart", async () => {
    const table = curve(600, 0.2);
    const request = { target: "label", strategy: "smote", seed: 5 };
    const measured = await resampleGain(table, pointMetadata, request, { folds: 4, repeats: 3, trees });
    const { gains, scores, verdict, rowsToTell } = measured;
    expect(gains).toHaveLength(3);
    expect(scores[0]!.gain).toBeCloseTo(
      gains.reduce((sum, gain) => sum + gain / 3, 0),
      12,
    );
    for (const { gain, low, high } of scores) {
      expect(low).toBeLessThan(gain);
      expect(high).toBeGreaterThan(gain);
    }
    // A fifth of the labels are coins: hundreds of rows cannot tell what matters.
    expect(verdict).toBe("unsure");
    expect(rowsToTell).toBeGreaterThan(600);
    const generous = await resampleGain(table, pointMetadata, request, {
      folds: 4,
      repeats: 3,
      trees,
      margin: 1,
    });
    expect(generous.verdict).toBe("no difference");
  }, 60_000);

  test("of several classes the mean of their average precisions decides; labels may be numbers", async () => {
    const table = mixedTable({ a: 300, b: 120, c: 60 });
    const three = await resampleGain(
      table,
      mixedMetadata,
      { target: "label" },
      { folds: 2, repeats: 1, trees },
    );
    expect(three.rare).toBeNull();
    expect(three.scores.map(({ score }) => score)).toEqual([
      "macro average precision",
      "macro-F1",
      "accuracy",
    ]);
    expect(three.scores[0]!.plain).toBeGreaterThan(0.4);
    const labels = curve(400, 0.1).column("label");
    const numbers = new Table([
      ...curve(400, 0.1).columns.slice(0, 2),
      numberColumn(
        "label",
        Array.from(labels.kind === "dictionary" ? labels.codes : [], (code) => (code === 0 ? -1 : 7)),
      ),
    ]);
    const metadata = { columns: { ...pointMetadata.columns, label: { sdtype: "numerical" } } };
    const two = await resampleGain(
      numbers,
      metadata,
      { target: "label", counts: { 7: 300 } },
      { folds: 2, repeats: 1, trees },
    );
    expect(two.classes).toEqual(["-1", "7"]);
  }, 60_000);

  test("the same seed gives the same figures on any number of threads, another seed others", async () => {
    const table = curve(400, 0.1);
    const measured = (seed: number, threads: number) =>
      resampleGain(table, pointMetadata, { target: "label", seed, threads }, { folds: 2, repeats: 2, trees });
    const [one, two, other] = [await measured(1, 1), await measured(1, 2), await measured(2, 1)];
    expect(two).toEqual(one);
    expect(other.gains).not.toEqual(one.gains);
  }, 60_000);

  test("too few rows of a class, other targets and bad numbers are coded errors; a signal stops it", async () => {
    const few = mixedTable({ a: 30, b: 3 });
    const request = { target: "label", strategy: "random" };
    expect(await codeOf(resampleGain(few, mixedMetadata, request))).toBe("VERISIM_RESAMPLE_GAIN");
    const alone = resampleGain(mixedTable({ a: 30, b: 30, c: 1 }), mixedMetadata, request);
    await expect(alone).rejects.toMatchObject({
      code: "VERISIM_RESAMPLE_GAIN",
      message: 'Expected at least 2 rows of class "c" to measure a gain but found 1.',
    });
    expect(await codeOf(resampleGain(few, mixedMetadata, request, { folds: 1 }))).toBe(
      "VERISIM_OPTION_VALUE",
    );
    expect(await codeOf(resampleGain(few, mixedMetadata, request, { repeats: 0 }))).toBe(
      "VERISIM_OPTION_VALUE",
    );
    expect(await codeOf(compareStrategies(few, mixedMetadata, [request, { target: "city" }]))).toBe(
      "VERISIM_OPTION_VALUE",
    );
    const stopped = { ...request, signal: AbortSignal.abort() };
    expect(await codeOf(resampleGain(few, mixedMetadata, stopped, { folds: 2 }))).toBe("VERISIM_ABORTED");
  });
});

test("the interval adds the share of rows to judge by to the variance of a mean", () => {
  // Differences 1, 2, 3, 4 of two repeats of two folds: mean 2.5, variance 5/3, t(3) = 3.18245; 1/4 + 1.
  const { mean, low, high } = correctedInterval([1, 2, 3, 4], 2);
  expect(mean).toBe(2.5);
  expect(high - mean).toBeCloseTo(3.182446 * Math.sqrt((5 / 3) * 1.25), 5);
  expect(mean - low).toBeCloseTo(high - mean, 12);
});
