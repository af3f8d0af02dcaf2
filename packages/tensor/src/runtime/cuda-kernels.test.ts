// CUDA kernels on the host shim against the processor's, instruction by instruction, at sizes where their work is cut:
// pieces of k, chunks of reductions, many slots of the interpreter, several tiles, warps and blocks. Words beside every
// result are guarded.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { cache, shimProblem, useShim } from "../../../../tools/cuda/shim.mjs";
import { garbage, garbageI32, type KernelCall, runKernel } from "../../fixtures/run-kernel.ts";
import { uniforms } from "../../fixtures/values.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ReferenceArray } from "../ops/operation.ts";
import { add, equal, maximum, mul, sin, toF32, where } from "../ops/pointwise.ts";
import { max, sum } from "../ops/reduce.ts";
import type { TensorData } from "../tensor-data.ts";
import { caseIntegers, caseNumbers } from "../testing/case-numbers.ts";
import { caseContext, disagreement, opCases } from "../testing/op-cases.ts";
import { runCompiled } from "../testing/run-compiled.ts";
import { type TracedEntry, traceEntry } from "../trace.ts";
import { type ReferenceNumbers, runReference } from "./reference.ts";

const problem = shimProblem();
const floats = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));
const picks = (name: string, length: number, below: number): Int32Array =>
  Int32Array.from(uniforms(name, length, -2, below), Math.floor);
const own = (array: Float32Array): { written: Float32Array } => ({ written: array });

const product = (
  [batch, m, n, k]: readonly [number, number, number, number],
  options: { transposeA?: boolean; transposeB?: boolean; accumulate?: number } = {},
): KernelCall => {
  const { transposeA = false, transposeB = false, accumulate = 0 } = options;
  return {
    kernel: "gemm",
    operands: [floats("a", batch * m * k), floats("b", batch * k * n), own(floats("c", batch * m * n))],
    ints: [
      ...[batch, m, n, k],
      ...[m * k, ...(transposeA ? [1, m] : [k, 1])],
      ...[k * n, ...(transposeB ? [1, k] : [n, 1])],
      ...[m * n, n, accumulate],
    ],
  };
};

const image = [2, 7, 9, 3, 3, 2, 2, 1, 1, 0, 4, 8];
const imageLength = 2 * 7 * 9 * 3;
const patchLength = 2 * 4 * 8 * 3 * 2 * 3;

const adamCall = (decoupled: number): KernelCall => ({
  kernel: "adam",
  operands: [
    Float32Array.of(3),
    Float32Array.of(0.01),
    ...[5000, 3].flatMap((length) => [
      own(floats("p", length)),
      floats("g", length),
      own(floats("m", length)),
      own(Float32Array.from(uniforms("v", length, 0, 1))),
    ]),
  ],
  ints: [2, decoupled],
  floats: [0.9, 0.999, 1e-8, 0.1],
});

