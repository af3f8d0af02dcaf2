// A model to start from out of a real table: for each column the distribution or the categories that fit it, shares of
// missing cells, and one block of correlations. What it keeps of the data are these numbers and the categories that at
// least so many rows share.

import { type Column, isModelled, missingCount, type Table, type TableMetadata } from "@verisim/core";
import {
  chooseDistribution,
  kolmogorovDistance,
  nearestCorrelation,
  normalCdf,
  normalQuantile,
} from "@verisim/stats";
import { correlation, ranks, sortNumbers } from "@verisim/tensor/arrays";
import type { ColumnModel, CorrelationBlock, SimulationModel } from "../model/model.ts";

export interface TableModelOptions {
  /** Name of the table. Default `rows`. */
  readonly name?: string;
  /** Rows of the model. Default: as many as the table has. */
  readonly rows?: number;
  /** Categories of fewer rows go together under `other`. Default 5. */
  readonly minGroup?: number;
}

const mostCategories = 50;
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
  const columns: Record<string, ColumnModel> = {};
  const correlated: Column[] = [];
  for (const column of table.columns) {
    const about = metadata.columns[column.name] ?? { sdtype: "unknown" };
    const missing = missingCount(column) / Math.max(1, table.rowCount);
    const gaps = missing > 0 ? { missing: rounded(missing) } : {};
    const isKey = metadata.primaryKey === column.name;
    if (isKey || about.sdtype === "id") columns[column.name] = keyModel(column, rows);
    else if (!isModelled(about))
      columns[column.name] = { faker: personal[about.sdtype] ?? "lorem.words", ...gaps };
    else if (about.sdtype === "datetime" && column.kind === "number") {
      const [low, high] = rangeOf(column.values);
      const day = 86_400e6;
      columns[column.name] = {
        formula: `date('${isoText(low)}') + days(${rounded((high - low) / day)} * uniform())`,
        type: "datetime",
        ...(about.datetimeFormat ? { datetimeFormat: about.datetimeFormat } : {}),
        ...gaps,
      };
    } else if (column.kind === "number") {
      columns[column.name] = { ...(await numberModel(column.values, about.decimals)), ...gaps };
      correlated.push(column);
    } else {
      columns[column.name] = { categories: categoryWeights(column, minGroup), ...gaps };
    }
  }
  const block = await correlationBlock(
    correlated.filter(({ name: key }) => "distribution" in columns[key]! || "quantiles" in columns[key]!),
  );
  return { name, tables: { [name]: { rows, columns, ...(block ? { correlations: [block] } : {}) } } };
}

/** Keys that are texts stay texts: written as they are where all are letters and a number of one length. */
function keyModel(column: Column, rows: number): ColumnModel {
  if (column.kind === "number") return { key: "sequence" };
  const forms = new Set(
    column.dictionary.map((text) => {
      const [, prefix = "", digits = ""] = /^(\D*)(\d{1,15})$/.exec(text) ?? [];
      return digits === "" ? "" : `${digits.length} ${prefix}`;
    }),
  );
  const [form = ""] = forms;
  if (forms.size !== 1 || form === "") return { key: "sequence", digits: String(rows).length };
  const [digits, prefix] = [form.slice(0, form.indexOf(" ")), form.slice(form.indexOf(" ") + 1)];
  return { key: "sequence", ...(prefix === "" ? {} : { prefix }), digits: Number(digits) };
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

/** Twenty-one quantiles at equal steps. */
function quantilesOf(sorted: Float64Array, decimals: number | undefined): number[] {
  const steps = 20;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const value = sorted[Math.round((i / steps) * (sorted.length - 1))]!;
    return decimals === undefined ? rounded(value) : value;
  });
}

function categoryWeights(
  column: Extract<Column, { kind: "dictionary" }>,
  minGroup: number,
): Record<string, number> {
  const counts = new Float64Array(column.dictionary.length);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const order = [...counts.keys()]
    .filter((code) => counts[code]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const kept = order.filter((code, place) => counts[code]! >= minGroup && place < mostCategories);
  const weights: Record<string, number> = {};
  for (const code of kept) weights[column.dictionary[code]!] = rounded(counts[code]! / total);
  const rest = total - kept.reduce((sum, code) => sum + counts[code]!, 0);
  if (rest > 0 || kept.length === 0)
    weights.other = rounded((weights.other ?? 0) + (total === 0 ? 1 : rest / total));
  return weights;
}

/** Correlations of normal scores, repaired where pairs do not fit together. */
async function correlationBlock(columns: readonly Column[]): Promise<CorrelationBlock | undefined> {
  if (columns.length < 2) return undefined;
  const scores = await Promise.all(
    columns.map(async (column) => {
      const places = await ranks((column as { values: Float64Array }).values);
      const count = places.reduce((sum, place) => sum + (Number.isNaN(place) ? 0 : 1), 0);
      return places.map((place) => normalQuantile((place - 0.5) / count));
    }),
  );
  const size = columns.length;
  const found = (await correlation(scores)).correlation.map((r, i) =>
    i % (size + 1) === 0 ? 1 : Number.isNaN(r) ? 0 : Math.max(-0.99, Math.min(0.99, r)),
  );
  const { matrix } = await nearestCorrelation(found, size, { floor: 1e-3 });
  const digits = (value: number): number => Math.round(value * 1e4) / 1e4;
  return {
    columns: columns.map(({ name }) => name),
    matrix: Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) =>
        i === j ? 1 : digits(matrix[Math.min(i, j) * size + Math.max(i, j)]!),
      ),
    ),
  };
}
