import { describe, expect, test } from "vitest";
import type { ConditionColumns } from "./condition-match.ts";
import { conditionForMessage } from "./condition-match.ts";
import { parseCondition } from "./condition-parser.ts";
import { VerisimError } from "./errors.ts";
import { fairPairs, fairProbabilities } from "./fair-request.ts";
import type { SampleOptions } from "./generator.ts";
import { streamKey } from "./random.ts";
import { planRows } from "./row-plan.ts";

const columns: ConditionColumns = new Map([
  ["income", { kind: "category", categories: ["low", "high"], mayBeMissing: false }],
  ["sex", { kind: "category", categories: ["f", "m"], mayBeMissing: false }],
  ["race", { kind: "category", categories: ["a", "b"] }],
  ["age", { kind: "number" }],
]);
/** Of f a tenth has a high income, of m three tenths; one row in three is of f. */
const probabilities = { "f low": 0.3, "f high": 1 / 30, "m low": 14 / 30, "m high": 0.2 };
const pairs = [
  { group: 0, value: 0 },
  { group: 0, value: 1 },
  { group: 1, value: 0 },
  { group: 1, value: 1 },
];

describe("fair probabilities", () => {
  test("give every group the target's own shares, and leave groups their sizes", () => {
    const fair = fairProbabilities(pairs, Object.values(probabilities), 0);
    const high = 7 / 30;
    const expected = [(1 / 3) * (1 - high), (1 / 3) * high, (2 / 3) * (1 - high), (2 / 3) * high];
    expect(fair.map((own) => own.toFixed(12))).toEqual(expected.map((own) => own.toFixed(12)));
  });

  test("leave a gap that is allowed, and change nothing where it is no larger", () => {
    const half = fairProbabilities(pairs, Object.values(probabilities), 0.1);
    expect(half[3]! / (half[2]! + half[3]!) - half[1]! / (half[0]! + half[1]!)).toBeCloseTo(0.1, 12);
    expect(half[0]! + half[1]!).toBeCloseTo(1 / 3, 12);
    expect(fairProbabilities(pairs, Object.values(probabilities), 0.5)).toEqual(Object.values(probabilities));
  });

  test("do not heed a group that the model never draws", () => {
    const fair = fairProbabilities(
      [...pairs, { group: 2, value: 0 }, { group: 2, value: 1 }],
      [...Object.values(probabilities), 0, 0],
      0,
    );
    expect(fair.slice(4)).toEqual([0, 0]);
    expect(fair[3]! / (fair[2]! + fair[3]!)).toBeCloseTo(7 / 30, 12);
  });
});

test("pairs are every group with every value, missing cells where there may be some", () => {
  const asked = fairPairs(
    { target: "income", sensitive: ["sex", "race"] },
    columns,
    parseCondition("age > 30"),
  );
  expect(asked).toHaveLength(2 * 3 * 2);
  expect(conditionForMessage(asked[5]!.condition)).toBe(
    "age > 30 AND sex = 'f' AND race IS NULL AND income = 'high'",
  );
  expect(asked[5]).toMatchObject({ group: 2, value: 1 });
});

describe("a fair plan", () => {
  const plan = (options: SampleOptions, impossible = "never") =>
    planRows(10, options, {
      columns,
      generated: [],
      keyOf: (purpose) => streamKey(4, purpose),
      boxesOf: async (condition) => {
        const text = conditionForMessage(condition);
        if (text.includes(impossible)) throw new VerisimError("VERISIM_CONDITION_IMPOSSIBLE", text);
        return [text.replaceAll(/sex = |income = |'|AND /g, "")];
      },
      weigh: async (boxes) =>
        Float64Array.from(boxes, (box) => probabilities[box as keyof typeof probabilities]),
    });

  test("deals rows to groups and values so that they have nothing to do with each other", async () => {
    const dealt = await plan({ fairness: { target: "income", sensitive: ["sex"] } });
    const found: Record<string, number> = {};
    for (let row = 0; row < 30_000; row++) found[dealt!.boxOf(row)] = (found[dealt!.boxOf(row)] ?? 0) + 1;
    const high = (sex: string): number =>
      found[`${sex} high`]! / (found[`${sex} high`]! + found[`${sex} low`]!);
    // Five standard deviations of the smaller group's share are 0.021.
    expect(Math.abs(high("f") - 7 / 30)).toBeLessThan(0.021);
    expect(Math.abs(high("m") - 7 / 30)).toBeLessThan(0.015);
  });

  test.each([
    [{ target: "wage", sensitive: ["sex"] }, "VERISIM_UNKNOWN_COLUMN", '"wage"'],
    [{ target: "age", sensitive: ["sex"] }, "VERISIM_CONDITION_TYPE", "one of numbers"],
    [{ target: "income", sensitive: [] }, "VERISIM_OPTION_VALUE", "none"],
    [{ target: "income", sensitive: ["sex", "income"] }, "VERISIM_OPTION_VALUE", "each column once"],
    [{ target: "income", sensitive: ["sex"], gap: 2 }, "VERISIM_OPTION_VALUE", "from 0 to 1 but received 2"],
  ])("refuses %o", async (fairness, code, text) => {
    await expect(plan({ fairness })).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test("refuses counts beside it, and groups that cannot have the same values", async () => {
    const fairness = { target: "income", sensitive: ["sex"] };
    const counts = { column: "income", counts: new Map([["high", 1]]) };
    await expect(plan({ fairness, counts })).rejects.toMatchObject({ code: "VERISIM_OPTION_VALUE" });
    await expect(plan({ fairness }, "sex = 'f' AND income = 'high'")).rejects.toMatchObject({
      code: "VERISIM_CONDITION_IMPOSSIBLE",
      message: expect.stringContaining("sex = 'f' AND income = 'high'"),
    });
  });
});
