import { describe, expect, test } from "vitest";
import type { Condition } from "./condition.ts";
import { formatCondition } from "./condition-format.ts";
import type { ConditionColumns } from "./condition-match.ts";
import { parseCondition } from "./condition-parser.ts";
import { VerisimError } from "./errors.ts";
import type { SampleOptions } from "./generator.ts";
import { streamKey } from "./random.ts";
import { planRows } from "./row-plan.ts";

const columns: ConditionColumns = new Map([
  ["label", { kind: "category", categories: ["rice", "maize", "oats"] }],
  ["rain", { kind: "number" }],
]);

/** A box is a name; a condition has one box, an OR one per branch, each weighed by its place. */
async function boxesOf(condition: Condition): Promise<readonly string[]> {
  const terms = condition.type === "or" ? condition.terms : [condition];
  const boxes = terms.map((term) => JSON.stringify(term));
  if (boxes.some((box) => box.includes("never")))
    throw new VerisimError("VERISIM_UNKNOWN_COLUMN", "Expected another column.", {
      where: { column: "field" },
    });
  return boxes;
}
const weigh = async (boxes: readonly string[]): Promise<Float64Array> =>
  Float64Array.from(boxes, (_, place) => place);

const plan = (rowCount: number, options: SampleOptions) =>
  planRows(rowCount, options, {
    columns,
    generated: ["field"],
    keyOf: (purpose) => streamKey(3, purpose),
    boxesOf,
    weigh,
  });
const counts = (given: Record<string, number>) => ({
  column: "label",
  counts: new Map(Object.entries(given)),
});

describe("the plan of a request's rows", () => {
  test("is none where nothing is asked", async () => {
    expect(await plan(5, {})).toBeUndefined();
  });

  test("deals rows to the branches of a condition by their weights, each apart from the others", async () => {
    const where = parseCondition("rain > 1 or rain > 2 or rain > 3");
    const dealt = await plan(5, { where });
    expect(dealt!.boxes).toHaveLength(3);
    const found = [0, 0, 0];
    for (let row = 0; row < 9000; row++) found[dealt!.placeOf(row)]!++;
    // Weights 0, 1 and 2; five standard deviations of a third of 9,000 rows are 224.
    expect(found[0]).toBe(0);
    expect(Math.abs(found[1]! - 3000)).toBeLessThan(224);
    const again = await plan(2, { where, from: 7000 });
    expect(again!.boxOf(7001)).toBe(dealt!.boxOf(7001));
  });

  test("knows what each row is asked for", async () => {
    const asked = await plan(200, {
      counts: counts({ maize: 50, rice: 0 }),
      where: parseCondition("rain > 1"),
    });
    expect(asked!.requests.map(formatCondition)).toEqual([
      "rain > 1 AND label = 'maize'",
      "rain > 1 AND label NOT IN ('maize', 'rice')",
    ]);
    const rows = [0, 0];
    for (let row = 0; row < 200; row++) rows[asked!.requestOf(row)]! += 1;
    expect(rows).toEqual([50, 150]);
    const alone = await plan(5, { where: parseCondition("rain > 1") });
    expect([alone!.requests.map(formatCondition), alone!.requestOf(3)]).toEqual([["rain > 1"], 0]);
  });

  test("gives labels exactly the rows that were counted for them, and the others the rest", async () => {
    const dealt = await plan(200, {
      counts: counts({ maize: 50, rice: 0 }),
      where: parseCondition("rain > 1"),
    });
    const boxes = Array.from({ length: 200 }, (_, row) => dealt!.boxOf(row));
    const maize = boxes.filter((box) => box.includes('"value":"maize"'));
    expect(maize).toHaveLength(50);
    const rest = boxes.filter((box) => box.includes('"values":["maize","rice"]'));
    expect(rest).toHaveLength(150);
    expect(boxes.every((box) => box.includes("rain"))).toBe(true);
    // 25 in the mean, deviation 3.1.
    const early = boxes.slice(0, 100).filter((box) => maize.includes(box)).length;
    expect(Math.abs(early - 25)).toBeLessThan(15);
  });

  test.each([
    [{ counts: { column: "lable", counts: new Map([["rice", 1]]) } }, "VERISIM_UNKNOWN_COLUMN", '"label"'],
    [
      { counts: { column: "rain", counts: new Map([["1", 1]]) } },
      "VERISIM_CONDITION_TYPE",
      "condition instead",
    ],
    [{ where: parseCondition("never > 1") }, "VERISIM_UNKNOWN_COLUMN", 'learnt columns are "label", "rain"'],
  ] as [SampleOptions, string, string][])("refuses with a hint: %o", async (options, code, hint) => {
    await expect(plan(5, options)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });
});
