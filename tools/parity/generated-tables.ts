// Tables that the parity run makes itself: each holds cases that real files rarely show together (all cells missing,
// constants, one row, disjoint categories, keys of several columns, dates, declared ranges).

import { RowRandom, streamKey } from "@verisim/core";
import { type ColumnPlan, planTable, type TablePlan } from "./column-types.ts";
import type { CellTable } from "./csv-cells.ts";
import { partnerTable } from "./partner-table.ts";

export interface ParityCase {
  readonly name: string;
  readonly real: CellTable;
  readonly synthetic: CellTable;
  readonly plan: TablePlan;
}

const seed = 7;

/** Adds the partner that every other table gets too. */
export function withPartner(name: string, real: CellTable, plan: TablePlan = planTable(real)): ParityCase {
  return { name, real, synthetic: partnerTable(real, plan), plan };
}

export function generatedCases(): ParityCase[] {
  return [mixed(), declared(), oneRow(), tiny(), disjoint(), numbersOnly(), nearlyEqual(), corners()];
}

type CellRule = (row: number, random: RowRandom) => string | null;

function build(rowCount: number, rules: Readonly<Record<string, CellRule>>): CellTable {
  const names = Object.keys(rules);
  return {
    names,
    columns: names.map((name) => {
      const key = streamKey(seed, name);
      return Array.from({ length: rowCount }, (_, row) => rules[name]!(row, new RowRandom(key, row)));
    }),
  };
}

/** A slowly changing level that ties columns together. */
const level = (row: number): number => Math.floor(row / 60) % 7;

const mixedRules: Readonly<Record<string, CellRule>> = {
  id: (row) => `A-${String(row).padStart(5, "0")}`,
  level: (row, random) => String(level(row) * 10 + random.below(8)),
  amount: (row, random) => (level(row) * 3.7 + random.uniform()).toFixed(2),
  zeroHeavy: (_, random) => (random.uniform() < 0.9 ? "0" : String(100 + random.below(90_000))),
  gaps: (row, random) => (random.uniform() < 0.4 ? null : (level(row) + random.uniform() * 2).toFixed(3)),
  wide: (_, random) => (10 ** (random.uniform() * 12)).toPrecision(15),
  when: (row, random) =>
    random.uniform() < 0.05
      ? null
      : `20${15 + level(row)}-0${1 + random.below(9)}-1${random.below(10)} 0${random.below(10)}:30:00`,
  midnight: (row) => `2020-01-${String(1 + (row % 31)).padStart(2, "0")} 00:00:00`,
  group: (row, random) => (random.uniform() < 0.1 ? null : `group ${(level(row) + random.below(2)) % 7}`),
  letter: (row, random) => "abc"[(level(row) + random.below(2)) % 3]!,
  code: (row, random) => (random.uniform() < 0.1 ? null : String((level(row) + random.below(2)) % 5)),
  flag: (row, random) => (random.uniform() < 0.8 ? String(level(row) > 3) : "false"),
  sparseFlag: (_, random) => (random.uniform() < 0.3 ? null : String(random.uniform() < 0.5)),
  constant: () => "4",
  constantText: () => "same",
  constantGaps: (_, random) => (random.uniform() < 0.5 ? null : "9.5"),
  nothing: () => null,
};

function mixed(): ParityCase {
  const real = build(1500, mixedRules);
  const plan = planTable(real);
  plan.columns["constant"] = { ...plan.columns["constant"]!, sdtype: "numerical" };
  plan.columns["constantGaps"] = { ...plan.columns["constantGaps"]!, sdtype: "numerical" };
  plan.columns["nothing"] = { sdtype: "numerical", storedAs: "number" };
  plan.columns["letter"] = { ...plan.columns["letter"]!, sdtype: "ordinal" };
  plan.columns["id"] = { ...plan.columns["id"]!, regexFormat: "A-[0-9]{4}[0-8]" };
  return withPartner("generated mixed", real, plan);
}

