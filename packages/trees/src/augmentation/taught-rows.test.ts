import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { tableFeatures } from "../table-features.ts";
import { chooseAugmentation } from "./choose-augmentation.ts";
import { fitAugmented } from "./fit-augmented.ts";
import { decidingScore } from "./scores.ts";
import { taughtRows } from "./taught-rows.ts";

const metadata: TableMetadata = {
  columns: { x: { sdtype: "numerical" }, y: { sdtype: "numerical" }, kind: { sdtype: "categorical" } },
};
const sums: TableMetadata = {
  columns: { x: { sdtype: "numerical" }, y: { sdtype: "numerical" }, sum: { sdtype: "numerical" } },
};

/** Points of a square, a function of seed and row. */
function points(count: number, seed: number): { x: number; y: number }[] {
  return Array.from({ length: count }, (_, row) => {
    const random = new RowRandom(streamKey(seed, "points"), row);
    return { x: 2 * random.uniform() - 1, y: 2 * random.uniform() - 1 };
  });
}

/** `kind` says in which of three stripes a point lies; `wrong` rows all say the first. */
function stripes(count: number, seed: number, wrong = false): Table {
  const rows = points(count, seed);
  const kindOf = ({ x, y }: { x: number; y: number }): string =>
    wrong ? "left" : x + y < -0.4 ? "left" : x + y < 0.4 ? "middle" : "right";
  return new Table([
    numberColumn(
      "x",
      Float64Array.from(rows, ({ x }) => x),
    ),
    numberColumn(
      "y",
      Float64Array.from(rows, ({ y }) => y),
    ),
    textColumn("kind", rows.map(kindOf)),
  ]);
}

function plane(count: number, seed: number, off: number): Table {
  const rows = points(count, seed);
  return new Table([
    numberColumn(
      "x",
      Float64Array.from(rows, ({ x }) => x),
    ),
    numberColumn(
      "y",
      Float64Array.from(rows, ({ y }) => y),
    ),
    numberColumn(
      "sum",
      Float64Array.from(rows, ({ x, y }) => x + y + off),
    ),
  ]);
}

describe("rows with labels of a committee", () => {
  test("say what the real rows say, whatever label they came with", async () => {
    const real = stripes(150, 1);
    const coding = tableFeatures(real, metadata, "kind");
    const synthetic = coding.encode(stripes(400, 2, true));
    const truth = coding.encode(stripes(400, 2));
    const judged = { objective: "multiclass", classCount: 3 } as const;
    const { rows, weights } = await taughtRows(coding.encode(real), synthetic, judged, 1);
    const likeliest = new Map<number, [weight: number, label: number]>();
    const totals = new Float64Array(400);
    rows.labels.forEach((label, i) => {
      const row = rows.rows[i]!;
      totals[row]! += weights[i]!;
      if (weights[i]! > (likeliest.get(row)?.[0] ?? 0)) likeliest.set(row, [weights[i]!, label]);
    });
    // What is left out of a row's probability is below two classes of 0.02.
    expect(Math.min(...totals)).toBeGreaterThan(0.96);
    expect(Math.max(...totals)).toBeLessThan(1.000001);
    const right = truth.labels.filter((label, row) => likeliest.get(row)![1] === label).length;
    expect(right / 400).toBeGreaterThan(0.85);
    // Rows between two stripes are of two minds: more rows than there were.
    expect(rows.labels.length).toBeGreaterThan(440);
  });

  test("are numbers that the committee predicts", async () => {
    const real = plane(150, 1, 0);
    const coding = tableFeatures(real, sums, "sum");
    const synthetic = coding.encode(plane(300, 2, 7));
    const judged = { objective: "regression", classCount: 0 } as const;
    const { rows, weights } = await taughtRows(coding.encode(real), synthetic, judged, 1);
    const off = rows.labels.map((label, row) => label - (synthetic.labels[row]! - 7));
    expect(Math.sqrt(off.reduce((sum, error) => sum + error * error, 0) / 300)).toBeLessThan(0.2);
    expect(new Set(weights)).toEqual(new Set([1]));
  });

  test("help trees where few rows were learnt, and wrong labels do no harm", async () => {
    let [alone, taught, own] = [0, 0, 0];
    for (const seed of [1, 2, 3, 4]) {
      const real = plane(80, seed, 0);
      const coding = tableFeatures(real, sums, "sum");
      const held = coding.encode(plane(1000, 99, 0));
      const synthetic = coding.encode(plane(320, 10 + seed, 3));
      const scoreOf = async (plan: Parameters<typeof fitAugmented>[3]): Promise<number> => {
        const trees = await fitAugmented(coding, coding.encode(real), synthetic, plan, { minDataInLeaf: 5 });
        return decidingScore(coding, await trees.predict(held.features), held.labels) / 4;
      };
      const plan = { amount: 4, weight: 0.5, plausibleOnly: false };
      alone += await scoreOf(null);
      taught += await scoreOf({ ...plan, taught: true });
      own += await scoreOf(plan);
    }
    // R2, the mean of four tables; the figures are the same in every run.
    expect(taught - alone).toBeGreaterThan(0.005);
    expect(own).toBeLessThan(alone - 1);
  });

  test("are tried where a use is chosen, and the same in the choice as in the trees", async () => {
    const real = plane(90, 1, 0);
    const choice = await chooseAugmentation({
      real,
      metadata: sums,
      target: "sum",
      makeRows: async (_, count, seed) => plane(count, 100 + seed, 3),
      weights: [0.3],
      standardErrors: 1,
      trees: { minDataInLeaf: 5 },
    });
    expect(choice.plan?.taught).toBe(true);
    expect(choice.words).toMatch(/with labels of a committee of trees, that count .* each: \+0\.\d+ R2/);
    const none = await chooseAugmentation({
      real,
      metadata: sums,
      target: "sum",
      makeRows: async (_, count, seed) => plane(count, 100 + seed, 3),
      weights: [0.3],
      tryPlausible: false,
      tryTaught: false,
    });
    expect(none.tried.map(({ plan }) => plan)).toEqual([{ amount: 4, weight: 0.3, plausibleOnly: false }]);
  });
});
