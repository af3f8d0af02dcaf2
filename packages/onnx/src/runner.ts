// ONNX files run by onnxruntime-node, an optional peer: it is loaded when the first file is opened.

import { VerisimError } from "@verisim/core";
import { sizeOf, type TensorData } from "@verisim/tensor";
import type { InferenceSession, Tensor } from "onnxruntime-node";

/** How a file is run. */
export interface RunnerOptions {
  /** Threads of one operator; default what the runtime chooses (all cores). */
  readonly threads?: number;
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
  const toRuntime = ({ shape, data }: TensorData): Tensor => {
    if (sizeOf(shape) !== data.length)
      throw failed("take an input", `${data.length} numbers for shape [${shape.join(", ")}]`);
    return data instanceof Int32Array
      ? new runtime.Tensor("int32", data, shape)
      : new runtime.Tensor("float32", data, shape);
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(inputs) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, toRuntime(value)]),
      );
      const results = await session.run(feeds).catch((cause: unknown) => {
        throw failed("run the file", cause);
      });
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromRuntime(tensor)]));
    },
    dispose: () => session.release(),
  };
}
