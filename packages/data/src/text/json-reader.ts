// Reads JSON (a list of objects) and JSON Lines into text pools. A column is what its values are: strings, numbers,
// booleans or nested values; where kinds mix, each cell is kept as JSON text.

import { isUtf8 } from "node:buffer";
import { VerisimError } from "@verisim/core";
import { readBytes } from "./byte-source.ts";
import { checkTextStart, notUtf8, trimPartial } from "./encoding.ts";
import { type JsonKind, type JsonMember, JsonScanner } from "./json-scanner.ts";
import type { TextColumns, TextReadOptions } from "./text-columns.ts";
import { hashBytes, TextPool } from "./text-pool.ts";

type ColumnKind = "string" | "number" | "boolean" | "nested" | "mixed";

interface JsonColumn {
  readonly name: string;
  readonly key: Buffer;
  pool: TextPool;
  kind: ColumnKind | null;
  /** All numbers so far are whole and written without point or exponent. */
  whole: boolean;
}

/**
 * @throws VerisimError `VERISIM_JSON_SYNTAX`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_CELL_TOO_LARGE`, `VERISIM_ENCODING`,
 * `VERISIM_BINARY_FILE`, `VERISIM_FILE_DAMAGED`, `VERISIM_TOO_MANY_COLUMNS`, `VERISIM_ABORTED`
 */
export async function readJson(path: string, options: TextReadOptions): Promise<TextColumns> {
  const reader = new JsonReader(path, options);
  for await (const piece of readBytes(path, options)) reader.push(piece);
  return reader.finish();
}

const space = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

class JsonReader {
  readonly #path: string;
  readonly #options: TextReadOptions;
  readonly #scanner: JsonScanner;
  readonly #columns: JsonColumn[] = [];
  readonly #byName = new Map<string, number>();
  #rest: Buffer = Buffer.alloc(0);
  #started = false;
  /** `row`: a row or the end may come; `comma`: after a row of a list; `closed`: after the list. */
  #state: "start" | "row" | "comma" | "closed" = "start";
  #list = false;
  #afterComma = false;
  #rows = 0;

  constructor(path: string, options: TextReadOptions) {
    this.#path = path;
    this.#options = options;
    this.#scanner = new JsonScanner(path, options.limits.cellBytes);
  }

  push(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    // A record that grows over several pieces is scanned again only when its size has doubled.
    if (this.#rest.length > 1 << 20 && piece.length < this.#rest.length && bytes.length < this.#waitFor) {
      this.#rest = bytes;
      return;
    }
    this.#consume(bytes, false);
    this.#waitFor = this.#rest.length * 2;
  }

  #waitFor = 0;

