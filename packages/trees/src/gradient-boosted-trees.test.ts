import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { treeRows } from "../fixtures/tree-rows.ts";
import { GradientBoostedTrees } from "./gradient-boosted-trees.ts";
import type { TreeOptions } from "./tree-options.ts";

const train = treeRows(2000);
const fresh = treeRows(1000, 10_000);

const share = (count: number, holds: (row: number) => boolean): number =>
  Array.from({ length: count }, (_, row) => row).filter(holds).length / count;

const fit = (options: Partial<TreeOptions>, labels: Float64Array) =>
  new GradientBoostedTrees(options).fit(train.features, labels);

describe("what is learnt predicts rows that were not", () => {
  test("two classes: probabilities of the second", async () => {
    const trees = await fit({ objective: "binary" }, train.binary);
    const probabilities = await trees.predict(fresh.features);
    expect(probabilities.every((value) => value > 0 && value < 1)).toBe(true);
    const right = share(1000, (row) => (probabilities[row]! > 0.5 ? 1 : 0) === fresh.binary[row]);
    // Labels hold noise: the best possible rule is right in about 94 % of the rows; chance in 62 %.
    expect(right).toBeGreaterThan(0.9);
    expect(trees.rounds).toBe(100);
    expect(trees.outputs).toBe(1);
  });

  test("several classes: a probability each, which sum to one", async () => {
    const trees = await fit({ objective: "multiclass" }, train.classes);
    const probabilities = await trees.predict(fresh.features);
    expect(probabilities.length).toBe(3000);
    for (let row = 0; row < 1000; row++) {
      const [a, b, c] = probabilities.slice(3 * row, 3 * row + 3) as unknown as [number, number, number];
      expect(a + b + c).toBeCloseTo(1, 12);
    }
    const right = share(1000, (row) => {
      const three = [...probabilities.slice(3 * row, 3 * row + 3)];
      return three.indexOf(Math.max(...three)) === fresh.classes[row];
    });
    expect(right).toBeGreaterThan(0.85);
  });

  test("numbers, better than their mean by far", async () => {
    const trees = await fit({ objective: "regression" }, train.numbers);
    const values = await trees.predict(fresh.features);
    const mean = fresh.numbers.reduce((sum, value) => sum + value, 0) / 1000;
    const errors = (guess: (row: number) => number) =>
      fresh.numbers.reduce((sum, value, row) => sum + (value - guess(row)) ** 2, 0);
    expect(1 - errors((row) => values[row]!) / errors(() => mean)).toBeGreaterThan(0.93);
  });

  test("weights pull predictions towards the rows that weigh more", async () => {
    const { features, binary } = treeRows(300);
    const options = {
      objective: "binary",
      minDataInLeaf: 0,
      minSumHessianInLeaf: 1,
      minDataPerGroup: 1,
    } as const;
    const weights = Float64Array.from(binary, (label) => (label === 1 ? 3 : 1));
    const heavy = await new GradientBoostedTrees(options).fit(features, binary, { weights });
    const plain = await new GradientBoostedTrees(options).fit(features, binary);
    const mean = async (trees: GradientBoostedTrees) =>
      (await trees.predict(fresh.features)).reduce((sum, value) => sum + value, 0) / 1000;
    expect(await mean(heavy)).toBeGreaterThan((await mean(plain)) + 0.02);
  });
});

describe("early stopping", () => {
  test("keeps the rounds up to the lowest validation loss", async () => {
    const trees = new GradientBoostedTrees({
      objective: "binary",
      numIterations: 500,
      learningRate: 0.3,
      earlyStoppingRounds: 25,
    });
    await trees.fit(train.features, train.binary, {
      validation: { features: fresh.features, labels: fresh.binary },
    });
    const losses = [...trees.validationLosses];
    expect(trees.rounds).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(losses.length).toBe(trees.rounds + 25);
    expect(trees.rounds).toBeLessThan(200);
    const probabilities = await trees.predict(fresh.features);
    const loss =
      fresh.binary.reduce(
        (sum, label, row) => sum - Math.log(label === 1 ? probabilities[row]! : 1 - probabilities[row]!),
        0,
      ) / 1000;
    expect(loss).toBeCloseTo(Math.min(...losses), 9);
  });

  test("wants validation rows, with the columns of the training rows", async () => {
    const trees = new GradientBoostedTrees({ objective: "binary", earlyStoppingRounds: 5 });
    await expect(trees.fit(train.features, train.binary)).rejects.toMatchObject({
      code: "VERISIM_OPTION_VALUE",
      where: { option: "earlyStoppingRounds" },
    });
    const features = fresh.features.slice(0, 2);
    await expect(
      trees.fit(train.features, train.binary, { validation: { features, labels: fresh.binary } }),
    ).rejects.toMatchObject({ code: "VERISIM_FEATURES" });
  });
});

