// The golden programs on the host shim, three ways: fused groups interpreted, fused groups as written kernels, and threads
// in shuffled order with products from cuBLAS. Each against the float64 reference after one step, and bit for bit where
// nothing but the order of threads differs.
import { describe, expect, it } from "vitest";
import { shimProblem, useShim } from "../../../../tools/cuda/shim.mjs";
import type { ReferenceArray } from "../ops/operation.ts";
import { goldenEntries } from "../testing/golden-entries.ts";
import { caseContext, disagreement } from "../testing/op-cases.ts";
import { type CompiledResult, runCompiled } from "../testing/run-compiled.ts";
import { leavesOf } from "../tree.ts";
import { runReference } from "./reference.ts";

const problem = shimProblem();
/** Relative to 1 + |value|: one step of f32 arithmetic through two networks and Adam, whose update is a quotient. */
const tolerance = 2e-4;

/** The loss does not depend on it, so its slope is rounding error, and Adam's update a quotient of two such. */
const idle = "parameters.attention.key.bias";

const isNumbers = (value: unknown): value is ReferenceArray =>
  ArrayBuffer.isView((value as ReferenceArray | null)?.data);
const bytes = ({ outputs, state }: CompiledResult): Buffer =>
  Buffer.concat([...outputs, ...state].map(({ buffer }) => Buffer.from(buffer)));

describe.skipIf(problem)(`golden programs on the host shim${problem ? ` (skipped: ${problem})` : ""}`, () => {
  it.each(goldenEntries().map((golden) => [golden.name, golden] as const))(
    "%s does what the reference does",
    async (_, { spec, entry, inputs }) => {
      const run = { state: spec.state, inputs, context: caseContext };
      const expected = runReference(entry, run);
      const arrays = [expected.outputs, expected.state].map((tree) =>
        leavesOf(tree, isNumbers).map(({ value }) => value),
      );
      const on = async (options: Parameters<typeof useShim>[0]): Promise<CompiledResult> => {
        useShim(options);
        return await runCompiled(entry, run, "cuda");
      };
      const agrees = ({ outputs, state }: CompiledResult): void => {
        for (const [i, numbers] of outputs.entries())
          expect(disagreement(numbers, arrays[0]![i]!, tolerance), `output ${i}`).toBe("");
        for (const [i, numbers] of state.entries())
          if (entry.state[i]!.path !== idle)
            expect(disagreement(numbers, arrays[1]![i]!, tolerance), entry.state[i]!.path).toBe("");
      };
      agrees(await on({ fused: "written" }));
      agrees(await on({ blas: true }));
      const interpreted = await on({});
      agrees(interpreted);
      expect(bytes(await on({ order: "shuffled" })).equals(bytes(interpreted))).toBe(true);
    },
  );

  it("outputs of many steps come back through the ring, one after another", async () => {
    const { spec, entry, inputs } = goldenEntries().find(({ name }) => name.startsWith("tiny-step"))!;
    const run = { state: spec.state, inputs, context: caseContext };
    useShim();
    const [one, many] = [
      await runCompiled(entry, run, "cuda"),
      await runCompiled(entry, { ...run, steps: 70 }, "cuda"),
    ];
    const processor = await runCompiled(entry, { ...run, steps: 70 }, "cpu");
    expect(many.outputs[0]!.subarray(0, one.outputs[0]!.length)).toEqual(one.outputs[0]);
    for (const [i, loss] of many.outputs[0]!.entries())
      expect(loss).toBeCloseTo(processor.outputs[0]![i]!, 3);
  });
});
