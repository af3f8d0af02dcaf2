// A model to start from out of a real table: for each column the distribution or the categories that fit it, shares of
// missing cells, categories given others, and one block of correlations. What it keeps of the data are these numbers and
// the categories, alone and in pairs, that at least so many rows share.

import {
  type Column,
  isModelled,
  missingCount,
  type Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import { chooseDistribution, kolmogorovDistance, normalCdf } from "@verisim/stats";
import { sortNumbers } from "@verisim/tensor/arrays";
import { RegexLanguage } from "@verisim/transforms";
import { usualRepeat } from "../columns/pattern-column.ts";
import type { ColumnModel, SimulationModel } from "../model/model.ts";
import type { LabelColumn } from "./category-tree.ts";
import { labelColumn, relatedColumns } from "./related-columns.ts";
import { formulaName } from "./schema-column.ts";

export interface TableModelOptions {
  /** Name of the table. Default `rows`. */
  readonly name?: string;
  /** Rows of the model. Default: as many as the table has. */
  readonly rows?: number;
  /** Categories of fewer rows go together under `other`; pairs of fewer rows are left out. Default 5. */
  readonly minGroup?: number;
}

const fittedRows = 20_000;
/** The largest Kolmogorov distance at which a family still describes a column. */
const farAway = 0.05;

/** Families whose parameters the simulation has under other names, with their order there. */
const renamed: Readonly<Record<string, (p: Readonly<Record<string, number>>) => Record<string, unknown>>> = {
  gaussian: ({ mean, deviation }) => ({ distribution: "normal", mean, sd: deviation }),
  uniform: ({ low, high }) => ({ distribution: "uniform", low, high }),
  "student-t": ({ degrees, location, scale }) => ({ distribution: "student-t", degrees, location, scale }),
  "truncated-gaussian": ({ mean, deviation, low, high }) => ({
    distribution: "normal",
    mean,
    sd: deviation,
    min: low,
    max: high,
  }),
};

export async function modelFromTable(
  table: Table,
  metadata: TableMetadata,
  options: TableModelOptions = {},
): Promise<SimulationModel> {
  const { name = "rows", rows = table.rowCount, minGroup = 5 } = options;
  // A map: an object takes a column named __proto__ for something else.
  const columns = new Map<string, ColumnModel>();
  const numbers = new Map<string, Float64Array>();
  const labels = new Map<string, LabelColumn>();
  for (const column of table.columns) {
    const about = metadata.columns[column.name] ?? { sdtype: "unknown" };
    const missing = missingCount(column) / Math.max(1, table.rowCount);
    const gaps = missing > 0 ? { missing: rounded(missing) } : {};
    const isKey = metadata.primaryKey === column.name;
    if (isKey || about.sdtype === "id") columns.set(column.name, keyModel(column, rows, about.regexFormat));
    else if (!isModelled(about))
      columns.set(column.name, { faker: personal[about.sdtype] ?? "lorem.words", ...gaps });
    else if (about.sdtype === "datetime" && column.kind === "number") {
      const { days, start } = daysOf(column.values);
      const hidden = freeName(`${column.name}_days`, table);
      const model = await numberModel(days, undefined);
      columns.set(hidden, { ...model, hidden: true } as ColumnModel);
      if (!isConstant(model)) numbers.set(hidden, days);
      columns.set(column.name, {
        formula: `date('${start}') + days(${formulaName(hidden)})`,
        type: "datetime",
        ...(about.datetimeFormat ? { datetimeFormat: about.datetimeFormat } : {}),
        ...gaps,
      });
    } else if (column.kind === "number") {
      const model = await numberModel(column.values, about.decimals);
      columns.set(column.name, { ...model, ...gaps } as ColumnModel);
      if (!isConstant(model)) numbers.set(column.name, column.values);
    } else {
      // Its weights follow, in an order that depends on the other columns.
      columns.set(column.name, gaps as ColumnModel);
      labels.set(column.name, labelColumn(column, minGroup));
    }
  }
  const { models, block } = await relatedColumns(numbers, labels, minGroup);
  for (const [label, model] of models) columns.set(label, { ...model, ...columns.get(label) } as ColumnModel);
  const correlations = block ? { correlations: [block] } : {};
  return { name, tables: { [name]: { rows, columns: Object.fromEntries(columns), ...correlations } } };
}

const isConstant = (model: ColumnModel): boolean =>
  "distribution" in model && model.distribution === "constant";

/** Datetimes as days since the first one's day. */
function daysOf(values: Float64Array): { days: Float64Array; start: string } {
  const day = 86_400e6;
  const [first] = rangeOf(values);
  const start = Math.floor(first / day) * day;
  return { days: values.map((value) => (value - start) / day), start: isoText(start).slice(0, 10) };
}

function freeName(wanted: string, table: Table): string {
  let name = wanted;
  while (table.columns.some((column) => column.name === name)) name += "_";
  return name;
}

/**
 * Keys that are texts stay texts: written as they are where all are letters and a number of one length, or by the pattern
 * that they were found to have.
 */
function keyModel(column: Column, rows: number, pattern: string | undefined): ColumnModel {
  if (column.kind === "number") return { key: "sequence" };
  const forms = new Set(
    column.dictionary.map((text) => {
      const [, prefix = "", digits = ""] = /^(\D*)(\d{1,15})$/.exec(text) ?? [];
      return digits === "" ? "" : `${digits.length} ${prefix}`;
    }),
  );
  const [form = ""] = forms;
  if ((forms.size !== 1 || form === "") && pattern !== undefined && hasRoom(pattern, rows))
    return { pattern, unique: true };
  if (forms.size !== 1 || form === "") return { key: "sequence", digits: String(rows).length };
  const [digits, prefix] = [form.slice(0, form.indexOf(" ")), form.slice(form.indexOf(" ") + 1)];
  return { key: "sequence", ...(prefix === "" ? {} : { prefix }), digits: Number(digits) };
}

/** Rows that a model may be asked for, times those that it has: a pattern of fewer texts would soon have no more. */
const roomToGrow = 100;

function hasRoom(pattern: string, rows: number): boolean {
  try {
    return new RegexLanguage(pattern, usualRepeat).size >= BigInt(Math.max(1, rows)) * BigInt(roomToGrow);
  } catch (error) {
    // A pattern that no texts can be made from, out of somebody's metadata.
    if (VerisimError.isInstance(error)) return false;
    throw error;
  }
}

const personal: Readonly<Record<string, string>> = {
  email: "internet.email",
  first_name: "person.firstName",
  last_name: "person.lastName",
  name: "person.fullName",
  phone_number: "phone.number",
  city: "location.city",
  street_address: "location.streetAddress",
  address: "location.streetAddress",
  postcode: "location.zipCode",
  country: "location.country",
  company: "company.name",
  ipv4_address: "internet.ipv4",
  url: "internet.url",
};

/** Six significant digits: more would say more of the data than a model needs. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function isoText(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(0, 19);
}

function rangeOf(values: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

async function numberModel(values: Float64Array, decimals: number | undefined): Promise<ColumnModel> {
  const all = await sortNumbers(values);
  const digits = decimals === undefined ? {} : { decimals };
  if (all.length === 0) return { distribution: "constant", value: 0, ...digits };
  const low = all[0]!;
  const high = all.at(-1)!;
  if (low === high) return { distribution: "constant", value: low, ...digits };
  const step = Math.max(1, Math.floor(all.length / fittedRows));
  const sorted = all.filter((_, i) => i % step === 0);
  const fitted = chooseDistribution(sorted, ["gaussian", "uniform", "student-t", "truncated-gaussian"]);
  const logs = low > 0 ? logarithms(sorted) : undefined;
  const best = Math.min(fitted.distance, logs?.distance ?? 1);
  // No family is near: the numbers' own quantiles, each step of which many rows share.
  if (best > farAway && all.length >= 200)
    return { quantiles: quantilesOf(all, decimals), ...digits } as unknown as ColumnModel;
  const parameters = fitted.parameters as Readonly<Record<string, number>>;
  const model: Readonly<Record<string, unknown>> =
    logs && logs.distance < fitted.distance ? logs.model : renamed[fitted.family.name]!(parameters);
  const numbers = Object.fromEntries(
    Object.entries(model).map(([key, value]) => [key, typeof value === "number" ? rounded(value) : value]),
  );
  // No made-up number lies beyond the real ones: ages below 0 help nobody.
  const limits = {
    min: Math.max(low, Number(numbers.min ?? low)),
    max: Math.min(high, Number(numbers.max ?? high)),
  };
  return { ...numbers, ...limits, ...digits } as unknown as ColumnModel;
}

/** A lognormal distribution by the moments of the logarithms. */
function logarithms(sorted: Float64Array): { distance: number; model: Record<string, unknown> } {
  const logs = sorted.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const sigma = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
  const distance = kolmogorovDistance(sorted, (x) => normalCdf((Math.log(x) - mean) / sigma));
  return { distance, model: { distribution: "lognormal", median: Math.exp(mean), sigma } };
}

/** Steps between quantiles that are tried, of at least so many rows each. */
const stepCounts = [20, 50, 100, 200];
const leastInStep = 10;

/**
 * Quantiles at equal steps, as few as keep the mean and the deviation, or those that come nearest: within a step numbers
 * are spread evenly, which makes far too much of a long tail if it is the last twentieth.
 */
function quantilesOf(sorted: Float64Array, decimals: number | undefined): number[] {
  const at = (steps: number): number[] =>
    Array.from({ length: steps + 1 }, (_, i) => {
      const value = sorted[Math.round((i / steps) * (sorted.length - 1))]!;
      return decimals === undefined ? rounded(value) : value;
    });
  const allowed = stepCounts.filter(
    (steps) => steps === stepCounts[0] || steps * leastInStep <= sorted.length,
  );
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  /** How far mean and deviation are off, 1 where that is as much as is let pass: 0.02 deviations, a twentieth. */
  const error = (quantiles: readonly number[]): number => {
    const steps = quantiles.length - 1;
    let first = 0;
    let second = 0;
    for (let i = 0; i < steps; i++) {
      const [a, b] = [quantiles[i]! - mean, quantiles[i + 1]! - mean];
      first += (a + b) / 2 / steps;
      second += (a * a + a * b + b * b) / 3 / steps;
    }
    const deviations = Math.sqrt((second - first ** 2) / variance);
    return Math.max(Math.abs(first) / Math.sqrt(variance) / 0.02, Math.abs(deviations - 1) / 0.05);
  };
  const tried = allowed.map(at);
  const errors = tried.map(error);
  const good = errors.findIndex((one) => one <= 1);
  return tried[good >= 0 ? good : errors.indexOf(Math.min(...errors))]!;
}
