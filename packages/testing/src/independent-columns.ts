// The smallest generator that keeps every law: each column is drawn alone from a list of values and weights. It is what the
// conformance suite was written against, and the floor that a real generator's pair trends must beat.

import {
  type Artifact,
  type Column,
  type ConditionCell,
  type ConditionColumn,
  collectBatches,
  conditionCells,
  dictionaryColumn,
  drawBatches,
  type FitOptions,
  type Generator,
  type GeneratorDefinition,
  impossibleCondition,
  isModelled,
  type LabelPlan,
  missingCount,
  notFitted,
  numberColumn,
  packMetadata,
  packState,
  parseDatetime,
  planLabels,
  rowUniform,
  type SampleOptions,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
  throwIfAborted,
  unpackMetadata,
  unpackState,
  type ValueSet,
  VerisimError,
} from "@verisim/core";

/** Quantiles that stand for a column of numbers: between the data, so that no row is copied. */
const quantiles = 500;

interface ValueColumn {
  readonly kind: "number" | "category" | "generated";
  readonly name: string;
  /** Numbers, or indices of `dictionary`. */
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly missing: number;
  readonly dictionary: readonly string[];
  readonly [key: string]: string | number | Float64Array | readonly string[];
}

interface Model {
  readonly metadata: TableMetadata;
  readonly tableName: string;
  readonly columns: readonly ValueColumn[];
  readonly warnings: readonly string[];
}

/** One way to meet a request: the values each bound column may take, and how likely it is. */
interface Choice {
  readonly cell: ConditionCell;
  readonly mass: number;
}

export class IndependentColumns implements Generator {
  readonly name = "independent-columns";
  #fitted: Model | null = null;

  get metadata(): TableMetadata {
    return this.#model().metadata;
  }

  get warnings(): readonly string[] {
    return this.#model().warnings;
  }

  async fit(table: Table, options: FitOptions): Promise<this> {
    const columns: ValueColumn[] = [];
    const warnings: string[] = [];
    for (const [done, column] of table.columns.entries()) {
      throwIfAborted(options.signal);
      const fitted = fitColumn(column, options.metadata);
      if (fitted.values.length === 0 && fitted.kind !== "generated")
        warnings.push(`Column ${JSON.stringify(column.name)} has no values to learn from.`);
      columns.push(fitted);
      options.onProgress?.({ phase: "fit", done: done + 1, total: table.columns.length, unit: "columns" });
      throwIfAborted(options.signal);
    }
    this.#fitted = { metadata: options.metadata, tableName: options.tableName ?? "table", columns, warnings };
    return this;
  }

  sample(rowCount: number, options: SampleOptions = {}): Promise<Table> {
    return collectBatches(this.sampleBatches(rowCount, options));
  }

  async *sampleBatches(rowCount: number, options: SampleOptions = {}): AsyncGenerator<Table> {
    const model = this.#model();
    let request: Request | undefined;
    yield* drawBatches(rowCount, options, (stretch) => {
      request ??= new Request(model, rowCount, options);
      return request.rows(stretch.rowStart, stretch.rowCount);
    });
  }

  toArtifact(): Artifact {
    const { columns, metadata, tableName, warnings } = this.#model();
    const { json, tensors } = packState({ columns }, "columns");
    return {
      generator: this.name,
      formatVersion: 1,
      manifest: { ...json, metadata: packMetadata(metadata), tableName, warnings },
      tensors,
    };
  }

  static fromArtifact(artifact: Artifact): IndependentColumns {
    if (artifact.generator !== "independent-columns" || artifact.formatVersion !== 1) {
      const received = `${artifact.generator} of format ${artifact.formatVersion}`;
      throw new VerisimError(
        "VERISIM_MODEL_FILE",
        `Expected independent-columns of format 1 but received ${received}.`,
      );
    }
    const { tableName, warnings } = artifact.manifest as unknown as Omit<Model, "columns">;
    const metadata = unpackMetadata(artifact.manifest.metadata);
    const { columns } = unpackState({ columns: artifact.manifest.columns }, artifact.tensors);
    const generator = new IndependentColumns();
    generator.#fitted = { metadata, tableName, warnings, columns: columns as unknown as ValueColumn[] };
    return generator;
  }

  #model(): Model {
    if (!this.#fitted) throw notFitted(this);
    return this.#fitted;
  }
}

