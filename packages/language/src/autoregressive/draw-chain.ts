// A row drawn column by column: each choice by inversion of one uniform number, from the columns before it, and its vector
// added to what is known. Given cells are known from the start; bound columns come first and are drawn from what is allowed.

import { type AskedRows, type ChainedRows, type Layout, notAllowed, spanStarts } from "@verisim/neural";
import {
  add,
  concat,
  cumsum,
  div,
  exp,
  gather,
  gatherSum,
  less,
  log,
  max,
  minimum,
  mul,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  toI32,
  where,
} from "@verisim/tensor";
import { type ChainWeights, columnLogits } from "./network.ts";

/** How sharply choices are drawn. */
export interface Sharpness {
  /** Divides the logits. */
  readonly temperature: number;
  /** Share of the probability, from the likeliest on, that is drawn from; 1: all. */
  readonly topP: number;
}

/** What is asked of rows. */
export interface AskedOfChain {
  /** i32 [rows, columns]: the alternative of a given cell, -1 where there is none. */
  readonly given: Tensor;
  /** Columns that come first. */
  readonly bound: readonly number[];
  /** [rows, alternatives of the bound columns]: logarithms of the allowed shares; {@link notAllowed} for none. */
  readonly logShares: Tensor;
}

/** What a chain of columns is drawn by. */
export interface ChainDraw {
  readonly weights: ChainWeights<Tensor>;
  readonly layout: Layout;
  readonly order: readonly number[];
  /** Added to the logits, one per choice. */
  readonly bias: Tensor;
  /** [rows, columns] in (0, 1). */
  readonly uniforms: Tensor;
  readonly sharpness: Sharpness;
  readonly asked?: AskedOfChain;
}

/** Rows, how likely what each bound column allowed was, and what all columns were drawn from. */
export function drawChain(draw: ChainDraw): AskedRows & ChainedRows {
  const { weights, layout, bias, uniforms, sharpness, asked } = draw;
  const rows = uniforms.shape[0]!;
  const starts = spanStarts(layout);
  const bound = asked?.bound ?? [];
  const order = [...bound, ...draw.order.filter((column) => !bound.includes(column))];
  const columnOf = (x: Tensor, column: number, width = 1): Tensor =>
    slice(x, [0, column], [rows, column + width]);
  let hidden = asked && givenVectors(weights, asked.given, starts);
  let boundAt = 0;
  const chosen = new Array<Tensor>(order.length);
  const drawnFrom = new Array<Tensor>(order.length);
  const logMasses: Tensor[] = [];
  for (const [place, column] of order.entries()) {
    const width = layout.widths[column]!;
    const own = slice(bias, [starts[column]!], [starts[column]! + width]);
    let logits = sharpened(add(columnLogits(weights, column, hidden, rows), own), sharpness);
    if (asked && place < bound.length) {
      const allowed = add(logits, columnOf(asked.logShares, boundAt, width));
      boundAt += width;
      logMasses.push(sub(logTotal(allowed), logTotal(logits)));
      logits = allowed;
    }
    drawnFrom[column] = logits;
    const drawn = inverted(logits, columnOf(uniforms, column));
    const given = asked && columnOf(asked.given, column);
    const choice = given ? where(less(given, 0), drawn, given) : drawn;
    chosen[column] = choice;
    if (place === order.length - 1) break;
    const rowsAdded = add(choice, starts[column]!);
    // A given cell has been added before.
    const vectors = gather(
      weights.cells,
      reshape(given ? where(less(given, 0), rowsAdded, -1) : rowsAdded, [rows]),
    );
    hidden = hidden === undefined ? vectors : add(hidden, vectors);
  }
  return { alternatives: concat(chosen), logits: concat(drawnFrom), logMasses };
}

/** The sum of the given cells' vectors: [rows, hidden]. */
export function givenVectors(
  weights: ChainWeights<Tensor>,
  given: Tensor,
  starts: readonly number[],
): Tensor {
  const cells = concat(
    starts.map((start, column) => {
      const own = slice(given, [0, column], [given.shape[0]!, column + 1]);
      return where(less(own, 0), -1, add(own, start));
    }),
  );
  return gatherSum(weights.cells, cells);
}

/** The choice that a uniform number falls on: i32 [rows, 1]. Alternatives of no probability are never chosen. */
function inverted(logits: Tensor, uniform: Tensor): Tensor {
  const [rows, width] = logits.shape as readonly [number, number];
  const ends = cumsum(exp(sub(logits, max(logits, -1, true))));
  const total = slice(ends, [0, width - 1], [rows, width]);
  const below = toI32(sum(less(ends, mul(total, uniform)), -1, true));
  return minimum(below, width - 1);
}

/** log sum e^x along the last axis, kept: [rows, 1]. */
function logTotal(logits: Tensor): Tensor {
  const largest = max(logits, -1, true);
  return add(log(sum(exp(sub(logits, largest)), -1, true)), largest);
}

/** Logits divided by the temperature; those outside of the likeliest alternatives that make up `topP` are not allowed. */
export function sharpened(logits: Tensor, { temperature, topP }: Sharpness): Tensor {
  const divided = temperature === 1 ? logits : mul(logits, 1 / temperature);
  if (topP >= 1) return divided;
  const [rows, width] = logits.shape as readonly [number, number];
  const powers = exp(sub(divided, max(divided, -1, true)));
  const shares = div(powers, sum(powers, -1, true));
  // An alternative stays while those that are likelier make up less than the share; of equal ones all do.
  const other = reshape(shares, [rows, 1, width]);
  const likelier = sum(mul(less(reshape(shares, [rows, width, 1]), other), other), -1);
  return where(less(likelier, topP), divided, notAllowed);
}
