// Finds the members of one JSON object in a buffer, as spans of bytes: numbers keep their digits, nested values their
// text, and an object that is cut off at the end of the buffer is simply not there yet.

import { VerisimError } from "@verisim/core";
import { hashStart, hashStep } from "./text-pool.ts";

export type JsonKind = "null" | "string" | "escaped" | "number" | "boolean" | "nested";

export interface JsonMember {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly keyEscaped: boolean;
  readonly kind: JsonKind;
  /** Span of the value; of strings without their quotes. */
  readonly start: number;
  readonly end: number;
  readonly hash: number;
}

/** Thrown when the buffer ends inside a value; more bytes may complete it. */
const cutOff = Symbol("cut off");

export class JsonScanner {
  readonly #file: string;
  readonly #cellBytes: number;
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;
  #at = 0;
  #escaped = false;
  #hash = 0;
  row: number = 1;
  members: JsonMember[] = [];

  constructor(file: string, cellBytes: number) {
    this.#file = file;
    this.#cellBytes = cellBytes;
  }

  /**
   * Reads the object at `position` into `members`.
   * @returns the position after it, or -1 when the buffer ends first
   * @throws VerisimError `VERISIM_JSON_SYNTAX`, `VERISIM_CELL_TOO_LARGE`
   */
  scan(bytes: Uint8Array, position: number, end: number): number {
    this.#bytes = bytes;
    this.#at = position;
    this.#end = end;
    this.members = [];
    try {
      this.#object();
      return this.#at;
    } catch (thrown) {
      if (thrown === cutOff) return -1;
      throw thrown;
    }
  }

  fail(expected: string): VerisimError {
    const byte = this.#bytes[this.#at];
    const received = byte === undefined ? "the end" : JSON.stringify(String.fromCharCode(byte));
    return new VerisimError("VERISIM_JSON_SYNTAX", `Expected ${expected} but received ${received}.`, {
      where: { file: this.#file, row: this.row },
      hint: "Each row is an object of named values, in a list (.json) or one to a line (.jsonl).",
    });
  }

  #peek(): number {
    if (this.#at >= this.#end) throw cutOff;
    return this.#bytes[this.#at]!;
  }

  #space(): number {
    for (;;) {
      const byte = this.#peek();
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
  }

  #object(): void {
    if (this.#peek() !== 0x7b) throw this.fail("an object");
    this.#at++;
    if (this.#space() === 0x7d) {
      this.#at++;
      return;
    }
    for (;;) {
      if (this.#space() !== 0x22) throw this.fail("a name in quotes");
      const keyStart = this.#at + 1;
      this.#string();
      const keyEnd = this.#at - 1;
      const keyEscaped = this.#escaped;
      if (this.#space() !== 0x3a) throw this.fail("a colon");
      this.#at++;
      this.#space();
      const { kind, start, end } = this.#value();
      if (end - start > this.#cellBytes)
        throw new VerisimError(
          "VERISIM_CELL_TOO_LARGE",
          `Expected cells of at most ${this.#cellBytes} bytes but received a longer one.`,
          { where: { file: this.#file, row: this.row } },
        );
      this.members.push({ keyStart, keyEnd, keyEscaped, kind, start, end, hash: this.#hash });
      const next = this.#space();
      this.#at++;
      if (next === 0x7d) return;
      if (next !== 0x2c) {
        this.#at--;
        throw this.fail("a comma or the end of the object");
      }
    }
  }

  #value(): { kind: JsonKind; start: number; end: number } {
    const start = this.#at;
    const byte = this.#peek();
    if (byte === 0x22) {
      this.#string();
      return { kind: this.#escaped ? "escaped" : "string", start: start + 1, end: this.#at - 1 };
    }
    if (byte === 0x7b || byte === 0x5b) {
      this.#nested(0);
      return this.#span("nested", start);
    }
    if (byte === 0x74) return this.#word("true", "boolean");
    if (byte === 0x66) return this.#word("false", "boolean");
    if (byte === 0x6e) return this.#word("null", "null");
    this.#number();
    return this.#span("number", start);
  }

  #span(kind: JsonKind, start: number): { kind: JsonKind; start: number; end: number } {
    let hash = hashStart;
    for (let i = start; i < this.#at; i++) hash = Math.imul(hash ^ this.#bytes[i]!, hashStep);
    this.#hash = hash;
    return { kind, start, end: this.#at };
  }

  #word(word: string, kind: JsonKind): { kind: JsonKind; start: number; end: number } {
    const start = this.#at;
    for (let i = 0; i < word.length; i++) {
      if (this.#peek() !== word.charCodeAt(i)) throw this.fail("a value");
      this.#at++;
    }
    return this.#span(kind, start);
  }

  #string(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let hash = hashStart;
    let i = this.#at + 1;
    this.#escaped = false;
    for (; ; i++) {
      if (i >= end) throw cutOff;
      const byte = bytes[i]!;
      if (byte === 0x22) break;
      if (byte === 0x5c) {
        this.#escaped = true;
        this.#at = ++i;
        if (i >= end) throw cutOff;
        if (!/["\\/bfnrtu]/.test(String.fromCharCode(bytes[i]!))) throw this.fail("an escape");
        if (bytes[i] === 0x75) {
          for (let digit = 1; digit <= 4; digit++) {
            if (i + digit >= end) throw cutOff;
            this.#at = i + digit;
            if (!/[0-9a-fA-F]/.test(String.fromCharCode(bytes[i + digit]!))) throw this.fail("a digit");
          }
        }
      } else if (byte < 0x20) {
        this.#at = i;
        throw this.fail("an escaped control character");
      }
      hash = Math.imul(hash ^ byte, hashStep);
    }
    this.#hash = hash;
    this.#at = i + 1;
  }

  #digits(): void {
    let count = 0;
    while (this.#at < this.#end && this.#bytes[this.#at]! >= 0x30 && this.#bytes[this.#at]! <= 0x39) {
      this.#at++;
      count++;
    }
    if (count === 0) {
      this.#peek();
      throw this.fail("a value");
    }
  }

  #number(): void {
    if (this.#peek() === 0x2d) this.#at++;
    if (this.#peek() === 0x30) this.#at++;
    else this.#digits();
    if (this.#peek() === 0x2e) {
      this.#at++;
      this.#digits();
    }
    if (this.#peek() === 0x65 || this.#peek() === 0x45) {
      this.#at++;
      if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.#at++;
      this.#digits();
    }
    this.#peek();
  }

  #nested(depth: number): void {
    if (depth > 200) throw this.fail("at most 200 levels of nesting");
    const list = this.#peek() === 0x5b;
    const close = list ? 0x5d : 0x7d;
    this.#at++;
    if (this.#space() === close) {
      this.#at++;
      return;
    }
    for (;;) {
      if (!list) {
        if (this.#space() !== 0x22) throw this.fail("a name in quotes");
        this.#string();
        if (this.#space() !== 0x3a) throw this.fail("a colon");
        this.#at++;
      }
      const byte = this.#space();
      if (byte === 0x7b || byte === 0x5b) this.#nested(depth + 1);
      else this.#value();
      const next = this.#space();
      if (next !== 0x2c && next !== close) throw this.fail("a comma or the end of the list");
      this.#at++;
      if (next === close) return;
    }
  }
}