  finish(): TextColumns {
    this.#consume(this.#rest, true);
    if (this.#list && this.#state !== "closed") throw this.#syntax("the end of the list");
    return {
      names: this.#columns.map((column) => column.name),
      pools: this.#columns.map((column) => column.pool),
      rowCount: this.#rows,
      physical: this.#columns.map(physicalType),
      textual: this.#columns.map((column) => column.kind !== "number" && column.kind !== null),
      warnings: [],
    };
  }

  #syntax(expected: string): VerisimError {
    return new VerisimError("VERISIM_JSON_SYNTAX", `Expected ${expected} but the file ends.`, {
      where: { file: this.#path, row: this.#rows + 1 },
      hint: "The file is cut off: fetch or export it again.",
    });
  }

  #consume(bytes: Buffer, last: boolean): void {
    let at = 0;
    if (!this.#started) {
      this.#started = true;
      at = checkTextStart(bytes, this.#path);
    }
    const begin = at;
    const limit = this.#options.limits.cellBytes;
    for (;;) {
      while (at < bytes.length && space(bytes[at])) at++;
      if (at >= bytes.length) break;
      const byte = bytes[at]!;
      this.#scanner.row = this.#rows + 1;
      if (this.#state === "start") {
        this.#state = "row";
        if (byte === 0x5b) {
          this.#list = true;
          at++;
          continue;
        }
      }
      if (this.#state === "closed" || (this.#list && !this.#afterComma && byte === 0x5d)) {
        if (this.#state === "closed") throw this.#unexpected(bytes, at, "nothing after the list");
        this.#state = "closed";
        at++;
        continue;
      }
      if (this.#state === "comma") {
        if (byte !== 0x2c) throw this.#unexpected(bytes, at, "a comma between rows");
        this.#state = "row";
        this.#afterComma = true;
        at++;
        continue;
      }
      const next = this.#scanner.scan(bytes, at, bytes.length);
      if (next < 0) {
        if (!isUtf8(trimPartial(bytes.subarray(begin)))) throw notUtf8(this.#path, this.#rows + 1);
        if (last) throw this.#syntax("the rest of a row");
        if (bytes.length - at > limit * 16)
          throw new VerisimError("VERISIM_CELL_TOO_LARGE", "A row is longer than the limit allows.", {
            where: { file: this.#path, row: this.#rows + 1 },
          });
        break;
      }
      if (!isUtf8(bytes.subarray(at, next))) throw notUtf8(this.#path, this.#rows + 1);
      this.#row(bytes, this.#scanner.members);
      this.#afterComma = false;
      if (this.#list) this.#state = "comma";
      at = next;
    }
    this.#rest = bytes.subarray(at);
  }

  #unexpected(bytes: Buffer, at: number, expected: string): VerisimError {
    return new VerisimError(
      "VERISIM_JSON_SYNTAX",
      `Expected ${expected} but received ${JSON.stringify(bytes.toString("utf8", at, at + 20))}.`,
      { where: { file: this.#path, row: this.#rows + 1 } },
    );
  }

  #row(bytes: Buffer, members: readonly JsonMember[]): void {
    for (let i = 0; i < members.length; i++) {
      const member = members[i]!;
      const column = this.#columnOf(bytes, member, i);
      if (column.pool.rowCount > this.#rows)
        throw new VerisimError(
          "VERISIM_DUPLICATE_COLUMN",
          `Expected the names of a row to differ but received ${JSON.stringify(column.name)} twice.`,
          { where: { file: this.#path, column: column.name, row: this.#rows + 1 } },
        );
      this.#cell(column, bytes, member);
    }
    this.#rows++;
    if (members.length < this.#columns.length)
      for (const column of this.#columns) if (column.pool.rowCount < this.#rows) column.pool.addMissing();
  }

  #columnOf(bytes: Buffer, member: JsonMember, index: number): JsonColumn {
    const guess = this.#columns[index];
    if (guess && !member.keyEscaped && guess.key.length === member.keyEnd - member.keyStart) {
      if (bytes.compare(guess.key, 0, guess.key.length, member.keyStart, member.keyEnd) === 0) return guess;
    }
    const raw = bytes.toString("utf8", member.keyStart, member.keyEnd);
    const name = member.keyEscaped ? (JSON.parse(`"${raw}"`) as string) : raw;
    const known = this.#byName.get(name);
    if (known !== undefined) return this.#columns[known]!;
    if (this.#columns.length === this.#options.limits.columns)
      throw new VerisimError(
        "VERISIM_TOO_MANY_COLUMNS",
        `Expected at most ${this.#columns.length} columns but received more.`,
        { where: { file: this.#path, row: this.#rows + 1 } },
      );
    const column: JsonColumn = {
      name,
      key: Buffer.from(name, "utf8"),
      pool: new TextPool(),
      kind: null,
      whole: true,
    };
    for (let row = 0; row < this.#rows; row++) column.pool.addMissing();
    this.#byName.set(name, this.#columns.push(column) - 1);
    return column;
  }

  #cell(column: JsonColumn, bytes: Buffer, member: JsonMember): void {
    if (member.kind === "null") {
      column.pool.addMissing();
      return;
    }
    const kind = kindOf(member.kind);
    if (column.kind === null) column.kind = kind;
    else if (column.kind !== kind && column.kind !== "mixed") mix(column);
    if (kind === "number" && column.whole) column.whole = isWhole(bytes, member.start, member.end);
    if (column.kind === "mixed" && kind === "string") {
      addBytes(column.pool, bytes.subarray(member.start - 1, member.end + 1));
    } else if (member.kind === "escaped") {
      const text = JSON.parse(`"${bytes.toString("utf8", member.start, member.end)}"`) as string;
      addBytes(column.pool, Buffer.from(text, "utf8"));
    } else column.pool.add(bytes, member.start, member.end, member.hash);
  }
}

function kindOf(kind: JsonKind): ColumnKind {
  return kind === "escaped" || kind === "string" ? "string" : (kind as ColumnKind);
}

function addBytes(pool: TextPool, bytes: Uint8Array): void {
  pool.add(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
}

function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! > 0x39 || bytes[i] === 0x2e) return false;
  return true;
}

/** From now on every cell of the column is JSON text. */
function mix(column: JsonColumn): void {
  const pool = new TextPool();
  const texts = column.pool
    .texts()
    .map((text) => Buffer.from(column.kind === "string" ? JSON.stringify(text) : text, "utf8"));
  for (const code of column.pool.codes) {
    if (code < 0) pool.addMissing();
    else addBytes(pool, texts[code]!);
  }
  column.pool = pool;
  column.kind = "mixed";
}

function physicalType(column: JsonColumn): string {
  switch (column.kind) {
    case "number":
      return column.whole ? "BIGINT" : "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "nested":
    case "mixed":
      return "JSON";
    default:
      return "VARCHAR";
  }
}
