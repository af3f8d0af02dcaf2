// A table as distances see it: columns of numbers, missing ones at the median, and columns of category codes, a missing
// cell being a category of its own. Rows are gathered when a search needs them, so that memory follows the classes that
// are worked on and no category ever becomes a block of zeros and ones.

import {
  type ColumnMetadata,
  isModelled,
  type Table,
  type TableMetadata,
  uniqueColumns,
  VerisimError,
} from "@verisim/core";

export interface NumberFeature {
  readonly name: string;
  /** With the median where the table has none. */
  readonly values: Float64Array;
  readonly missing: boolean;
  /** Digits after the point that new values may have; null: as they come. */
  readonly decimals: number | null;
  /** The range that the metadata declares, for values that go beyond their parents'. */
  readonly least: number;
  readonly most: number;
}

export interface CategoryFeature {
  readonly name: string;
  readonly codes: Int32Array;
  readonly cardinality: number;
}

/** Rows side by side: what a search of neighbours takes. */
export interface GatheredRows {
  /** `[rows, numbers]`, divided by the columns' scales. */
  readonly numbers: Float64Array;
  /** `[rows, categories]`. */
  readonly codes: Int32Array;
}

export class FeatureRows {
  readonly rowCount: number;
  readonly numbers: readonly NumberFeature[];
  readonly categories: readonly CategoryFeature[];
  /** Columns that say nothing about likeness (ids, keys, personal values, free text), and why. */
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
  /** Per number: what its distances are divided by. */
  readonly scales: Float64Array;

  constructor(
    rowCount: number,
    numbers: readonly NumberFeature[],
    categories: readonly CategoryFeature[],
    leftOut: readonly { readonly column: string; readonly reason: string }[],
    scaling: "none" | "standard",
  ) {
    this.rowCount = rowCount;
    this.numbers = numbers;
    this.categories = categories;
    this.leftOut = leftOut;
    this.scales = Float64Array.from(numbers, ({ values }) =>
      scaling === "standard" ? standardDeviation(values) || 1 : 1,
    );
  }

  gather(rows: Int32Array): GatheredRows {
    const [width, columns] = [this.numbers.length, this.categories.length];
    const numbers = new Float64Array(rows.length * width);
    const codes = new Int32Array(rows.length * columns);
    for (const [d, { values }] of this.numbers.entries()) {
      const scale = this.scales[d]!;
      for (let i = 0, at = d; i < rows.length; i++, at += width) numbers[at] = values[rows[i]!]! / scale;
    }
    for (const [c, { codes: from }] of this.categories.entries())
      for (let i = 0, at = c; i < rows.length; i++, at += columns) codes[at] = from[rows[i]!]!;
    return { numbers, codes };
  }

  /**
   * What two categories that differ add to the squared distance of two rows: the square of the median of the numbers'
   * standard deviations among `rows` (SMOTE-NC, section 6.1), 1 where there are no numbers.
   */
  mismatch(rows: Int32Array): number {
    if (this.numbers.length === 0) return 1;
    const deviations = this.numbers
      .map(({ values }, d) => standardDeviation(values, rows) / this.scales[d]!)
      .sort((a, b) => a - b);
    const middle = deviations.length >> 1;
    const median =
      deviations.length % 2 === 1 ? deviations[middle]! : (deviations[middle - 1]! + deviations[middle]!) / 2;
    return median ** 2;
  }
}

/** Of the population (divided by n). */
export function standardDeviation(values: Float64Array, rows?: Int32Array): number {
  const count = rows?.length ?? values.length;
  if (count === 0) return 0;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[rows ? rows[i]! : i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[rows ? rows[i]! : i]! - mean) ** 2;
  return Math.sqrt(squares / count);
}

/**
 * The features of a table: all columns that are modelled but the targets.
 * @throws VerisimError `VERISIM_RESAMPLE_FEATURES` where no column is left, or one holds an infinite number
 */
