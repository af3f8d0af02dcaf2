// Every op and its derivatives on the native runtime, against the float64 reference: testing/op-cases.ts. The same cases
// run on other runtimes in packages/onnx and packages/tfjs.
import { describe, expect, it } from "vitest";
import {
  caseContext,
  disagreement,
  expectedOf,
  type OpCase,
  opCases,
  traceCase,
} from "../testing/op-cases.ts";
import { runCompiled } from "../testing/run-compiled.ts";

const named = (cases: readonly OpCase[]): (readonly [string, OpCase])[] =>
  cases.map((opCase) => [opCase.name, opCase]);

/** Derivatives are chains of ops, each with its own rounding. */
const derivativeRoundings = 8;

async function check(opCase: OpCase, gradients: boolean): Promise<void> {
  const entry = traceCase(opCase, { gradients });
  const expected = expectedOf(opCase, entry);
  const run = { inputs: opCase.inputs, context: caseContext };
  const one = await runCompiled(entry, { ...run, threads: 1 }, "cpu");
  const tolerance = opCase.tolerance * (gradients ? derivativeRoundings : 1);
  expect(one.outputs.map((numbers, i) => disagreement(numbers, expected[i]!, tolerance))).toEqual(
    expected.map(() => ""),
  );
  const two = await runCompiled(entry, { ...run, threads: 2 }, "cpu");
  expect(two.outputs).toEqual(one.outputs);
}

describe("ops on the native runtime", () => {
  it.each(named(opCases()))("%s", (_, opCase) => check(opCase, false));
});

describe("derivatives on the native runtime", () => {
  it.each(named(opCases().filter(({ order }) => order > 0)))("%s", (_, opCase) => check(opCase, true));
});
