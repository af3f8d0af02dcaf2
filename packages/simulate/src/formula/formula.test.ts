import { VerisimError } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Batch, type ValueType, type Vector } from "../engine/batch.ts";
import { compileFormula, type FormulaScope } from "./compile.ts";
import { parseFormula } from "./parser.ts";

const day = 86_400e6;
const columns: Record<string, { type: ValueType; cells: readonly (number | string | null)[] }> = {
  age: { type: "number", cells: [10, 20, Number.NaN] },
  height: { type: "number", cells: [1, -2.5, 3] },
  adult: { type: "boolean", cells: [0, 1, Number.NaN] },
  plan: { type: "text", cells: ["pro", "free", null] },
  city: { type: "text", cells: ["pro", "Rome", "Paris"] },
  when: {
    type: "datetime",
    cells: [Date.UTC(2024, 1, 29, 13, 5, 9) * 1000, Date.UTC(2023, 11, 31) * 1000, Number.NaN],
  },
  in: { type: "number", cells: [1, 2, 3] },
  true: { type: "number", cells: [7, 8, 9] },
  "odd name": { type: "number", cells: [7, 8, 9] },
};

/** A batch of three rows, and what formulas may refer to. */
function evaluate(text: string): (number | string | null)[] {
  const names = Object.keys(columns);
  const batch = new Batch({ rowStart: 0, rowCount: 3, slots: 3 + names.length });
  batch.index.set([0, 1, 2]);
  batch.count.fill(3);
  batch.draws.push(Float64Array.of(0.1, 0.5, 0.9));
  names.forEach((name, i) => {
    const { type, cells } = columns[name]!;
    const dictionary = [...new Set(cells.filter((cell) => cell !== null))] as string[];
    const vector: Vector =
      type === "text"
        ? {
            kind: "text",
            codes: Int32Array.from(cells, (cell) => dictionary.indexOf(cell as string)),
            dictionary,
          }
        : { kind: "number", values: Float64Array.from(cells as number[]) };
    batch.vectors[3 + i] = vector;
  });
  const scope: FormulaScope = {
    resolve: (name, of) => {
      const at = names.indexOf(name);
      if (of !== undefined || at < 0) throw new VerisimError("VERISIM_SIMULATION_REFERENCE", `no ${name}`);
      return { slot: 3 + at, type: columns[name]!.type };
    },
    resolvePrevious: (name) => ({ slot: 3 + names.indexOf(name), type: columns[name]!.type }),
    stream: () => 0,
  };
  const node = compileFormula(text, scope);
  if (node.type === "text") {
    const { codes, dictionary } = node.evaluate(batch, 0, 3);
    return Array.from(codes.subarray(0, 3), (code) => (code < 0 ? null : dictionary[code]!));
  }
  return Array.from(node.evaluate(batch, 0, 3).subarray(0, 3));
}
const refused = (text: string): string => {
  try {
    evaluate(text);
  } catch (error) {
    return VerisimError.isInstance(error) ? `${error.code} ${error.message}` : String(error);
  }
  return "accepted";
};
const nan = Number.NaN;