describe("the same seed", () => {
  const bagging = {
    objective: "binary",
    baggingFraction: 0.5,
    baggingFreq: 1,
    featureFraction: 0.7,
  } as const;

  test("trains the same trees, whatever the threads, and another seed others", async () => {
    const texts: string[] = [];
    for (const options of [{ seed: 3, threads: 1 }, { seed: 3, threads: 2 }, { seed: 4 }])
      texts.push((await fit({ ...bagging, ...options }, train.binary)).toText());
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).not.toBe(texts[0]);
  });
});

describe("the text format", () => {
  test.each([
    ["binary", train.binary],
    ["multiclass", train.classes],
    ["regression", train.numbers],
  ] as const)("brings %s back, to the bit", async (objective, labels) => {
    const trees = await fit({ objective }, labels);
    const again = await GradientBoostedTrees.fromText(trees.toText());
    expect(again.toText()).toBe(trees.toText());
    expect(again.featureNames).toEqual(["the_amount", "score", "kind"]);
    expect(await again.predict(fresh.features)).toEqual(await trees.predict(fresh.features));
    expect(again.importance()).toEqual(trees.importance());
    expect([again.rounds, again.outputs]).toEqual([trees.rounds, trees.outputs]);
    expect(again.options.objective).toBe(objective);
  });
});

describe("the first rounds", () => {
  test.each([
    ["binary", train.binary],
    ["multiclass", train.classes],
  ] as const)("of %s are the trees of a shorter fit", async (objective, labels) => {
    const [long, short] = [
      await fit({ objective }, labels),
      await fit({ objective, numIterations: 12 }, labels),
    ];
    const first = await long.first(12);
    expect(await first.predict(fresh.features)).toEqual(await short.predict(fresh.features));
    expect([first.rounds, first.outputs]).toEqual([12, long.outputs]);
    expect(await (await long.first(100)).predict(fresh.features)).toEqual(await long.predict(fresh.features));
    const again = await GradientBoostedTrees.fromText(first.toText());
    expect(await again.predict(fresh.features)).toEqual(await short.predict(fresh.features));
  });

  test("are at least one and no more than there are", async () => {
    const trees = await fit({ objective: "binary", numIterations: 3 }, train.binary);
    for (const rounds of [0, 4, 1.5])
      await expect(trees.first(rounds)).rejects.toMatchObject({ code: "VERISIM_OPTION_VALUE" });
  });
});

