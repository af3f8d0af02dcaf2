// Numbers with a shape, as they lie in JavaScript's memory: what goes into programs and comes out of them.

import { type DType, dtypeOf, type NumberArray, numberArray } from "./dtype.ts";
import type { TensorType } from "./ops/operation.ts";
import { type Shape, shapeError, shapeText, sizeOf } from "./shape.ts";
import type { MapTree } from "./tree.ts";

/** Numbers, row-major. Float32Array holds f32, Int32Array i32. */
export interface TensorData {
  readonly shape: Shape;
  readonly data: NumberArray;
}

/** The same tree with types or traced tensors in place of numbers. */
export type DataTree<S, To> = MapTree<S, TensorData, To>;

/**
 * Numbers of a shape; without one a single axis. Plain arrays become f32.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function tensorData(data: NumberArray | readonly number[], shape?: Shape): TensorData {
  const array = data instanceof Float32Array || data instanceof Int32Array ? data : Float32Array.from(data);
  const given = shape ?? [array.length];
  if (sizeOf(given) !== array.length)
    throw shapeError(
      "tensorData",
      `Expected ${sizeOf(given)} numbers for shape ${shapeText(given)} but received ${array.length}`,
    );
  return { shape: given, data: array };
}

/** Zeros of a shape, for state to start from. */
export function zerosData(shape: Shape, dtype: DType = "f32"): TensorData {
  return { shape, data: numberArray(dtype, sizeOf(shape)) };
}

export function isTensorData(value: unknown): value is TensorData {
  const data = (value as TensorData | null)?.data;
  return data instanceof Float32Array || data instanceof Int32Array;
}

/** The type of given numbers. */
export function typeOfData(value: TensorData): TensorType {
  return { shape: value.shape, dtype: dtypeOf(value.data) };
}

export function isTensorType(value: unknown): value is TensorType {
  const type = value as TensorType | null;
  return (
    typeof type === "object" && type !== null && Array.isArray(type.shape) && typeof type.dtype === "string"
  );
}
