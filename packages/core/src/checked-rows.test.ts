import { expect, test } from "vitest";
import { checkedRequest, type DrawnTable, drawChecked, type LateColumns } from "./checked-rows.ts";
import type { ConditionColumns } from "./condition-match.ts";
import { parseCondition } from "./condition-parser.ts";
import { parseLabelCounts } from "./label-counts.ts";
import { RowRandom, streamKey } from "./random.ts";
import { numberColumn, Table, textColumn } from "./table.ts";

const learnt: ConditionColumns = new Map([
  ["price", { kind: "number" }],
  ["city", { kind: "category", categories: ["Graz", "Ulm"] }],
]);
const late: LateColumns = {
  computed: new Map([["total", { kind: "number" }]]),
  moved: new Set(),
};
const asked = (where: string) => checkedRequest({ where: parseCondition(where) }, learnt, late);

/** Rows of a small model: an id by row alone, a price by row and attempt, and twice the price. */
async function draw(
  { rowStart, rowCount }: { rowStart: number; rowCount: number },
  attempt: number,
): Promise<DrawnTable> {
  const prices = Float64Array.from({ length: rowCount }, (_, i) =>
    Math.floor(100 * new RowRandom(streamKey(attempt, "prices"), rowStart + i).uniform()),
  );
  return {
    table: new Table([
      textColumn(
        "id",
        Array.from({ length: rowCount }, (_, i) => `C${rowStart + i}`),
      ),
      numberColumn("price", prices),
      numberColumn(
        "total",
        prices.map((price) => 2 * price),
      ),
    ]),
    forced: new Uint8Array(rowCount),
  };
}

test.each([
  ["price > 3", undefined],
  ["total > 3", undefined],
  ["price > 3 and total < 9", "price > 3"],
  ["price > 3 or total < 9", undefined],
  ["city = 'Ulm' and (price > 3 or total < 9)", "city = 'Ulm'"],
  ["not (price > 3 or total < 9)", "not price > 3"],
  ["not (price > 3 and total < 9)", undefined],
  ["not not (price > 3 and not total < 9)", "price > 3"],
])("%s leaves the model %s", (where, left) => {
  const { options, check } = asked(where);
  const isAll = where === "price > 3";
  expect(options.where).toEqual(isAll ? parseCondition(where) : left && parseCondition(left));
  expect(check?.condition).toEqual(isAll ? undefined : parseCondition(where));
});

test("rows meet the whole condition, are the same however they are cut, and keep their ids", async () => {
  const { check } = asked("total >= 180 and price != 95");
  const whole = (await drawChecked({ rowStart: 5, rowCount: 300 }, check, draw)).table.toRows();
  expect(whole.map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (_, i) => `C${5 + i}`));
  for (const { price, total } of whole) {
    expect(total).toBe(2 * Number(price));
    expect(Number(total) >= 180 && price !== 95).toBe(true);
  }
  const parts = [];
  for (const [rowStart, rowCount] of [
    [5, 1],
    [6, 120],
    [126, 179],
  ] as const)
    parts.push(...(await drawChecked({ rowStart, rowCount }, check, draw)).table.toRows());
  expect(parts).toEqual(whole);
});

test("a condition that no row meets is said to be impossible, with what it names", async () => {
  const { check } = asked("total > 500");
  await expect(drawChecked({ rowStart: 0, rowCount: 1000 }, check, draw)).rejects.toMatchObject({
    code: "VERISIM_CONDITION_IMPOSSIBLE",
    message: "No row of the model met total > 500: 200000 were drawn.",
    hint: "total follows from other columns: ask for a wider range, or for ranges of those.",
  });
});

test("rows that hardly ever come are made to fit, and counted", async () => {
  const rare = async (
    stretch: { rowStart: number; rowCount: number },
    attempt: number,
  ): Promise<DrawnTable> => {
    const { table, forced } = await draw(stretch, 0);
    const totals = Float64Array.from({ length: stretch.rowCount }, (_, i) =>
      stretch.rowStart + i === 0 && attempt === 3 ? 250 : 7,
    );
    return { table: new Table([...table.columns.slice(0, 2), numberColumn("total", totals)]), forced };
  };
  const { check } = asked("total between 200 and 300");
  const { table, forced } = await drawChecked({ rowStart: 0, rowCount: 3 }, check, rare);
  expect(table.toRows().map(({ total }) => total)).toEqual([250, 200, 200]);
  expect([...forced]).toEqual([0, 1, 1]);
});

test("numbers of rows are not given per value of what is computed", () => {
  expect(() => checkedRequest({ counts: parseLabelCounts("total:3=5") }, learnt, late)).toThrow(
    expect.objectContaining({ code: "VERISIM_CONDITION_TYPE", where: { column: "total", option: "counts" } }),
  );
});
