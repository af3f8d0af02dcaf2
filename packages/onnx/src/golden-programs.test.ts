// Whole models as ONNX files: of every golden program what can be had without its optimizers (a sampler's rows, losses,
// and the gradients that the optimizers are given), against the float64 reference.

import {
  isTensorData,
  leavesOf,
  noiseOf,
  type ReferenceArray,
  runReference,
  type Tensor,
  type TracedEntry,
  traceProgram,
} from "@verisim/tensor";
import {
  caseContext,
  caseIntegers,
  caseNumbers,
  disagreement,
  type GoldenEntry,
  goldenEntries,
  sampler,
  toyLayout,
  toySizes,
} from "@verisim/tensor/testing";
import { describe, expect, it } from "vitest";
import { checkOnnx, exportOnnx, openOnnx } from "./index.ts";

/** Relative to 1 + |value|. */
const tolerance = 1e-5;

/** The entry with its outputs and what its optimizers are given as outputs, as far as no optimizer comes before them. */
function withoutUpdates(entry: TracedEntry): TracedEntry {
  const after = new Set<Tensor>();
  for (const node of entry.graph.nodes)
    if (node.op.kind === "update" || node.inputs.some((input) => after.has(input))) after.add(node);
  const given = entry.graph.nodes.filter(({ op }) => op.kind === "update").flatMap(({ inputs }) => inputs);
  const tensors = [...new Set([...entry.outputs.map(({ tensor }) => tensor), ...given])];
  const outputs = tensors
    .filter((tensor) => !after.has(tensor))
    .map((tensor, i) => ({ path: `value ${i}`, tensor }));
  return { ...entry, outputs, outputTree: outputs.map(({ tensor }) => tensor), updates: [] };
}

async function problems({ entry: whole, spec, inputs }: GoldenEntry): Promise<string[]> {
  const entry = withoutUpdates(whole);
  expect(entry.outputs.length).toBeGreaterThan(0);
  const run = { state: spec.state, inputs, context: caseContext };
  const expected = runReference(entry, run).outputs as ReferenceArray[];
  const bytes = exportOnnx(entry, { state: spec.state });
  checkOnnx(bytes);
  const runner = await openOnnx(bytes, { threads: 1 });
  try {
    const given = Object.fromEntries(leavesOf(inputs, isTensorData).map(({ path, value }) => [path, value]));
    const all = { ...given, ...noiseOf(entry, run) };
    const results = await runner.run(Object.fromEntries(runner.inputNames.map((name) => [name, all[name]!])));
    return entry.outputs
      .map(({ path }, i) => disagreement(results[path]!.data, expected[i]!, tolerance))
      .filter((problem) => problem !== "");
  } finally {
    await runner.dispose();
  }
}

describe("a golden program as an ONNX file", () => {
  it.each(goldenEntries())("$name", async (golden) => {
    expect(await problems(golden)).toEqual([]);
  });

  it("takes any number of rows, where it is the sampler", async () => {
    const at = (rows: number) => sampler({ ...toySizes, layout: toyLayout, rows });
    const [traced] = traceProgram(at(101));
    const bytes = exportOnnx(traced!, { state: at(101).state, rows: 101 });
    for (const rows of [1, 6, 250]) {
      const spec = at(rows);
      const [entry] = traceProgram(spec);
      const noise = caseNumbers("noise", [rows, toySizes.embedding]);
      const condition = caseIntegers("condition", [rows], -1, 10);
      const expected = runReference(entry!, { state: spec.state, inputs: { noise, condition } });
      const { numbers, codes } = expected.outputs as { numbers: ReferenceArray; codes: ReferenceArray[] };
      const runner = await openOnnx(bytes, { threads: 1 });
      const results = await runner.run({ noise, condition });
      await runner.dispose();
      expect(disagreement(results.numbers!.data, numbers, tolerance)).toBe("");
      codes.forEach((code, i) => {
        expect(disagreement(results[`codes.${i}`]!.data, code, 0)).toBe("");
      });
    }
  });
});
