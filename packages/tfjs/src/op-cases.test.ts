// Every op, forwards and backwards, on TensorFlow.js, against the float64 reference. Cases and tolerances are those that
// all runtimes share (packages/tensor/src/testing).

import { noiseOf, operations } from "@verisim/tensor";
import {
  caseContext,
  disagreement,
  expectedOf,
  type OpCase,
  opCases,
  traceCase,
} from "@verisim/tensor/testing";
import { describe, expect, it } from "vitest";
import { tf } from "../fixtures/tensorflow.ts";
import { runTfjs } from "./index.ts";

/** TensorFlow leaves open what becomes of a float that no whole number is near. */
const undefinedInTfjs = new Set(["to_i32 of NaN, infinities and zeros"]);

async function runCase(opCase: OpCase): Promise<string[]> {
  const entry = traceCase(opCase, { gradients: true });
  const expected = expectedOf(opCase, entry);
  const noise = noiseOf(entry, { inputs: opCase.inputs, context: caseContext });
  const before = tf.memory().numTensors;
  const { outputs } = await runTfjs(tf, entry, { inputs: opCase.inputs, noise });
  expect(tf.memory().numTensors).toBe(before);
  return (outputs as { data: Float32Array }[]).map(({ data }, i) =>
    disagreement(data, expected[i]!, opCase.tolerance),
  );
}

describe("an op on TensorFlow.js", () => {
  const cases = opCases().filter(({ name }) => !undefinedInTfjs.has(name));

  it.each(cases.map((opCase) => [opCase.name, opCase] as const))("%s", async (_, opCase) => {
    expect((await runCase(opCase)).filter((problem) => problem !== "")).toEqual([]);
  });

  it("has a case for each op but those that no case can be about", () => {
    const covered = new Set(cases.map(({ op }) => op));
    const others = ["state", "input", "argument", "part"];
    expect([...operations.keys()].filter((name) => !covered.has(name) && !others.includes(name))).toEqual([]);
  });
});
