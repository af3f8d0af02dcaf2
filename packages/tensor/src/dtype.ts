// The two kinds of number that a program holds, each four bytes: single-precision floats and 32-bit integers (codes,
// row numbers). Truth values are floats, 0 and 1.

export type DType = "f32" | "i32";

/** The typed array that holds a dtype. */
export type NumberArray = Float32Array | Int32Array;

/** A zeroed typed array of `size` numbers. */
export function numberArray(dtype: DType, size: number): NumberArray {
  return dtype === "f32" ? new Float32Array(size) : new Int32Array(size);
}

/** The dtype of a typed array. */
export function dtypeOf(data: NumberArray): DType {
  return data instanceof Int32Array ? "i32" : "f32";
}