/** Keys of two columns, alternate keys, a sequence index, declared ranges and categories. */
function declared(): ParityCase {
  const real = build(900, {
    customer: (row) => `C${Math.floor(row / 3)}`,
    order: (row) => String(row % 3),
    email: (row) => `person${row}@example.com`,
    step: (row) => String(row % 3),
    price: mixedRules["amount"]!,
    grade: mixedRules["letter"]!,
    share: mixedRules["gaps"]!,
  });
  const text: ColumnPlan = { sdtype: "id", storedAs: "text" };
  const plan: TablePlan = {
    columns: {
      customer: text,
      order: { ...text, regexFormat: "(?P<digit>[0-9])" },
      email: { sdtype: "email", storedAs: "text" },
      step: { sdtype: "numerical", storedAs: "number" },
      price: { sdtype: "numerical", storedAs: "number", rangeMin: 2, rangeMax: 20 },
      grade: { sdtype: "ordinal", storedAs: "text", rangeValues: ["a", "b"] },
      share: { sdtype: "numerical", storedAs: "number", nullable: false },
    },
    primaryKey: ["customer", "order"],
    alternateKeys: ["email"],
    sequenceIndex: "step",
  };
  return withPartner("generated declared", real, plan);
}

const numberPlan: ColumnPlan = { sdtype: "numerical", storedAs: "number" };
const textPlan: ColumnPlan = { sdtype: "categorical", storedAs: "text" };

function oneRow(): ParityCase {
  const plan: TablePlan = { columns: { x: numberPlan, y: numberPlan, c: textPlan } };
  const real: CellTable = { names: ["x", "y", "c"], columns: [["1.5"], ["2"], ["a"]] };
  return { name: "generated one row", real, synthetic: real, plan };
}

/** Two or three complete rows per pair of columns. */
function tiny(): ParityCase {
  const plan: TablePlan = { columns: { x: numberPlan, y: numberPlan, z: numberPlan, c: textPlan } };
  const names = ["x", "y", "z", "c"];
  const real: CellTable = {
    names,
    columns: [
      ["1", "2", null, "4"],
      ["5", null, "6", "1"],
      [null, "2", "3", null],
      ["a", "b", null, "a"],
    ],
  };
  const synthetic: CellTable = {
    names,
    columns: [
      ["1", "3", "2"],
      ["5", "4", "6"],
      ["1", "1", null],
      ["a", null, "c"],
    ],
  };
  return { name: "generated tiny", real, synthetic, plan };
}

function disjoint(): ParityCase {
  const plan: TablePlan = { columns: { c: textPlan, d: textPlan, x: numberPlan } };
  const rules = (prefix: string, shift: number): CellTable =>
    build(300, {
      c: (_, random) => `${prefix}${random.below(4)}`,
      d: (row) => `${prefix}${row % 4}`,
      x: (row, random) => String((row % 4) * 2 + shift + random.uniform()),
    });
  return { name: "generated disjoint", real: rules("r", 0), synthetic: rules("s", 100), plan };
}

function numbersOnly(): ParityCase {
  const names = Array.from({ length: 12 }, (_, column) => `n${column}`);
  const rules = Object.fromEntries(
    names.map((name, column): [string, CellRule] => [
      name,
      (row, random) =>
        column > 0 && random.uniform() < 0.08 * column
          ? null
          : String(level(row) * (column - 5) + random.uniform() * 4 + 1e9 * (column % 2)),
    ]),
  );
  return withPartner("generated numbers", build(800, rules));
}

/** Values that differ by rounding errors alone; correlations of such a column are noise, so it has no second one. */
function nearlyEqual(): ParityCase {
  const real = build(500, {
    value: (_, random) => String(0.1 + random.below(3) * 1e-15),
    group: mixedRules["group"]!,
  });
  const plan = planTable(real);
  plan.columns["value"] = { ...plan.columns["value"]!, sdtype: "numerical" };
  return withPartner("generated nearly equal", real, plan);
}

/** Few rows of few values: constants, pairs with one or two complete rows, categories on one side only. */
function corners(): ParityCase {
  const plan: TablePlan = { columns: {} };
  const sides = [0, 1].map((side) => {
    const rules: Record<string, CellRule> = {};
    for (let column = 0; column < 30; column++) {
      const valueCount = 1 + (column % 4);
      const missingShare = (column % 5) / 5;
      const isNumber = column % 2 === 0;
      const name = `${isNumber ? "n" : "c"}${column}`;
      plan.columns[name] = isNumber ? numberPlan : textPlan;
      rules[name] = (row, random) => {
        const shared = new RowRandom(streamKey(seed + side, "corners"), row).below(valueCount);
        if (random.uniform() < missingShare) return null;
        const value = random.uniform() < 0.6 ? shared : random.below(valueCount + side);
        return isNumber ? String(value * 1.25) : `v${value}`;
      };
    }
    return build(side === 0 ? 9 : 7, rules);
  });
  return { name: "generated corners", real: sides[0]!, synthetic: sides[1]!, plan };
}
