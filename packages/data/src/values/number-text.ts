// Numbers as text, both ways: how the cells of a column are written (style and digits after the point), and the text
// of a number in that style. A column is a number column only where writing its numbers gives the cells back.

import type { NumberStyle } from "@verisim/core";

/** What one cell looks like. */
export const notANumber = 0;
/** `-12` */
export const wholeForm = 1;
/** `0.5`: no zero at the end */
export const trimmedForm = 2;
/** `41.0`: the only digit after the point is a zero */
export const pointZeroForm = 3;
/** `0.50`, `1.00` */
export const paddedForm = 4;
/** A number that no style writes this way: `1e-5`, `.5`, `5.`, `-0`, 18 digits. Its value is known to the last bit. */
export const variantForm = 5;
/** Digits that must stay text: leading zeros (`00123`), a plus sign, whole numbers beyond 2^53. */
export const textForm = 6;

/** Reads one cell after the other; the results of the last one are its fields. */
export class NumberScanner {
  value: number = Number.NaN;
  /** Digits after the point. */
  fraction: number = 0;

  /** Returns the form of `text` and leaves value and fraction behind. */
  scan(text: string): number {
    const length = text.length;
    let i = 0;
    const negative = text.charCodeAt(0) === 45;
    if (negative) i = 1;
    else if (text.charCodeAt(0) === 43) return isPlainNumber(text.slice(1)) ? textForm : notANumber;
    const wholeStart = i;
    let mantissa = 0;
    let code = 0;
    for (; i < length; i++) {
      code = text.charCodeAt(i) - 48;
      if (code < 0 || code > 9) break;
      mantissa = mantissa * 10 + code;
    }
    const wholeDigits = i - wholeStart;
    this.fraction = 0;
    if (i === length) {
      if (wholeDigits === 0) return notANumber;
      this.value = negative ? -mantissa : mantissa;
      if (wholeDigits > 1 && text.charCodeAt(wholeStart) === 48) return textForm;
      if (mantissa > Number.MAX_SAFE_INTEGER) return textForm;
      return negative && mantissa === 0 ? variantForm : wholeForm;
    }
    if (text.charCodeAt(i) !== 46) return this.#variant(text);
    const fractionStart = ++i;
    for (; i < length; i++) {
      code = text.charCodeAt(i) - 48;
      if (code < 0 || code > 9) break;
      mantissa = mantissa * 10 + code;
    }
    const fraction = i - fractionStart;
    if (i < length || wholeDigits === 0 || fraction === 0) return this.#variant(text);
    if (wholeDigits > 1 && text.charCodeAt(wholeStart) === 48) return textForm;
    this.fraction = fraction;
    // Both parts are exact, so the quotient is the nearest double (Clinger, PLDI 1990, section 4).
    const exact = mantissa <= Number.MAX_SAFE_INTEGER && fraction <= 22;
    const size = exact ? mantissa / powerOfTen(fraction) : Number(text.slice(wholeStart));
    this.value = negative ? -size : size;
    if (negative && size === 0) return variantForm;
    if (wholeDigits + fraction > 15 && !writesBack(text, this.value, fraction)) return variantForm;
    if (fraction === 1 && code === 0) return pointZeroForm;
    return code === 0 ? paddedForm : trimmedForm;
  }

  #variant(text: string): number {
    if (!isPlainNumber(text)) return notANumber;
    this.value = Number(text);
    if (!Number.isFinite(this.value)) return textForm;
    const shortest = positionalText(this.value);
    const point = shortest.indexOf(".");
    this.fraction = point < 0 ? 0 : shortest.length - point - 1;
    return variantForm;
  }
}

function isPlainNumber(text: string): boolean {
  return /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text);
}

/** True where the double is written with the same digits again, zeros at the end left aside. */
function writesBack(text: string, value: number, fraction: number): boolean {
  const shortest = positionalText(value);
  const point = shortest.indexOf(".");
  const digits = point < 0 ? 0 : shortest.length - point - 1;
  return digits <= fraction && (point < 0 ? `${shortest}.` : shortest).padEnd(text.length, "0") === text;
}

