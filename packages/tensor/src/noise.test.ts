import { describe, expect, it } from "vitest";
import { noiseName, noiseOf } from "./noise.ts";
import { add } from "./ops/pointwise.ts";
import { runReference } from "./runtime/reference.ts";
import { tensorData } from "./tensor-data.ts";
import { traceEntry } from "./trace.ts";

const state = { unused: tensorData([1]), bound: tensorData(Int32Array.of(5), []) };

describe("noise from outside", () => {
  const entry = traceEntry("draw", state, {}, ({ state, rng }) => ({
    outputs: [rng.normal([3, 2]), rng.uniform([4]), rng.below(add(state.bound, 2), [6])],
  }));

  it("is named after its distribution and stream", () => {
    expect(entry.graph.nodes.map(noiseName).filter((name) => name !== undefined)).toEqual([
      "noise.normal.0",
      "noise.uniform.1",
      "noise.below.2",
    ]);
  });

  it("has the numbers that the reference draws for the same seed, step and rows", () => {
    const run = { state, context: { key: [7, 8], step: 4, rowOffset: 100 } } as const;
    const drawn = noiseOf(entry, run);
    const outputs = runReference(entry, run).outputs as { data: Float64Array }[];
    expect(Object.values(drawn).map(({ data }) => data)).toEqual([
      Float32Array.from(outputs[0]!.data),
      Float32Array.from(outputs[1]!.data),
      Int32Array.from(outputs[2]!.data),
    ]);
    expect(Math.max(...drawn["noise.below.2"]!.data)).toBeLessThan(7);
  });

  it("needs no state that it does not depend on", () => {
    const plain = traceEntry("draw", state, {}, ({ state, rng }) => ({
      outputs: add(rng.normal([1]), state.unused),
    }));
    expect(noiseOf(plain)["noise.normal.0"]!.shape).toEqual([1]);
    expect(() => noiseOf(entry)).toThrow(/bound/);
  });
});
