// Ops that are instructions of their own, by numbers worked out by hand or by another way of computing them. Derivatives
// of all of them: testing/op-cases.test.ts.
import { describe, expect, it } from "vitest";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { caseNumbers } from "../testing/case-numbers.ts";
import { referenceValues } from "../testing/reference-values.ts";
import { matmul } from "./contract.ts";
import { col2im, im2col } from "./convolution.ts";
import { gather, gatherSum, scatterAdd, scatterSum } from "./indexing.ts";
import { cholesky, triangularSolve } from "./linalg.ts";
import { reshape, transpose } from "./movement.ts";
import { max, sum } from "./reduce.ts";
import { argmax, cumsum, segmentMax, segmentSum } from "./segment.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const whole = (shape: readonly number[], ...values: number[]): TensorData =>
  tensorData(Int32Array.from(values), shape);
const x = tensorData([1, 2, 3, 4, 5, 6], [2, 3]);

function close(actual: readonly number[], expected: readonly number[], digits: number = 12): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, digits);
  });
}

describe("reductions", () => {
  it("over any axes", () => {
    const values = referenceValues(
      ([t]) => [sum(t!), sum(t!, 0), sum(t!, -1, true), max(t!), max(t!, 1), sum(t!, [])],
      [x],
    );
    expect(values).toEqual([[21], [5, 7, 9], [6, 15], [6], [3, 6], [1, 2, 3, 4, 5, 6]]);
  });

  it("over nothing are 0 and -infinity, and a NaN wins", () => {
    expect(referenceValues(([t]) => [sum(t!, 1), max(t!, 1)], [tensorData([], [2, 0])])).toEqual([
      [0, 0],
      [-infinity, -infinity],
    ]);
    expect(referenceValues(([t]) => max(t!, 0), [tensorData([1, nan, nan, 2], [2, 2])])).toEqual([
      [nan, nan],
    ]);
  });

  it("say which axis does not exist", () => {
    expect(() => referenceValues(([t]) => sum(t!, 2), [x])).toThrow(
      "[sum] Expected an axis from -2 to 1 but received 2",
    );
  });
});

describe("segments", () => {
  it("give every entry its span's sum or maximum", () => {
    const values = referenceValues(([t]) => [segmentSum(t!, [2, 1]), segmentMax(t!, [1, 2])], [x]);
    expect(values).toEqual([
      [3, 3, 3, 9, 9, 6],
      [1, 3, 3, 4, 6, 6],
    ]);
  });

  it.each([
    [[2, 2], "[2, 2]"],
    [[3, 0], "[3, 0]"],
  ])("take positive widths that add up, not %s", (widths, text) => {
    expect(() => referenceValues(([t]) => segmentSum(t!, widths), [x])).toThrow(
      `[segmentSum] Expected positive widths that add up to the last axis of [2, 3] but received ${text}`,
    );
  });

  it("argmax is the first of the largest, and a NaN is larger than everything", () => {
    const rows = tensorData([1, 3, 3, 0, nan, nan, -infinity, -infinity, -infinity], [3, 3]);
    expect(referenceValues(([t]) => [argmax(t!), argmax(t!, 0)], [rows])).toEqual([
      [1, 1, 0],
      [0, 1, 1],
    ]);
    expect(() => referenceValues(([t]) => argmax(t!), [tensorData([], [2, 0])])).toThrow(
      "[argmax] Expected a last axis",
    );
  });

  it("running sums run along any axis, from both ends", () => {
    expect(referenceValues(([t]) => [cumsum(t!), cumsum(t!, 0), cumsum(t!, 1, true)], [x])).toEqual([
      [1, 3, 6, 4, 9, 15],
      [1, 2, 3, 5, 7, 9],
      [6, 5, 3, 15, 11, 6],
    ]);
  });
});

describe("products", () => {
  it("multiply matrices and batches of them", () => {
    expect(referenceValues(([a]) => [matmul(a!, transpose(a!)), matmul(transpose(a!), a!)], [x])).toEqual([
      [14, 32, 32, 77],
      [17, 22, 27, 22, 29, 36, 27, 36, 45],
    ]);
    const batch = tensorData([1, 0, 0, 1, 0, 1, 1, 0], [2, 2, 2]);
    const swapped = [1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3];
    expect(referenceValues(([b, a]) => matmul(b!, a!), [batch, x])).toEqual([swapped]);
    expect(referenceValues(([b, a]) => matmul(b!, reshape(a!, [1, 2, 3])), [batch, x])).toEqual([swapped]);
    expect(
      referenceValues(([a, b]) => matmul(a!, b!), [tensorData([], [2, 0]), tensorData([], [0, 2])]),
    ).toEqual([[0, 0, 0, 0]]);
  });

  it("say both shapes where they do not fit", () => {
    expect(() => referenceValues(([a]) => matmul(a!, a!), [x])).toThrow(
      "[matmul] Expected shapes [..., m, k] and [..., k, n] but received [2, 3] and [2, 3]",
    );
  });
});

