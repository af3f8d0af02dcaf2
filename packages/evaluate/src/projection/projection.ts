// The plane on which the real rows vary most, and how densely real, synthetic and held-out rows lie on it. The plane is
// that of factor analysis of mixed data (J. Pages, "Analyse factorielle de donnees mixtes", Revue de statistique
// appliquee 52(4), 2004): numbers have variance 1, and categories weigh what their indicators weigh in a correspondence
// analysis. Numbers enter as normal scores of their ranks, so that a long tail does not squeeze the picture.

import { type RunOptions, sampleRowNumbers, streamKey } from "@verisim/core";
import type { Compared } from "../metrics/judged-tables.ts";
import { type MixedCode, mixedCodes } from "./mixed-codes.ts";
import { principalAxes } from "./principal-axes.ts";
import type { ProjectionAxis, ProjectionDensity, ProjectionReport } from "./projection-report.ts";

export interface ProjectionOptions extends RunOptions {
  /** Rows per table, at most: 20 or more. Default 20,000. */
  maxRows?: number;
  /** Chooses the rows. Any safe integer. Default 0. */
  seed?: number;
}

const leastRows = 20;
/** Real rows that the axes are found from: their directions are settled long before 20,000. */
const axisRows = 7000;
/** Cells along an axis; a multiple of `coarse`. */
const cells = 48;
/** Cells along a side of the square that the overlap is counted in. */
const coarse = 4;
/** Share of the rows beyond the drawn range at each end of an axis. */
const beyond = 0.002;
/** A cell with fewer rows of a table could point at single people: it is shown as empty. */
const leastInCell = 3;
const shownColumns = 6;

/**
 * Places the rows on the plane in which the real rows vary most.
 *
 * @returns null with fewer than 20 rows in a table, or where the real rows do not vary in two directions
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function projection(
  compared: Compared,
  { maxRows = 20_000, seed = 0, ...run }: ProjectionOptions = {},
): Promise<ProjectionReport | null> {
  const rows = Math.min(maxRows, ...compared.rowCounts);
  if (rows < leastRows) return null;
  const chosen = compared.rowCounts.map((count, table) =>
    sampleRowNumbers(count, rows, streamKey(seed, "projection", `rows ${table}`)),
  );
  const columns = await mixedCodes(compared.columns, chosen, run);
  const axes = await principalAxes(everyNth(columns, Math.ceil(rows / axisRows)), seed, run);
  if (axes === null) return null;
  const placed = chosen.map((_, table) =>
    axes.directions.map((direction) => place(columns, table, rows, direction)),
  );
  const edges = [0, 1].map((axis) => edgesOf([placed[0]![axis]!, placed[1]![axis]!]));
  const counts = placed.map(([x, y]) => countCells(x!, y!, edges[0]!, edges[1]!));
  const described = [0, 1].map(
    (axis): ProjectionAxis => ({
      explained: axes.explained[axis]!,
      columns: weightsOf(columns, axes.directions[axis]!),
      edges: edges[axis]!,
    }),
  ) as [ProjectionAxis, ProjectionAxis];
  const blocks = counts.map(coarser);
  return {
    rows,
    axes: described,
    real: densityOf(counts[0]!, rows),
    synthetic: densityOf(counts[1]!, rows),
    holdout: counts[2] ? densityOf(counts[2], rows) : null,
    overlap: overlapOf(blocks[0]!, blocks[1]!, rows),
    ceiling: blocks[2] ? overlapOf(blocks[0]!, blocks[2], rows) : null,
  };
}

/** Every n-th of the real rows. */
function everyNth(columns: readonly MixedCode[], n: number): MixedCode[] {
  return columns.map((column) =>
    column.kind === "number"
      ? { ...column, values: [column.values[0]!.filter((_, row) => row % n === 0)] }
      : { ...column, codes: [column.codes[0]!.filter((_, row) => row % n === 0)] },
  );
}

/** Where the rows of a table lie along a direction. */
function place(
  columns: readonly MixedCode[],
  table: number,
  rows: number,
  direction: Float64Array,
): Float64Array {
  const out = new Float64Array(rows);
  for (const column of columns) {
    if (column.kind === "number") {
      const weight = direction[column.offset]!;
      const values = column.values[table]!;
      for (let row = 0; row < rows; row++) out[row]! += values[row]! * weight;
    } else {
      const codes = column.codes[table]!;
      const steps = column.scales.map((scale, code) => scale * direction[column.offset + code]!);
      const all = column.shift.reduce(
        (sum, shift, code) => sum + shift * direction[column.offset + code]!,
        0,
      );
      for (let row = 0; row < rows; row++) out[row]! += steps[codes[row]!]! - all;
    }
  }
  return out;
}

/** Equal cells over the bulk of both tables' rows. */
function edgesOf(parts: readonly Float64Array[]): number[] {
  const sorted = parts.map((part) => part.slice().sort());
  const at = (share: number): number[] => sorted.map((part) => part[Math.round(share * (part.length - 1))]!);
  const low = Math.min(...at(beyond));
  const high = Math.max(...at(1 - beyond));
  const step = (high - low || 1) / cells;
  return Array.from({ length: cells + 1 }, (_, edge) => low + edge * step);
}

function countCells(x: Float64Array, y: Float64Array, xEdges: number[], yEdges: number[]): Float64Array {
  const counts = new Float64Array(cells * cells);
  const cellOf = (value: number, edges: number[]): number => {
    const cell = Math.floor(((value - edges[0]!) / (edges[cells]! - edges[0]!)) * cells);
    return Math.max(0, Math.min(cells - 1, cell));
  };
  for (let row = 0; row < x.length; row++)
    counts[cellOf(y[row]!, yEdges) * cells + cellOf(x[row]!, xEdges)]!++;
  return counts;
}

function densityOf(counts: Float64Array, rows: number): ProjectionDensity {
  let hidden = 0;
  const shares = Array.from(counts, (count) => {
    if (count >= leastInCell) return count / rows;
    hidden += count;
    return 0;
  });
  return { shares, hidden: hidden / rows };
}

function coarser(counts: Float64Array): Float64Array {
  const side = cells / coarse;
  const out = new Float64Array(side * side);
  for (let cell = 0; cell < counts.length; cell++) {
    const [x, y] = [cell % cells, Math.floor(cell / cells)];
    out[Math.floor(y / coarse) * side + Math.floor(x / coarse)]! += counts[cell]!;
  }
  return out;
}

function overlapOf(a: Float64Array, b: Float64Array, rows: number): number {
  let difference = 0;
  for (let cell = 0; cell < a.length; cell++) difference += Math.abs(a[cell]! - b[cell]!);
  return 1 - difference / rows / 2;
}

function weightsOf(columns: readonly MixedCode[], direction: Float64Array): ProjectionAxis["columns"] {
  return columns
    .map((column) => {
      const part = direction.subarray(column.offset, column.offset + column.width);
      return { column: column.name, weight: part.reduce((sum, value) => sum + value * value, 0) };
    })
    .sort((a, b) => b.weight - a.weight)
    .slice(0, shownColumns);
}
