// Protocol buffers, as much of them as an ONNX file needs: varints, 32-bit floats and length-delimited fields. A message
// is a list of byte pieces that is put together once, at the end, so that weights are copied a single time.

import { VerisimError } from "@verisim/core";

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** A message being written; fields appear in the order of the calls. */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** A whole number of any sign, exact up to 2^53. */
  int(field: number, value: number): this {
    this.#varint(field * 8);
    if (value >= 0) this.#varint(value);
    else this.#push(negativeVarint(value));
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
    return this;
  }

  /** Taken by reference until {@link finish}. */
  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#push(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  message(field: number, value: Message): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.#size);
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  /** The message as one array. */
  finish(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let offset = 0;
    for (const part of this.#parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  #push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }

  #varint(value: number): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
    this.#push(Uint8Array.from(bytes));
  }
}

/** Negative numbers take ten bytes: those of their 64-bit two's complement. */
function negativeVarint(value: number): Uint8Array {
  const bits = BigInt.asUintN(64, BigInt(value));
  return Uint8Array.from(
    { length: 10 },
    (_, i) => Number((bits >> BigInt(7 * i)) & 127n) | (i < 9 ? 128 : 0),
  );
}

/** One field as read: a number of a varint or a float, or the bytes of a length-delimited field. */
export interface Field {
  readonly field: number;
  readonly wire: number;
  /** Varints as signed 64-bit numbers, floats of wire type 5 as they are; 0 for bytes. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

function broken(message: string): VerisimError {
  return new VerisimError("VERISIM_ONNX_INVALID", `Expected an ONNX file but ${message}`, {
    hint: "The file is damaged or not an ONNX model.",
  });
}

/**
 * All fields of a message in order.
 * @throws VerisimError `VERISIM_ONNX_INVALID` where the bytes end early or a wire type is unknown
 */
export function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const none = bytes.subarray(0, 0);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken("it ends within a number");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw broken("a number in it has more than ten bytes");
  };
  const take = (length: number): number => {
    const start = at;
    at += length;
    if (at > bytes.length) throw broken("it ends within a field");
    return start;
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0) throw broken("it has a field of number 0");
    if (wire === 0) fields.push({ field, wire, number: Number(BigInt.asIntN(64, varint())), bytes: none });
    else if (wire === 1) fields.push({ field, wire, number: view.getFloat64(take(8), true), bytes: none });
    else if (wire === 2) {
      const length = Number(varint());
      const start = take(length);
      fields.push({ field, wire, number: 0, bytes: bytes.subarray(start, start + length) });
    } else if (wire === 5) fields.push({ field, wire, number: view.getFloat32(take(4), true), bytes: none });
    else throw broken(`it has a field of wire type ${wire}`);
  }
  return fields;
}

/** Bytes as UTF-8 text. */
export function textOf(bytes: Uint8Array): string {
  return fromUtf8.decode(bytes);
}

/** Numbers of a repeated field of whole numbers, packed or one by one. */
export function intsOf(fields: readonly Field[], field: number): number[] {
  return fields
    .filter((candidate) => candidate.field === field)
    .flatMap(({ wire, number, bytes }) => (wire === 2 ? packedInts(bytes) : [number]));
}

function packedInts(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      numbers.push(Number(BigInt.asIntN(64, value)));
      value = 0n;
      shift = 0n;
    }
  }
  return numbers;
}

/** Numbers of a repeated field of 32-bit floats, packed or one by one. */
export function floatsOf(fields: readonly Field[], field: number): number[] {
  return fields
    .filter((candidate) => candidate.field === field)
    .flatMap(({ wire, number, bytes }) => {
      if (wire !== 2) return [number];
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
    });
}
