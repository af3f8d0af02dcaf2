// Real and synthetic rows on one plane, as densities: what a scatter plot shows, without a place for any single row.

import type { Score } from "../evaluation.ts";

/** One axis of the plane. */
export interface ProjectionAxis {
  /** Share of the real rows' variance along it, [0, 1]. */
  explained: number;
  /** The columns that make it, by falling weight, at most six; the weights of all columns sum to 1. */
  columns: { column: string; weight: number }[];
  /** Edges of the cells, ascending; the first and the last cell also hold what lies beyond them. */
  edges: number[];
}

/** The share of a table's rows in each cell: row by row of the second axis, the first axis running fastest. */
export interface ProjectionDensity {
  shares: number[];
  /** Share of the rows in cells that hold fewer than three of the table's rows: those cells are shown as empty. */
  hidden: number;
}

export interface ProjectionReport {
  /** Rows of each table that were placed: as many of each. */
  rows: number;
  axes: [ProjectionAxis, ProjectionAxis];
  real: ProjectionDensity;
  synthetic: ProjectionDensity;
  holdout: ProjectionDensity | null;
  /** 1 minus half the summed differences of the shares in cells of four by four: 1 is best. */
  overlap: Score;
  /** The same for as many rows of the holdout. */
  ceiling: Score;
}
