// Values that one person alone holds: how many of them does the synthetic table repeat? By chance it repeats as many of
// the holdout's as of the training rows'; what it repeats beyond that comes from having seen them.

import { type Column, type ColumnMetadata, columnLength, throwIfAborted } from "@verisim/core";
import { wilson } from "@verisim/stats";
import { binomialUpperTail } from "./intervals.ts";
import type { ValueOverlap, ValueReport } from "./privacy-report.ts";
import type { RiskTables } from "./tables/prepared-tables.ts";

/** Chance of a false alarm over all columns. */
const falseAlarms = 0.01;
/** Cells of one column of numbers that are looked at, about; of longer columns a slice of the values. */
const mostCells = 1_000_000;

/**
 * Looks at every column of the metadata, ids and personal values included, in all rows.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_ABORTED`
 */
export function valueOverlap({ real, synthetic, holdout, metadata, signal }: RiskTables): ValueReport {
  const columns: ValueOverlap[] = [];
  for (const [name, column] of Object.entries(metadata.columns)) {
    throwIfAborted(signal);
    if (!synthetic.has(name) || (holdout && !holdout.has(name))) continue;
    const overlap = columnOverlap(
      column,
      real.column(name),
      synthetic.column(name),
      holdout ? holdout.column(name) : null,
    );
    if (overlap.trainingOnly > 0) columns.push({ column: name, ...overlap });
  }
  const tested = columns.filter(({ pValue }) => pValue !== null).length;
  return {
    columns,
    leaking: columns
      .filter(({ pValue, sdtype }) => pValue !== null && sdtype !== "id" && pValue <= falseAlarms / tested)
      .map(({ column }) => column),
  };
}

function columnOverlap(
  { sdtype, pii }: ColumnMetadata,
  real: Column,
  synthetic: Column,
  holdout: Column | null,
): Omit<ValueOverlap, "column"> {
  const rows = columnLength(real) + columnLength(synthetic) + (holdout ? columnLength(holdout) : 0);
  const slices = Math.ceil(rows / mostCells);
  const training = valueCounts(real, slices);
  const others: ReadonlyMap<Value, number> = holdout ? valueCounts(holdout, slices) : new Map();
  const repeated = valueCounts(synthetic, slices);
  const only = { training: 0, holdout: 0 };
  const found = { training: 0, holdout: 0 };
  const look = (
    side: "training" | "holdout",
    own: ReadonlyMap<Value, number>,
    other: ReadonlyMap<Value, number>,
  ) => {
    for (const [value, count] of own) {
      if (count !== 1 || other.has(value)) continue;
      only[side]++;
      if (repeated.has(value)) found[side]++;
    }
  };
  look("training", training, others);
  look("holdout", others, training);
  const isTested = only.training > 0 && only.holdout > 0;
  const share = only.training / (only.training + only.holdout);
  return {
    sdtype,
    pii: pii === true,
    trainingOnly: only.training,
    holdoutOnly: only.holdout,
    training: wilson(found.training, only.training),
    holdout: only.holdout > 0 ? wilson(found.holdout, only.holdout) : null,
    pValue: isTested ? binomialUpperTail(found.training, found.training + found.holdout, share) : null,
  };
}

type Value = string | number;

/**
 * Rows per value; texts that are numbers count as numbers. Of `slices` equal slices of all possible values one is looked
 * at: what it says of a value is exact, and no row is read in vain of values outside it.
 */
function valueCounts(column: Column, slices: number): Map<Value, number> {
  const counts = new Map<Value, number>();
  const add = (value: Value, count: number): void => {
    counts.set(value, (counts.get(value) ?? 0) + count);
  };
  if (column.kind === "number") {
    const number = new Float64Array(1);
    const words = new Uint32Array(number.buffer);
    for (const value of column.values) {
      if (Number.isNaN(value)) continue;
      if (slices > 1) {
        number[0] = value + 0;
        if ((Math.imul(words[0]! ^ Math.imul(words[1]!, 0x85ebca6b), 0xc2b2ae35) >>> 8) % slices !== 0)
          continue;
      }
      add(value, 1);
    }
    return counts;
  }
  const rows = new Int32Array(column.dictionary.length);
  for (const code of column.codes) if (code >= 0) rows[code]!++;
  for (const [code, text] of column.dictionary.entries())
    if (rows[code]! > 0)
      add(text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text, rows[code]!);
  return counts;
}