test("importance says which columns decide", async () => {
  const trees = await fit({ objective: "binary" }, train.binary);
  const [amount, score, kind] = trees.importance("gain");
  expect(score! / (amount! + kind!)).toBeLessThan(0.15);
  const splits = trees.importance("split");
  expect(splits.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(100 * 30);
  expect([...splits].every((count) => Number.isInteger(count) && count > 0)).toBe(true);
  expect(trees.featureNames).toEqual(["the amount", "score", "kind"]);
});

describe("tables that hold little", () => {
  test.each([
    ["a constant column", [{ name: "x", values: new Float64Array(50) }]],
    ["a column without values", [{ name: "x", values: new Float64Array(50).fill(Number.NaN) }]],
  ])("%s: the mean", async (_, features) => {
    const labels = Array.from({ length: 50 }, (_, row) => row % 2);
    const regression = await new GradientBoostedTrees().fit(features, labels);
    expect([...(await regression.predict(features))].every((value) => value === 0.5)).toBe(true);
    const binary = await new GradientBoostedTrees({ objective: "binary" }).fit(features, labels);
    expect((await binary.predict(features))[0]).toBeCloseTo(0.5, 12);
    expect((await GradientBoostedTrees.fromText(binary.toText())).rounds).toBe(1);
  });

  test("one row, one class, infinite numbers", async () => {
    const one = [{ name: "x", values: Float64Array.of(7) }];
    const regression = await new GradientBoostedTrees().fit(one, [5]);
    expect([...(await regression.predict(one))]).toEqual([5]);
    const binary = await new GradientBoostedTrees({ objective: "binary" }).fit(one, [1]);
    expect((await binary.predict(one))[0]).toBeGreaterThan(0.99);
    const values = Float64Array.from({ length: 100 }, (_, row) => (row < 50 ? Infinity : -Infinity));
    const labels = Float64Array.from({ length: 100 }, (_, row) => (row < 50 ? 1 : 2));
    const infinite = await new GradientBoostedTrees().fit([{ name: "x", values }], labels);
    const [high, low] = await infinite.predict([{ name: "x", values: Float64Array.of(Infinity, -Infinity) }]);
    expect(high).toBeCloseTo(1, 3);
    expect(low).toBeCloseTo(2, 3);
  });

  test("no rows to predict give no predictions", async () => {
    const trees = await new GradientBoostedTrees().fit(
      [{ name: "x", values: Float64Array.of(1, 2) }],
      [1, 2],
    );
    expect((await trees.predict([{ name: "x", values: new Float64Array(0) }])).length).toBe(0);
  });

  test("names with marks that the text format cannot hold", async () => {
    const names = ['a "b"', "a:[b]", "ä,{}=\n", "", "a__b_"];
    const features = names.map((name, index) => ({
      name,
      values: Float64Array.from({ length: 200 }, (_, row) => (row * (index + 3)) % 17),
    }));
    const trees = await new GradientBoostedTrees().fit(features, features[0]!.values);
    expect(trees.featureNames).toEqual(names);
    const again = await GradientBoostedTrees.fromText(trees.toText());
    expect(new Set(again.featureNames).size).toBe(5);
    expect(await again.predict(features)).toEqual(await trees.predict(features));
  });
});

describe("long work", () => {
  const many = treeRows(60_000);

  test("stops on a signal and leaves what was fitted before", async () => {
    const trees = await new GradientBoostedTrees({ objective: "binary", numIterations: 3 }).fit(
      train.features,
      train.binary,
    );
    const before = trees.toText();
    const long = new GradientBoostedTrees({ objective: "binary", numIterations: 100_000 });
    const controller = new AbortController();
    const start = performance.now();
    const stopped = long.fit(many.features, many.binary, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(() => long.toText()).toThrowError(expect.objectContaining({ code: "VERISIM_NOT_FITTED" }));
    await expect(
      trees.fit(train.features, train.binary, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    expect(trees.toText()).toBe(before);
  });

  test("reports every round up to the last, with the validation loss", async () => {
    const seen: number[] = [];
    let loss: number | undefined;
    const trees = await new GradientBoostedTrees({ objective: "binary", numIterations: 60 }).fit(
      train.features,
      train.binary,
      {
        validation: { features: fresh.features, labels: fresh.binary },
        onProgress: ({ phase, done, total, unit, losses }) => {
          expect([phase, total, unit]).toEqual(["fit", 60, "rounds"]);
          seen.push(done);
          loss = losses?.validation;
        },
      },
    );
    expect(seen.at(-1)).toBe(60);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(loss).toBe(trees.validationLosses.at(-1));
  });

  test("leaves the JavaScript thread free", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await new GradientBoostedTrees({ objective: "binary", numIterations: 60 }).fit(
      many.features,
      many.binary,
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});

describe("where the native part is missing", () => {
  const program = `
    import { GradientBoostedTrees } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    const trees = new GradientBoostedTrees();
    await trees.fit([{ name: "x", values: Float64Array.of(1) }], [1]).catch((error) => {
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
    });`;
  const told = (env: Record<string, string>) => {
    const { stdout } = spawnSync(
      process.execPath,
      ["--conditions=verisim-source", "--input-type=module", "-e", program],
      { encoding: "utf8", env: { ...process.env, ...env } },
    );
    return JSON.parse(stdout) as { code: string; message: string; hint: string };
  };

  test("the error says what was tried and what to do", () => {
    const addon = told({ VERISIM_TREES_ADDON: "./nowhere.node" });
    expect(addon.code).toBe("VERISIM_NATIVE_MISSING");
    expect(addon.message).toContain("./nowhere.node");
    expect(addon.hint).toContain("npm install --include=optional");
  });

  test("so for LightGBM itself, and for a file that is no library of it", () => {
    const absent = told({ VERISIM_LIGHTGBM: "./nowhere.so" });
    expect(absent.code).toBe("VERISIM_NATIVE_MISSING");
    expect(absent.message).toContain("./nowhere.so is not there");
    const other = told({ VERISIM_LIGHTGBM: fileURLToPath(import.meta.url) });
    expect(other.code).toBe("VERISIM_NATIVE_MISSING");
    expect(other.message).toMatch(/gradient-boosted-trees\.test\.ts/);
  });
});