export function featureRows(
  table: Table,
  metadata: TableMetadata,
  targets: readonly string[],
  options: { readonly scaling: "none" | "standard"; readonly rounding: "none" | "integers" | "column" },
  columns?: readonly string[],
): FeatureRows {
  const unique = uniqueColumns(metadata);
  const numbers: NumberFeature[] = [];
  const categories: CategoryFeature[] = [];
  const leftOut: { column: string; reason: string }[] = [];
  for (const column of table.columns) {
    if (targets.includes(column.name)) continue;
    const known = Object.hasOwn(metadata.columns, column.name) ? metadata.columns[column.name] : undefined;
    const reason =
      columns && !columns.includes(column.name)
        ? "not asked for"
        : reasonAgainst(known, unique.has(column.name));
    if (reason !== undefined) {
      leftOut.push({ column: column.name, reason });
    } else if (column.kind === "dictionary") {
      categories.push({ name: column.name, codes: column.codes, cardinality: column.dictionary.length });
    } else if (known!.sdtype === "numerical" || known!.sdtype === "datetime") {
      const feature = numberFeature(column.name, column.values, {
        decimals: decimalsOf(known!, options.rounding),
        least: known!.rangeMin ?? Number.NEGATIVE_INFINITY,
        most: known!.rangeMax ?? Number.POSITIVE_INFINITY,
      });
      if (feature) numbers.push(feature);
      else leftOut.push({ column: column.name, reason: "no values" });
    } else {
      // Numbers that stand for categories vote like texts.
      categories.push(categoryOfNumbers(column.name, column.values));
    }
  }
  if (numbers.length + categories.length === 0)
    throw new VerisimError(
      "VERISIM_RESAMPLE_FEATURES",
      "Expected at least one column beside the target but found none.",
      {
        hint: "Ids, keys, personal values and free text say nothing about likeness; correct the types with metadata.",
      },
    );
  return new FeatureRows(table.rowCount, numbers, categories, leftOut, options.scaling);
}

function reasonAgainst(known: ColumnMetadata | undefined, unique: boolean): string | undefined {
  if (!known) return "not in the metadata";
  if (unique) return "a key";
  return isModelled(known) ? undefined : known.pii ? "personal" : known.sdtype;
}

function decimalsOf(known: ColumnMetadata, rounding: "none" | "integers" | "column"): number | null {
  if (rounding === "none") return null;
  if (known.sdtype === "datetime") return 0;
  const decimals = known.numberStyle === "integer" ? 0 : (known.decimals ?? null);
  return decimals === 0 || rounding === "column" ? decimals : null;
}

function numberFeature(
  name: string,
  values: Float64Array,
  rest: Pick<NumberFeature, "decimals" | "least" | "most">,
): NumberFeature | undefined {
  let missing = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Math.abs(value) <= 1e150) continue;
    if (!Number.isNaN(value))
      throw new VerisimError(
        "VERISIM_RESAMPLE_FEATURES",
        `Expected finite numbers within 1e150 of zero but found ${value}.`,
        {
          where: { column: name, row: row + 1 },
          hint: "Make it a missing cell, or leave out the column or the row.",
        },
      );
    missing++;
  }
  if (missing === 0) return { name, values, missing: false, ...rest };
  if (missing === values.length) return undefined;
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const middle = present.length >> 1;
  const median = present.length % 2 === 1 ? present[middle]! : (present[middle - 1]! + present[middle]!) / 2;
  return {
    name,
    values: values.map((value) => (Number.isNaN(value) ? median : value)),
    missing: true,
    ...rest,
  };
}

/** Each number a category, numbered as they come; missing ones have none. */
export function categoryOfNumbers(name: string, values: Float64Array): CategoryFeature {
  const index = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    let code = index.get(value);
    if (code === undefined) {
      code = index.size;
      index.set(value, code);
    }
    return code;
  });
  return { name, codes, cardinality: index.size };
}
