// ONNX files run by onnxruntime-node, an optional peer: it is loaded when the first file is opened.

import { VerisimError } from "@verisim/core";
import { sizeOf, type TensorData } from "@verisim/tensor";
import type { InferenceSession, Tensor } from "onnxruntime-node";

/** How a file is run. */
export interface RunnerOptions {
  /** Threads of one operator; default what the runtime chooses (all cores). */
  readonly threads?: number;
}

/** Cells of any type that a file takes or yields: numbers, 64-bit whole numbers, texts, or truth values as 0 and 1. */
export interface OnnxArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | readonly string[];
}

/** An opened file. */
export interface OnnxRunner {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the graph once. f32 and i32 go in by the names of the file's inputs, and come out by those of its outputs;
   * 64-bit whole numbers and truth values come out as i32.
   * @throws VerisimError `VERISIM_ONNX_RUN` where an input is missing, has another shape or type, or an operator fails
   */
  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>;
  /**
   * As `run`, with cells of every type as they are: a file with columns takes and yields more than tensors hold. Uint8Array
   * goes in as truth values.
   * @throws VerisimError `VERISIM_ONNX_RUN`
   */
  runTyped(inputs: Readonly<Record<string, OnnxArray>>): Promise<Record<string, OnnxArray>>;
  /** Frees the runtime's memory; `run` throws afterwards. */
  dispose(): Promise<void>;
}

type Runtime = typeof import("onnxruntime-node");

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw new VerisimError("VERISIM_PEER_MISSING", "Expected the package onnxruntime-node to be installed", {
      hint: "npm install onnxruntime-node",
      cause,
    });
  }
}

function failed(what: string, cause: unknown): VerisimError {
  return new VerisimError(
    "VERISIM_ONNX_RUN",
    `Failed to ${what}: ${cause instanceof Error ? cause.message : cause}`,
    {
      hint: "The message is onnxruntime's own; inputs are given by the file's names, see inputNames.",
      cause,
    },
  );
}

function fromRuntime(tensor: Tensor): TensorData {
  const { dims, data } = tensor;
  if (data instanceof Float32Array || data instanceof Int32Array) return { shape: dims, data };
  if (data instanceof BigInt64Array) return { shape: dims, data: Int32Array.from(data, Number) };
  if (data instanceof Uint8Array) return { shape: dims, data: Int32Array.from(data) };
  throw new VerisimError("VERISIM_ONNX_RUN", `Expected an output of numbers but received ${tensor.type}`);
}

/**
 * Opens an ONNX file with onnxruntime-node.
 * @throws VerisimError `VERISIM_PEER_MISSING` without that package, `VERISIM_ONNX_RUN` where it refuses the file
 */
export async function openOnnx(bytes: Uint8Array, options: RunnerOptions = {}): Promise<OnnxRunner> {
  const runtime = await loadRuntime();
  const threads =
    options.threads === undefined ? {} : { intraOpNumThreads: options.threads, interOpNumThreads: 1 };
  const session: InferenceSession = await runtime.InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    ...threads,
  }).catch((cause: unknown) => {
    throw failed("open the file", cause);
  });
  const toRuntime = ({ shape, data }: OnnxArray): Tensor => {
    if (sizeOf(shape) !== data.length)
      throw failed("take an input", `${data.length} cells for shape [${shape.join(", ")}]`);
    if (data instanceof Float32Array) return new runtime.Tensor("float32", data, shape);
    if (data instanceof Int32Array) return new runtime.Tensor("int32", data, shape);
    if (data instanceof Float64Array) return new runtime.Tensor("float64", data, shape);
    if (data instanceof BigInt64Array) return new runtime.Tensor("int64", data, shape);
    if (data instanceof Uint8Array) return new runtime.Tensor("bool", data, shape);
    return new runtime.Tensor("string", [...data], shape);
  };
  const runSession = async (inputs: Readonly<Record<string, OnnxArray>>): Promise<[string, Tensor][]> => {
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toRuntime(value)]));
    const results = await session.run(feeds).catch((cause: unknown) => {
      throw failed("run the file", cause);
    });
    return Object.entries(results);
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(inputs) {
      const results = await runSession(inputs);
      return Object.fromEntries(results.map(([name, tensor]) => [name, fromRuntime(tensor)]));
    },
    async runTyped(inputs) {
      const results = await runSession(inputs);
      return Object.fromEntries(
        results.map(([name, { dims, data }]) => [name, { shape: dims, data: data as OnnxArray["data"] }]),
      );
    },
    dispose: () => session.release(),
  };
}
