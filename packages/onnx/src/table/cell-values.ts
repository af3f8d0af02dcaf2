// Cells of encoded columns in an ONNX graph, before they are written as the table's own columns; and the columns that no
// model draws: those that another decides, and those that never vary.

import type { EncodedColumn } from "@verisim/core";
import type { GraphBuilder } from "../builder.ts";
import { openRows } from "../export.ts";
import type { OnnxValue } from "../model.ts";

/** The cells of an encoded column in the graph. */
export interface CellValues {
  /** double [rows] with NaN for missing cells, or int32 [rows] of codes with -1. */
  readonly cells: OnnxValue;
  readonly mayBeMissing: boolean;
  /** Of numbers: the smallest and the largest there can be, if there is any. */
  readonly range?: readonly [number, number];
}

/** Columns that follow from others, or from nothing. */
export interface SettledColumns {
  readonly encoded: readonly Pick<EncodedColumn, "kind">[];
  /** Column `column` has `cells[code]` where column `from` has `code`; the last cell stands for its missing cells. */
  readonly derived: readonly {
    readonly column: number;
    readonly from: number;
    readonly cells: readonly number[] | Float64Array;
  }[];
  readonly fixed: readonly { readonly encoded: number; readonly cell: number }[];
}

/** Codes as places in a table whose last entry, number `count`, stands for missing cells. */
export function codesOrLast(
  graph: GraphBuilder,
  { cells, mayBeMissing }: CellValues,
  count: number,
): OnnxValue {
  if (!mayBeMissing) return cells;
  const missing = graph.add("Less", [cells, graph.scalar("int32", 0)]);
  return graph.add("Where", [missing, graph.scalar("int32", count), cells]);
}

/** Adds to drawn columns, by their places among the encoded ones, those that are not drawn. */
export function settleCells(
  graph: GraphBuilder,
  columns: CellValues[],
  { encoded, derived, fixed }: SettledColumns,
): void {
  for (const { column, from, cells } of derived) {
    const discrete = encoded[column]!.kind === "discrete";
    const table = graph.literal(discrete ? "int32" : "double", cells, [cells.length]);
    const codes = codesOrLast(graph, columns[from]!, cells.length - 1);
    const known = [...cells].filter((cell) => !Number.isNaN(cell));
    columns[column] = {
      cells: graph.add("Gather", [table, codes], { axis: 0 }),
      mayBeMissing: cells.some((cell) => (discrete ? cell < 0 : Number.isNaN(cell))),
      ...(discrete ? {} : { range: [Math.min(...known), Math.max(...known)] as const }),
    };
  }
  for (const { encoded: place, cell } of fixed) {
    const discrete = encoded[place]!.kind === "discrete";
    columns[place] = {
      cells: graph.expand(graph.scalar(discrete ? "int32" : "double", cell), [openRows]),
      mayBeMissing: discrete ? cell < 0 : Number.isNaN(cell),
      ...(discrete || Number.isNaN(cell) ? {} : { range: [cell, cell] as const }),
    };
  }
}
