// Texts as values of Arrow's types: what a dictionary of a typed column holds, parsed once per text.

import { DatePattern, VerisimError } from "@verisim/core";
import type { PhysicalType } from "../write/physical-type.ts";

const patterns = {
  date: ["%Y-%m-%d"],
  timestamp: [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S.%f%z",
    "%Y-%m-%d",
  ],
  time: ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"],
} as const;

const compiled = new Map<string, DatePattern>();

function instant(text: string, kind: keyof typeof patterns): number {
  for (const pattern of patterns[kind]) {
    const known = compiled.get(pattern) ?? new DatePattern(pattern);
    compiled.set(pattern, known);
    const value = known.parse(text);
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
}

/**
 * The whole number that stands for a text in a column of booleans, integers, decimals, dates, times or timestamps.
 * @throws VerisimError `VERISIM_TYPE_MISMATCH`
 */
export function wholeValue(text: string, physical: PhysicalType, column: string): bigint {
  const value = wholeOf(text, physical);
  if (value !== undefined) return value;
  throw new VerisimError(
    "VERISIM_TYPE_MISMATCH",
    `Expected a value of type ${physical.word} but received ${JSON.stringify(text.slice(0, 100))}.`,
    { where: { column }, hint: "Leave the physical type out of the column's metadata to write text." },
  );
}

function wholeOf(text: string, physical: PhysicalType): bigint | undefined {
  switch (physical.kind) {
    case "boolean":
      return /^(?:true|false|1|0)$/i.test(text) ? BigInt(/^(?:true|1)$/i.test(text)) : undefined;
    case "integer":
      return /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined;
    case "decimal": {
      const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
      if (!match || (match[3] ?? "").length > physical.scale) return undefined;
      const digits = BigInt(`${match[2]}${(match[3] ?? "").padEnd(physical.scale, "0")}` || "0");
      return match[1] === "-" ? -digits : digits;
    }
    case "date":
    case "time":
    case "timestamp": {
      const micros = instant(text, physical.kind);
      if (Number.isNaN(micros)) return undefined;
      if (physical.kind === "date") return BigInt(Math.floor(micros / 86_400e6));
      if (physical.kind === "time" || physical.ticks === 1e6) return BigInt(micros);
      return physical.ticks === 1e9 ? BigInt(micros) * 1000n : BigInt(Math.round(micros / 1e3));
    }
    default:
      return undefined;
  }
}

/** The bytes of a text; those of blobs are written `\xAB` as DuckDB prints them. */
export function textBytes(text: string, physical: PhysicalType): Buffer {
  if (physical.kind !== "blob") return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  for (const match of text.matchAll(/\\x([0-9A-Fa-f]{2})|[^\\]+|\\/g))
    parts.push(match[1] ? Buffer.from([Number.parseInt(match[1], 16)]) : Buffer.from(match[0], "utf8"));
  return Buffer.concat(parts);
}
