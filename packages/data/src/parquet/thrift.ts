// Thrift's compact protocol, as much of it as Parquet's page headers and footer need (writing only).

import { ByteBuffer } from "../write/byte-buffer.ts";

/** A value of a struct; `undefined` leaves the field out. */
export type ThriftValue =
  | { readonly type: "i32" | "i64" | "i8"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "binary"; readonly value: string }
  | {
      readonly type: "list";
      readonly of: "i32" | "binary" | "struct";
      readonly items: readonly ThriftValue[];
    }
  | { readonly type: "struct"; readonly fields: ThriftFields };

/** Fields by their numbers, in rising order. */
export type ThriftFields = readonly (readonly [number, ThriftValue | undefined])[];

export const i8 = (value: number): ThriftValue => ({ type: "i8", value });
export const i32 = (value: number): ThriftValue => ({ type: "i32", value });
export const i64 = (value: number): ThriftValue => ({ type: "i64", value });
export const bool = (value: boolean): ThriftValue => ({ type: "bool", value });
export const binary = (value: string): ThriftValue => ({ type: "binary", value });
export const struct = (fields: ThriftFields): ThriftValue => ({ type: "struct", fields });
export const list = (of: "i32" | "binary" | "struct", items: readonly ThriftValue[]): ThriftValue => ({
  type: "list",
  of,
  items,
});

const typeCodes = { i8: 3, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/** An unsigned integer up to 2^53, seven bits to a byte. */
export function writeVarint(out: ByteBuffer, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.byte((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.byte(rest);
}

function writeZigzag(out: ByteBuffer, value: number): void {
  writeVarint(out, value >= 0 ? value * 2 : -value * 2 - 1);
}

function writeStruct(out: ByteBuffer, fields: ThriftFields): void {
  let last = 0;
  for (const [id, value] of fields) {
    if (value === undefined) continue;
    const code = value.type === "bool" ? (value.value ? 1 : 2) : typeCodes[value.type];
    const delta = id - last;
    if (delta > 0 && delta <= 15) out.byte((delta << 4) | code);
    else {
      out.byte(code);
      writeZigzag(out, id);
    }
    last = id;
    if (value.type !== "bool") writeValue(out, value);
  }
  out.byte(0);
}

function writeValue(out: ByteBuffer, value: ThriftValue): void {
  switch (value.type) {
    case "i8":
      out.byte(value.value & 0xff);
      break;
    case "i32":
    case "i64":
      writeZigzag(out, value.value);
      break;
    case "bool":
      out.byte(value.value ? 1 : 2);
      break;
    case "binary": {
      const bytes = Buffer.from(value.value, "utf8");
      writeVarint(out, bytes.length);
      out.append(bytes);
      break;
    }
    case "list": {
      const count = value.items.length;
      if (count < 15) out.byte((count << 4) | typeCodes[value.of]);
      else {
        out.byte(0xf0 | typeCodes[value.of]);
        writeVarint(out, count);
      }
      for (const item of value.items) writeValue(out, item);
      break;
    }
    case "struct":
      writeStruct(out, value.fields);
      break;
  }
}

/** The bytes of a struct. */
export function encodeThrift(fields: ThriftFields): Uint8Array {
  const out = new ByteBuffer(256);
  writeStruct(out, fields);
  return out.bytes.subarray(0, out.length);
}