describe("indexing", () => {
  const places = whole([4], 1, 0, 1, 5);

  it("reads rows and adds to rows; numbers outside are zeros and left out", () => {
    expect(referenceValues(([t, i]) => gather(t!, i!), [x, places])).toEqual([
      [4, 5, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0],
    ]);
    const updates = tensorData([1, 10, 100, 1000]);
    expect(referenceValues(([i, u]) => scatterAdd(i!, u!, 3), [places, updates])).toEqual([[10, 101, 0]]);
  });

  it("multiplies by a sparse matrix as a dense one would", () => {
    const bags = whole([2, 3], 0, 2, 2, -1, 1, 7);
    const weights = tensorData([1, 2, 3, 4, 5, 6], [2, 3]);
    const dense = tensorData([1, 0, 5, 0, 5, 0], [2, 3]);
    const table = caseNumbers("table", [3, 4]);
    const [sparse] = referenceValues(([t, i, w]) => gatherSum(t!, i!, w!), [table, bags, weights]);
    close(sparse!, referenceValues(([s, t]) => matmul(s!, t!), [dense, table])[0]!);
    const rows = caseNumbers("rows", [2, 4]);
    const [back] = referenceValues(([r, i, w]) => scatterSum(r!, i!, 3, w!), [rows, bags, weights]);
    close(back!, referenceValues(([s, r]) => matmul(transpose(s!), r!), [dense, rows])[0]!);
    const [plain] = referenceValues(([t, i]) => gatherSum(t!, i!), [table, bags]);
    const at = (row: number, column: number): number => table.data[4 * row + column]!;
    close(
      plain!,
      [0, 1, 2, 3, 4, 5, 6, 7].map((k) => (k < 4 ? at(0, k) + 2 * at(2, k) : at(1, k - 4))),
    );
  });

  it("wants whole numbers and weights of their shape", () => {
    expect(() => referenceValues(([t]) => gather(t!, t!), [x])).toThrow(
      "[gather] Expected i32 indices but received f32",
    );
    expect(() => referenceValues(([t, i]) => gatherSum(t!, i!, t!), [x, whole([2, 2], 0, 0, 0, 0)])).toThrow(
      "[gatherSum] Expected weights of the indices' shape [2, 2] but received [2, 3]",
    );
    expect(() => referenceValues(([t, i]) => scatterAdd(i!, t!, 3), [x, places])).toThrow(
      "[scatterAdd] Expected updates of shape [...indices, ...] but received [2, 3] for indices [4]",
    );
  });
});

describe("patches", () => {
  it("lie in rows, with zeros outside of the image", () => {
    const image = tensorData([1, 2, 3, 4], [1, 2, 2, 1]);
    const columns = referenceValues(([t]) => im2col(t!, { kernel: [2, 2], pads: [1, 0, 0, 0] }), [image]);
    expect(columns).toEqual([[0, 0, 1, 2, 1, 2, 3, 4]]);
    const back = referenceValues(
      ([t]) => col2im(im2col(t!, { kernel: [2, 1] }), 2, 2, { kernel: [2, 1] }),
      [image],
    );
    expect(back).toEqual([[1, 2, 3, 4]]);
    const twice = referenceValues(
      ([t]) => col2im(im2col(t!, { kernel: [1, 2] }), 1, 3, { kernel: [1, 2] }),
      [tensorData([1, 2, 3], [1, 1, 3, 1])],
    );
    expect(twice).toEqual([[1, 4, 3]]);
  });

  it("make a convolution with a product, as sums over the window say", () => {
    const image = caseNumbers("image", [1, 5, 4, 2]);
    const filter = caseNumbers("filter", [3, 2, 2, 3]);
    const [actual] = referenceValues(
      ([t, f]) =>
        matmul(reshape(im2col(t!, { kernel: [3, 2], stride: [2, 1] }), [-1, 12]), reshape(f!, [12, 3])),
      [image, filter],
    );
    const expected: number[] = [];
    for (let oy = 0; oy < 2; oy++)
      for (let ox = 0; ox < 3; ox++)
        for (let o = 0; o < 3; o++) {
          let total = 0;
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 2; kx++)
              for (let c = 0; c < 2; c++)
                total +=
                  image.data[((2 * oy + ky) * 4 + ox + kx) * 2 + c]! *
                  filter.data[((ky * 2 + kx) * 2 + c) * 3 + o]!;
          expected.push(total);
        }
    close(actual!, expected);
  });

  it("must fit", () => {
    expect(() =>
      referenceValues(([t]) => im2col(t!, { kernel: [3, 1] }), [tensorData([1, 2], [1, 2, 1, 1])]),
    ).toThrow(
      "[im2col] Expected patches that fit but received kernel [3, 1], stride [1, 1] and pads [0, 0, 0, 0] for an image [2, 1]",
    );
  });
});

describe("factors", () => {
  it("multiply back to their matrix and solve its systems", () => {
    // [[4, 2], [2, 10]] = L L^T with L = [[2, 0], [1, 3]]
    const matrix = tensorData([4, 2, 2, 10], [2, 2]);
    const b = tensorData([2, 7], [2, 1]);
    const [factor, first, second] = referenceValues(
      ([m, c]) => [cholesky(m!), triangularSolve(cholesky(m!), c!), triangularSolve(cholesky(m!), c!, true)],
      [matrix, b],
    );
    expect(factor).toEqual([2, 0, 1, 3]);
    close(first!, [1, 2]);
    close(second!, [(2 - 7 / 3) / 2, 7 / 3]);
  });

  it("are NaN from a pivot on that is not positive", () => {
    expect(referenceValues(([m]) => cholesky(m!), [tensorData([1, 2, 2, 1], [2, 2])])).toEqual([
      [1, 0, 2, nan],
    ]);
    expect(referenceValues(([m]) => cholesky(m!), [tensorData([-1, 2, 2, 1], [2, 2])])).toEqual([
      [nan, 0, nan, nan],
    ]);
  });

  it("want square matrices", () => {
    expect(() => referenceValues(([m]) => cholesky(m!), [x])).toThrow(
      "[cholesky] Expected square matrices [..., n, n] but received [2, 3]",
    );
  });
});
