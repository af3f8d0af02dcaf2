// MLSMOTE (Charte, Rivera, del Jesus and Herrera, "MLSMOTE: approaching imbalanced multilabel learning through synthetic
// instance generation", KBS 89 (2015), 385-397): rows that have a rare label each make one new row towards a neighbour
// among the rows that have it; the new row's labels are those that most of a row and its neighbours have.

import { type Column, checkOptions, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { seededDraws, wholeNumbers } from "./draws.ts";
import { featureRows } from "./feature-rows.ts";
import { type JoinedRows, joinOutcome } from "./joined-rows.ts";
import type { NewRows } from "./new-rows.ts";
import { multiLabelOptionRows } from "./options.ts";
import { fewerNeighbours, findNeighbours, type ResampleNote } from "./work.ts";

export interface MultiLabelOptions {
  /** The text that means that a row has a label, for columns of texts. Default `true`. */
  readonly present: string;
  /** Neighbours, at least 1. Default 5. */
  readonly kNeighbors: number;
  readonly scaling: "none" | "standard";
  readonly rounding: "none" | "integers" | "column";
}

export interface MultiLabelRequest extends Partial<MultiLabelOptions> {
  /** Two columns or more that are 0 and 1, or two texts of which `present` says which means that a row has the label. */
  readonly labels: readonly string[];
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  readonly columns?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly threads?: number | undefined;
}

export interface ResampledLabels extends JoinedRows {
  /** Per label: rows that have it, and its imbalance (rows of the most frequent label per row of it). */
  readonly labels: ReadonlyMap<
    string,
    { readonly before: number; readonly after: number; readonly imbalance: number }
  >;
  readonly notes: readonly ResampleNote[];
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
}

/**
 * Adds rows to the labels whose imbalance is above the mean of all.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TARGET` for a column that is no label, or fewer than two,
 * `VERISIM_UNKNOWN_OPTION`, `VERISIM_OPTION_VALUE`,
 * `VERISIM_RESAMPLE_FEATURES`, `VERISIM_ABORTED`
 */
export async function mlsmote(
  table: Table,
  metadata: TableMetadata,
  request: MultiLabelRequest,
): Promise<ResampledLabels> {
  const { labels, seed = 0, columns, signal, threads, ...given } = request;
  const options = checkOptions("mlsmote", multiLabelOptionRows, given) as unknown as MultiLabelOptions;
  const { kNeighbors, present } = options;
  if (labels.length < 2)
    throw new VerisimError("VERISIM_TARGET", `Expected two labels or more but received ${labels.length}.`, {
      where: { option: "labels" },
      hint: "One label is a target of two classes: smote makes rows of the rarer one.",
    });
  const has = labels.map((name) => readLabel(table.column(name), present));
  const features = featureRows(table, metadata, labels, options, columns);
  const run = { signal, threads };
  const draws = seededDraws(seed, run);
  const notes: ResampleNote[] = [];
  const sizes = has.map((flags) => flags.reduce((sum, flag) => sum + flag, 0));
  const largest = Math.max(...sizes);
  const imbalances = sizes.map((size) => (size > 0 ? largest / size : Number.POSITIVE_INFINITY));
  const finite = imbalances.filter(Number.isFinite);
  const mean = finite.reduce((sum, imbalance) => sum + imbalance, 0) / finite.length;
  const made: NewRows[] = [];
  for (const [index, name] of labels.entries()) {
    if (!(imbalances[index]! > mean) || sizes[index] === 0) continue;
    const rows = Int32Array.from(has[index]!.keys()).filter((row) => has[index]![row] === 1);
    const k = Math.min(kNeighbors, rows.length - 1);
    if (k < 1) {
      notes.push({
        code: "VERISIM_NOTE_FEWER_NEIGHBOURS",
        message: `Label ${JSON.stringify(name)} has one row, which has no neighbour: none was added.`,
      });
      continue;
    }
    if (k < kNeighbors)
      notes.push(fewerNeighbours(`Label ${JSON.stringify(name)}`, k, "that have it", kNeighbors));
    const neighbours = await findNeighbours({ features, run }, rows, rows, k, features.mismatch(rows));
    const count = rows.length;
    const picks = wholeNumbers(await draws.uniforms(`${name}: neighbour`, count), k);
    const share = await draws.uniforms(`${name}: share`, count);
    const at = Int32Array.from({ length: count }, (_, place) => place);
    const other = at.map((place) => neighbours.rows[place * k + picks[place]!]!);
    const cells = new Map<string, Float64Array | Int32Array>();
    for (const [l, label] of labels.entries()) {
      const flags = Uint8Array.from(at, (place) => {
        let votes = has[l]![rows[place]!]!;
        for (let j = place * k; j < (place + 1) * k; j++) votes += has[l]![neighbours.rows[j]!]!;
        return votes > (k + 1) / 2 ? 1 : 0;
      });
      cells.set(label, writeLabel(table.column(label), flags, present));
    }
    const ties: Float64Array[] = [];
    for (const c of features.categories.keys()) ties.push(await draws.uniforms(`${name}: vote ${c}`, count));
    made.push({
      label: index,
      base: rows,
      other,
      share,
      cells,
      voters: { rows: neighbours.rows, k, at },
      ties,
    });
  }
  const kept = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  const joined = joinOutcome(table, metadata, features, { kept, made });
  return {
    ...joined,
    labels: new Map(
      labels.map((name, index) => [
        name,
        {
          before: sizes[index]!,
          after: readLabel(joined.table.column(name), present).reduce((sum, flag) => sum + flag, 0),
          imbalance: imbalances[index]!,
        },
      ]),
    ),
    notes,
    leftOut: features.leftOut,
  };
}

function readLabel(column: Column, present: string): Uint8Array {
  if (column.kind === "number") {
    const odd = column.values.find((value) => value !== 0 && value !== 1);
    if (odd !== undefined) throw notALabel(column.name, `Expected 0 and 1 but found ${odd}.`);
    return Uint8Array.from(column.values);
  }
  const code = column.dictionary.indexOf(present);
  const used = new Set(column.codes);
  if (used.has(-1) || used.size > 2)
    throw notALabel(
      column.name,
      `Expected two texts and no missing cell but found ${used.has(-1) ? "missing cells" : `${used.size} texts`}.`,
    );
  if (code < 0)
    throw notALabel(
      column.name,
      `Expected the text ${JSON.stringify(present)} for rows that have the label but found ${[...used].map((own) => JSON.stringify(column.dictionary[own])).join(" and ")}.`,
      "Say by present which of the texts it is.",
    );
  return Uint8Array.from(column.codes, (cell) => (cell === code ? 1 : 0));
}

function writeLabel(column: Column, flags: Uint8Array, present: string): Float64Array | Int32Array {
  if (column.kind === "number") return Float64Array.from(flags);
  const yes = column.dictionary.indexOf(present);
  const no = column.codes.find((code) => code !== yes) ?? yes;
  return Int32Array.from(flags, (flag) => (flag === 1 ? yes : no));
}

const notALabel = (
  column: string,
  message: string,
  hint = "A label is a column of 0 and 1, or of two texts.",
) => new VerisimError("VERISIM_TARGET", message, { where: { column }, hint });
