import {
  add,
  argmax,
  broadcast,
  concat,
  iota,
  matmul,
  mean,
  mul,
  noiseOf,
  type Operation,
  type Rng,
  reshape,
  segmentSoftmax,
  softmax,
  sum,
  type Tensor,
  type TensorData,
  type TensorType,
  type TracedEntry,
  tanh,
  tensorData,
  traceEntry,
} from "@verisim/tensor";
import { describe, expect, it } from "vitest";
import { checkOnnx, decodeModel, exportOnnx, openOnnx } from "./index.ts";

async function runOnce(
  bytes: Uint8Array,
  inputs: Record<string, TensorData>,
): Promise<Record<string, TensorData>> {
  checkOnnx(bytes);
  const runner = await openOnnx(bytes, { threads: 1 });
  try {
    return await runner.run(inputs);
  } finally {
    await runner.dispose();
  }
}

const state = {
  weight: tensorData([1, 0, 0, 1, 1, -1], [3, 2]),
  bias: tensorData([0.5, -0.5]),
  unused: tensorData([9]),
};

const linear = (rows: number): TracedEntry =>
  traceEntry(
    "linear",
    state,
    { x: { shape: [rows, 3], dtype: "f32" }, other: { shape: [4], dtype: "f32" } },
    ({ state, inputs }) => {
      sum(state.unused);
      return { outputs: { y: add(matmul(inputs.x, state.weight), state.bias) } };
    },
  );

describe("exportOnnx", () => {
  it("keeps what the outputs need and nothing else", () => {
    const model = decodeModel(exportOnnx(linear(2), { state }));
    expect(model.inputs).toEqual([{ name: "x", element: "float", dims: [2, 3] }]);
    expect(model.initializers.map(({ name }) => name)).toEqual(["state.bias", "state.weight"]);
    expect(model.nodes.map(({ operator }) => operator)).toEqual(["MatMul", "Add", "Identity"]);
    expect(model).toMatchObject({ irVersion: 10, opsets: { "": 21 }, name: "linear", producer: "verisim" });
  });

  it("computes what the entry computes", async () => {
    const bytes = exportOnnx(linear(2), { state });
    const { y } = await runOnce(bytes, { x: tensorData([1, 2, 3, 4, 5, 6], [2, 3]) });
    expect(y).toEqual(tensorData([4.5, -1.5, 10.5, -1.5], [2, 2]));
  });

  it("writes names as asked, and tells an output from an input of the same name", async () => {
    const bytes = exportOnnx(linear(1), {
      state,
      name: "g",
      inputNames: { x: "features" },
      outputNames: { y: "features" },
    });
    const model = decodeModel(bytes);
    expect([model.name, model.inputs[0]!.name, model.outputs[0]!.name]).toEqual([
      "g",
      "features",
      "output.features",
    ]);
    expect(await runOnce(bytes, { features: tensorData([0, 0, 0], [1, 3]) })).toEqual({
      "output.features": tensorData([0.5, -0.5], [1, 2]),
    });
  });

  it("takes names that its own nodes might have", async () => {
    const bytes = exportOnnx(linear(1), {
      state,
      inputNames: { x: "MatMul_0" },
      outputNames: { y: "state.bias" },
    });
    const results = await runOnce(bytes, { MatMul_0: tensorData([0, 0, 0], [1, 3]) });
    expect(results["state.bias"]!.data).toEqual(Float32Array.of(0.5, -0.5));
  });

  it("refuses an entry that reads state without its numbers, or with others", () => {
    expect(() => exportOnnx(linear(2))).toThrow(/numbers for state bias|numbers for state weight/);
    expect(() => exportOnnx(linear(2), { state: { ...state, bias: tensorData([1]) } })).toThrow(
      expect.objectContaining({ code: "VERISIM_STATE_MISMATCH" }),
    );
  });

  it("yields inputs and literals that are outputs, and one tensor that is two outputs", async () => {
    const entry = traceEntry("same", {}, { x: tensorData([1, 2]) }, ({ inputs }) => {
      const y = mul(inputs.x, 2);
      return { outputs: { a: inputs.x, b: y, c: y, d: iota([3], 0, "i32") } };
    });
    const results = await runOnce(exportOnnx(entry), { x: tensorData([1, 2]) });
    expect(results).toEqual({
      a: tensorData([1, 2]),
      b: tensorData([2, 4]),
      c: tensorData([2, 4]),
      d: tensorData(Int32Array.of(0, 1, 2)),
    });
  });

  it("writes equal literals once", () => {
    const entry = traceEntry("twice", {}, { x: tensorData([1, 2]) }, ({ inputs }) => ({
      outputs: [add(mul(inputs.x, 3), 3), sum(inputs.x, 0, true), sum(mul(inputs.x, 3), 0, true)],
    }));
    const { initializers } = decodeModel(exportOnnx(entry));
    expect(initializers).toHaveLength(2);
  });
});

