import { parseCondition, type SampleOptions, streamKey } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import { type AllowedBox, TableEncoding } from "../encoding/index.ts";
import { planBoxes } from "./box-plan.ts";

const encoding = TableEncoding.fit(shopTable(), shopMetadata, shopOptions, { seed: 1, tableName: "shop" });
const plan = encoding.columns.findIndex(({ name }) => name === "plan");
const described = encoding.conditionColumns().get("plan");
const plans = described?.kind === "category" ? described.categories : [];
const keyOf = (purpose: string) => streamKey(8, purpose);
const even = async (boxes: readonly AllowedBox[]): Promise<Float64Array> =>
  new Float64Array(boxes.length).fill(1);
const planned = (rowCount: number, options: SampleOptions, weigh = even) =>
  planBoxes(rowCount, options, encoding, keyOf, weigh);

/** The only plan that a box allows. */
function planOf(box: AllowedBox): string {
  const allowed = box.columns.find(({ column }) => column === plan)?.shares;
  const open = plans.filter((_, k) => allowed === undefined || allowed[k]! > 0);
  return open.join(" or ");
}

describe("the plan of a request's rows", () => {
  test("is none where nothing is asked", async () => {
    expect(await planned(10, {})).toBeUndefined();
  });

  test("deals exactly the rows that labels were counted for, spread over the request", async () => {
    const counts = new Map([
      ["gold", 30],
      ["basic", 0],
    ]);
    const dealt = await planned(100, { counts: { column: "plan", counts } });
    const labels = Array.from({ length: 100 }, (_, row) => planOf(dealt!.boxOf(row)));
    expect(labels.filter((label) => label === "gold")).toHaveLength(30);
    expect(labels.filter((label) => label === "silver")).toHaveLength(70);
    // 15 in the mean, deviation 2.3.
    const early = labels.slice(0, 50).filter((label) => label === "gold").length;
    expect(Math.abs(early - 15)).toBeLessThan(11);
    const whole = await planned(40, { from: 60, totalRows: 100, counts: { column: "plan", counts } });
    expect(Array.from({ length: 40 }, (_, i) => planOf(whole!.boxOf(60 + i)))).toEqual(labels.slice(60));
  });

  test("deals rows to the boxes of a condition by their weights", async () => {
    const where = parseCondition(
      "plan = 'gold' or plan = 'basic' and age > 40 or plan = 'silver' and debt = 0",
    );
    const weights = { gold: 1, basic: 6, silver: 3 } as Readonly<Record<string, number>>;
    const dealt = await planned(10, { where }, async (boxes) =>
      Float64Array.from(boxes, (box) => weights[planOf(box)]!),
    );
    const found = new Map<string, number>();
    for (let row = 0; row < 10_000; row++) {
      const label = planOf(dealt!.boxOf(row));
      found.set(label, (found.get(label) ?? 0) + 1);
    }
    // Five standard deviations of a share are 0.025.
    for (const [label, weight] of Object.entries(weights))
      expect(Math.abs(found.get(label)! / 10_000 - weight / 10)).toBeLessThan(0.025);
  });

  test("joins counts and a condition", async () => {
    const dealt = await planned(50, {
      where: parseCondition("age >= 30"),
      counts: { column: "plan", counts: new Map([["gold", 50]]) },
    });
    const columns = Array.from({ length: 50 }, (_, row) => dealt!.boxOf(row).columns.length);
    expect(new Set(columns)).toEqual(new Set([2]));
  });

  test("takes boxes of no weight at all for alike", async () => {
    const where = parseCondition("plan = 'gold' or age > 70");
    const dealt = await planned(10, { where }, async (boxes) => new Float64Array(boxes.length));
    const boxes = new Set(Array.from({ length: 100 }, (_, row) => dealt!.boxOf(row)));
    expect(boxes.size).toBeGreaterThan(1);
  });

  test.each([
    [{ where: parseCondition("plan = 'platinum'") }, "VERISIM_CONDITION_IMPOSSIBLE", "platinum"],
    [{ where: parseCondition("age > 500") }, "VERISIM_CONDITION_IMPOSSIBLE", "age"],
    [{ counts: { column: "age", counts: new Map([["3", 1]]) } }, "VERISIM_CONDITION_TYPE", "categories"],
    [{ counts: { column: "nothing", counts: new Map([["3", 1]]) } }, "VERISIM_UNKNOWN_COLUMN", "nothing"],
    [{ counts: { column: "id", counts: new Map([["S00001", 1]]) } }, "VERISIM_UNKNOWN_COLUMN", "made up"],
    [{ where: parseCondition("id = 'S00001'") }, "VERISIM_UNKNOWN_COLUMN", "made up"],
  ] as [SampleOptions, string, string][])(
    "refuses what cannot be, naming it: %o",
    async (options, code, named) => {
      await expect(planned(10, options)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(named),
      });
    },
  );
});
