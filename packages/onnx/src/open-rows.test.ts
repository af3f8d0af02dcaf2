// Ops in files whose number of rows is left open: a file traced with 7 rows gives for other numbers of rows what the
// reference gives for an entry traced with those.

import {
  add,
  argmax,
  broadcast,
  cholesky,
  col2im,
  concat,
  cumsum,
  gather,
  gatherSum,
  im2col,
  iota,
  matmul,
  max,
  mul,
  pad,
  type ReferenceArray,
  reshape,
  runReference,
  segmentMax,
  segmentSum,
  slice,
  softmax,
  sum,
  type Tensor,
  type TracedEntry,
  traceEntry,
  transpose,
  triangularSolve,
  where,
} from "@verisim/tensor";
import { caseIntegers, caseNumbers, disagreement } from "@verisim/tensor/testing";
import { describe, expect, it } from "vitest";
import { checkOnnx, exportOnnx, openOnnx } from "./index.ts";

/** x [rows, 4], codes i32 [rows, 2], image [rows, 4, 5, 2], matrix [rows, 3, 3] positive definite, table [9, 4]. */
type Inputs = Readonly<Record<"x" | "codes" | "image" | "matrix" | "table", Tensor>>;

const ops: Readonly<Record<string, (inputs: Inputs, rows: number) => Tensor>> = {
  reductions: ({ x }) => add(sum(x, 1), max(x, 1)),
  "a transpose and back": ({ x }) => transpose(mul(transpose(x), 2)),
  "a batch split and put together": ({ x }, rows) =>
    reshape(softmax(reshape(x, [rows, 2, 2])), [rows * 2, 2]),
  "rows taken in as axes": ({ x }, rows) => sum(reshape(x, [rows, 1, 4, 1]), 2),
  "slices, zeros around and parts": ({ x }, rows) =>
    concat([slice(x, [0, 1], [rows, 3]), pad(x, [0, 1], [0, 2])]),
  "repeated numbers": ({ x }, rows) =>
    add(broadcast(3, [rows, 4]), broadcast(slice(x, [0, 0], [rows, 1]), [rows, 4])),
  "row numbers": ({ x }, rows) => mul(x, iota([rows, 4], 0)),
  "column numbers": ({ x }, rows) => mul(x, iota([rows, 4], 1)),
  "spans and running sums": ({ x }) => add(segmentSum(x, [1, 3]), add(segmentMax(x, [2, 2]), cumsum(x))),
  "the largest": ({ x }) => argmax(x),
  choices: ({ x }) => where(x, x, 1),
  "rows of a table": ({ table, codes }) => gather(table, codes),
  "sums of rows of a table": ({ table, codes }) => gatherSum(table, codes),
  "weighted sums": ({ table, codes, x }, rows) => gatherSum(table, codes, slice(x, [0, 0], [rows, 2])),
  products: ({ x, table }) => matmul(x, transpose(table)),
  "products of batches": ({ matrix, x }, rows) =>
    matmul(matrix, reshape(slice(x, [0, 0], [rows, 3]), [rows, 3, 1])),
  patches: ({ image }) => im2col(image, { kernel: [2, 3], pads: [1, 0, 0, 1] }),
  "patches added up": ({ image }) =>
    col2im(im2col(image, { kernel: [2, 3], stride: [2, 1] }), 4, 5, { kernel: [2, 3], stride: [2, 1] }),
  factors: ({ matrix }) => cholesky(matrix),
  "triangular systems": ({ matrix }) => triangularSolve(cholesky(matrix), matrix, true),
};

function inputsOf(rows: number) {
  const matrix = caseNumbers("matrix", [rows, 3, 3], -0.4, 0.4);
  // Three on the diagonal makes any of them positive definite.
  const definite = matrix.data.map((value, i) => ((i % 9) % 4 === 0 ? 3 : value));
  return {
    x: caseNumbers("x", [rows, 4]),
    codes: caseIntegers("codes", [rows, 2], -1, 10),
    image: caseNumbers("image", [rows, 4, 5, 2]),
    matrix: { shape: matrix.shape, data: definite },
    table: caseNumbers("table", [9, 4]),
  };
}

function traced(build: (inputs: Inputs, rows: number) => Tensor, rows: number): TracedEntry {
  return traceEntry("rows", {}, inputsOf(rows), ({ inputs }) => ({ outputs: build(inputs, rows) }));
}

describe("an open number of rows", () => {
  it.each(Object.entries(ops))("goes through %s", async (_, build) => {
    const bytes = exportOnnx(traced(build, 7), { rows: 7 });
    expect(checkOnnx(bytes).outputs[0]!.dims[0]).toMatch(/^rows/);
    const runner = await openOnnx(bytes, { threads: 1 });
    for (const rows of [1, 3, 7, 12]) {
      const inputs = inputsOf(rows);
      const given = Object.fromEntries(
        Object.entries(inputs).filter(([name]) => runner.inputNames.includes(name)),
      );
      const { output } = await runner.run(given);
      const expected = runReference(traced(build, rows), { inputs }).outputs as ReferenceArray;
      expect(output!.shape).toEqual(expected.shape);
      expect(disagreement(output!.data, expected, 5e-6)).toBe("");
    }
    await runner.dispose();
  });
});
