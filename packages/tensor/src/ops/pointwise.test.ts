// The reference judges every runtime, so its own functions are judged here by known numbers. Derivatives, shapes and
// extremes of all rows are generated: testing/op-cases.test.ts.
import { describe, expect, it } from "vitest";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { referenceValues } from "../testing/reference-values.ts";
import { pointwiseOperations } from "./index.ts";
import {
  abs,
  add,
  cast,
  div,
  equal,
  erf,
  less,
  maximum,
  minimum,
  mul,
  pow,
  sub,
  toI32,
  where,
} from "./pointwise.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const floats = (...values: number[]): TensorData => tensorData(values);
const whole = (...values: number[]): TensorData => tensorData(Int32Array.from(values));

describe("pointwise functions in float64", () => {
  it("erf has the values of its tables", () => {
    // DLMF, table 7.5: erf at 0.5, 1, 2, 3.5
    const [values] = referenceValues(([x]) => erf(x!), [floats(0.5, 1, 2, 3.5, -1, 0, 7, -infinity, nan)]);
    const tabled = [0.5204998778130465, 0.8427007929497149, 0.9953222650189527, 0.9999992569016276];
    tabled.forEach((value, i) => {
      expect(Math.abs(values![i]! / value - 1)).toBeLessThan(1e-14);
    });
    expect(values!.slice(4)).toEqual([-values![1]!, 0, 1, -1, nan]);
  });

  it("known points of all one-argument rows", () => {
    const e = Math.E;
    const points: Record<string, readonly (readonly [number, number])[]> = {
      neg: [[2, -2]],
      abs: [[-2, 2]],
      sign: [
        [-3, -1],
        [0, 0],
        [4, 1],
        [nan, nan],
      ],
      exp: [
        [1, e],
        [-infinity, 0],
      ],
      log: [
        [1, 0],
        [0, -infinity],
        [-1, nan],
      ],
      log1p: [
        [0, 0],
        [-1, -infinity],
      ],
      expm1: [
        [1, e - 1],
        [-infinity, -1],
      ],
      sqrt: [
        [9, 3],
        [-1, nan],
      ],
      rsqrt: [
        [4, 0.5],
        [0, infinity],
      ],
      reciprocal: [
        [4, 0.25],
        [0, infinity],
      ],
      tanh: [
        [Math.log(2), 0.6],
        [infinity, 1],
      ],
      sigmoid: [
        [Math.log(3), 0.75],
        [-infinity, 0],
      ],
      erf: [[infinity, 1]],
      sin: [
        [Math.PI / 6, 0.5],
        [infinity, nan],
      ],
      cos: [[Math.PI / 3, 0.5]],
      floor: [
        [-0.5, -1],
        [2.5, 2],
      ],
      to_f32: [[-7, -7]],
      to_i32: [
        [-2.7, -2],
        [2.7, 2],
        [nan, 0],
        [infinity, 2 ** 31 - 1],
      ],
    };
    const unaries = [...pointwiseOperations.values()].filter(({ takes }) => takes.length === 1);
    for (const { name, point } of unaries)
      for (const [x, y] of points[name] ?? [])
        if (Number.isFinite(y)) expect(point(x), `${name}(${x})`).toBeCloseTo(y, 14);
        else expect(point(x), `${name}(${x})`).toBe(y);
    expect(Object.keys(points).filter((name) => !pointwiseOperations.has(name))).toEqual([]);
  });

  it("known points of rows with several arguments", () => {
    const [a, b] = [floats(1, 4, -2, nan), floats(2, 4, 3, 1)];
    const values = referenceValues(
      ([x, y]) => [
        add(x!, y!),
        sub(x!, y!),
        mul(x!, y!),
        div(x!, y!),
        maximum(x!, y!),
        minimum(x!, y!),
        pow(x!, y!),
      ],
      [a, b],
    );
    expect(values).toEqual([
      [3, 8, 1, nan],
      [-1, 0, -5, nan],
      [2, 16, -6, nan],
      [0.5, 1, -2 / 3, nan],
      [2, 4, 3, nan],
      [1, 4, -2, nan],
      [1, 256, -8, nan],
    ]);
    const truths = referenceValues(([x, y]) => [less(x!, y!), equal(x!, y!), where(x!, y!, 9)], [a, b]);
    expect(truths).toEqual([
      [1, 0, 1, 0],
      [0, 1, 0, 0],
      [2, 4, 3, 1],
    ]);
  });

  it("integers stay integers and wrap around", () => {
    const [a, b] = [whole(5, -7, 2 ** 31 - 1), whole(3, 2, 1)];
    const values = referenceValues(
      ([x, y]) => [
        add(x!, y!),
        sub(x!, y!),
        mul(x!, y!),
        maximum(x!, y!),
        less(x!, y!),
        add(x!, 1),
        where(less(y!, x!), x!, 0),
      ],
      [a, b],
    );
    expect(values).toEqual([
      [8, -5, -(2 ** 31)],
      [2, -9, 2 ** 31 - 2],
      [15, -14, 2 ** 31 - 1],
      [5, 2, 2 ** 31 - 1],
      [0, 1, 0],
      [6, -6, -(2 ** 31)],
      [5, 0, 2 ** 31 - 1],
    ]);
  });

  it("a number takes the dtype of the tensor beside it, and casts cut towards zero", () => {
    const types: string[] = [];
    referenceValues(
      ([x, n]) => {
        types.push(
          add(x!, 1).dtype,
          add(1, n!).dtype,
          less(n!, 2).dtype,
          where(x!, n!, 0).dtype,
          cast(n!, "f32").dtype,
        );
        expect(cast(x!, "f32")).toBe(x);
        return toI32(x!);
      },
      [floats(-1.5), whole(1)],
    );
    expect(types).toEqual(["f32", "i32", "f32", "i32", "f32"]);
  });
});

describe("errors of pointwise ops", () => {
  const failure = (f: () => unknown): { code: string; message: string } => {
    try {
      f();
    } catch (error) {
      return error as { code: string; message: string };
    }
    throw new Error("Expected an error");
  };

  it("name the op, both shapes, and the lines that made them", () => {
    const { code, message } = failure(() =>
      referenceValues(
        ([x, y]) => {
          const shifted = add(x!, 1);
          return mul(shifted, y!);
        },
        [tensorData([1, 2, 3]), tensorData([1, 2, 3, 4], [2, 2])],
      ),
    );
    expect(code).toBe("VERISIM_SHAPE_MISMATCH");
    const [first, call, left, right] = message.split("\n");
    expect(first).toBe("[mul] Expected shapes that broadcast but received [3] and [2, 2]");
    const line = /pointwise\.test\.ts:(\d+):\d+$/;
    const callLine = Number(line.exec(call!)?.[1]);
    expect(left).toMatch(/^ {2}f32\[3\] made at .*pointwise\.test\.ts:\d+:\d+$/);
    expect(callLine - Number(line.exec(left!)?.[1])).toBe(1);
    expect(right).toMatch(/^ {2}f32\[2, 2\] made at /);
  });

  it("say which dtype was expected", () => {
    expect(failure(() => referenceValues(([n]) => abs(n!), [whole(1)]))).toMatchObject({
      code: "VERISIM_DTYPE_MISMATCH",
      message: expect.stringContaining("[abs] Expected f32 but received i32"),
      hint: 'Convert it with cast(x, "f32") or cast(x, "i32").',
    });
    expect(failure(() => referenceValues(([n, x]) => add(n!, x!), [whole(1), floats(1)]))).toMatchObject({
      message: expect.stringContaining("[add_i32] Expected i32 but received f32"),
    });
  });
});