const calls: readonly (readonly [string, KernelCall])[] = [
  ["gemm in pieces of k", product([1, 5, 7, 700])],
  ["gemm that adds to c, in pieces", product([2, 65, 3, 300], { accumulate: 1 })],
  ["gemm of transposed matrices", product([1, 70, 130, 33], { transposeA: true, transposeB: true })],
  ["gemm of many small products", product([90, 3, 4, 5], { transposeB: true, accumulate: 1 })],
  ["gemm over nothing", product([1, 3, 4, 0], { accumulate: 1 })],
  [
    "gather",
    {
      kernel: "gather",
      operands: [floats("t", 40 * 9), picks("i", 77, 42), garbage(77 * 9)],
      ints: [40, 9, 77],
    },
  ],
  [
    "scatterAdd over many columns",
    {
      kernel: "scatterAdd",
      operands: [picks("i", 100, 12), floats("u", 100 * 300), garbage(10 * 300)],
      ints: [10, 300, 100],
    },
  ],
  [
    "gatherSum",
    {
      kernel: "gatherSum",
      operands: [
        floats("t", 30 * 33),
        picks("i", 50 * 4, 33),
        floats("w", 50 * 4),
        own(floats("o", 50 * 33)),
      ],
      ints: [30, 33, 50, 4, 1, 1],
    },
  ],
  [
    "scatterSum",
    {
      kernel: "scatterSum",
      operands: [floats("g", 50 * 33), picks("i", 50 * 4, 33), own(floats("o", 30 * 33))],
      ints: [30, 33, 50, 4, 0, 1],
    },
  ],
  [
    "segmentSum",
    {
      kernel: "segmentSum",
      operands: [floats("x", 9 * 75), garbage(9 * 75)],
      ints: [9, 75, 4, 1, 33, 40, 1],
    },
  ],
  [
    "segmentMax",
    {
      kernel: "segmentMax",
      operands: [floats("x", 9 * 75), garbage(9 * 75)],
      ints: [9, 75, 4, 1, 33, 40, 1],
    },
  ],
  ["argmax", { kernel: "argmax", operands: [floats("x", 11 * 70), garbageI32(11)], ints: [11, 70] }],
  ["cumsum", { kernel: "cumsum", operands: [floats("x", 5 * 100), garbage(5 * 100)], ints: [5, 100, 0] }],
  [
    "cumsum from the end",
    { kernel: "cumsum", operands: [floats("x", 5 * 100), garbage(500)], ints: [5, 100, 1] },
  ],
  ["im2col", { kernel: "im2col", operands: [floats("x", imageLength), garbage(patchLength)], ints: image }],
  ["col2im", { kernel: "col2im", operands: [floats("x", patchLength), garbage(imageLength)], ints: image }],
  [
    "triangularSolve",
    {
      kernel: "triangularSolve",
      operands: [
        Float32Array.from(floats("l", 2 * 36), (x, i) => (i % 7 === 0 || i % 36 === 0 ? 2 + x : x / 4)),
        floats("b", 2 * 6 * 45),
        garbage(2 * 6 * 45),
      ],
      ints: [2, 6, 45, 0],
    },
  ],
  ["adam over more than one stretch", adamCall(0)],
  ["adam with weight decay apart", adamCall(1)],
  [
    "sgd with Nesterov's momentum",
    {
      kernel: "sgd",
      operands: [Float32Array.of(0.1), own(floats("p", 4100)), floats("g", 4100), own(floats("v", 4100))],
      ints: [1, 1],
      floats: [0.9, 0.01],
    },
  ],
  [
    "ema",
    { kernel: "ema", operands: [own(floats("t", 4100)), floats("s", 4100)], ints: [1], floats: [0.99] },
  ],
];

async function expectAgreement(
  entry: TracedEntry,
  inputs: readonly TensorData[],
  tolerance: (output: number) => number = () => 2e-5,
): Promise<void> {
  const { outputs } = await runCompiled(entry, { inputs, context: caseContext }, "cuda");
  const expected = runReference(entry, {
    inputs: inputs as readonly ReferenceNumbers[],
    context: caseContext,
  });
  for (const [i, array] of (expected.outputs as ReferenceArray[]).entries())
    expect(disagreement(outputs[i]!, array, tolerance(i)), `output ${i}`).toBe("");
}

