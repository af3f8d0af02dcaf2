// A model from an object, JSON or YAML: its shape is checked whole, and everything that is wrong is said at once.

import { knownTextsHint, VerisimError } from "@verisim/core";
import { parseDocument } from "yaml";
import { type ColumnReading, readFormula } from "../columns/column-kind.ts";
import { readColumn } from "../columns/kinds.ts";
import type { Formula } from "../formula/parser.ts";
import { parseDuration } from "../time/durations.ts";
import { describeValue, Fields, Problems } from "./problems.ts";

export interface ReadColumnModel {
  readonly name: string;
  readonly path: string;
  readonly reading: ColumnReading;
  readonly missing: Formula | undefined;
  readonly hidden: boolean;
}

export interface ReadPick {
  readonly table: string;
  readonly weight: string | undefined;
  readonly distinct: boolean;
  readonly path: string;
}

export interface ReadEvent {
  readonly name: string;
  readonly path: string;
  readonly count: number | undefined;
  readonly share: number | undefined;
  readonly length: number;
  readonly hold: readonly string[];
  /** Microseconds. */
  readonly within: number | undefined;
  readonly set: ReadonlyMap<string, Formula>;
}

export interface ReadTable {
  readonly name: string;
  readonly path: string;
  readonly rows: number | undefined;
  readonly parent: { readonly table: string; readonly count: ColumnReading } | undefined;
  readonly picks: ReadonlyMap<string, ReadPick>;
  readonly columns: readonly ReadColumnModel[];
  readonly correlations: readonly {
    readonly path: string;
    readonly columns: readonly string[];
    readonly matrix: readonly (readonly number[])[];
  }[];
  readonly constraints: readonly {
    readonly text: string;
    readonly formula: Formula;
    readonly path: string;
  }[];
  readonly events: readonly ReadEvent[];
}

export interface ReadModel {
  readonly name: string;
  /** The table that a plain number of rows is about. */
  readonly main: string;
  /** Names as the model orders them. */
  readonly order: readonly string[];
  /** Parents and picked tables come before those that need them. */
  readonly tables: readonly ReadTable[];
}

/** The longest text of a model file, in UTF-16 units. */
export const maxModelLength = 10_000_000;
const mostTables = 1_000;
const mostColumns = 10_000;

/**
 * The value of a model file in JSON or YAML 1.2 (core schema: plain data; aliases may repeat a hundred nodes at most).
 * @throws VerisimError `VERISIM_SIMULATION_SYNTAX`
 */
