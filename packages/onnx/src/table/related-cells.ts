// Columns that are written by others, in an ONNX graph: their formula over cells as they are written, rounded and in
// range, in the same order of operations as in the process.

import type { Factor, Formula, Relation } from "@verisim/core";
import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import type { CellValues } from "./cell-values.ts";

/** A column as others are computed from it: double [rows], NaN where missing. */
export type OperandOf = (column: string) => CellValues;

/**
 * The cells of a related column before they are rounded as the column is.
 * @param apart what it differs by from its formula, where that is learnt
 */
export function relatedCells(
  graph: GraphBuilder,
  { formula, step, rounding, apart: kind }: Relation,
  operandOf: OperandOf,
  apart: CellValues | undefined,
): CellValues {
  const operands = formula.terms.flatMap(({ factors }) => factors.map(({ column }) => operandOf(column)));
  let cells = formulaCells(graph, formula, operandOf);
  if (rounding === "down" && step > 0) cells = roundedDown(graph, cells, step);
  if (apart) cells = graph.add(kind === "ratio" ? "Mul" : "Add", [cells, apart.cells]);
  const divides = formula.terms.some(({ factors }) => factors.some(({ as }) => as === "inverse"));
  if (divides)
    cells = graph.add("Where", [graph.add("IsInf", [cells]), graph.scalar("double", Number.NaN), cells]);
  const range = rangeOf(formula, operandOf, kind === "difference" ? apart?.range : undefined);
  return {
    cells,
    mayBeMissing:
      divides || [...operands, ...(apart ? [apart] : [])].some(({ mayBeMissing }) => mayBeMissing),
    ...(range && kind !== "ratio" ? { range } : {}),
  };
}

function formulaCells(graph: GraphBuilder, { terms, constant }: Formula, operandOf: OperandOf): OnnxValue {
  let sum: OnnxValue = graph.scalar("double", constant);
  for (const { coefficient, factors } of terms) {
    let product: OnnxValue = graph.scalar("double", coefficient);
    for (const factor of factors)
      product = graph.add("Mul", [product, factorCells(graph, factor, operandOf(factor.column).cells)]);
    sum = graph.add("Add", [sum, product]);
  }
  return sum;
}

function factorCells(graph: GraphBuilder, { as, per }: Factor, cells: OnnxValue): OnnxValue {
  if (as === "cell") return cells;
  const one = graph.scalar("double", 1);
  if (as === "inverse") return graph.add("Div", [one, cells]);
  const share = graph.add("Div", [cells, graph.scalar("double", per)]);
  return graph.add(as === "less" ? "Sub" : "Add", [one, share]);
}

function roundedDown(graph: GraphBuilder, cells: OnnxValue, step: number): OnnxValue {
  const number = (value: number): OnnxValue => graph.scalar("double", value);
  const scaled = graph.add("Div", [cells, number(step)]);
  const size = graph.add("Max", [graph.add("Abs", [scaled]), number(1)]);
  const slack = graph.add("Mul", [number(1e-9), size]);
  return graph.add("Mul", [graph.add("Floor", [graph.add("Add", [scaled, slack])]), number(step)]);
}

/** The smallest and the largest sum; undefined where products have none that can be told from their parts. */
function rangeOf(
  { terms, constant }: Formula,
  operandOf: OperandOf,
  apart: readonly [number, number] | undefined,
): readonly [number, number] | undefined {
  let [low, high] = [constant + (apart?.[0] ?? 0), constant + (apart?.[1] ?? 0)];
  for (const { coefficient, factors } of terms) {
    const [factor, ...others] = factors;
    const range = operandOf(factor!.column).range;
    if (others.length > 0 || factor!.as !== "cell" || !range) return undefined;
    const ends = range.map((end) => coefficient * end);
    low += Math.min(...ends);
    high += Math.max(...ends);
  }
  return [low, high];
}
