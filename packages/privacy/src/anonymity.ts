// Anonymity by classes of equal quasi-identifiers: L. Sweeney, "k-anonymity", 2002 (and k-map, 2001); A. Machanavajjhala
// et al., "l-diversity", 2007; M. Nergiz et al., "Hiding the presence of individuals from shared databases" (delta-presence),
// 2007. Identifiability as J. Yoon et al., "ADS-GAN", 2020, count it, with a control beside it.

import { VerisimError } from "@verisim/core";
import type { CopySearch } from "./copies/copy-search.ts";
import type { AnonymityReport } from "./privacy-report.ts";
import { nearest } from "./tables/nearest.ts";
import {
  holdoutTable,
  type PreparedTables,
  pickRows,
  runOf,
  type SampledRows,
  sampleRows,
  syntheticTable,
  trainingTable,
} from "./tables/prepared-tables.ts";
import type { RiskColumn } from "./tables/risk-columns.ts";

export interface AnonymityOptions {
  /** What others may know of a person. Default: the first six columns with few values. */
  quasiIdentifiers?: readonly string[];
  /** The column whose values must differ within a class. Default: none. */
  sensitive?: string;
}

/** Bins of equal counts that a number is cut into. */
const bins = 10;
const mostGuessed = 6;
/** Categories, and different whole numbers, that a guessed quasi-identifier has at most. */
const fewCategories = 100;
const fewNumbers = 150;
/** Rows in a class below which a person may be named with a chance above 0.09 (1/11), the threshold for health data. */
const riskyRows = 11;
const mostIdentified = 5000;

/** @returns null where no column can serve as a quasi-identifier */
export async function anonymity(
  tables: PreparedTables,
  search: CopySearch,
  { quasiIdentifiers, sensitive }: AnonymityOptions,
): Promise<AnonymityReport | null> {
  const { columns, source } = tables;
  const chosen = quasiIdentifiers
    ? quasiIdentifiers.map((name) => columnNamed(columns, name))
    : columns.filter((column) => column.name !== sensitive && hasFewValues(column)).slice(0, mostGuessed);
  if (chosen.length === 0) return null;
  const secret = sensitive === undefined ? null : columnNamed(columns, sensitive);
  const counts = [source.real.rowCount, source.synthetic.rowCount, source.holdout?.rowCount ?? 0];
  const classes = classesOf(chosen, counts);
  const sizes = classes.rows.map((own) => sizesOf(own, classes.count));
  const training = sizes[trainingTable]!;
  const synthetic = sizes[syntheticTable]!;
  const population = training.map((rows, at) => rows + sizes[holdoutTable]![at]!);
  let kMap = Number.POSITIVE_INFINITY;
  let below = 0;
  let chance = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const [at, rows] of synthetic.entries()) {
    const matching = population[at]!;
    if (rows === 0 || matching === 0) continue;
    kMap = Math.min(kMap, matching);
    if (matching < riskyRows) below += rows;
    chance += rows / matching;
    low = Math.min(low, training[at]! / matching);
    high = Math.max(high, training[at]! / matching);
  }
  return {
    quasiIdentifiers: chosen.map(({ name }) => name),
    guessed: quasiIdentifiers === undefined,
    sensitive: sensitive ?? null,
    kAnonymityReal: smallest(training),
    kAnonymitySynthetic: smallest(synthetic),
    kMap: Number.isFinite(kMap) ? kMap : null,
    belowEleven: below / source.synthetic.rowCount,
    reidentification: chance / source.synthetic.rowCount,
    lDiversityReal: secret && fewestValues(secret, trainingTable, classes.rows[trainingTable]!),
    lDiversitySynthetic: secret && fewestValues(secret, syntheticTable, classes.rows[syntheticTable]!),
    deltaPresence: source.holdout && high >= low ? { low, high } : null,
    identifiability: await identifiability(tables, search),
  };
}

function columnNamed(columns: readonly RiskColumn[], name: string): RiskColumn {
  const column = columns.find((one) => one.name === name);
  if (column) return column;
  throw new VerisimError(
    "VERISIM_UNKNOWN_COLUMN",
    `Expected the name of a column that rows are compared by but received ${JSON.stringify(name)}.`,
    {
      where: { column: name },
      hint: `They are ${columns
        .slice(0, 20)
        .map((one) => one.name)
        .join(", ")}.`,
    },
  );
}