export function parseModelText(text: string): unknown {
  if (text.length > maxModelLength)
    throw new VerisimError(
      "VERISIM_SIMULATION_SYNTAX",
      `Expected a model of at most ${maxModelLength} characters but received ${text.length}.`,
    );
  const document = parseDocument(text, { version: "1.2", schema: "core", merge: false, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault) {
    const reason = fault.message.split("\n")[0]!.replace(/ at line \d+, column \d+:$/, "");
    const line = fault.linePos?.[0].line ?? 1;
    throw new VerisimError(
      "VERISIM_SIMULATION_SYNTAX",
      `The model is neither JSON nor YAML: ${reason}, in line ${line}: ${describeValue(text.split("\n")[line - 1]?.trim())}.`,
      {
        hint: "YAML wants blanks for tabs, each name once, and double quotes around formulas with quotes, colons or braces.",
        cause: fault,
      },
    );
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new VerisimError(
      "VERISIM_SIMULATION_SYNTAX",
      `The model cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** @throws SimulationModelError with all problems */
export function readModel(value: unknown): ReadModel {
  const problems = new Problems();
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.add(
      "VERISIM_SIMULATION_FIELD",
      "",
      `Expected an object with tables but received ${describeValue(value)}.`,
      "The smallest model: tables: { people: { rows: 10, columns: { id: { key: sequence } } } }.",
    );
    problems.settle();
  }
  const fields = new Fields(value, "", problems);
  const name = fields.text("name") ?? "simulation";
  fields.text("description");
  const tables = fields.object("tables");
  if (!tables) {
    if (problems.count === 0) fields.fault("tables", "an object of tables");
    problems.settle();
    throw new Error("internal: a model without tables passed");
  }
  if (tables.names.length === 0 || tables.names.length > mostTables)
    fields.fault("tables", `1 to ${mostTables} tables`);
  const read = tables.names.flatMap((table) => readTable(table, tables, problems) ?? []);
  const main = fields.choice("main", tables.names) ?? tables.names[0]!;
  fields.refuseOthers();
  checkReferences(read, problems);
  problems.settle();
  return { name, main, order: tables.names, tables: inOrder(read, problems) };
}

function readTable(name: string, tables: Fields, problems: Problems): ReadTable | undefined {
  const fields = tables.object(name);
  if (!fields) return undefined;
  fields.text("description");
  const rows = fields.number("rows", { min: 0, max: 2 ** 52, whole: true });
  const parent = fields.object("parent");
  const picks = fields.object("picks");
  const columns = fields.object("columns");
  const events = fields.object("events");
  if (!columns || columns.names.length === 0 || columns.names.length > mostColumns)
    fields.fault("columns", `an object of 1 to ${mostColumns} columns`);
  const table: ReadTable = {
    name,
    path: fields.path,
    rows,
    parent: parent && readParent(parent, problems),
    picks: new Map(
      (picks?.names ?? []).flatMap((key) => {
        const pick = readPick(key, picks!);
        return pick ? [[key, pick] as const] : [];
      }),
    ),
    columns: (columns?.names ?? []).flatMap((key) => readTableColumn(key, columns!, problems) ?? []),
    correlations: (fields.list("correlations") ?? []).flatMap(
      (one, i) => readCorrelation(one, `${fields.at("correlations")}.${i}`, problems) ?? [],
    ),
    constraints: (fields.list("constraints") ?? []).flatMap((text, i) => {
      const path = `${fields.at("constraints")}.${i}`;
      if (typeof text !== "string") {
        problems.add(
          "VERISIM_SIMULATION_FIELD",
          path,
          `Expected a condition but received ${describeValue(text)}.`,
        );
        return [];
      }
      const formula = readFormula(text, path, problems);
      return formula ? [{ text, formula, path }] : [];
    }),
    events: (events?.names ?? []).flatMap((key) => readEvent(key, events!, problems) ?? []),
  };
  if (!parent && !fields.has("rows")) fields.fault("rows", "a number of rows, or a parent");
  fields.refuseOthers();
  return table;
}

function readParent(parent: Fields, problems: Problems): ReadTable["parent"] {
  const table = parent.text("table", true);
  const given = parent.raw("count");
  const path = parent.at("count");
  const count =
    typeof given === "object"
      ? readColumn(given, path, problems)
      : typeof given === "number" || typeof given === "string"
        ? readColumn({ formula: String(given) }, path, problems)
        : parent.fault("count", "rows per parent row: a number, a formula or a distribution");
  parent.refuseOthers();
  return table !== undefined && count ? { table, count } : undefined;
}

function readPick(key: string, picks: Fields): ReadPick | undefined {
  const pick = picks.object(key);
  const table = pick?.text("table", true);
  const weight = pick?.text("weight");
  const distinct = pick?.boolean("distinct") ?? false;
  if (distinct && weight !== undefined)
    pick?.fault("weight", "no weight where picks are distinct", "Leave out the weight, or distinct.");
  pick?.refuseOthers();
  if (["parent", "event"].includes(key)) picks.fault(key, "a name other than parent and event");
  return table === undefined ? undefined : { table, weight, distinct, path: picks.at(key) };
}

function readTableColumn(name: string, columns: Fields, problems: Problems): ReadColumnModel | undefined {
  const path = columns.at(name);
  const value = columns.raw(name);
  const reading = readColumn(value, path, problems);
  if (!reading) return undefined;
  const fields = new Fields(value, path, problems);
  fields.text("description");
  const missing = readFormula(fields.numberOrFormula("missing"), fields.at("missing"), problems);
  if (missing?.type === "number" && !(missing.value >= 0 && missing.value <= 1))
    fields.fault("missing", "a share from 0 to 1");
  return { name, path, reading, missing, hidden: fields.boolean("hidden") ?? false };
}

function readCorrelation(
  value: unknown,
  path: string,
  problems: Problems,
): ReadTable["correlations"][number] | undefined {
  const fields = new Fields(value, path, problems);
  const columns = fields.texts("columns");
  const matrix = fields.list("matrix", true);
  fields.refuseOthers();
  if (!columns || !matrix) return undefined;
  const square =
    matrix.length === columns.length &&
    matrix.every(
      (row) =>
        Array.isArray(row) &&
        row.length === columns.length &&
        row.every((x) => typeof x === "number" && Math.abs(x) <= 1),
    );
  if (!square)
    return fields.fault("matrix", `${columns.length} rows of ${columns.length} correlations from -1 to 1`);
  const rows = matrix as number[][];
  const symmetric = rows.every(
    (row, i) => row[i] === 1 && row.every((x, j) => Math.abs(x - rows[j]![i]!) < 1e-12),
  );
  if (!symmetric) return fields.fault("matrix", "a symmetric matrix with ones on its diagonal");
  if (new Set(columns).size < columns.length) return fields.fault("columns", "columns that differ");
  return { path, columns, matrix: rows };
}

function readEvent(name: string, events: Fields, problems: Problems): ReadEvent | undefined {
  const fields = events.object(name);
  if (!fields) return undefined;
  const count = fields.number("count", { min: 0, max: 1e8, whole: true });
  const share = fields.number("share", { min: 0, max: 1 });
  const length = fields.number("length", { min: 1, max: 1e6, whole: true }) ?? 1;
  const hold = fields.texts("hold") ?? [];
  const duration = fields.text("within");
  const within = duration === undefined ? undefined : parseDuration(duration);
  if (duration !== undefined && within === undefined)
    fields.fault("within", "a length of time", "Write it as 500ms, 90s, 10m, 1h30m or 2d.");
  const set = fields.object("set");
  const formulas = (set?.names ?? []).flatMap((column): [string, Formula][] => {
    const formula = readFormula(set!.numberOrFormula(column, true), set!.at(column), problems);
    return formula ? [[column, formula]] : [];
  });
  if ((count === undefined) === (share === undefined)) fields.fault("count", "either count or share");
  fields.refuseOthers();
  return { name, path: fields.path, count, share, length, hold, within, set: new Map(formulas) };
}

function checkReferences(tables: readonly ReadTable[], problems: Problems): void {
  const names = tables.map((table) => table.name);
  for (const table of tables) {
    const needed = [
      ...(table.parent ? [[table.parent.table, `${table.path}.parent.table`] as const] : []),
      ...[...table.picks.values()].map((pick) => [pick.table, `${pick.path}.table`] as const),
    ];
    for (const [name, path] of needed) {
      if (names.includes(name) && name !== table.name) continue;
      problems.add(
        "VERISIM_SIMULATION_REFERENCE",
        path,
        name === table.name
          ? "A table cannot be its own parent or be picked from by itself."
          : `Expected the name of a table but received ${describeValue(name)}.`,
        name === table.name ? undefined : knownTextsHint("tables", name, names),
      );
    }
  }
}

/** Tables in the order in which they are needed. */
function inOrder(tables: readonly ReadTable[], problems: Problems): ReadTable[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const state = new Map<string, "open" | "done">();
  const result: ReadTable[] = [];
  const visit = (table: ReadTable): void => {
    if (state.get(table.name) === "done") return;
    if (state.get(table.name) === "open") {
      problems.add(
        "VERISIM_SIMULATION_CYCLE",
        table.path,
        `The table ${JSON.stringify(table.name)} needs itself through other tables.`,
      );
      return;
    }
    state.set(table.name, "open");
    if (table.parent) visit(byName.get(table.parent.table)!);
    for (const pick of table.picks.values()) visit(byName.get(pick.table)!);
    state.set(table.name, "done");
    result.push(table);
  };
  tables.forEach(visit);
  problems.settle();
  return result;
}
