// A table as the tabular generators see it: per numeric column a number in [-1, 1] and the mode that it belongs to, per
// categorical column its category. Never as ones and zeros: only the places of the ones are kept.

import { RowRandom, streamKey } from "@verisim/core";
import { type TensorData, tensorData } from "../../tensor-data.ts";

/**
 * Columns of a generator's output: first one number per numeric column, then a span of ones and zeros for the modes of
 * each, then a span for the categories of each categorical column.
 */
export interface Layout {
  /** Modes per numeric column. */
  readonly modes: readonly number[];
  /** Categories per categorical column. */
  readonly categories: readonly number[];
}

/** Rows in a layout. */
export interface EncodedTable extends Layout {
  readonly rowCount: number;
  /** i32 [rowCount, modes + categories]: which output columns are 1. */
  readonly ones: TensorData;
  /** f32 [rowCount, modes]: the numbers. */
  readonly numbers: TensorData;
}

const total = (widths: readonly number[]): number => widths.reduce((a, b) => a + b, 0);

/** Widths of all spans in order. */
export const spansOf = ({ modes, categories }: Layout): number[] => [...modes, ...categories];

/** How many columns a generator's output has. */
export const outputsOf = (layout: Layout): number => layout.modes.length + total(spansOf(layout));

/** The first output column of categories. */
export const firstCategory = ({ modes }: Layout): number => modes.length + total(modes);

/** How many categories there are in all: the columns of a condition. */
export const conditionsOf = ({ categories }: Layout): number => total(categories);

/** The sizes of the Adult data set in CTGAN's encoding: 160 outputs, 104 of them categories. */
export const adultLayout: Layout = {
  modes: [10, 10, 8, 5, 7, 10],
  categories: [9, 16, 7, 15, 6, 5, 2, 42, 2],
};

/** A table of given codes. `codes` are categories and modes from 0, row by row: modes first, then categories. */
export function encodedTable(layout: Layout, codes: Int32Array, numbers: Float32Array): EncodedTable {
  const spans = spansOf(layout);
  const starts = spans.map((_, i) => layout.modes.length + total(spans.slice(0, i)));
  const ones = codes.map((code, i) => starts[i % spans.length]! + code);
  const rowCount = codes.length / spans.length;
  return {
    ...layout,
    rowCount,
    ones: tensorData(ones, [rowCount, spans.length]),
    numbers: tensorData(numbers, [rowCount, layout.modes.length]),
  };
}

/** Random rows whose columns depend on one another through one hidden number. */
export function randomTable(layout: Layout, rowCount: number, seed: number): EncodedTable {
  const spans = spansOf(layout);
  const codes = new Int32Array(rowCount * spans.length);
  const numbers = new Float32Array(rowCount * layout.modes.length);
  const key = streamKey(seed, "table");
  for (let row = 0; row < rowCount; row++) {
    const random = new RowRandom(key, row);
    const hidden = random.uniform();
    spans.forEach((width, i) => {
      const position = 0.6 * hidden + 0.4 * random.uniform() ** 2;
      codes[row * spans.length + i] = Math.min(width - 1, Math.floor(position * width));
    });
    for (let i = 0; i < layout.modes.length; i++)
      numbers[row * layout.modes.length + i] = Math.sin(6 * hidden + i) * 0.9;
  }
  return encodedTable(layout, codes, numbers);
}