describe.skipIf(problem)(`CUDA kernels on the host shim${problem ? ` (skipped: ${problem})` : ""}`, () => {
  beforeEach(() => useShim());

  it.each(calls)("%s", async (_, call) => {
    const processor = await runKernel(call);
    const shim = await runKernel({ ...call, device: "cuda" });
    for (const [i, array] of shim.entries())
      for (const [j, value] of array.entries()) {
        const expected = processor[i]![j]!;
        expect(Math.abs(value - expected), `${j}`).toBeLessThanOrEqual(2e-5 * (1 + Math.abs(expected)));
      }
  });

  it("random words are the processor's, whatever the seed, step and row", async () => {
    const place = { seed: [0xfedcba98, 3] as const, step: 2 ** 33 + 5, rowOffset: 2 ** 32 - 3 };
    const uniform = { kernel: "randomUniform", operands: [garbage(7 * 10)], ints: [12, 7, 10], ...place };
    expect(await runKernel({ ...uniform, device: "cuda" })).toEqual(await runKernel(uniform));
    const bounds = picks("bounds", 7 * 10, 1000);
    const below = {
      kernel: "randomBelow",
      operands: [bounds, garbageI32(7 * 10)],
      ints: [12, 7, 10],
      ...place,
    };
    expect(await runKernel({ ...below, device: "cuda" })).toEqual(await runKernel(below));
    const normal = { kernel: "randomNormal", operands: [garbage(7 * 10)], ints: [12, 7, 10], ...place };
    const [shim] = await runKernel({ ...normal, device: "cuda" });
    for (const [i, value] of (await runKernel(normal))[0]!.entries()) expect(shim![i]).toBeCloseTo(value, 5);
  });

  it.each([[[3, 20_000]], [[20_000, 3]], [[1, 70_000]], [[300, 200]], [[70_000, 1]]])(
    "sums and maxima of every axis of %j, with the group's values",
    async (shape) => {
      const x = caseNumbers("x", shape);
      const entry = traceEntry("reductions", {}, [x], ({ inputs: [a] }) => {
        const y = mul(a, a);
        return { outputs: [y, sum(y, [0]), sum(y, [1]), max(a, [0]), max(a, [1]), sum(y), max(y)] };
      });
      await expectAgreement(entry, [x]);
    },
  );

  it("a group of more values at a time than the interpreter's small kernel has slots", async () => {
    const inputs = [caseNumbers("x", [40, 9]), caseIntegers("n", [40, 9], 0, 3)];
    const entry = traceEntry("wide", {}, inputs, ({ inputs: [x, n] }) => {
      const parts = Array.from({ length: 40 }, (_, i) => sin(add(mul(x, i + 1), toF32(n))));
      const up = parts.reduce((a, b) => add(a, b));
      const down = [...parts].reverse().reduce((a, b) => maximum(a, b));
      return { outputs: [where(equal(n, 1), up, down), sum(up, [0])] };
    });
    await expectAgreement(entry, inputs);
  });

  it("every op case in written kernels, all in one program", { timeout: 240_000 }, async () => {
    useShim({ fused: "written" });
    // Random numbers depend on their stream's number, which is another one in a larger graph.
    const cases = opCases().filter(({ op }) => !op.startsWith("random"));
    const inputs = cases.flatMap((opCase) => opCase.inputs);
    const tolerances: number[] = [];
    const entry = traceEntry("all", {}, inputs, ({ inputs: tensors, rng }) => {
      let next = 0;
      return {
        outputs: cases.flatMap((opCase) => {
          const mine = (tensors as Tensor[]).slice(next, next + opCase.inputs.length);
          next += opCase.inputs.length;
          const outputs = opCase.build(mine, rng);
          for (const _ of outputs) tolerances.push(opCase.tolerance);
          return [...outputs];
        }),
      };
    });
    await expectAgreement(entry, inputs, (output) => tolerances[output]!);
  });
});

describe.skipIf(problem)("the host shim", () => {
  it("finds races, barriers that diverge and lanes that left", () => {
    const folder = fileURLToPath(new URL("../../../../native/tensor/cuda/shim", import.meta.url));
    const program = path.join(cache, `self-test-${process.pid}`);
    execFileSync("g++", ["-std=c++20", "-O1", "-w", path.join(folder, "self_test.cc"), "-o", program]);
    try {
      expect(execFileSync(program, { encoding: "utf8" })).toBe("");
    } finally {
      rmSync(program);
    }
  });
});
