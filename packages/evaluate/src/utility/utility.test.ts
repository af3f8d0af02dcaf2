import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { utility } from "./utility.ts";

const metadata: TableMetadata = {
  columns: {
    x: { sdtype: "numerical" },
    y: { sdtype: "numerical" },
    place: { sdtype: "categorical" },
    label: { sdtype: "categorical" },
  },
};

type Label = (x: number, y: number, random: RowRandom) => string | null;

const twoKinds: Label = (x, y, random) => (x + y + 0.3 * random.uniform() > 1.4 ? "rare" : "often");
const threeKinds: Label = (x, y) => (x > 0.8 ? "third" : y > 0.5 ? "second" : "first");
const anyKind: Label = (_x, _y, random) => (random.uniform() < 0.3 ? "rare" : "often");

function table(rowCount: number, seed: number, label: Label = twoKinds): Table {
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const random = new RowRandom(streamKey(seed, "utility"), row);
    const [x, y, place] = [random.uniform(), random.uniform(), "pqr"[random.below(3)]!];
    return { x, y, place, label: label(x, y, random) };
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
      "place",
      rows.map(({ place }) => place),
    ),
    textColumn(
      "label",
      rows.map((row) => row.label),
    ),
  ]);
}

const real = table(800, 1);
const holdout = table(600, 2);
const plain = { target: "label", augmentation: false, resamples: 100 } as const;

