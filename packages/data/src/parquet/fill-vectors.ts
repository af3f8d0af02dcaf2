// From numbers and codes into DuckDB's vectors: each column is brought to its type in a small buffer of its own, which is
// copied into the vector in one piece.

import type { Bindings, Vector } from "../duckdb/database.ts";
import type { VectorType } from "./column-forms.ts";
import { vectorRows } from "./row-slots.ts";

/** A number that its column's type cannot hold. */
export class CellFault extends Error {
  readonly value: number;

  constructor(value: number) {
    super(`internal: ${value} does not fit its column's type`);
    this.value = value;
  }
}

/** Puts cells [0, rows) of one column into a vector. */
export type FillNumbers = (values: Float64Array, rows: number, vector: Vector) => void;
export type FillCodes = (codes: Int32Array, rows: number, vector: Vector) => void;

/** The rows of a vector that have a cell. */
export class Validity {
  readonly #bindings: Bindings;
  readonly #bits: Uint8Array<ArrayBuffer> = new Uint8Array(vectorRows / 8);
  #any = false;

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  miss(row: number): void {
    if (!this.#any) this.#bits.fill(255);
    this.#any = true;
    this.#bits[row >> 3]! &= ~(1 << (row & 7));
  }

  store(vector: Vector): void {
    if (!this.#any) return;
    this.#any = false;
    this.#bindings.vector_ensure_validity_writable(vector);
    this.#bindings.copy_data_to_vector_validity(vector, 0, this.#bits.buffer, 0, this.#bits.length);
  }
}

export function fillNumbers(bindings: Bindings, type: VectorType): FillNumbers {
  const validity = new Validity(bindings);
  switch (type) {
    case "DOUBLE":
      return fillDoubles(bindings, validity);
    case "DATE":
      return fillSmall(bindings, validity, new Int32Array(vectorRows), days);
    case "TIMESTAMP":
    case "TIMESTAMP_TZ":
    case "BIGINT":
    case "UBIGINT":
      return fillWide(bindings, validity, type !== "UBIGINT");
    default:
      return fillSmall(bindings, validity, smallArray(type), nearest);
  }
}

type Small = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

function smallArray(type: VectorType): Small {
  switch (type) {
    case "TINYINT":
      return new Int8Array(vectorRows);
    case "SMALLINT":
      return new Int16Array(vectorRows);
    case "INTEGER":
      return new Int32Array(vectorRows);
    case "USMALLINT":
      return new Uint16Array(vectorRows);
    case "UINTEGER":
      return new Uint32Array(vectorRows);
    default:
      return new Uint8Array(vectorRows);
  }
}

function fillDoubles(bindings: Bindings, validity: Validity): FillNumbers {
  const out = new Float64Array(vectorRows);
  return (values, rows, vector) => {
    out.set(values);
    for (let row = 0; row < rows; row++) if (Number.isNaN(values[row])) validity.miss(row);
    bindings.copy_data_to_vector(vector, 0, out.buffer, 0, rows * 8);
    validity.store(vector);
  };
}

function fillSmall(
  bindings: Bindings,
  validity: Validity,
  out: Small,
  whole: (x: number) => number,
): FillNumbers {
  const width = out.BYTES_PER_ELEMENT;
  return (values, rows, vector) => {
    for (let row = 0; row < rows; row++) {
      const x = values[row]!;
      const rounded = whole(x);
      out[row] = rounded;
      if (out[row] === rounded) continue;
      if (!Number.isNaN(x)) throw new CellFault(x);
      validity.miss(row);
    }
    bindings.copy_data_to_vector(vector, 0, out.buffer as ArrayBuffer, 0, rows * width);
    validity.store(vector);
  };
}

const dayMicros = 86_400e6;

/** Days of the instants [microseconds since 1970], the day that each is in. */
const days = (x: number): number => Math.floor(nearest(x) / dayMicros);

/** The nearest whole number, half away from zero, as SQL's `round` gives it. */
function nearest(x: number): number {
  const whole = Math.trunc(x);
  const rest = x - whole;
  return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
}

/**
 * With this added, the low 51 bits of a double are those of a whole number; its other bits are those of the sum of 0.
 * What is no whole number is another one after it is added and taken away.
 */
const shift = 1.5 * 2 ** 52;
const shiftHigh = 0x43380000;
const shiftLimit = 2 ** 51;

/** Whole numbers of 64 bits. Those of doubles become no BigInt, unless they are beyond 2^53. */
function fillWide(bindings: Bindings, validity: Validity, signed: boolean): FillNumbers {
  const doubles = new Float64Array(vectorRows);
  const words = new Int32Array(doubles.buffer);
  const lows = new Uint32Array(doubles.buffer);
  const wides = new BigInt64Array(doubles.buffer);
  const least = signed ? -(2 ** 63) : 0;
  const beyond = signed ? 2 ** 63 : 2 ** 64;
  const fillRest = (row: number, given: number): void => {
    const x = nearest(given);
    if (Number.isNaN(x)) {
      doubles[row] = 0;
      validity.miss(row);
    } else if (!(x >= least && x < beyond)) throw new CellFault(given);
    else if (Number.isSafeInteger(x)) {
      const high = Math.floor(x / 2 ** 32);
      lows[2 * row] = x - high * 2 ** 32;
      words[2 * row + 1] = high;
    } else wides[row] = BigInt.asIntN(64, BigInt(x));
  };
  return (values, rows, vector) => {
    fillWhole(values, rows, doubles, words, least, fillRest);
    bindings.copy_data_to_vector(vector, 0, doubles.buffer, 0, rows * 8);
    validity.store(vector);
  };
}

/** A function of its own, whose arrays are its parameters: the engine then keeps them in registers. */
function fillWhole(
  values: Float64Array,
  rows: number,
  doubles: Float64Array,
  words: Int32Array,
  least: number,
  fillRest: (row: number, given: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const given = values[row]!;
    const shifted = given + shift;
    if (shifted - shift === given && given > -shiftLimit && given < shiftLimit && given >= least) {
      doubles[row] = shifted;
      words[2 * row + 1]! -= shiftHigh;
    } else fillRest(row, given);
  }
}

/** What the codes of a column of booleans or whole numbers stand for. */
export class ValueTable {
  readonly #bindings: Bindings;
  readonly #type: VectorType;
  /** Two a value. */
  #words: Int32Array = new Int32Array(0);

  constructor(bindings: Bindings, type: VectorType) {
    this.#bindings = bindings;
    this.#type = type;
  }

  put(from: number, values: BigInt64Array): void {
    const count = from + values.length;
    if (this.#words.length < 2 * count) {
      const words = new Int32Array(4 * count);
      words.set(this.#words.subarray(0, 2 * from));
      this.#words = words;
    }
    this.#words.set(new Int32Array(values.buffer, values.byteOffset, 2 * values.length), 2 * from);
  }

  filler(): FillCodes {
    const bindings = this.#bindings;
    const validity = new Validity(bindings);
    const isWide = this.#type === "BIGINT" || this.#type === "UBIGINT";
    const out = isWide ? new Int32Array(2 * vectorRows) : smallArray(this.#type);
    const width = isWide ? 8 : out.BYTES_PER_ELEMENT;
    return (codes, rows, vector) => {
      const words = this.#words;
      for (let row = 0; row < rows; row++) {
        const code = codes[row]!;
        if (code < 0) validity.miss(row);
        else if (isWide) {
          out[2 * row] = words[2 * code]!;
          out[2 * row + 1] = words[2 * code + 1]!;
        } else out[row] = words[2 * code]!;
      }
      bindings.copy_data_to_vector(vector, 0, out.buffer as ArrayBuffer, 0, rows * width);
      validity.store(vector);
    };
  }
}

/** Codes of an ENUM are those of its members, in as many bytes as their number takes. */
export function fillMembers(bindings: Bindings, memberCount: number): FillCodes {
  const validity = new Validity(bindings);
  const out = memberCount <= 255 ? new Uint8Array(vectorRows) : new Uint16Array(vectorRows);
  const width = out.BYTES_PER_ELEMENT;
  return (codes, rows, vector) => {
    for (let row = 0; row < rows; row++) {
      const code = codes[row]!;
      if (code < 0) validity.miss(row);
      out[row] = Math.max(code, 0);
    }
    bindings.copy_data_to_vector(vector, 0, out.buffer as ArrayBuffer, 0, rows * width);
    validity.store(vector);
  };
}
