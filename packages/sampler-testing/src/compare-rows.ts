// Rows of a sampler's file against those of the native runtime, cell by cell.

import type { Column, Table } from "@verisim/core";
import type { SamplerDescription } from "@verisim/onnx";

/** What two runtimes made of the same numbers. */
export interface RowComparison {
  /** Rows that differ in a cell, with the first such cell in words. */
  readonly different: ReadonlyMap<number, string>;
  /** Cells that were compared. */
  readonly cells: number;
}

/** Outputs of a file by name: cells as they are, or as texts. */
export type FileOutputs = Readonly<Record<string, ArrayLike<unknown>>>;

/**
 * Compares every column that the file yields, with its companions.
 * @param slack of numbers, per column: largest difference that counts as none
 */
export function compareRows(
  native: Table,
  outputs: FileOutputs,
  { columns }: Pick<SamplerDescription, "columns">,
  formatDate: (column: string, micros: number) => string,
  slack: (column: string) => number,
): RowComparison {
  const different = new Map<number, string>();
  let cells = 0;
  const expect = (row: number, name: string, same: boolean, wanted: unknown, found: unknown): void => {
    cells++;
    if (!same && !different.has(row))
      different.set(row, `row ${row}, ${name}: ${String(wanted)} but received ${String(found)}`);
  };
  for (const { name, output, missing, text, distinct } of columns) {
    // Ids are counted in a file and drawn by the runtime.
    if (distinct !== undefined) continue;
    const column = native.column(name);
    for (let row = 0; row < native.rowCount; row++) {
      const wanted = cellOf(column, row);
      const found = outputs[output]![row];
      if (typeof wanted === "number")
        expect(row, output, sameNumber(wanted, Number(found), slack(name)), wanted, found);
      else expect(row, output, (wanted ?? "") === found, wanted, found);
      if (missing !== undefined) {
        const flag = Number(outputs[missing]![row]) === 1 || String(outputs[missing]![row]) === "true";
        expect(row, missing, flag === (wanted === null), wanted === null, flag);
      }
      if (text === undefined) continue;
      // A date that may lie a unit apart is written as it came out.
      const date = Number.isNaN(wanted) ? "" : formatDate(name, Number(found));
      expect(row, text, outputs[text]![row] === date, date, outputs[text]![row]);
    }
  }
  return { different, cells };
}

function cellOf(column: Column, row: number): number | string | null {
  if (column.kind === "number") return column.values[row]!;
  const code = column.codes[row]!;
  return code < 0 ? null : column.dictionary[code]!;
}

function sameNumber(wanted: number, found: number, slack: number): boolean {
  if (Number.isNaN(wanted) || Number.isNaN(found)) return Number.isNaN(wanted) && Number.isNaN(found);
  return Math.abs(wanted - found) <= slack;
}
