import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Comparison, Condition, ConditionCell } from "./condition.ts";
import { conditionCells } from "./condition-cells.ts";
import { type ConditionColumn, conditionHolds, matchesCell } from "./condition-match.ts";
import { parseCondition } from "./condition-parser.ts";
import { VerisimError } from "./errors.ts";
import { numberColumn, Table, textColumn } from "./table.ts";

const columns = new Map<string, ConditionColumn>([
  ["x", { kind: "number" }],
  ["y", { kind: "number" }],
  ["when", { kind: "number", parse: (text) => (/^\d{4}$/.test(text) ? Number(text) * 10 : undefined) }],
  ["c", { kind: "category", categories: ["a", "b", "c", "1", "2.0"] }],
  ["size", { kind: "category", categories: ["small", "medium", "large"], ordered: true }],
  ["ok", { kind: "category", categories: ["TRUE", "no", "yes"], mayBeMissing: false }],
]);

/** Every combination of a few values per column, missing included. */
const grid = (() => {
  const numbers = [null, -1, 0, 1, 1.5, 2, 3];
  const rows: Record<string, number | string | null>[] = [];
  for (const x of numbers)
    for (const y of [null, 0, 2])
      for (const when of [null, 20_200, 20_210])
        for (const c of [null, "a", "b", "1", "2.0"])
          for (const size of [null, "small", "large"])
            for (const ok of ["TRUE", "no"]) rows.push({ x, y, when, c, size, ok });
  return new Table([
    ...["x", "y", "when"].map((name) =>
      numberColumn(
        name,
        rows.map((row) => (row[name] as number | null) ?? Number.NaN),
      ),
    ),
    ...["c", "size", "ok"].map((name) =>
      textColumn(
        name,
        rows.map((row) => row[name] as string | null),
      ),
    ),
  ]);
})();

function errorOf(text: string): VerisimError {
  try {
    conditionCells(parseCondition(text), columns);
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
    throw error;
  }
  throw new Error(`possible: ${text}`);
}

/** Rows of the grid in exactly one cell where the condition holds, in none elsewhere. */
function checkAgainstGrid(condition: Condition, cells: readonly ConditionCell[]): void {
  for (let row = 0; row < grid.rowCount; row++) {
    const inside = cells.filter((cell) => matchesCell(cell, grid, row)).length;
    const holds = conditionHolds(condition, grid, row, columns);
    if (inside !== (holds ? 1 : 0))
      throw new Error(`row ${row} is in ${inside} cells but the condition is ${holds}`);
  }
}