/** A sampler as generators have it: noise, two layers, softmax over spans, the most likely category. */
const sampler = (rows: number): TracedEntry =>
  traceEntry(
    "sample",
    { weight: tensorData([1, 0, -1, 2, 0.5, 0, 1, -2, 0, 1], [2, 5]) },
    { condition: { shape: [rows, 2], dtype: "f32" } },
    ({ state, inputs, rng }) => {
      const noise = (rng as Rng).normal([rows, 2]);
      const hidden = tanh(add(noise, inputs.condition));
      const logits = add(matmul(hidden, state.weight), mul(broadcast(iota([rows, 1], 0), [rows, 5]), 0.01));
      const spans = segmentSoftmax(logits, [3, 2]);
      const pairs = reshape(concat([spans, broadcast(sum(hidden, 1, true), [rows, 1])]), [rows * 2, 3]);
      return { outputs: { spans, best: argmax(spans), scores: reshape(softmax(pairs), [rows, 6]) } };
    },
  );
const samplerState = { weight: tensorData([1, 0, -1, 2, 0.5, 0, 1, -2, 0, 1], [2, 5]) };

describe("open rows", () => {
  const traced = 7;
  const bytes = exportOnnx(sampler(traced), { state: samplerState, rows: traced });

  it("are written as an axis without a length", () => {
    const model = checkOnnx(bytes);
    expect(model.inputs).toEqual([
      { name: "condition", element: "float", dims: ["rows", 2] },
      { name: "noise.normal.0", element: "float", dims: ["rows", 2] },
    ]);
    expect(model.outputs.map(({ dims }) => dims)).toEqual([["rows"], ["rows", 6], ["rows", 5]]);
  });

  it.each([1, 7, 20])("give for %d rows what an entry traced with that number gives", async (rows) => {
    const entry = sampler(rows);
    const inputs = {
      condition: tensorData(
        Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(i)),
        [rows, 2],
      ),
      ...noiseOf(entry, {
        state: samplerState,
        inputs: { condition: { shape: [rows, 2], data: new Float32Array(rows * 2) } },
      }),
    };
    const fixed = await runOnce(exportOnnx(entry, { state: samplerState }), inputs);
    const open = await runOnce(bytes, inputs);
    expect(open).toEqual(fixed);
    expect(open.best!.shape).toEqual([rows]);
  });

  it("come as an input of their own where no other input has them", async () => {
    const entry = traceEntry("ramp", {}, {}, () => ({ outputs: mul(iota([5, 2], 0), 2) }));
    const ramp = exportOnnx(entry, { rows: 5 });
    expect(await runOnce(ramp, { rows: tensorData(Int32Array.of(3), [1]) })).toEqual({
      output: tensorData([0, 0, 2, 2, 4, 4], [3, 2]),
    });
  });

  const mixing: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
    ["a mean over rows", (x) => mean(x, 0)],
    ["a product that sums over rows", (x) => matmul(reshape(x, [2, 7]), x)],
    ["rows one after another", (x) => concat([x, x], 0)],
  ];

  it.each(mixing)("refuse %s", (_, f) => {
    const entry = traceEntry("mixes", {}, { x: { shape: [7, 2], dtype: "f32" } }, ({ inputs }) => ({
      outputs: f(inputs.x),
    }));
    expect(() => exportOnnx(entry, { rows: 7 })).toThrow(
      expect.objectContaining({ code: "VERISIM_ONNX_ROWS" }),
    );
    expect(() => exportOnnx(entry)).not.toThrow();
  });

  it("refuse weights of as many rows", () => {
    const entry = traceEntry("w", state, { x: { shape: [3, 2], dtype: "f32" } }, ({ state, inputs }) => ({
      outputs: add(inputs.x, state.weight),
    }));
    expect(() => exportOnnx(entry, { state, rows: 3 })).toThrow(
      expect.objectContaining({
        code: "VERISIM_ONNX_ROWS",
        hint: expect.stringContaining("no other axis has"),
      }),
    );
  });
});