/** Powers that doubles hold exactly. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

function powerOfTen(exponent: number): number {
  return powers[exponent] ?? 10 ** exponent;
}

/** The shortest text that reads back as `value`, without an exponent between 1e-30 and 1e21. */
export function positionalText(value: number): string {
  const text = String(value);
  const at = text.indexOf("e-");
  if (at < 0) return text;
  const exponent = Number(text.slice(at + 2));
  if (exponent > 30) return text;
  const sign = value < 0 ? "-" : "";
  const digits = text.slice(sign.length, at).replace(".", "");
  return `${sign}0.${"0".repeat(exponent - 1)}${digits}`;
}

export interface NumberFormat {
  readonly style: NumberStyle;
  /** Most digits after the point; undefined where there is no limit. */
  readonly decimals: number | undefined;
}

/** Text of a number: the one definition that every writer of text follows. */
export function numberText(value: number, format: NumberFormat): string {
  const { style, decimals } = format;
  if (style === "integer") return withoutMinusZero(wholeText(Math.round(value)));
  if (style === "fixed") return withoutMinusZero(fixedText(value, decimals ?? 0));
  let text = positionalText(value);
  const point = text.indexOf(".");
  // What is still written with a negative exponent has more digits after the point than any limit.
  const digits = text.includes("e-") ? Number.POSITIVE_INFINITY : point < 0 ? 0 : text.length - point - 1;
  if (decimals !== undefined && digits > decimals && !text.includes("e+"))
    text = fixedText(value, decimals).replace(/\.?0+$/, decimals > 0 ? "" : "$&");
  text = withoutMinusZero(text);
  return style === "point" && !text.includes(".") && !text.includes("e") ? `${text}.0` : text;
}

function wholeText(value: number): string {
  return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
}

function fixedText(value: number, decimals: number): string {
  // toFixed looks at the binary value (1.005 is below the tie); halves go away from zero here as in the sampler.
  if (decimals <= 15) {
    const scaled = Math.round(Math.abs(value) * powerOfTen(decimals));
    if (scaled <= Number.MAX_SAFE_INTEGER) {
      const size = (scaled / powerOfTen(decimals)).toFixed(decimals);
      return value < 0 ? `-${size}` : size;
    }
  }
  return Math.abs(value) < 1e21 ? value.toFixed(Math.min(decimals, 100)) : wholeText(value);
}

function withoutMinusZero(text: string): string {
  return text.startsWith("-") && /^-0(?:\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** What the forms of a column's different cells add up to. */
export class NumberForms {
  whole: number = 0;
  trimmed: number = 0;
  pointZero: number = 0;
  padded: number = 0;
  variant: number = 0;
  /** The last variant seen, for the warning. */
  example: string = "";
  minFraction: number = Number.POSITIVE_INFINITY;
  maxFraction: number = 0;

  /** Takes one cell; returns false for a form that no number column has. */
  add(form: number, fraction: number, text: string): boolean {
    if (form === notANumber || form === textForm) return false;
    if (form === wholeForm) this.whole++;
    else if (form === trimmedForm) this.trimmed++;
    else if (form === pointZeroForm) this.pointZero++;
    else if (form === paddedForm) this.padded++;
    else {
      this.variant++;
      this.example = text;
    }
    if (form !== wholeForm && form !== variantForm && fraction < this.minFraction)
      this.minFraction = fraction;
    if (fraction > this.maxFraction) this.maxFraction = fraction;
    return true;
  }

  /** The style that writes the cells back, and whether it writes every one of them back. */
  format(): { style: NumberStyle; decimals: number | undefined; exact: boolean } {
    const max = this.maxFraction;
    // A limit is only useful where doubles can keep it.
    const decimals = max <= 15 ? max : undefined;
    const points = this.trimmed + this.pointZero + this.padded;
    const strict = this.variant === 0;
    if (points === 0) return { style: max > 0 ? "shortest" : "integer", decimals, exact: strict };
    if (this.whole === 0 && this.trimmed + this.padded === 0)
      return { style: "point", decimals: strict ? 0 : decimals, exact: strict };
    if (this.whole === 0 && this.minFraction === max && decimals !== undefined)
      return { style: "fixed", decimals, exact: strict };
    if (this.whole === 0 && this.padded === 0) {
      const style = this.pointZero > 0 ? "point" : "shortest";
      return { style, decimals, exact: strict };
    }
    return { style: "shortest", decimals, exact: strict && this.padded + this.pointZero === 0 };
  }
}
