// Whatever comes in is learnt or refused with a code that names the place: by the class, and by the addon behind it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { treeRows } from "../fixtures/tree-rows.ts";
import { GradientBoostedTrees } from "./gradient-boosted-trees.ts";
import { loadAddon } from "./load-addon.ts";
import type { Addon } from "./native.ts";

const { features, binary } = treeRows(200);
// biome-ignore lint/suspicious/noExplicitAny: these calls break the types on purpose
const wrong = (value: unknown): any => value;

async function errorOf(call: () => unknown): Promise<{ code?: string; message: string; where?: object }> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Expected an error.");
}

describe("fit refuses", () => {
  const fit = (columns: unknown, labels: unknown, options = {}) =>
    errorOf(() =>
      new GradientBoostedTrees({ objective: "binary", ...options }).fit(wrong(columns), wrong(labels)),
    );
  const x = (values: unknown, categorical?: boolean) => [{ name: "x", values, categorical }];

  test.each([
    ["no columns", [], [], "VERISIM_FEATURES", {}],
    ["no rows", x(new Float64Array(0)), [], "VERISIM_FEATURES", {}],
    ["another array", x([1, 2]), [0, 1], "VERISIM_FEATURES", { column: "x" }],
    [
      "columns of two lengths",
      [...features, { name: "x", values: new Float64Array(3) }],
      binary,
      "VERISIM_FEATURES",
      { column: "x" },
    ],
    [
      "two columns of one name",
      [...features, ...features],
      binary,
      "VERISIM_FEATURES",
      { column: "the amount" },
    ],
    ["codes below 0", x(Float64Array.of(0, -1), true), [0, 1], "VERISIM_FEATURES", { column: "x", row: 2 }],
    [
      "codes with fractions",
      x(Float64Array.of(0.5, 1), true),
      [0, 1],
      "VERISIM_FEATURES",
      { column: "x", row: 1 },
    ],
    [
      "codes beyond 32 bits",
      x(Float64Array.of(1, 2 ** 31), true),
      [0, 1],
      "VERISIM_FEATURES",
      { column: "x", row: 2 },
    ],
    ["too few labels", features, [0, 1], "VERISIM_LABELS", {}],
    ["labels that are missing", x(Float64Array.of(1, 2)), [0, Number.NaN], "VERISIM_LABELS", { row: 2 }],
    ["classes beyond two", x(Float64Array.of(1, 2)), [0, 2], "VERISIM_LABELS", { row: 2 }],
  ] as const)("%s", async (_, columns, labels, code, where) => {
    expect(await fit(columns, labels)).toMatchObject({ name: "VerisimError", code, where });
  });

  test("labels and weights out of range", async () => {
    const one = x(Float64Array.of(1, 2));
    expect(await fit(one, [0, -1], { objective: "multiclass" })).toMatchObject({ code: "VERISIM_LABELS" });
    expect(await fit(one, [0, 0.5], { objective: "multiclass" })).toMatchObject({ code: "VERISIM_LABELS" });
    expect(await fit(one, [0, 1e300], { objective: "regression" })).toMatchObject({ code: "VERISIM_LABELS" });
    for (const weights of [[1], [1, -1], [1, Number.NaN], [1, Infinity]])
      expect(
        await errorOf(() => new GradientBoostedTrees().fit(wrong(one), [1, 2], { weights })),
      ).toMatchObject({ code: "VERISIM_WEIGHTS" });
  });

  test("options that are unknown or out of range, before anything else", () => {
    for (const options of [
      { numLeaves: 1 },
      { learningRate: 0 },
      { baggingFraction: 2 },
      { seed: -1 },
      { threads: 1.5 },
    ])
      expect(() => new GradientBoostedTrees(options)).toThrowError(
        expect.objectContaining({ code: "VERISIM_OPTION_VALUE", where: { option: Object.keys(options)[0] } }),
      );
    expect(() => new GradientBoostedTrees(wrong({ numLeafs: 3 }))).toThrowError(
      expect.objectContaining({ code: "VERISIM_UNKNOWN_OPTION", hint: expect.stringContaining("numLeaves") }),
    );
  });
});

describe("predict refuses", () => {
  test("before a fit, and columns other than those of the fit", async () => {
    const trees = new GradientBoostedTrees({ objective: "binary", numIterations: 3 });
    expect(await errorOf(() => trees.predict(features))).toMatchObject({ code: "VERISIM_NOT_FITTED" });
    await trees.fit(features, binary);
    expect((await errorOf(() => trees.predict(features.slice(1)))).message).toBe(
      "Expected 3 columns but received 2.",
    );
    expect((await errorOf(() => trees.predict(features.toReversed()))).message).toBe(
      "Expected the_amount as column 1 but received kind.",
    );
    expect(await errorOf(() => trees.predict(features, { signal: AbortSignal.abort() }))).toMatchObject({
      code: "VERISIM_ABORTED",
    });
  });
});

