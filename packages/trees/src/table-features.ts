// From tables to what trees learn from: numbers as they are, categories by the codes of the table that was learnt, the
// target as labels. Ids, personal values and free text say nothing about other rows and are left out.

import {
  type Column,
  type ColumnMetadata,
  isModelled,
  knownTextsHint,
  missingCount,
  type Table,
  type TableMetadata,
  uniqueColumns,
  VerisimError,
} from "@verisim/core";
import type { FeatureColumn } from "./features.ts";
import type { Objective } from "./tree-options.ts";

/** Rows of a table that have a target, as features and labels. */
export interface LabelledFeatures {
  readonly features: readonly FeatureColumn[];
  /** Classes by their place in `classes`; regression: the target's numbers. */
  readonly labels: Float64Array;
  /** Rows of the table that have a label, in order; the others are left out. */
  readonly rows: Int32Array;
}

/** A column that is no feature, and why. */
export interface LeftOutColumn {
  readonly column: string;
  readonly reason: string;
}

/** How one column becomes a feature. */
interface Coding {
  readonly name: string;
  readonly kind: Column["kind"];
  readonly categorical: boolean;
  /** Dictionary columns: the number of each text; others are missing. */
  readonly codes: ReadonlyMap<string, number>;
}

/** How tables of one kind become features and labels; made by {@link tableFeatures}. */
export class TableFeatures {
  readonly target: string;
  readonly objective: Objective;
  /** The target's classes in order; empty for regression. */
  readonly classes: readonly string[];
  readonly leftOut: readonly LeftOutColumn[];
  readonly #codings: readonly Coding[];

  constructor(
    target: string,
    objective: Objective,
    classes: readonly string[],
    leftOut: readonly LeftOutColumn[],
    codings: readonly Coding[],
  ) {
    this.target = target;
    this.objective = objective;
    this.classes = classes;
    this.leftOut = leftOut;
    this.#codings = codings;
  }

  /** Names of the features in order. */
  get names(): readonly string[] {
    return this.#codings.map(({ name }) => name);
  }

  /**
   * Features and labels of the rows that have a label. A category or class that the learnt table did not have counts as
   * missing.
   * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TYPE_MISMATCH`
   */
  encode(table: Table): LabelledFeatures {
    const labels = this.#labels(table.column(this.target));
    const rows = Int32Array.from(labels.keys()).filter((row) => !Number.isNaN(labels[row]));
    const features = this.#codings.map((coding) => {
      const values = valuesOf(table.column(coding.name), coding);
      return {
        name: coding.name,
        categorical: coding.categorical,
        values: rows.length === values.length ? values : Float64Array.from(rows, (row) => values[row]!),
      };
    });
    return { features, labels: Float64Array.from(rows, (row) => labels[row]!), rows };
  }

  #labels(column: Column): Float64Array {
    if (this.objective === "regression") {
      if (column.kind !== "number") throw otherKind(column, "number");
      return column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
    }
    const index = new Map(this.classes.map((text, label) => [text, label]));
    if (column.kind === "number") return column.values.map((value) => index.get(String(value)) ?? Number.NaN);
    const labels = column.dictionary.map((text) => index.get(text) ?? Number.NaN);
    return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : labels[code]!));
  }
}

/**
 * Learns from a table how its kind becomes features and labels.
 *
 * The objective follows the target's type: a number is regressed; categories are classes, two of them binary.
 *
 * @param target the column to predict
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TARGET` for a target that cannot be predicted (an id, dates,
 * one class) and for tables without any feature
 */
export function tableFeatures(table: Table, metadata: TableMetadata, target: string): TableFeatures {
  const known = Object.hasOwn(metadata.columns, target) ? metadata.columns[target] : undefined;
  if (!known || !table.has(target))
    throw new VerisimError(
      "VERISIM_UNKNOWN_COLUMN",
      `Expected the name of a column as the target but received ${JSON.stringify(target)}.`,
      { where: { column: target }, hint: knownTextsHint("columns", target, table.columnNames) },
    );
  const { objective, classes } = readTarget(table.column(target), known);
  const unique = uniqueColumns(metadata);
  const leftOut: LeftOutColumn[] = [];
  const codings: Coding[] = [];
  for (const column of table.columns) {
    if (column.name === target) continue;
    const reason = reasonAgainst(column, metadata.columns[column.name], unique);
    if (reason === undefined) codings.push(codingOf(column, metadata.columns[column.name]!));
    else leftOut.push({ column: column.name, reason });
  }
  if (codings.length === 0)
    throw new VerisimError("VERISIM_TARGET", "Expected at least one column to predict from but found none.", {
      where: { column: target },
      hint: "Ids, personal values, free text and columns without values are left out.",
    });
  return new TableFeatures(target, objective, classes, leftOut, codings);
}