function fitColumn(column: Column, metadata: TableMetadata): ValueColumn {
  const description = metadata.columns[column.name] ?? { sdtype: "categorical" };
  const rows = column.kind === "number" ? column.values.length : column.codes.length;
  const missing = rows === 0 ? 0 : missingCount(column) / rows;
  const { name } = column;
  if (!isModelled(description))
    return {
      kind: "generated",
      name,
      values: new Float64Array(),
      weights: new Float64Array(),
      missing,
      dictionary: [],
    };
  if (column.kind === "dictionary") {
    const weights = new Float64Array(column.dictionary.length);
    for (const code of column.codes) if (code >= 0) weights[code]!++;
    const values = Float64Array.from({ length: weights.length }, (_, i) => i).filter((i) => weights[i]! > 0);
    const kept = weights.filter((weight) => weight > 0);
    return { kind: "category", name, values, weights: kept, missing, dictionary: column.dictionary };
  }
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  const unit = description.sdtype === "datetime" ? 86_400_000_000 : 10 ** -(description.decimals ?? 15);
  const counts = new Map<number, number>();
  for (let i = 0; i < quantiles && sorted.length > 0; i++) {
    const place = ((i + 0.5) / quantiles) * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    const between = low + (sorted[Math.ceil(place)]! - low) * (place % 1);
    const value =
      unit >= 1 ? Math.round(between / unit) * unit : Math.round(between * (1 / unit)) / (1 / unit);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = Float64Array.from(counts.keys());
  return {
    kind: "number",
    name,
    values,
    weights: Float64Array.from(counts.values()),
    missing,
    dictionary: [],
  };
}

/** A request with its conditions worked out once; rows are then a function of their number alone. */
class Request {
  readonly #model: Model;
  readonly #seed: number;
  readonly #choices: Choice[] | null = null;
  readonly #labels: LabelPlan | null = null;
  readonly #labelColumn: string = "";
  readonly #allLabels: readonly string[] = [];
  readonly #byLabel = new Map<number, Choice[]>();

  constructor(model: Model, rowCount: number, options: SampleOptions) {
    this.#model = model;
    this.#seed = options.seed ?? 0;
    const { where, counts, from = 0, totalRows = from + rowCount } = options;
    if (!where && !counts) return;
    const columns = new Map(model.columns.map((column) => [column.name, describe(column, model.metadata)]));
    const cells = where ? conditionCells(where, columns) : [new Map<string, ValueSet>()];
    this.#choices = this.#likely(cells, "the condition");
    if (!counts) return;
    const labelled = model.columns.find((column) => column.name === counts.column);
    if (!labelled)
      throw new VerisimError("VERISIM_UNKNOWN_COLUMN", "Expected the name of a column in the label counts.", {
        where: { column: counts.column },
      });
    this.#labelColumn = counts.column;
    this.#allLabels = Array.from(labelled.values, (code) => labelled.dictionary[code]!);
    const key = streamKey(this.#seed, model.tableName, counts.column, "label-counts");
    this.#labels = planLabels(counts, totalRows, this.#allLabels, key);
    const others = new Set(this.#allLabels.filter((label) => !counts.counts.has(label)));
    this.#allLabels.forEach((label, index) => {
      if ((counts.counts.get(label) ?? 0) > 0) this.#byLabel.set(index, this.#bound(cells, new Set([label])));
    });
    const named = [...counts.counts.values()].reduce((sum, count) => sum + count, 0);
    if (named < totalRows) this.#byLabel.set(-1, this.#bound(cells, others));
  }

  #bound(cells: readonly ConditionCell[], labels: ReadonlySet<string>): Choice[] {
    const bound = cells.flatMap((cell) => {
      const old = cell.get(this.#labelColumn);
      const set =
        old?.kind === "category" ? new Set([...labels].filter((label) => old.categories.has(label))) : labels;
      if (set.size === 0) return [];
      return [new Map(cell).set(this.#labelColumn, { kind: "category", categories: set, missing: false })];
    });
    return this.#likely(bound, `the label ${[...labels].slice(0, 3).join(", ")}`);
  }

  /** The cells with a chance, and that chance. */
  #likely(cells: readonly ConditionCell[], part: string): Choice[] {
    const choices = cells.map((cell) => {
      let mass = 1;
      for (const [name, set] of cell) mass *= this.#mass(name, set);
      return { cell, mass };
    });
    const likely = choices.filter((choice) => choice.mass > 0);
    if (likely.length > 0) return likely;
    const names = [...new Set(cells.flatMap((cell) => [...cell.keys()]))].join(", ");
    throw impossibleCondition(part, `no value of ${names} that was learnt is inside`);
  }

  #mass(name: string, set: ValueSet): number {
    const column = this.#model.columns.find((candidate) => candidate.name === name)!;
    if (column.kind === "generated") return set.missing ? column.missing : 0;
    const total = column.weights.reduce((sum, weight) => sum + weight, 0);
    const inside = column.weights.reduce((sum, w, i) => sum + (contains(set, column, i) ? w : 0), 0);
    return (set.missing ? column.missing : 0) + (total > 0 ? (1 - column.missing) * (inside / total) : 0);
  }

  rows(rowStart: number, rowCount: number): Table {
    const chosen = Array.from({ length: rowCount }, (_, i) => this.#cellOf(rowStart + i));
    const columns = this.#model.columns.map((column) => this.#column(column, rowStart, chosen));
    return new Table(columns, rowCount);
  }

  #cellOf(row: number): ConditionCell | null {
    let choices = this.#choices;
    if (this.#labels) {
      const label = this.#labels.labelOf(row);
      choices = this.#byLabel.get(label === "other" ? -1 : label)!;
    }
    if (!choices) return null;
    const total = choices.reduce((sum, choice) => sum + choice.mass, 0);
    let left = rowUniform(streamKey(this.#seed, this.#model.tableName, "condition"), row) * total;
    for (const { cell, mass } of choices) {
      left -= mass;
      if (left <= 0) return cell;
    }
    return choices.at(-1)!.cell;
  }

  #column(column: ValueColumn, rowStart: number, cells: readonly (ConditionCell | null)[]): Column {
    const key = streamKey(this.#seed, this.#model.tableName, column.name, "cell");
    const draw = (row: number): number => rowUniform(key, row);
    if (column.kind === "generated") {
      const pattern = this.#model.metadata.columns[column.name]?.regexFormat;
      const texts = cells.map((cell, i) => {
        const mustMiss = cell?.has(column.name) ?? false;
        return mustMiss || draw(rowStart + i) < column.missing ? null : generatedText(pattern, rowStart + i);
      });
      return textColumn(column.name, texts);
    }
    const sampler = new Map<ValueSet | null, (u: number) => number>();
    const indices = cells.map((cell, i) => {
      const set = cell?.get(column.name) ?? null;
      const pick = sampler.get(set) ?? indexSampler(column, set);
      sampler.set(set, pick);
      return pick(draw(rowStart + i));
    });
    const numberAt = (index: number): number => (index < 0 ? Number.NaN : column.values[index]!);
    if (column.kind === "number") return numberColumn(column.name, indices.map(numberAt));
    const codes = indices.map((index) => (index < 0 ? -1 : column.values[index]!));
    return dictionaryColumn(column.name, codes, column.dictionary);
  }
}

/** From a uniform to an index of the column's values inside the set; -1 for a missing cell. */
function indexSampler(column: ValueColumn, set: ValueSet | null): (u: number) => number {
  const weights = column.weights.map((weight, i) => (set === null || contains(set, column, i) ? weight : 0));
  const total = column.weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const ends: number[] = [set === null || set.missing ? column.missing : 0];
  for (const weight of weights) ends.push(ends.at(-1)! + (1 - column.missing) * (weight / total));
  return (u) => {
    const target = u * ends.at(-1)!;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < target) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
}

function contains(set: ValueSet, column: ValueColumn, index: number): boolean {
  const value = column.values[index]!;
  if (set.kind === "category")
    return column.kind === "category" && set.categories.has(column.dictionary[value]!);
  return set.intervals.some(
    ({ low, high, lowOpen, highOpen }) =>
      (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high),
  );
}

function describe(column: ValueColumn, metadata: TableMetadata): ConditionColumn {
  const { sdtype, datetimeFormat, rangeValues } = metadata.columns[column.name] ?? { sdtype: "categorical" };
  const mayBeMissing = column.missing > 0;
  if (column.kind !== "number") {
    const learnt = Array.from(column.values, (code) => column.dictionary[code]!);
    const categories = rangeValues?.filter((value) => learnt.includes(value)) ?? learnt;
    return { kind: "category", categories, ordered: sdtype === "ordinal", mayBeMissing };
  }
  if (sdtype !== "datetime") return { kind: "number", mayBeMissing };
  return { kind: "number", mayBeMissing, parse: (text) => parseDatetime(text, datetimeFormat) };
}

/** Text of a pattern such as `C[0-9]{6}` counted up by the row, or a name made of the row's number. */
function generatedText(pattern: string | undefined, row: number): string {
  const match = /^([A-Za-z]*)\[0-9\]\{(\d+)\}$/.exec(pattern ?? "");
  return match
    ? `${match[1]}${String(row).padStart(Number(match[2]), "0").slice(-Number(match[2]))}`
    : `made-${row}`;
}

/** The definition that the suite runs on; not part of the published list of generators. */
export const independentColumns: GeneratorDefinition = {
  name: "independent-columns",
  summary: "Every column alone",
  paper: "",
  options: {},
  create: () => new IndependentColumns(),
  fromArtifact: (artifact) => IndependentColumns.fromArtifact(artifact),
};
