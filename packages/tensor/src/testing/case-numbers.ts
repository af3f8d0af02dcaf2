// Numbers for test cases: the same in every run, told apart by name.

import { RowRandom, streamKey } from "@verisim/core";
import { type Shape, sizeOf } from "../shape.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";

/**
 * Numbers of a case, the same every time: uniform between the bounds, rounded to f32. They keep off whole numbers, where
 * steps and corners are, so that differences measure a derivative that exists.
 */
export function caseNumbers(name: string, shape: Shape, low: number = -2, high: number = 2): TensorData {
  const random = new RowRandom(streamKey(7, name), 0);
  return tensorData(
    Float32Array.from({ length: sizeOf(shape) }, () => {
      const value = low + (high - low) * random.uniform();
      return Math.abs(value - Math.round(value)) < 1 / 512 ? value + 1 / 128 : value;
    }),
    shape,
  );
}

/** Whole numbers of a case from `low` to `high` - 1. */
export function caseIntegers(name: string, shape: Shape, low: number, high: number): TensorData {
  const random = new RowRandom(streamKey(7, name), 0);
  return tensorData(
    Int32Array.from({ length: sizeOf(shape) }, () => low + random.below(high - low)),
    shape,
  );
}