function reasonAgainst(
  column: Column,
  known: ColumnMetadata | undefined,
  unique: ReadonlySet<string>,
): string | undefined {
  if (!known) return "not in the metadata";
  if (unique.has(column.name)) return "a key";
  if (!isModelled(known)) return known.pii ? "personal" : known.sdtype;
  const count = column.kind === "number" ? column.values.length : column.codes.length;
  return missingCount(column) === count ? "no values" : undefined;
}

function readTarget(column: Column, known: ColumnMetadata): { objective: Objective; classes: string[] } {
  const refuse = (message: string, hint: string): never => {
    throw new VerisimError("VERISIM_TARGET", message, { where: { column: column.name }, hint });
  };
  if (!isModelled(known) || known.sdtype === "datetime")
    refuse(
      `Expected a target of numbers or categories but received a column of type ${known.sdtype}.`,
      "Name another target, or correct the type with --metadata.",
    );
  if (known.sdtype === "numerical" && column.kind === "number") {
    const present = column.values.filter(Number.isFinite);
    if (new Set(present).size < 2)
      refuse(
        "Expected a target with at least two values but found fewer.",
        "A constant needs no prediction.",
      );
    return { objective: "regression", classes: [] };
  }
  const texts =
    column.kind === "number"
      ? [...new Set(column.values)].filter((value) => !Number.isNaN(value)).map(String)
      : occurring(column.codes, column.dictionary);
  const classes = texts.sort(byNumberOrText);
  if (classes.length < 2)
    refuse("Expected a target with at least two classes but found fewer.", "A constant needs no prediction.");
  return { objective: classes.length === 2 ? "binary" : "multiclass", classes };
}

/** Texts of a dictionary that at least one row has. */
function occurring(codes: Int32Array, dictionary: readonly string[]): string[] {
  const seen = new Uint8Array(dictionary.length);
  for (const code of codes) if (code >= 0) seen[code] = 1;
  return dictionary.filter((_, code) => seen[code]);
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Numbers by size, before texts by their characters: the order never depends on the machine's language. */
function byNumberOrText(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => (plainNumber.test(text) ? Number(text) : Number.NaN)) as [
    number,
    number,
  ];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ordered categories, and those that are numbers, keep their order; others become codes without one. */
function codingOf(column: Column, known: ColumnMetadata): Coding {
  const { name, kind } = column;
  if (column.kind === "number") return { name, kind, categorical: false, codes: new Map() };
  const texts = occurring(column.codes, column.dictionary);
  if (known.sdtype === "ordinal" && known.rangeValues)
    return {
      name,
      kind,
      categorical: false,
      codes: new Map(known.rangeValues.map((text, rank) => [text, rank])),
    };
  const areNumbers = texts.every((text) => plainNumber.test(text) && Number.isFinite(Number(text)));
  return {
    name,
    kind,
    categorical: !areNumbers,
    codes: new Map(texts.sort(byNumberOrText).map((text, code) => [text, areNumbers ? Number(text) : code])),
  };
}

function valuesOf(column: Column, coding: Coding): Float64Array {
  if (column.kind !== coding.kind) throw otherKind(column, coding.kind);
  if (column.kind === "number") return column.values;
  const numbers = column.dictionary.map((text) => coding.codes.get(text) ?? Number.NaN);
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : numbers[code]!));
}

function otherKind(column: Column, expected: Column["kind"]): VerisimError {
  const words = { number: "numbers", dictionary: "texts" };
  return new VerisimError(
    "VERISIM_TYPE_MISMATCH",
    `Expected ${words[expected]}, as in the table that was learnt, but received ${words[column.kind]}.`,
    { where: { column: column.name } },
  );
}
