// Numbers as they are written on a command line: counts, seeds, durations, sizes. Each reader names its option in the
// error, and every error here means wrong usage.

import { VerisimError } from "@verisim/core";

/** The error of a flag whose value cannot be read; the command line exits with 2. */
export function optionValueError(
  option: string,
  expected: string,
  received: string,
  hint?: string,
): VerisimError {
  return new VerisimError(
    "VERISIM_OPTION_VALUE",
    `Expected ${expected} for --${option} but received ${JSON.stringify(received)}.`,
    { where: { option }, ...(hint === undefined ? {} : { hint }) },
  );
}

const wholeNumber = /^[+-]?\d[\d_]*(?:[eE]\+?\d{1,2})?$/;

function readInteger(text: string): number {
  return wholeNumber.test(text.trim()) ? Number(text.trim().replaceAll("_", "")) : Number.NaN;
}

/** A number of rows: `32561`, `1_000_000`, `1e6`. */
export function readRowCount(text: string, option: string, least: number = 1): number {
  const rows = readInteger(text);
  if (Number.isSafeInteger(rows) && rows >= least) return rows;
  throw optionValueError(option, `a whole number of rows from ${least} on`, text);
}

/** Index of a row, from 0. */
export function readRowIndex(text: string, option: string): number {
  const row = readInteger(text);
  if (Number.isSafeInteger(row) && row >= 0) return row;
  throw optionValueError(option, "the number of a row, from 0 on", text);
}

/** Any safe integer. */
export function readSeed(text: string, option: string): number {
  const seed = readInteger(text);
  if (Number.isSafeInteger(seed)) return seed;
  throw optionValueError(option, "a whole number between -(2^53 - 1) and 2^53 - 1", text);
}

const secondsPerUnit: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
};

/** Seconds from `90`, `90s`, `10m`, `1.5h`, `1h30m`. */
export function readSeconds(text: string, option: string): number {
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?\s*/gy),
  ];
  const read = parts.reduce((length, part) => length + part[0].length, 0);
  const seconds = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * secondsPerUnit[unit ?? "s"]!,
    0,
  );
  if (read === text.trim().length && seconds > 0) return seconds;
  throw optionValueError(option, "a length of time", text, "Write it as 90s, 10m or 1h30m.");
}

const bytesPerUnit: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Bytes from `512MB`, `4GB` (powers of 1000), `4GiB` or `4G` (powers of 1024). */
export function readBytes(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)$/.exec(text.trim().toLowerCase());
  const unit = match ? bytesPerUnit[match[2] === "" ? "b" : match[2]!] : undefined;
  const bytes = unit === undefined ? 0 : Math.floor(Number(match![1]) * unit);
  if (bytes > 0) return bytes;
  throw optionValueError(option, "an amount of memory", text, "Write it as 512MB, 4GB or 4GiB.");
}

/** Seconds for people: `7 ms`, `0.42 s`, `12 s`, `3 min 20 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.1) return `${Math.ceil(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) - minutes * 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `32,561`. By hand, since the first number that goes through Intl costs 20 ms. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 row`, `2 rows`. */
export function plural(count: number, unit: string): string {
  return `${formatCount(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/** A score or share with three digits, or a dash where it is not defined. */
export function formatScore(score: number | null): string {
  return score === null ? "-" : score.toFixed(3);
}

/** A share as per cent. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent === 0 ? "0" : percent < 0.1 ? percent.toPrecision(1) : percent.toFixed(1)} %`;
}
