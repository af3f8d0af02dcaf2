// A model in transit: a manifest of plain JSON and named arrays. model-file.ts turns it into bytes and back.

import type { JsonObject } from "./json.ts";

/** The array types a model file can hold (safetensors F64, F32, I32, U32, U8). */
export type TensorData = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

export interface ArtifactTensor {
  readonly data: TensorData;
  /** Row-major; the product of its entries is `data.length`. */
  readonly shape: readonly number[];
}

export interface Artifact {
  /** The generator's name as the command line knows it (`gaussian-copula`). */
  readonly generator: string;
  /** Version of the generator's own format; a reader refuses a later one. */
  readonly formatVersion: number;
  /** Everything that is not an array: options, metadata, transform states, fit summary. No clock, no path, no host. */
  readonly manifest: JsonObject;
  readonly tensors: Readonly<Record<string, ArtifactTensor>>;
}
