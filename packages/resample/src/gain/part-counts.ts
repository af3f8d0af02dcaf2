// Counts that were asked for a whole table, for a part of its rows: each class's total in the part's share of that class.

import type { Table } from "@verisim/core";
import { readClasses } from "../classes.ts";
import type { ResampleRequest } from "../resample.ts";

/** The request for rows `part` of `table`: totals are scaled and rounded, names and shares stay as they are. */
export function withCountsOfPart(request: ResampleRequest, table: Table, part: Table): ResampleRequest {
  const { target, counts, samplingStrategy } = request;
  const whole = sizesOf(table, target);
  const wanted =
    counts ?? (typeof samplingStrategy === "function" ? samplingStrategy(whole) : samplingStrategy);
  if (wanted === undefined || typeof wanted !== "object" || Array.isArray(wanted)) return request;
  const own = sizesOf(part, target);
  const entries: [string, number][] =
    wanted instanceof Map ? [...wanted] : Object.entries(wanted as Readonly<Record<string, number>>);
  const { samplingStrategy: _replaced, ...rest } = request;
  return {
    ...rest,
    counts: new Map(
      entries.map(([label, total]) => {
        const size = whole.get(label);
        // A class that the table lacks is refused by name when the rows are made.
        return [label, size ? Math.round((total * (own.get(label) ?? 0)) / size) : total];
      }),
    ),
  };
}

function sizesOf(table: Table, target: string): ReadonlyMap<string, number> {
  const { classes, classRows } = readClasses(table, target);
  return new Map(classes.map((name, label) => [name, classRows[label]!.length]));
}