describe("conditionCells", () => {
  test("makes one cell of a conjunction", () => {
    expect(conditionCells(parseCondition("x >= 1 and x < 3 and c = 'a' and y is null"), columns)).toEqual([
      new Map<string, unknown>([
        [
          "x",
          {
            kind: "number",
            intervals: [{ low: 1, high: 3, lowOpen: false, highOpen: true }],
            missing: false,
          },
        ],
        ["c", { kind: "category", categories: new Set(["a"]), missing: false }],
        ["y", { kind: "number", intervals: [], missing: true }],
      ]),
    ]);
  });

  test("makes one cell of alternatives about one column", () => {
    const cells = conditionCells(parseCondition("x = 1 or x between 2 and 3 or x is null"), columns);
    expect(cells).toHaveLength(1);
    expect(cells[0]!.get("x")).toEqual({
      kind: "number",
      intervals: [
        { low: 1, high: 1, lowOpen: false, highOpen: false },
        { low: 2, high: 3, lowOpen: false, highOpen: false },
      ],
      missing: true,
    });
  });

  test.each([
    "x = 1 or c = 'a'",
    "not (x = 1 and c = 'a')",
    "x != 1",
    "not x in (1, 2)",
    "c not in ('a') or c is null",
    "c != 'never seen'",
    "c >= 'a'",
    "c < 1.5",
    "c = 2",
    "size > 'small'",
    "not size <= 'small'",
    "ok = true",
    "ok != true",
    "when > '2020'",
    "when = 2021",
    "(x = 1 or y = 2) and (x = 2 or c = 'b') or size is null",
    "not ((x < 1 or y is not null) and not (c = 'a' or x > 2))",
    "x < 1 or x > 1",
    "x <= 1 or x >= 1",
  ])("covers exactly the rows of %s, each once", (text) => {
    const condition = parseCondition(text);
    checkAgainstGrid(condition, conditionCells(condition, columns));
  });

  test("covers exactly the rows of any condition, each once", () => {
    const numeric = fc.record({
      type: fc.constant("compare" as const),
      column: fc.constantFrom("x", "y"),
      operator: fc.constantFrom<Comparison>("=", "!=", "<", "<=", ">", ">="),
      value: fc.constantFrom(-1, 0, 1, 1.5, 2),
    });
    const listed = fc.record({
      type: fc.constant("in" as const),
      column: fc.constant("c"),
      values: fc.array(fc.constantFrom("a", "b", "1"), { minLength: 1, maxLength: 2 }),
    });
    const missing = fc.record({
      type: fc.constant("null" as const),
      column: fc.constantFrom("x", "c", "size"),
    });
    const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", maxDepth: 4 },
        numeric,
        listed,
        missing,
        fc.record({ type: fc.constant("not" as const), term: tie("tree") }),
        fc.record({
          type: fc.constantFrom("and" as const, "or" as const),
          terms: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
        }),
      ),
    }));
    fc.assert(
      fc.property(tree, (condition) => {
        let cells: ConditionCell[];
        try {
          cells = conditionCells(condition, columns);
        } catch (error) {
          if (!VerisimError.isInstance(error)) throw error;
          if (error.code === "VERISIM_CONDITION_IMPOSSIBLE") checkAgainstGrid(condition, []);
          else expect(error.code).toBe("VERISIM_CONDITION_TOO_COMPLEX");
          return;
        }
        checkAgainstGrid(condition, cells);
      }),
      { numRuns: 400, seed: 3 },
    );
  });

  test("names an unknown column and the nearest one", () => {
    const error = errorOf("sise = 'small'");
    expect(error.code).toBe("VERISIM_UNKNOWN_COLUMN");
    expect(error.where.column).toBe("sise");
    expect(error.hint).toBe('Did you mean "size"?');
  });

  test.each([
    ["x = 'abc'", "x", 'Expected a number but received the text "abc".'],
    ["x = true", "x", "Expected a number but received true."],
    ["when = '20'", "when", 'Expected a date but received the text "20".'],
    ["c > true", "c", "Expected a number or text after < or > but received true."],
    ["size > 'huge'", "size", 'Expected one of the column\'s ordered values but received the text "huge".'],
    ["c = true and x = 1", "", ""],
  ])("refuses the types of %s", (text, column, message) => {
    if (column === "") {
      expect(conditionCells(parseCondition(text), columns)).toHaveLength(1);
      return;
    }
    const error = errorOf(text);
    expect(error.code).toBe("VERISIM_CONDITION_TYPE");
    expect(error.where.column).toBe(column);
    expect(error.message).toBe(message);
  });

  test("names a category that the column never had, and its near matches", () => {
    const error = errorOf("x = 1 or size in ('large', 'Smal')");
    expect(error.code).toBe("VERISIM_CONDITION_IMPOSSIBLE");
    expect(error.message).toBe('No row can have "Smal": the column never had it.');
    expect(error.where.column).toBe("size");
    expect(error.hint).toBe('Did you mean "small"?');
  });

  test.each([
    ["x > 3 and y = 1 and x < 2", "x > 3 AND x < 2"],
    ["c = 'a' and (x = 1 and x = 2 and y = 0)", "x = 1 AND x = 2"],
    ["y = 1 and not (x < 5 or x >= 5 or x is null)", "x < 5 OR x >= 5"],
    ["ok is null", "ok IS NULL"],
    ["x between 5 and 4", "x >= 5 AND x <= 4"],
    ["size < 'small'", "size < 'small'"],
  ])("names the impossible part of %s", (text, part) => {
    const error = errorOf(text);
    expect(error.code).toBe("VERISIM_CONDITION_IMPOSSIBLE");
    expect(error.message).toContain(part);
  });

  test("refuses what falls into more than a thousand cases, in bounded time", () => {
    const many = new Map<string, ConditionColumn>();
    const terms: Condition[] = [];
    for (let i = 0; i < 40; i++) {
      many.set(`p${i}`, { kind: "number" });
      many.set(`q${i}`, { kind: "number" });
      const leaf = (column: string): Condition => ({ type: "compare", column, operator: ">", value: 0 });
      terms.push({ type: "or", terms: [leaf(`p${i}`), leaf(`q${i}`)] });
    }
    expect(() => conditionCells({ type: "and", terms }, many)).toThrow(
      expect.objectContaining({ code: "VERISIM_CONDITION_TOO_COMPLEX" }),
    );
    let deep: Condition = { type: "null", column: "p0" };
    for (let i = 0; i < 100_000; i++) deep = { type: "not", term: deep };
    expect(() => conditionCells(deep, many)).toThrow(
      expect.objectContaining({ code: "VERISIM_CONDITION_TOO_COMPLEX" }),
    );
  });

  test("takes thousands of alternatives of one column", () => {
    const text = Array.from({ length: 6_000 }, (_, i) => `x=${i}`).join(" or ");
    const [cell] = conditionCells(parseCondition(text), columns);
    const set = cell!.get("x")!;
    expect(set.kind === "number" && set.intervals.length).toBe(6_000);
  });

  test("takes a column of 100,000 categories", () => {
    const categories = Array.from({ length: 100_000 }, (_, i) => `category ${i}`);
    const wide = new Map<string, ConditionColumn>([["c", { kind: "category", categories }]]);
    const cells = conditionCells(parseCondition("c != 'category 7' and c != 'category 8'"), wide);
    const set = cells[0]!.get("c")!;
    expect(set.kind === "category" && set.categories.size).toBe(99_998);
  });
});

describe("conditionHolds", () => {
  test("treats comparisons with missing cells as unknown, negated or not", () => {
    const table = new Table([numberColumn("x", [Number.NaN]), textColumn("c", [null])]);
    const holds = (text: string): boolean => conditionHolds(parseCondition(text), table, 0);
    expect(holds("x = 1")).toBe(false);
    expect(holds("not x = 1")).toBe(false);
    expect(holds("x != 1")).toBe(false);
    expect(holds("c not in ('a')")).toBe(false);
    expect(holds("x is null and c is null")).toBe(true);
    expect(holds("x = 1 or c is null")).toBe(true);
    expect(holds("not (x = 1 and c is not null)")).toBe(true);
  });
});
