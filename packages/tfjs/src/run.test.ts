import {
  add,
  mul,
  noiseOf,
  type Operation,
  type TensorData,
  type TensorType,
  tensorData,
  traceEntry,
} from "@verisim/tensor";
import { describe, expect, it } from "vitest";
import { tf } from "../fixtures/tensorflow.ts";
import { runTfjs } from "./index.ts";

const state = { total: tensorData([10], []), kept: tensorData([1]) };
const x = tensorData([1, 2, 3]);

describe("runTfjs", () => {
  it("runs on the backend that is asked for", () => {
    expect(tf.getBackend()).toBe(process.env.VERISIM_TFJS_MODULE === undefined ? "cpu" : "tensorflow");
  });

  it("gives outputs and the new state in the form that the entry has", async () => {
    const entry = traceEntry("count", state, { x }, ({ state, inputs }) => ({
      state: { total: add(state.total, 1) },
      outputs: { twice: [mul(inputs.x, 2), inputs.x], total: state.total },
    }));
    expect(await runTfjs(tf, entry, { state, inputs: { x } })).toEqual({
      outputs: { twice: [tensorData([2, 4, 6]), x], total: tensorData([10], []) },
      state: { total: tensorData([11], []), kept: tensorData([1]) },
    });
  });

  it("frees what it made, also where it fails in the middle", async () => {
    const entry = traceEntry("fails", {}, { x }, ({ inputs, rng }) => ({
      outputs: add(mul(inputs.x, 2), rng.normal([3])),
    }));
    const before = tf.memory().numTensors;
    await expect(runTfjs(tf, entry, { inputs: { x } })).rejects.toMatchObject({
      code: "VERISIM_INPUT_MISMATCH",
      message: expect.stringContaining("noise.normal.0"),
    });
    await runTfjs(tf, entry, { inputs: { x }, noise: noiseOf(entry) });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("names inputs and state that are missing or of another type", async () => {
    const entry = traceEntry("linear", state, { x }, ({ state, inputs }) => ({
      outputs: mul(inputs.x, state.total),
    }));
    const wrong: readonly [unknown, unknown, RegExp][] = [
      [state, {}, /f32\[3\] for input x but received nothing/],
      [state, { x: tensorData([1]) }, /f32\[3\] for input x but received f32\[1\]/],
      [{ kept: state.kept }, { x }, /state total/],
    ];
    for (const [given, inputs, message] of wrong)
      await expect(runTfjs(tf, entry, { state: given, inputs })).rejects.toMatchObject({
        code: "VERISIM_INPUT_MISMATCH",
        message: expect.stringMatching(message),
      });
  });
});

describe("an op that is new", () => {
  const run = async (facts: Partial<Operation>): Promise<TensorData> => {
    const entry = traceEntry("new", {}, { x }, ({ inputs }) => ({
      outputs: inputs.x.graph.make(
        { name: "softplus", kind: "pointwise", infer: ([type]: readonly TensorType[]) => type!, ...facts },
        [inputs.x],
      ),
    }));
    return (await runTfjs(tf, entry, { inputs: { x } })).outputs as TensorData;
  };

  it("is the function that its row names", async () => {
    const { data } = await run({ tfjs: "softplus" });
    data.forEach((y, i) => {
      expect(y).toBeCloseTo(Math.log1p(Math.exp(x.data[i]!)), 5);
    });
  });

  it.each([{}, { tfjs: "softerplus" }])("is refused with %o, and told where to add it", async (facts) => {
    await expect(run(facts)).rejects.toMatchObject({
      code: "VERISIM_TFJS_UNSUPPORTED",
      message: expect.stringContaining("[softplus]"),
      hint: expect.stringContaining("row"),
    });
  });
});
