// Named arrays as safetensors: 8 bytes of header length, a JSON header of dtypes, shapes and offsets, then the raw numbers.
// Wide types come first, so that every array is aligned without holes. Format: huggingface.co/docs/safetensors.

import type { ArtifactTensor, TensorData } from "./artifact.ts";
import { isPlainObject } from "./canonical-json.ts";

interface Dtype {
  readonly name: string;
  readonly itemBytes: number;
  matches(data: TensorData): boolean;
  view(buffer: ArrayBufferLike, byteOffset: number, length: number): TensorData;
}

const dtypes: readonly Dtype[] = [
  {
    name: "F64",
    itemBytes: 8,
    matches: (data) => data instanceof Float64Array,
    view: (buffer, offset, length) => new Float64Array(buffer, offset, length),
  },
  {
    name: "F32",
    itemBytes: 4,
    matches: (data) => data instanceof Float32Array,
    view: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  },
  {
    name: "I32",
    itemBytes: 4,
    matches: (data) => data instanceof Int32Array,
    view: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  },
  {
    name: "U32",
    itemBytes: 4,
    matches: (data) => data instanceof Uint32Array,
    view: (buffer, offset, length) => new Uint32Array(buffer, offset, length),
  },
  {
    name: "U8",
    itemBytes: 1,
    matches: (data) => data instanceof Uint8Array,
    view: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
  },
];

const maxDimensions = 8;
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** What is wrong with tensors or their bytes; the caller gives it a code and a place. */
export class SafetensorsError extends Error {
  readonly tensor: string | undefined;

  constructor(message: string, tensor?: string) {
    super(message);
    this.tensor = tensor;
  }
}

/** True for the arrays that safetensors can hold here. */
export function isTensorData(value: unknown): value is TensorData {
  return dtypes.some((dtype) => dtype.matches(value as TensorData));
}

/**
 * The header, and then the tensors' own bytes, which are not copied. The same tensors give the same bytes whatever their
 * order. @throws SafetensorsError
 */
export function encodeSafetensors(tensors: Readonly<Record<string, ArtifactTensor>>): Uint8Array[] {
  requireLittleEndian();
  const entries = Object.entries(tensors).map(([name, tensor]) => ({
    name,
    ...tensor,
    dtype: dtypeOf(name, tensor),
  }));
  entries.sort((a, b) => b.dtype.itemBytes - a.dtype.itemBytes || (a.name < b.name ? -1 : 1));
  let offset = 0;
  const described = entries.map(({ name, data, shape, dtype }) => {
    const begin = offset;
    offset += data.byteLength;
    return [name, { dtype: dtype.name, shape: [...shape], data_offsets: [begin, offset] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(described)));
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  const view = new DataView(header.buffer);
  view.setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return [header, ...entries.map(({ data }) => bytesWithOneNaN(data))];
}

/** The array's bytes; every NaN as the one quiet NaN, because which NaN arithmetic leaves is up to the processor. */
function bytesWithOneNaN(data: TensorData): Uint8Array {
  let source = data;
  if ((data instanceof Float64Array || data instanceof Float32Array) && data.some(Number.isNaN)) {
    source = data.slice();
    const words = new Uint32Array(source.buffer);
    const wide = data instanceof Float64Array;
    for (let i = 0; i < data.length; i++) {
      if (!Number.isNaN(data[i])) continue;
      if (wide) words[2 * i] = 0;
      words[wide ? 2 * i + 1 : i] = wide ? 0x7ff80000 : 0x7fc00000;
    }
  }
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function dtypeOf(name: string, tensor: ArtifactTensor): Dtype {
  const dtype = dtypes.find((candidate) => candidate.matches(tensor.data));
  if (!dtype) throw new SafetensorsError("a Float64, Float32, Int32, Uint32 or Uint8 array", name);
  if (name === "" || name === "__metadata__") throw new SafetensorsError("another name for a tensor", name);
  if (elementCount(tensor.shape) !== tensor.data.length) {
    const received = `${tensor.shape.join(" x ")} for ${tensor.data.length} values`;
    throw new SafetensorsError(`a shape that fits the array but received ${received}`, name);
  }
  return dtype;
}

/** The product of a shape's entries, or undefined when it is not a shape. */
function elementCount(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || shape.length > maxDimensions) return undefined;
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size as number;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

/**
 * The tensors in the bytes, as views of them (of one copy where the bytes are not aligned to 8).
 *
 * @param maxHeaderBytes a longer header is refused before it is read
 * @throws SafetensorsError unless the offsets cover the data without holes or overlaps, aligned, and fit the shapes
 */
export function decodeSafetensors(bytes: Uint8Array, maxHeaderBytes: number): Record<string, ArtifactTensor> {
  requireLittleEndian();
  if (bytes.length < 8) throw new SafetensorsError("a header length but received fewer than 8 bytes");
  const declared = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (declared > BigInt(maxHeaderBytes))
    throw new SafetensorsError(`a header of at most ${maxHeaderBytes} bytes but received ${declared}`);
  const dataStart = 8 + Number(declared);
  if (dataStart > bytes.length)
    throw new SafetensorsError("a header inside the section but received a longer one");
  if (dataStart % 8 !== 0) throw new SafetensorsError("a header whose length is a multiple of 8");
  const header = parseHeader(bytes.subarray(8, dataStart));
  const aligned = (bytes.byteOffset + dataStart) % 8 === 0 ? bytes : bytes.slice();
  const dataBytes = bytes.length - dataStart;

  const places = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => readPlace(name, entry, dataBytes));
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let offset = 0;
  const tensors = places.map(({ name, dtype, shape, begin, end }) => {
    if (begin !== offset) throw new SafetensorsError("data without holes or overlaps", name);
    offset = end;
    const at = aligned.byteOffset + dataStart + begin;
    if (at % dtype.itemBytes !== 0)
      throw new SafetensorsError(`data aligned to ${dtype.itemBytes} bytes`, name);
    const data = dtype.view(aligned.buffer, at, (end - begin) / dtype.itemBytes);
    return [name, { data, shape }] as const;
  });
  if (offset !== dataBytes)
    throw new SafetensorsError(`${offset} bytes of data for the tensors but received ${dataBytes}`);
  return Object.fromEntries(tensors);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw Object.assign(new SafetensorsError("a header of JSON but received other text"), { cause });
  }
  if (!isPlainObject(header)) throw new SafetensorsError("a header that is an object");
  return header;
}

interface Place {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readPlace(name: string, entry: unknown, dataBytes: number): Place {
  if (!isPlainObject(entry) || Object.keys(entry).sort().join() !== "data_offsets,dtype,shape")
    throw new SafetensorsError("dtype, shape and data_offsets, and nothing else", name);
  const { dtype: dtypeName, shape, data_offsets: offsets } = entry;
  const dtype = dtypes.find((candidate) => candidate.name === dtypeName);
  if (!dtype) {
    const names = dtypes.map((candidate) => candidate.name).join(", ");
    throw new SafetensorsError(`one of the dtypes ${names}`, name);
  }
  const count = elementCount(shape);
  if (count === undefined) throw new SafetensorsError("a shape of whole numbers", name);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isOffset(begin) || !isOffset(end) || begin > end || end > dataBytes)
    throw new SafetensorsError("data offsets inside the section", name);
  if (end - begin !== count * dtype.itemBytes)
    throw new SafetensorsError(
      `${count * dtype.itemBytes} bytes for the shape but received ${end - begin}`,
      name,
    );
  return { name, dtype, shape: shape as number[], begin, end };
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function requireLittleEndian(): void {
  if (!isLittleEndian) throw new SafetensorsError("a little-endian machine");
}
