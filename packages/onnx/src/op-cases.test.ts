// Every op, forwards and backwards, as an ONNX file that onnxruntime-node runs, against the float64 reference. Cases and
// tolerances are those that all runtimes share (packages/tensor/src/testing).

import { noiseOf, operations, type TensorData } from "@verisim/tensor";
import {
  caseContext,
  disagreement,
  expectedOf,
  type OpCase,
  opCases,
  traceCase,
} from "@verisim/tensor/testing";
import { describe, expect, it } from "vitest";
import { checkOnnx, exportOnnx, openOnnx } from "./index.ts";

/** Written back into state, which an inference graph has not. */
const updates = new Set(["adam", "sgd", "ema"]);

/** ONNX leaves open what becomes of a float that no whole number is near. */
const undefinedInOnnx = new Set(["to_i32 of NaN, infinities and zeros"]);

async function runFile(opCase: OpCase): Promise<string[]> {
  const entry = traceCase(opCase, { gradients: true });
  const expected = expectedOf(opCase, entry);
  const bytes = exportOnnx(entry);
  checkOnnx(bytes);
  const runner = await openOnnx(bytes, { threads: 1 });
  try {
    const given: Record<string, TensorData> = noiseOf(entry, { inputs: opCase.inputs, context: caseContext });
    opCase.inputs.forEach((data, i) => {
      given[`${i}`] = data;
    });
    const feeds = Object.fromEntries(runner.inputNames.map((name) => [name, given[name]!]));
    const results = await runner.run(feeds);
    return runner.outputNames.map((name, i) =>
      disagreement(results[name]!.data, expected[i]!, opCase.tolerance),
    );
  } finally {
    await runner.dispose();
  }
}

describe("an op as an ONNX file", () => {
  const cases = opCases().filter(({ op, name }) => !updates.has(op) && !undefinedInOnnx.has(name));

  it.each(cases.map((opCase) => [opCase.name, opCase] as const))("%s", async (_, opCase) => {
    expect((await runFile(opCase)).filter((problem) => problem !== "")).toEqual([]);
  });

  it("has a case for each op but those that no case can be about", () => {
    const covered = new Set(cases.map(({ op }) => op));
    const others = [...updates, "state", "input", "argument", "part"];
    expect([...operations.keys()].filter((name) => !covered.has(name) && !others.includes(name))).toEqual([]);
  });

  it.each([...updates])("%s is refused: an optimizer's step is no inference", (name) => {
    const opCase = opCases().find(({ op }) => op === name)!;
    expect(() => exportOnnx(traceCase(opCase))).toThrow(
      expect.objectContaining({ code: "VERISIM_ONNX_UNSUPPORTED" }),
    );
  });
});
