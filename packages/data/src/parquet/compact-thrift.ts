// Thrift's compact protocol as far as the footer and the page headers of a Parquet file need it: structures of integers,
// texts, lists and structures.

/** Values by the number of their field; a field whose value is undefined is left out. */
export type ThriftStruct = readonly (readonly [field: number, value: ThriftValue | undefined])[];

export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly boolean: boolean }
  | { readonly binary: Uint8Array | string }
  | { readonly struct: ThriftStruct }
  | { readonly list: readonly ThriftValue[] };

const types = { booleanTrue: 1, booleanFalse: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

function typeOf(value: ThriftValue): number {
  if ("i32" in value) return types.i32;
  if ("i64" in value) return types.i64;
  if ("binary" in value) return types.binary;
  if ("list" in value) return types.list;
  if ("struct" in value) return types.struct;
  return value.boolean ? types.booleanTrue : types.booleanFalse;
}

/** The bytes of a structure. */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  const bytes: number[] = [];
  writeStruct(struct, bytes);
  return Uint8Array.from(bytes);
}

/** A number below 2^53 in groups of seven bits. */
export function writeVarint(value: number, bytes: number[]): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

function writeStruct(struct: ThriftStruct, bytes: number[]): void {
  let last = 0;
  for (const [field, value] of struct) {
    if (value === undefined) continue;
    bytes.push(((field - last) << 4) | typeOf(value));
    last = field;
    writeValue(value, bytes);
  }
  bytes.push(0);
}

function writeValue(value: ThriftValue, bytes: number[]): void {
  if ("i32" in value) writeVarint(zigzag(value.i32), bytes);
  else if ("i64" in value) writeVarint(zigzag(value.i64), bytes);
  else if ("binary" in value) {
    const raw = typeof value.binary === "string" ? Buffer.from(value.binary, "utf8") : value.binary;
    writeVarint(raw.length, bytes);
    for (const byte of raw) bytes.push(byte);
  } else if ("struct" in value) writeStruct(value.struct, bytes);
  else if ("list" in value) {
    const { list } = value;
    const type = list[0] ? typeOf(list[0]) : types.struct;
    if (list.length < 15) bytes.push((list.length << 4) | type);
    else {
      bytes.push(0xf0 | type);
      writeVarint(list.length, bytes);
    }
    for (const item of list) writeValue(item, bytes);
  }
}
