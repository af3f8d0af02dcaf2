import {
  numberColumn,
  type Progress,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { describe, expect, test } from "vitest";
import { GradientBoostedTrees } from "../gradient-boosted-trees.ts";
import { tableFeatures } from "../table-features.ts";
import { type AugmentationChoiceRequest, chooseAugmentation } from "./choose-augmentation.ts";
import { fitAugmented } from "./fit-augmented.ts";
import { plausiblePlaces } from "./plausible-rows.ts";
import { decidingScore } from "./scores.ts";

const metadata: TableMetadata = {
  columns: { x: { sdtype: "numerical" }, y: { sdtype: "numerical" }, kind: { sdtype: "categorical" } },
};
const heights: TableMetadata = { columns: { x: { sdtype: "numerical" }, height: { sdtype: "numerical" } } };

/** Rows of one endless table: `kind` says on which side of a curve (x, y) lies; of every other side where `wrong`. */
function places(count: number, from: number, wrong: (row: number) => boolean = () => false): Table {
  const rows = Array.from({ length: count }, (_, index) => {
    const random = new RowRandom(streamKey(3, "places"), from + index);
    const [x, y] = [random.uniform() * 4, random.uniform() * 4 - 2];
    return { x, y, kind: y > Math.sin(2 * x) !== wrong(index) ? "above" : "below" };
  });
  return new Table([
    numberColumn(
      "x",
      rows.map(({ x }) => x),
    ),
    numberColumn(
      "y",
      rows.map(({ y }) => y),
    ),
    textColumn(
      "kind",
      rows.map(({ kind }) => kind),
    ),
  ]);
}

/** The height is 10 times the place, `off` it. */
function slopes(count: number, from: number, off: (row: number) => number): Table {
  const xs = Float64Array.from({ length: count }, (_, row) => ((from + row) * 0.618) % 1);
  return new Table([
    numberColumn("x", xs),
    numberColumn(
      "height",
      xs.map((x, row) => 10 * x + off(row)),
    ),
  ]);
}

const real = places(90, 0);
const request = (
  makeRows: AugmentationChoiceRequest["makeRows"],
  rest: Partial<AugmentationChoiceRequest> = {},
): AugmentationChoiceRequest => ({ real, metadata, target: "kind", makeRows, ...rest });

describe("chooseAugmentation", () => {
  test("takes rows that help, the same for the same seed, and what it chose helps on new rows", async () => {
    const seen: number[] = [];
    const more = request(async (train, rows, seed) => {
      seen.push(train.rowCount);
      return places(rows, 5000 * seed);
    });
    const choice = await chooseAugmentation({ ...more, standardErrors: 1 });
    expect(seen).toEqual([60, 60, 60]);
    expect(choice.score).toBe("AUC");
    expect(choice.tried.length).toBe(9);
    expect(choice.plan).not.toBeNull();
    const chosen = choice.tried.find(({ plan }) => plan === choice.plan)!;
    expect(chosen.gain).toBeGreaterThan(chosen.standardError);
    expect(choice.words).toMatch(/^4 synthetic rows per real row.* count (0\.1|0\.3|1) each: \+0\.\d+ AUC/);
    expect(await chooseAugmentation({ ...more, standardErrors: 1 })).toEqual(choice);
    // 90 rows show the gain, but not beyond two standard errors.
    expect((await chooseAugmentation(more)).plan).toBeNull();

    const coding = tableFeatures(real, metadata, "kind");
    const [rows, held] = [coding.encode(real), coding.encode(places(400, 900_000))];
    const synthetic = coding.encode(places(360, 700_000));
    const [alone, enlarged] = await Promise.all(
      [null, choice.plan].map(async (plan) => {
        const trees = await fitAugmented(coding, rows, synthetic, plan, choice.trees);
        return decidingScore(coding, await trees.predict(held.features), held.labels);
      }),
    );
    expect(enlarged! - alone!).toBeGreaterThan(0.01);
  });

  test("takes none of rows that harm, and says so", async () => {
    const told: Progress[] = [];
    const choice = await chooseAugmentation(
      request(async (_, rows) => places(rows, 5000, () => true), {
        leastLeaves: [2, 5, 45],
        onProgress: (progress) => told.push(progress),
      }),
    );
    // Three generators, and three trainings for each of three leaves and nine plans.
    expect(told.map(({ done }) => done)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(told.at(-1)).toMatchObject({ total: 39, unit: "trainings", detail: "done" });
    expect(told[1]!.detail).toBe("generator of part 2 of 3");
    expect(choice.plan).toBeNull();
    expect(choice.words).toMatch(
      /^None: no plan gained more than 2 standard errors over the real rows alone \(the best: [+-]/,
    );
    const full = choice.tried.find(({ plan }) => plan.weight === 1 && !plan.plausibleOnly && !plan.taught)!;
    expect(full.gain).toBeLessThan(-0.2);
    // Three sizes of a leaf were tried on the real rows; 45 of 90 rows starve them.
    expect(choice.trees.minDataInLeaf).toBeLessThan(45);
    expect(choice.alone).toBeGreaterThan(0.85);
  });

  test("with early stopping, keeps real rows back to stop on, for both sides the same", async () => {
    const trees = { numIterations: 400, earlyStoppingRounds: 10, minDataInLeaf: 5, learningRate: 0.3 };
    const more = request(async (_, rows, seed) => places(rows, 5000 * seed), {
      weights: [1],
      tryPlausible: false,
      trees,
    });
    const choice = await chooseAugmentation(more);
    expect(choice.trees).toMatchObject(trees);
    // Rows to stop on are rows less to learn: trees of all rows, which do not stop, are others.
    const { earlyStoppingRounds: _, ...endless } = trees;
    expect((await chooseAugmentation({ ...more, trees: endless })).alone).not.toBe(choice.alone);

    const coding = tableFeatures(real, metadata, "kind");
    const [learnt, validation] = [places(70, 0), places(20, 70)].map((part) => coding.encode(part));
    const synthetic = coding.encode(places(400, 700_000));
    const plan = { amount: 4, weight: 1, plausibleOnly: false };
    const stopped = await fitAugmented(coding, learnt!, synthetic, plan, trees, { validation: validation! });
    expect(stopped.rounds).toBeLessThan(400);
    // Four rows per row of both parts: the last 40 of 400 are not taken.
    const first = coding.encode(places(360, 700_000));
    const same = await fitAugmented(coding, learnt!, first, plan, trees, { validation: validation! });
    expect(same.toText()).toBe(stopped.toText());
  });

  test("keeps a class of one row among the learnt ones, and predicts numbers too", async () => {
    const kinds = [...Array.from({ length: 20 }, (_, row) => (row % 2 ? "a" : "b")), "rare"];
    const columns = [numberColumn("x", Float64Array.from(kinds.keys())), textColumn("kind", kinds)];
    const few: TableMetadata = { columns: { x: { sdtype: "numerical" }, kind: { sdtype: "categorical" } } };
    const learnt: (string | number | null)[] = [];
    const classes = await chooseAugmentation({
      real: new Table(columns),
      metadata: few,
      target: "kind",
      weights: [1],
      makeRows: async (train) => {
        learnt.push(...train.toRows().map(({ kind }) => kind!));
        return train;
      },
    });
    expect(learnt.filter((kind) => kind === "rare").length).toBe(3);
    expect(classes.score).toBe("macro-F1");

    const numbers = await chooseAugmentation({
      real: slopes(60, 0, () => 0),
      metadata: heights,
      target: "height",
      repeats: 2,
      makeRows: async (_, rows, seed) => slopes(rows, 1000 * seed, () => 0),
    });
    expect(numbers.score).toBe("R2");
    expect(numbers.plan).not.toBeNull();
  });

  test("refuses what is out of range, too few rows, and stops on a signal", async () => {
    const same = async (train: Table): Promise<Table> => train;
    for (const [change, code] of [
      [{ folds: 1 }, "VERISIM_OPTION_VALUE"],
      [{ repeats: 0 }, "VERISIM_OPTION_VALUE"],
      [{ amounts: [] }, "VERISIM_OPTION_VALUE"],
      [{ weights: [0] }, "VERISIM_OPTION_VALUE"],
      [{ standardErrors: -1 }, "VERISIM_OPTION_VALUE"],
      [{ real: real.slice(0, 9) }, "VERISIM_AUGMENTATION_ROWS"],
      [{ signal: AbortSignal.abort() }, "VERISIM_ABORTED"],
    ] as const)
      await expect(chooseAugmentation(request(same, change))).rejects.toMatchObject({ code });
  });
});

describe("plausible rows", () => {
  test("are those whose class the real rows make likely", async () => {
    const coding = tableFeatures(real, metadata, "kind");
    const wrong = (row: number) => row % 4 === 0;
    const synthetic = coding.encode(places(800, 5000, wrong));
    const judged = { objective: "binary", classCount: 2 } as const;
    const kept = await plausiblePlaces(coding.encode(real), synthetic, judged, 1);
    const keptWrong = kept.filter(wrong).length;
    expect(keptWrong / 200).toBeLessThan(0.45);
    expect((kept.length - keptWrong) / 600).toBeGreaterThan(0.85);
  });

  test("are those whose number lies within the trees' own errors", async () => {
    const table = slopes(200, 0, (row) => Math.sin(row));
    const coding = tableFeatures(table, heights, "height");
    const synthetic = coding.encode(slopes(100, 500, (row) => (row % 2 ? 5 : 0)));
    const judged = { objective: "regression", classCount: 0 } as const;
    const kept = await plausiblePlaces(coding.encode(table), synthetic, judged, 1);
    expect(kept.filter((row) => row % 2 === 1).length).toBe(0);
    expect(kept.length).toBeGreaterThanOrEqual(48);
  });
});

test("trees without a plan are those of the real rows; a plan takes the first rows at their weight", async () => {
  const coding = tableFeatures(real, metadata, "kind");
  const rows = coding.encode(real);
  const synthetic = coding.encode(Table.concat([places(90, 5000), places(90, 8000, () => true)]));
  const alone = await new GradientBoostedTrees({ objective: "binary" }).fit(rows.features, rows.labels);
  expect((await fitAugmented(coding, rows, synthetic, null, {})).toText()).toBe(alone.toText());
  const plan = { amount: 1, weight: 0.5, plausibleOnly: false };
  const first = await fitAugmented(coding, rows, coding.encode(places(90, 5000)), plan, {});
  expect((await fitAugmented(coding, rows, synthetic, plan, {})).toText()).toBe(first.toText());
  const light = await fitAugmented(coding, rows, synthetic, { ...plan, weight: 0.1 }, {});
  expect(light.toText()).not.toBe(first.toText());
});