describe("the addon itself", () => {
  let addon: Addon;
  let training: object;
  let model: object;
  const columns = features.map(({ values }) => values);
  const labels = Float32Array.from(binary);
  const names = ["a", "b", "c"];
  const parameters = "objective=binary verbosity=-1 num_threads=1";

  beforeAll(async () => {
    addon = loadAddon();
    training = await addon.beginTraining(columns, labels, ...none(4), names, parameters, undefined);
    await addon.growTraining(training, 3, undefined, undefined);
    model = await addon.loadModel(await addon.trainingText(training, 3));
  });
  afterAll(() => addon.freeTraining(training));

  function none(_count: 4): [undefined, undefined, undefined, undefined] {
    return [undefined, undefined, undefined, undefined];
  }

  const junk = [
    undefined,
    null,
    3,
    "x",
    true,
    {},
    [],
    [1],
    new Float32Array(200),
    new DataView(new ArrayBuffer(8)),
  ];

  test("refuses arguments of another type, length or range", async () => {
    const out = new Float64Array(200);
    const refused = async (call: () => unknown) =>
      expect(await errorOf(call)).toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
    for (const value of junk) {
      await refused(() =>
        addon.beginTraining(wrong(value), labels, ...none(4), names, parameters, undefined),
      );
      if (!(value instanceof Float32Array))
        await refused(() =>
          addon.beginTraining(columns, wrong(value), ...none(4), names, parameters, undefined),
        );
      await refused(() =>
        addon.beginTraining(columns, labels, ...none(4), wrong(value), parameters, undefined),
      );
      if (typeof value !== "string")
        await refused(() => addon.beginTraining(columns, labels, ...none(4), names, wrong(value), undefined));
      await refused(() => addon.growTraining(wrong(value), 1, undefined, undefined));
      await refused(() => addon.predict(wrong(value), columns, false, 1, out, undefined));
      await refused(() => addon.predict(model, wrong(value), false, 1, out, undefined));
      await refused(() => addon.predict(model, columns, false, 1, wrong(value), undefined));
      if (value !== undefined)
        await refused(() => addon.predict(model, columns, false, 1, out, wrong(value)));
      await refused(() => addon.abort(wrong(value)));
    }
    for (const rounds of [-1, 0.5, Number.NaN, 2 ** 31])
      await refused(() => addon.growTraining(training, rounds, undefined, undefined));
    await refused(() => addon.growTraining(training, 9, new Float64Array(3), undefined));
    await refused(() => addon.predict(model, columns, false, 0, out, undefined));
    await refused(() => addon.predict(model, columns, false, 1, new Float64Array(199), undefined));
    await refused(() => addon.predict(model, columns.slice(1), false, 1, out, undefined));
    await refused(() => addon.importance(model, true, new Float64Array(2)));
    await refused(() => addon.loadModel("tree\0"));
    // A handle of one kind is none of another.
    await refused(() => addon.growTraining(model, 1, undefined, undefined));
    await refused(() => addon.predict(training, columns, false, 1, out, undefined));
  });

  test("refuses buffers that may go away under it", async () => {
    const resizable = new Float64Array(wrong(new ArrayBuffer(1600, wrong({ maxByteLength: 3200 }))));
    expect(
      (
        await errorOf(() =>
          addon.beginTraining([resizable], labels, ...none(4), ["a"], parameters, undefined),
        )
      ).message,
    ).toMatch(/resizable/);
    const detached = new Float64Array(200);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(
      (await errorOf(() => addon.beginTraining([detached], labels, ...none(4), ["a"], parameters, undefined)))
        .message,
    ).toMatch(/detached|one row/);
  });

  test("lets one task at a time use a training, and none that is freed", async () => {
    const other = await addon.beginTraining(columns, labels, ...none(4), names, parameters, undefined);
    const first = addon.growTraining(other, 2000, undefined, undefined);
    const second = addon.growTraining(other, 1, undefined, undefined);
    const outcomes = await Promise.allSettled([first, second]);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason.message).toMatch(/not in use/);
    const running = addon.growTraining(other, 500, undefined, undefined);
    addon.freeTraining(other);
    await running.catch((error: Error) => expect(error.message).toMatch(/not freed/));
    expect((await errorOf(() => addon.growTraining(other, 1, undefined, undefined))).message).toMatch(
      /not freed/,
    );
  });

  test("gives LightGBM's own words where it refuses", async () => {
    const twice = await errorOf(() =>
      addon.beginTraining(columns, labels, ...none(4), ["a", "a", "b"], parameters, undefined),
    );
    expect(twice.code).toBe("VERISIM_LIGHTGBM");
    expect(twice.message).toMatch(/more than one time/);
  });
});
