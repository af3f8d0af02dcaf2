// Rows that come twice: exact copies at random places or behind their row.

import { takeRows } from "@verisim/core";
import type { NoiseKind } from "./noise-kind.ts";

export const duplicates: NoiseKind = {
  name: "duplicates",
  summary: "adds copies of some rows",
  takes: "none",
  options: {
    rate: {
      type: "number",
      default: 0.02,
      min: 0,
      max: 1,
      description: "Share of the rows that get a copy, exactly.",
    },
    place: {
      type: "choice",
      default: "anywhere",
      values: ["anywhere", "behind", "end"],
      description: "Where copies stand: at random, right behind their row, or after all rows.",
    },
  },
  async apply(context) {
    const { rate, place } = context.options as { rate: number; place: string };
    const { table } = context;
    const all = Int32Array.from({ length: table.rowCount }, (_, row) => row);
    const copied = context.choose(all, rate, "rows");
    if (copied.length === 0) return;
    const u = await context.uniforms("places");
    // Each copy goes before the row of its number: ties keep the order of the copies.
    const before = Float64Array.from(copied, (row) =>
      place === "end"
        ? table.rowCount
        : place === "behind"
          ? row + 1
          : Math.floor(u[row]! * (table.rowCount + 1)),
    );
    const order = Array.from(copied.keys()).sort((a, b) => before[a]! - before[b]! || a - b);
    const rows = new Int32Array(table.rowCount + copied.length);
    const isCopy = new Uint8Array(rows.length);
    let out = 0;
    let next = 0;
    for (let row = 0; row <= table.rowCount; row++) {
      for (; next < order.length && before[order[next]!] === row; next++) {
        isCopy[out] = 1;
        rows[out++] = copied[order[next]!]!;
      }
      if (row < table.rowCount) rows[out++] = row;
    }
    table.takeRows(rows, (column) => takeRows(column, rows));
    // Copies of an earlier step stay copies.
    const flags = table.flags(duplicates.name);
    for (const [row, copy] of isCopy.entries()) if (copy) flags[row] = 1;
  },
};