describe("utility", () => {
  it("finds no gap where the synthetic rows are as good as real ones", async () => {
    const report = (await utility({ real, synthetic: table(800, 3), holdout, metadata }, plain))!;
    expect(report).toMatchObject({ task: "binary", classes: ["often", "rare"], failure: null });
    expect(report.rows).toEqual({ real: 800, synthetic: 800, holdout: 600 });
    expect(report.models.map(({ model }) => model)).toEqual(["boosted-trees", "linear"]);
    for (const { scores } of report.models) {
      expect(scores[0]!.score).toBe("AUC");
      expect(scores[0]!.real.value).toBeGreaterThan(0.95);
      expect(Math.abs(scores[0]!.gap!.value)).toBeLessThan(0.02);
      for (const { score, real: own, synthetic, gap, better } of scores) {
        expect(own.low, score).toBeLessThanOrEqual(own.value);
        expect(own.high, score).toBeGreaterThanOrEqual(own.value);
        const difference = own.value - synthetic!.value;
        expect(gap!.value, score).toBeCloseTo(better === "higher" ? difference : -difference, 12);
      }
    }
    const [often, rare] = report.models[0]!.classes;
    expect(often!.rows + rare!.rows).toBe(600);
    expect(rare!.real.recall).toBeGreaterThan(0.7);
    expect(rare!.synthetic!.auc).toBeCloseTo(often!.synthetic!.auc!, 12);
    // By the commoner class every row is right that has it.
    expect(report.naive.accuracy).toBeCloseTo(often!.rows / 600, 12);
    expect(report.naive.AUC).toBe(0.5);
    expect(
      report
        .importance!.columns.map(({ column }) => column)
        .slice(0, 2)
        .sort(),
    ).toEqual(["x", "y"]);
    expect(report.importance!.distance).toBeLessThan(0.15);
  });

  it("finds the gap where labels follow nothing, with an interval away from 0", async () => {
    const synthetic = table(800, 4, anyKind);
    const { models, importance } = (await utility({ real, synthetic, holdout, metadata }, plain))!;
    for (const { scores } of models) {
      const { synthetic: own, gap } = scores[0]!;
      expect(own!.value).toBeGreaterThan(0.3);
      expect(own!.value).toBeLessThan(0.7);
      expect(gap!.low).toBeGreaterThan(0.2);
      expect(gap!.high).toBeLessThan(0.7);
    }
    expect(importance!.columns.find(({ column }) => column === "place")!.real).toBeLessThan(0.1);
  });

  it("says what was learnt when the synthetic rows lack classes", async () => {
    const one = await utility({ real, synthetic: table(200, 5, () => "often"), holdout, metadata }, plain);
    expect(one!.failure).toBe("all synthetic rows are of one class");
    expect(one!.models[0]!.scores[0]).toMatchObject({ synthetic: null, gap: null });
    expect(one!.models[0]!.classes[1]).toMatchObject({ label: "rare", shareSynthetic: 0, synthetic: null });
    const unknown = await utility({ real, synthetic: table(200, 5, () => "new"), holdout, metadata }, plain);
    expect(unknown!.failure).toBe("no synthetic row has a target that the real table knows");
    expect(unknown!.rows.synthetic).toBe(0);
  });

  it("judges more classes, of which the synthetic rows may have two", async () => {
    const tables = { real: table(600, 6, threeKinds), holdout: table(400, 7, threeKinds), metadata };
    const synthetic = table(600, 8, (x, y, random) => (x > 0.8 ? null : threeKinds(x, y, random)));
    const report = (await utility({ ...tables, synthetic }, plain))!;
    expect(report.task).toBe("multiclass");
    expect(report.classes.at(-1)).toBe("third");
    const trees = report.models[0]!;
    expect(trees.scores[0]).toMatchObject({ score: "macro-F1" });
    expect(trees.scores[0]!.real.value).toBeGreaterThan(0.97);
    // Two classes of three, and the third one's rows taken for them.
    expect(trees.scores[0]!.synthetic!.value).toBeLessThan(0.65);
    expect(trees.classes[2]!.synthetic).toMatchObject({ recall: 0, precision: null, f1: 0 });
    expect(report.rows.synthetic).toBeLessThan(600);
  });

  it("judges numbers, and numbers stored as text", async () => {
    const rest: TableMetadata = { columns: { x: { sdtype: "numerical" }, y: { sdtype: "numerical" } } };
    const line = (rowCount: number, seed: number): Table => {
      const { values } = table(rowCount, seed).column("x") as { values: Float64Array };
      return new Table([
        numberColumn("x", values),
        numberColumn(
          "y",
          values.map((x) => 5 * x),
        ),
      ]);
    };
    const synthetic = line(500, 9);
    const texts = new Table([
      synthetic.column("x"),
      textColumn("y", Array.from((synthetic.column("y") as { values: Float64Array }).values, String)),
    ]);
    const tables = { real: line(500, 10), holdout: line(300, 11), metadata: rest };
    const report = (await utility({ ...tables, synthetic: texts }, { ...plain, target: "y" }))!;
    expect(report).toMatchObject({ task: "regression", classes: [] });
    const linear = report.models[1]!;
    expect(linear.scores.map(({ score }) => score)).toEqual(["R2", "RMSE", "MAE"]);
    expect(linear.scores[0]!.real.value).toBeGreaterThan(0.999);
    expect(linear.scores[0]!.synthetic!.value).toBeGreaterThan(0.999);
    expect(report.models[0]!.scores[0]!.synthetic!.value).toBeGreaterThan(0.99);
    expect(Math.abs(report.naive.R2!)).toBeLessThan(0.05);
  });

  it("says whether synthetic rows help beside few real ones", async () => {
    const few = table(40, 12);
    const report = await utility(
      { real: few, synthetic: table(1500, 13), holdout, metadata },
      { ...plain, augmentation: true },
    );
    expect(report!.augmentation).toMatchObject({ trainings: 5, verdict: "better" });
    const [auc] = report!.augmentation!.scores;
    expect(auc!.gain.value).toBeCloseTo(auc!.augmented - auc!.real, 12);
    expect(auc!.gain.low).toBeGreaterThan(0);
  }, 30_000);

  it("leaves out the scores that held-out rows of one class do not define", async () => {
    const often = table(100, 14, () => "often");
    const report = (await utility(
      { real, synthetic: real, holdout: often, metadata },
      { ...plain, augmentation: true },
    ))!;
    expect(report.models[0]!.scores.map(({ score }) => score)).toEqual([
      "macro-F1",
      "accuracy",
      "positive-F1",
      "log-loss",
    ]);
    expect(report.naive.accuracy).toBe(1);
    expect(report.models[0]!.classes[0]!.real.auc).toBeNull();
    expect(report.augmentation).toBeNull();
  });

  it("needs a holdout and a target that can be predicted", async () => {
    expect(await utility({ real, synthetic: real, metadata }, plain)).toBeNull();
    expect(await utility({ real, synthetic: real, holdout: table(9, 2), metadata }, plain)).toBeNull();
    const tables = { real, synthetic: real, holdout, metadata };
    await expect(utility(tables, { ...plain, target: "nothing" })).rejects.toMatchObject({
      code: "VERISIM_UNKNOWN_COLUMN",
    });
    const same = { ...tables, real: table(100, 1, () => "one") };
    await expect(utility(same, plain)).rejects.toMatchObject({
      code: "VERISIM_TARGET",
      where: { column: "label" },
    });
    const without = utility({ ...tables, synthetic: real.select(["x", "y"]) }, plain);
    await expect(without).rejects.toThrow(/received none \(the synthetic table has no such column\)/);
    const alone: TableMetadata = { columns: { label: { sdtype: "categorical" } } };
    await expect(utility({ ...tables, metadata: alone }, plain)).rejects.toMatchObject({
      code: "VERISIM_TARGET",
    });
  });
});
