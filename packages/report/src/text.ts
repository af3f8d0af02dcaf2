// How figures and data values are written in the report: the same everywhere, the same on every machine.
// Never a rounding that flatters: 99.97% is ">99.9%", not "100%".

import type { Score } from "@verisim/evaluate";
import { format } from "d3-format";

const oneDecimal = format(".1f");
const grouped = format(",d");
const si = format(".3~s");
const tiny = format(".2~e");
const twoDigits = format(".2~r");
const threeDigits = format(".3~r");
const twoDecimals = format(".2f");
const plain = format(",.4~r");

/** A share or a score in percent with one decimal; "n/a" where it is not defined. */
export function percent(share: Score): string {
  if (share === null || !Number.isFinite(share)) return "n/a";
  if (share === 0) return "0%";
  if (share === 1) return "100%";
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share < 1 && share > 0.9995) return ">99.9%";
  return `${oneDecimal(share * 100).replace("\u2212", "-")}%`;
}

/** A rate that may be small: two significant digits below 1 %. */
export function rate(share: number): string {
  if (share <= 0 || share >= 0.01) return percent(share);
  return share < 0.00001 ? "<0.001%" : `${twoDigits(share * 100)}%`;
}

/** A signed difference of two shares, in percentage points. */
export function points(difference: number): string {
  const text = oneDecimal(Math.abs(difference) * 100);
  return text === "0.0" ? "0.0" : `${difference < 0 ? "\u2212" : "+"}${text}`;
}

/** A whole number with thousands separators. */
export function count(value: number): string {
  return grouped(value);
}

/** "1 row", "2 rows". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A number of the data, short enough for an axis. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "n/a";
  if (value === 0) return "0";
  if (size >= 1e15 || size < 1e-3) return tiny(value);
  if (size >= 1e5) return si(value).replace("G", "B");
  return plain(value);
}

/** A relation (correlation or association) with two decimals. */
export function relation(value: Score): string {
  return value === null || !Number.isFinite(value) ? "n/a" : twoDecimals(value);
}

const secondsOfDay = 86_400;

/** Microseconds since 1970 as text: a day, or a minute where the whole span is short. */
export function moment(microseconds: number, spanMicroseconds: number): string {
  const date = new Date(microseconds / 1000);
  if (Number.isNaN(date.getTime())) return "n/a";
  const text = date.toISOString();
  const end = text.indexOf("T");
  return spanMicroseconds > 4 * secondsOfDay * 1e6
    ? text.slice(0, end)
    : text.slice(0, end + 6).replace("T", " ");
}

/** Seconds as a reader says them. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "n/a";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${threeDigits(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A cell's text made visible where it would show as nothing. */
export function visible(value: string): string {
  if (value === "") return "(empty)";
  return value.trim() === "" ? `\u201c${value}\u201d` : value;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/** At most `limit` character cells (a CJK character or an emoji takes two), with an ellipsis where cut. */
export function clipped(value: string, limit: number): string {
  const text = visible(value);
  let used = 0;
  let kept = "";
  for (const character of text.length > limit * 4 ? text.slice(0, limit * 4) : text) {
    used += wide.test(character) ? 2 : 1;
    if (used > limit) return `${kept}\u2026`;
    kept += character;
  }
  return text.length > kept.length ? `${kept}\u2026` : kept;
}

/** Data inside a sentence: clipped, and isolated, so that right-to-left text cannot reorder what surrounds it. */
export function isolated(value: string): string {
  return `\u2068${clipped(value, 60)}\u2069`;
}