function hasFewValues(column: RiskColumn): boolean {
  if (column.kind === "category") return column.labelCount <= fewCategories;
  const values = new Set<number>();
  for (const value of column.values[trainingTable]!) {
    if (value % 1 !== 0) return false;
    if (values.add(value).size > fewNumbers) return false;
  }
  return true;
}

/** The class of every row of every table, numbered through all tables. */
function classesOf(
  columns: readonly RiskColumn[],
  counts: readonly number[],
): { rows: Int32Array[]; count: number } {
  let rows = counts.map((count) => new Int32Array(count));
  let count = 1;
  for (const column of columns) {
    const code = coder(column);
    const index = new Map<number, number>();
    rows = rows.map((own, table) =>
      own.map((before, row) => {
        // Both factors stay below 2^26.
        const pair = before * code.count + code.of(table, row);
        let known = index.get(pair);
        if (known === undefined) {
          known = index.size;
          index.set(pair, known);
        }
        return known;
      }),
    );
    count = index.size;
  }
  return { rows, count };
}

/** Codes of a column: categories, or bins of equal counts of the training rows with one more for missing cells. */
function coder(column: RiskColumn): { count: number; of: (table: number, row: number) => number } {
  if (column.kind === "category")
    return { count: column.labelCount + 1, of: (table, row) => column.codes[table]![row]! };
  const sorted = column.values[trainingTable]!.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let bin = 1; bin < bins; bin++) {
    const edge = sorted[Math.floor((bin / bins) * sorted.length)];
    if (edge !== undefined && edge !== edges.at(-1)) edges.push(edge);
  }
  const of = (table: number, row: number): number => {
    const value = column.values[table]![row]!;
    if (Number.isNaN(value)) return edges.length + 1;
    let bin = 0;
    while (bin < edges.length && value >= edges[bin]!) bin++;
    return bin;
  };
  return { count: edges.length + 2, of };
}

function sizesOf(classes: Int32Array, count: number): Float64Array {
  const sizes = new Float64Array(count);
  for (const own of classes) sizes[own]!++;
  return sizes;
}

function smallest(sizes: Float64Array): number {
  return sizes.reduce((least, size) => (size > 0 && size < least ? size : least), Number.POSITIVE_INFINITY);
}

/** Fewest different cells of a column within a class. */
function fewestValues(column: RiskColumn, table: number, classes: Int32Array): number {
  const cells = column.kind === "number" ? column.values[table]! : column.codes[table]!;
  const values = new Map<number, Set<number>>();
  for (let row = 0; row < classes.length; row++) {
    const own = values.get(classes[row]!);
    if (own) own.add(cells[row]!);
    else values.set(classes[row]!, new Set([cells[row]!]));
  }
  let fewest = Number.POSITIVE_INFINITY;
  for (const { size } of values.values()) fewest = Math.min(fewest, size);
  return fewest;
}

async function identifiability(
  tables: PreparedTables,
  search: CopySearch,
): Promise<AnonymityReport["identifiability"]> {
  const { training, holdout, synthetic, searched, encoder, seed } = tables;
  const available = pickRows(
    synthetic,
    // As many synthetic rows as training rows: more would come nearer by their number alone.
    sampleRows(synthetic.rows.length, training.rows.length, seed, "identifiability"),
    encoder,
  );
  const share = async (
    part: SampledRows,
    places: Uint32Array,
    own: { readonly k: number; readonly distances: Float64Array },
  ): Promise<number> => {
    const asked = sampleRows(places.length, mostIdentified, seed, "identified");
    const queries = encoder.pick(
      part.points,
      asked.map((i) => places[i]!),
    );
    const found = await nearest({ encoder, queries, reference: available.points, k: 1 }, runOf(tables));
    let nearer = 0;
    for (const [i, place] of asked.entries())
      if (found.distances[i]! < own.distances[place * own.k]!) nearer++;
    return nearer / asked.length;
  };
  const { trainingDistances, holdoutDistances } = search;
  return {
    training: await share(training, searched.training, trainingDistances.training),
    holdout:
      holdout && searched.holdout && holdoutDistances
        ? await share(holdout, searched.holdout, holdoutDistances.training)
        : null,
  };
}
