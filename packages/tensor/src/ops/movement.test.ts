import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/tensor.ts";
import { tensorData } from "../tensor-data.ts";
import { referenceValues } from "../testing/reference-values.ts";
import { broadcast, concat, pad, reshape, slice, sumTo, transpose } from "./movement.ts";

const x = tensorData([1, 2, 3, 4, 5, 6], [2, 3]);
const values = (f: (tensor: Tensor) => Tensor): number[] =>
  referenceValues(([tensor]) => f(tensor!), [x])[0]!;

describe("movement", () => {
  it("moves elements to where numpy has them", () => {
    expect(values((t) => reshape(t, [3, -1]))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(values((t) => transpose(t))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(values((t) => broadcast(reshape(t, [2, 1, 3]), [2, 2, 3]))).toEqual([
      1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6,
    ]);
    expect(values((t) => slice(t, [0, -2], [2, 3]))).toEqual([2, 3, 5, 6]);
    expect(values((t) => pad(t, [0, 1], [1, 0]))).toEqual([0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0]);
    expect(values((t) => concat([t, t], 0))).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
    expect(values((t) => concat([t, slice(t, [0, 0], [2, 1])]))).toEqual([1, 2, 3, 1, 4, 5, 6, 4]);
    expect(values((t) => sumTo(t, [2, 1]))).toEqual([6, 15]);
    expect(values((t) => sumTo(t, [3]))).toEqual([5, 7, 9]);
  });

  it("transposes by axes: axis i of the result is axis axes[i]", () => {
    const shape: (readonly number[])[] = [];
    const [moved] = referenceValues(
      ([t]) => {
        const result = transpose(t!, [2, 0, 1]);
        shape.push(result.shape);
        return result;
      },
      [tensorData([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2])],
    );
    expect(shape).toEqual([[2, 2, 3]]);
    expect(moved).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
  });

  it("makes no node for what moves nothing", () => {
    values((t) => {
      expect(reshape(t, [2, -1])).toBe(t);
      expect(transpose(t, [0, 1])).toBe(t);
      expect(broadcast(t, [2, 3])).toBe(t);
      expect(slice(t, [0, 0], [2, 3])).toBe(t);
      expect(pad(t, [0, 0], [0, 0])).toBe(t);
      expect(concat([t])).toBe(t);
      return t;
    });
  });

  it.each([
    [
      (t: Tensor) => reshape(t, [4, 2]),
      "[reshape] Expected a shape of 6 elements for [2, 3] but received [4, 2]",
    ],
    [
      (t: Tensor) => reshape(t, [4, -1]),
      "[reshape] Expected a shape of 6 elements for [2, 3] but received [4, -1]",
    ],
    [
      (t: Tensor) => transpose(t, [0, 0]),
      "[transpose] Expected every axis of [2, 3] once but received axes [0, 0]",
    ],
    [(t: Tensor) => transpose(t, [0, 2]), "[transpose] Expected an axis from -2 to 1 but received 2"],
    [
      (t: Tensor) => broadcast(t, [3]),
      "[broadcast] Expected a shape that broadcasts to [3] but received [2, 3]",
    ],
    [
      (t: Tensor) => slice(t, [0, 2], [2, 1]),
      "[slice] Expected starts and ends within [2, 3] but received [0, 2] and [2, 1]",
    ],
    [
      (t: Tensor) => slice(t, [0], [2]),
      "[slice] Expected starts and ends within [2, 3] but received [0] and [2]",
    ],
    [
      (t: Tensor) => pad(t, [0, -1], [0, 0]),
      "[pad] Expected whole numbers from 0 per axis of [2, 3] but received [0, -1] and [0, 0]",
    ],
    [
      (t: Tensor) => concat([t, transpose(t)]),
      "[concat] Expected shapes that differ only in axis 1 but received [2, 3] and [3, 2]",
    ],
    [() => concat([]), "[concat] Expected at least one tensor but received none"],
  ])("says what does not fit: %#", (f, message) => {
    expect(() => values(f)).toThrow(message);
  });
});
