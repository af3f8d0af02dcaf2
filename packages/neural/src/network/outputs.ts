// The columns of a network's output: first the places that are learnt, one per placed column, then a span of ones and
// zeros per modelled column. Real rows are never written out so: only where their ones are, and their places.

import {
  add,
  broadcast,
  concat,
  constant,
  iota,
  matmul,
  mul,
  type nn,
  reshape,
  type Tensor,
  type TensorData,
  tensorData,
} from "@verisim/tensor";
import type { EncodedRows, Layout } from "../encoding/layout.ts";

/** Sum of the spans' widths. */
export function choicesOf({ widths }: Layout): number {
  return widths.reduce((sum, width) => sum + width, 0);
}

/** Columns of a network's output: places, then choices. */
export function outputsOf(layout: Layout): number {
  return layout.placed.length + choicesOf(layout);
}

/** First choice of every span, counted over all choices. */
export function spanStarts({ widths }: Layout): number[] {
  let start = 0;
  return widths.map((width) => {
    start += width;
    return start - width;
  });
}

/** Encoded rows as a program holds them. */
export interface TableState<T> {
  /** i32 [rows, spans]: the choice that is 1 in each span, counted over all choices. */
  readonly ones: T;
  /** f32 [rows, placed], at least one column: an array without numbers cannot be a program's state. */
  readonly places: T;
}

/** Where the ones of encoded rows are. */
export function tableState(
  { rowCount, alternatives, places }: EncodedRows,
  layout: Layout,
): TableState<TensorData> {
  const starts = spanStarts(layout);
  const spans = starts.length;
  const ones = alternatives.map((alternative, i) => starts[i % spans]! + alternative);
  const placed = layout.placed.length;
  return {
    ones: tensorData(ones, [rowCount, spans]),
    places:
      placed > 0
        ? tensorData(places, [rowCount, placed])
        : tensorData(new Float32Array(rowCount), [rowCount, 1]),
  };
}

/** Real rows, given by their ones i32 [rows, spans] and places [rows, placed], as rows of a network's output. */
export function rowBag(ones: Tensor, places: Tensor, layout: Layout): nn.Bag {
  const placed = layout.placed.length;
  const size = outputsOf(layout);
  if (placed === 0) return { indices: ones, size };
  const columns = broadcast(iota([1, placed], 1, "i32"), places.shape);
  return {
    indices: concat([add(ones, placed), columns]),
    weights: concat([broadcast(1, ones.shape), places]),
    size,
  };
}

/** `pac` rows side by side (Lin et al. 2018): bags of [rows / pac] samples with pac times as many columns. */
export function packBag({ indices, weights, size }: nn.Bag, pac: number): nn.Bag {
  const [rows, bag] = indices.shape as readonly [number, number];
  const member = mul(iota([1, pac, 1], 1, "i32"), size);
  const packed = reshape(add(reshape(indices, [rows / pac, pac, bag]), member), [rows / pac, pac * bag]);
  return {
    indices: packed,
    size: size * pac,
    ...(weights === undefined ? {} : { weights: reshape(weights, [rows / pac, pac * bag]) }),
  };
}

/** Places as the critic should see them: 0 where the choices that were made leave none, as in real rows. [rows, placed]. */
export function placeGate(places: Tensor, choices: Tensor, layout: Layout): Tensor {
  return everywherePlaced(layout) ? places : mul(places, expectedGate(choices, layout));
}

/**
 * How much of each placed column's choices leaves a place: [rows, placed].
 * @param choices [rows, choices]: probabilities, or soft ones and zeros
 */
export function expectedGate(choices: Tensor, layout: Layout): Tensor {
  const starts = spanStarts(layout);
  const placed = layout.placed.length;
  const gates = new Float32Array(layout.hasPlace.length * placed);
  layout.placed.forEach((column, place) => {
    for (let i = 0; i < layout.widths[column]!; i++)
      gates[(starts[column]! + i) * placed + place] = layout.hasPlace[starts[column]! + i]!;
  });
  return matmul(choices, constant(gates, [layout.hasPlace.length, placed]));
}

/** True where every choice of every placed column has a place. */
function everywherePlaced({ widths, placed, hasPlace }: Layout): boolean {
  const starts = spanStarts({ widths } as Layout);
  return placed.every((column) =>
    hasPlace.subarray(starts[column]!, starts[column]! + widths[column]!).every((flag) => flag === 1),
  );
}
