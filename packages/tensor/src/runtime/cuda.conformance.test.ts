// The device "cuda" on the host shim: the same kernel text that a GPU runs, on the CPU, against the float64 reference.
// Every op case with interpreted groups; threads in reverse order must change no bit.
import { describe, expect, it } from "vitest";
import { shimProblem, useShim } from "../../../../tools/cuda/shim.mjs";
import { caseContext, disagreement, expectedOf, opCases, traceCase } from "../testing/op-cases.ts";
import { runCompiled } from "../testing/run-compiled.ts";

const problem = shimProblem();

describe.skipIf(problem)(
  `the CUDA kernels on the host shim${problem ? ` (skipped: ${problem})` : ""}`,
  () => {
    it.each(opCases().map((opCase) => [opCase.name, opCase] as const))(
      "agree with the reference on %s",
      async (_, opCase) => {
        for (const withGradients of opCase.order > 0 ? [false, true] : [false]) {
          const entry = traceCase(opCase, { gradients: withGradients });
          const expected = expectedOf(opCase, entry);
          const run = { inputs: opCase.inputs, context: caseContext };
          useShim();
          const forward = await runCompiled(entry, run, "cuda");
          useShim({ order: "reverse" });
          const reverse = await runCompiled(entry, run, "cuda");
          for (const [i, array] of forward.outputs.entries()) {
            expect(disagreement(array, expected[i]!, opCase.tolerance)).toBe("");
            expect(Buffer.from(reverse.outputs[i]!.buffer).equals(Buffer.from(array.buffer))).toBe(true);
          }
        }
      },
    );
  },
);
