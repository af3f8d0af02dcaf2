// Every op case on the processor, against the float64 reference: values and backward graphs, with one thread and more.
import { describe, expect, it } from "vitest";
import { caseContext, disagreement, expectedOf, opCases, traceCase } from "../testing/op-cases.ts";
import { runCompiled } from "../testing/run-compiled.ts";

describe("the native runtime on the processor", () => {
  it.each(opCases().map((opCase) => [opCase.name, opCase] as const))(
    "agrees with the reference on %s",
    async (_, opCase) => {
      for (const withGradients of opCase.order > 0 ? [false, true] : [false]) {
        const entry = traceCase(opCase, { gradients: withGradients });
        const expected = expectedOf(opCase, entry);
        const run = { inputs: opCase.inputs, context: caseContext };
        const one = await runCompiled(entry, { ...run, threads: 1 }, "cpu");
        const three = await runCompiled(entry, { ...run, threads: 3 }, "cpu");
        for (const [i, array] of one.outputs.entries()) {
          expect(disagreement(array, expected[i]!, opCase.tolerance)).toBe("");
          expect(Buffer.from(three.outputs[i]!.buffer).equals(Buffer.from(array.buffer))).toBe(true);
        }
      }
    },
  );
});