describe("a formula", () => {
  it.each([
    ["1 + 2 * 3 ^ 2", [19, 19, 19]],
    ["-2 ^ 2", [-4, -4, -4]],
    ["2 ^ 3 ^ 2", [512, 512, 512]],
    ["(age + 1) * 2", [22, 42, nan]],
    ["7 % 3 + -7 % 3", [3, 3, 3]],
    ["age > 15", [0, 1, 0]],
    ["age = 20 or height == 1", [1, 1, 0]],
    ["not adult", [1, 0, nan]],
    ["not age > 15 and height > 0", [1, 0, 1]],
    ["plan == 'pro'", [1, 0, 0]],
    ["plan != 'pro'", [0, 1, 0]],
    ["plan == city", [1, 0, 0]],
    ["plan in ('pro', 'team')", [1, 0, 0]],
    ["plan not in ('pro', 'team')", [0, 1, 1]],
    ["if(plan == 'pro', 'a', city)", ["a", "Rome", "Paris"]],
    ["age > 15 ? 'old' : 'young'", ["young", "old", "young"]],
    ["coalesce(plan, 'none')", ["pro", "free", "none"]],
    ["coalesce(age, height)", [10, 20, 3]],
    ["is_missing(plan)", [0, 0, 1]],
    ["'it''s ' + plan", ["it's pro", "it's free", null]],
    ["text(age, 4) + upper(slice(city, 0, 2))", ["0010PR", "0020RO", null]],
    ["length(city)", [3, 4, 5]],
    ["replace(city, 'o', '0')", ["pr0", "R0me", "Paris"]],
    ["round(height * 1.01, 1)", [1, -2.5, 3]],
    ["round(2.5) + round(-2.5)", [0, 0, 0]],
    ["clamp(age, 12, 15)", [12, 15, nan]],
    ["min(age, height, 5)", [1, -2.5, nan]],
    ["`odd name` + 1", [8, 9, 10]],
    ["1 - `in`", [0, -1, -2]],
    ["`in` in (1, `true`)", [1, 0, 0]],
    ["year(when) * 100 + month(when)", [202402, 202312, nan]],
    ["day(when) + hour(when) / 100 + minute(when) / 1e4", [29.1305, 31, nan]],
    ["weekday(when)", [4, 7, nan]],
    ["in_days(when - '2024-02-28')", [1 + (13 * 3600 + 309) / 86_400, -59, nan]],
    ["when < date('2024-01-01')", [0, 1, 0]],
    [
      "add_months(date('2024-01-31'), 1)",
      [Date.UTC(2024, 1, 29), Date.UTC(2024, 1, 29), Date.UTC(2024, 1, 29)].map((ms) => ms * 1000),
    ],
    [
      "start_of_day(when) + hours(36)",
      [Date.UTC(2024, 2, 1, 12) * 1000, Date.UTC(2024, 0, 1, 12) * 1000, nan],
    ],
    ["in_hours(2 * days(1.5))", [72, 72, 72]],
    ["prev(height, 99)", [99, 1, -2.5]],
    ["prev(plan, 'none')", ["none", "pro", "free"]],
    ["uniform(10, 20)", [11, 15, 19]],
    ["chance(0.4)", [1, 0, 0]],
    ["number(age > 15) + 1", [1, 2, 1]],
    ["true and false", [0, 0, 0]],
    ["if(age > 15, missing, age)", [10, nan, nan]],
  ] as const)("%s", (text, expected) => {
    const found = evaluate(text);
    found.forEach((cell, row) => {
      const wanted = expected[row]!;
      if (typeof wanted === "number" && typeof cell === "number" && !Number.isNaN(wanted))
        expect(cell).toBeCloseTo(wanted, 9);
      else expect(cell).toBe(wanted);
    });
  });

  it.each([
    ["1 +", /a value, a column or a function at character 4 but received the end/],
    ["(1", /"\)" at character 3/],
    ["1 2", /an operator or the end at character 3/],
    ["'open", /a closing '/],
    ["age @ 2", /a name, a number.* at character 5/],
    ["plan + 1 + age * 'x'", /Expected number, number or/],
    ["plan * 2", /Expected number, number/],
    ["when + 5", /but received datetime, number/],
    ["age == 'ten'", /two values of one kind/],
    ["if(age, 1, 2)", /a condition in if\(\)/],
    ["rund(age)", /VERISIM_SIMULATION_FORMULA Expected a function but received "rund"/],
    ["sqrt(1, 2)", /for sqrt but received number, number/],
    ["nobody + 1", /VERISIM_SIMULATION_REFERENCE/],
    ["prev(age)", /its value before the first row/],
    ["date('soon')", /a date/],
    ["when > 'soon'", /a date/],
    ["age > ", /character 7/],
  ])("%s is refused", (text, message) => {
    expect(refused(text)).toMatch(message);
  });

  it("has bounded depth and length, and never runs what it says", () => {
    expect(refused(`${"(".repeat(500)}1`)).toMatch(/nesting of at most 100/);
    expect(refused("-".repeat(900))).toMatch(/nesting/);
    expect(refused("1+".repeat(1_000))).toMatch(/at most 1000 words and signs/);
    expect(refused("1+".repeat(6_000))).toMatch(/at most 10000 characters/);
    expect(evaluate(`${"1+".repeat(490)}1`)).toEqual([491, 491, 491]);
    for (const text of ["constructor('return 1')()", "process.exit(1)", "__proto__.x", "this", "toString()"])
      expect(refused(text)).toMatch(/^VERISIM_SIMULATION_/);
  });

  it("keeps the place of every part", () => {
    expect(parseFormula("a + parent.b")).toMatchObject({
      name: "+",
      arguments: [{ start: 0 }, { start: 4, of: "parent" }],
    });
  });

  it("computes days from any datetime", () => {
    expect(evaluate("in_days(start_of_day(when) - '1970-01-01')")[0]).toBe(
      Math.floor((columns.when!.cells[0] as number) / day),
    );
  });
});