describe("random numbers", () => {
  const entry = traceEntry("draw", {}, {}, ({ rng }) => ({
    outputs: { u: rng.uniform([400, 3]), n: rng.normal([400, 3]), k: rng.below(6, [1200]) },
  }));

  it("are inputs under names that tell their kind and stream", () => {
    expect(decodeModel(exportOnnx(entry)).inputs.map(({ name, element }) => [name, element])).toEqual([
      ["noise.uniform.0", "float"],
      ["noise.normal.1", "float"],
      ["noise.below.2", "int32"],
    ]);
  });

  it.each([undefined, 400])("are drawn by the runtime on request, rows %s", async (rows) => {
    const bytes = exportOnnx(entry, { random: "operators", ...(rows === undefined ? {} : { rows }) });
    const given: Record<string, TensorData> =
      rows === undefined ? {} : { rows: tensorData(Int32Array.of(400), [1]) };
    const { u, n, k } = await runOnce(bytes, given);
    // 1,200 numbers each; bounds of five standard errors, exceeded once in 1.7 million runs
    const average = ({ data }: TensorData) =>
      Array.from(data).reduce((sumSoFar, number) => sumSoFar + number, 0) / data.length;
    expect(Math.abs(average(u!) - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(1200));
    expect(Math.abs(average(n!))).toBeLessThan(5 / Math.sqrt(1200));
    expect(new Set(k!.data)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });
});

describe("an op that is new", () => {
  const calling = (facts: Partial<Operation>): TracedEntry =>
    traceEntry("new", {}, { x: tensorData([1, -3]) }, ({ inputs: { x } }) => ({
      outputs: x.graph.make(
        { name: "softsign", kind: "pointwise", infer: ([type]: readonly TensorType[]) => type!, ...facts },
        [x],
      ),
    }));

  it("is written as the operator that its row names", async () => {
    const { output } = await runOnce(exportOnnx(calling({ onnx: "Softsign" })), { x: tensorData([1, -3]) });
    expect(output).toEqual(tensorData([0.5, -0.75]));
  });

  it("is refused without one, and told where to add it", () => {
    expect(() => exportOnnx(calling({}))).toThrow(
      expect.objectContaining({
        code: "VERISIM_ONNX_UNSUPPORTED",
        message: expect.stringMatching(/\[softsign\].*export\.test\.ts/),
        hint: expect.stringContaining("packages/onnx/src/lower"),
      }),
    );
  });
});

describe("openOnnx", () => {
  it("names what is wrong with inputs in an error with a code", async () => {
    const runner = await openOnnx(exportOnnx(linear(2), { state }));
    await expect(runner.run({})).rejects.toMatchObject({ code: "VERISIM_ONNX_RUN" });
    await expect(runner.run({ x: tensorData([1, 2, 3], [1, 3]) })).rejects.toMatchObject({
      code: "VERISIM_ONNX_RUN",
    });
    await runner.dispose();
  });

  it("refuses bytes that are no model", async () => {
    await expect(openOnnx(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "VERISIM_ONNX_RUN" });
  });
});
