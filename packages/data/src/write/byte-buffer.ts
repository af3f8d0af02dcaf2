// Bytes on their way to a file: a buffer that grows, and numbers written into it digit by digit.

import { type NumberFormat, numberText } from "../values/number-text.ts";

/** Beyond this, two decimals of as many digits may be one double. */
const exactScaled = 1e15;
const powers = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  length: number = 0;

  constructor(size: number = 1 << 16) {
    this.bytes = new Uint8Array(size);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  append(part: Uint8Array, start: number = 0, end: number = part.length): void {
    const count = end - start;
    this.reserve(count);
    const bytes = this.bytes;
    let at = this.length;
    if (count < 32) for (let i = start; i < end; i++) bytes[at++] = part[i]!;
    else bytes.set(part.subarray(start, end), at);
    this.length += count;
  }

  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  text(text: string): void {
    this.append(Buffer.from(text, "utf8"));
  }

  /** The same characters as {@link numberText}, without making a string where that is possible. */
  number(value: number, format: NumberFormat): void {
    const { style, decimals } = format;
    if (style === "integer") {
      const whole = Math.round(value);
      if (Math.abs(whole) < 1e15) this.#signed(whole < 0, Math.abs(whole));
      else this.ascii(numberText(value, format));
      return;
    }
    const size = Math.abs(value);
    const power = decimals === undefined ? 0 : powers[decimals]!;
    const scaled = Math.round(size * power);
    if (decimals === undefined || !(scaled < exactScaled) || (style !== "fixed" && scaled / power !== size)) {
      this.ascii(numberText(value, format));
      return;
    }
    const whole = Math.floor(scaled / power);
    let rest = scaled - whole * power;
    this.#signed(value < 0 && scaled > 0, whole);
    let width = decimals;
    if (style !== "fixed") {
      while (width > 0 && rest % 10 === 0) {
        rest /= 10;
        width--;
      }
      if (width === 0 && style === "point") width = 1;
    }
    if (width === 0) return;
    this.reserve(width + 1);
    this.bytes[this.length] = 46;
    for (let at = this.length + width; at > this.length; at--) {
      const next = Math.floor(rest / 10);
      this.bytes[at] = 48 + (rest - next * 10);
      rest = next;
    }
    this.length += width + 1;
  }

  #signed(negative: boolean, whole: number): void {
    this.reserve(20);
    if (negative) this.bytes[this.length++] = 45;
    let rest = whole;
    let width = 1;
    for (let limit = 10; rest >= limit; limit *= 10) width++;
    for (let at = this.length + width - 1; at >= this.length; at--) {
      const next = Math.floor(rest / 10);
      this.bytes[at] = 48 + (rest - next * 10);
      rest = next;
    }
    this.length += width;
  }
}
