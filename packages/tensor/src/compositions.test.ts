import { expect, it } from "vitest";
import { writeOut } from "./compositions.ts";
import { printEntry } from "./graph/print.ts";
import { abs, add, div, tanh } from "./ops/pointwise.ts";
import { unary } from "./ops/pointwise-row.ts";
import { tensorData } from "./tensor-data.ts";
import { traceEntry } from "./trace.ts";

const softsign = unary(
  "softsign",
  (x) => x / (1 + Math.abs(x)),
  () => [null],
  { composition: (x) => div(x!, add(1, abs(x!))) },
);
/** Made of an op that is missing itself. */
const twice = unary(
  "twice",
  (x) => x,
  () => [null],
  { composition: (x) => softsign(softsign(x!)) },
);

it("writes out ops that a runtime lacks, down to those that it has", () => {
  const entry = traceEntry(
    "test",
    { s: tensorData([1, 2]) },
    { x: tensorData([3, 4]) },
    ({ state, inputs }) => ({
      state: { s: tanh(inputs.x) },
      outputs: { y: add(twice(inputs.x), state.s) },
    }),
  );
  const written = writeOut(entry, ({ name }) => name !== "softsign" && name !== "twice");
  expect(printEntry(written)).toMatchInlineSnapshot(`
    "entry test
      %0 = state s : f32[2]
      %1 = input x : f32[2]
      %2 = tanh(%1) : f32[2]
      %3 = abs(%1) : f32[2]
      %4 = add(1, %3) : f32[2]
      %5 = div(%1, %4) : f32[2]
      %6 = abs(%5) : f32[2]
      %7 = add(1, %6) : f32[2]
      %8 = div(%5, %7) : f32[2]
      %9 = add(%8, %0) : f32[2]
      state s <- %2
      output y = %9
    "
  `);
  expect(writeOut(entry, () => true)).toBe(entry);
});
