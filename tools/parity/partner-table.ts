// A partner for a real table that is wrong in every way a score can see: cells re-drawn from other rows (weaker
// relations), numbers moved beyond the range, cells missing, categories that the real table lacks, keys that repeat.
// The same table always gets the same partner.

import { RowRandom, streamKey } from "@verisim/core";
import type { ColumnPlan, TablePlan } from "./column-types.ts";
import type { Cells, CellTable } from "./csv-cells.ts";

const seed = 20;
/** Part of the cells that come from another row, from 0 in the first column to this in the last. */
const mostRedrawn = 0.6;
const movedPart = 0.05;
const missingPart = 0.02;
const newCategoryPart = 0.01;
/** Every so many columns cells go missing or categories are new. */
const missingEvery = 3;
const newEvery = 4;

/** @param rowCount default nine tenths of the real rows, at least one */
export function partnerTable(
  real: CellTable,
  plan: TablePlan,
  rowCount: number = Math.max(1, Math.floor((real.columns[0]?.length ?? 0) * 0.9)),
): CellTable {
  const realRows = real.columns[0]?.length ?? 0;
  const sources = Array.from({ length: rowCount }, (_, row) =>
    new RowRandom(streamKey(seed, "source"), row).below(realRows),
  );
  return {
    names: real.names,
    columns: real.names.map((name, index) => {
      const redrawn = real.names.length === 1 ? 0 : (mostRedrawn * index) / (real.names.length - 1);
      return partnerCells(name, index, redrawn, real.columns[index]!, plan.columns[name]!, sources);
    }),
  };
}

function partnerCells(
  name: string,
  index: number,
  redrawn: number,
  cells: Cells,
  plan: ColumnPlan,
  sources: readonly number[],
): Cells {
  const key = streamKey(seed, name);
  return sources.map((source, row) => {
    const random = new RowRandom(key, row);
    const cell = cells[random.uniform() < redrawn ? random.below(cells.length) : source]!;
    const chance = random.uniform();
    if (index % missingEvery === missingEvery - 1 && chance < missingPart) return null;
    if (index % newEvery === newEvery - 1 && chance > 1 - newCategoryPart)
      return newCell(plan, random.below(3));
    if (cell === null || plan.sdtype !== "numerical" || random.uniform() > movedPart) return cell;
    const moved = Number((Number(cell) * (0.5 + random.uniform())).toPrecision(12));
    return plan.numberStyle === "point" && Number.isInteger(moved) ? `${moved}.0` : String(moved);
  });
}

function newCell(plan: ColumnPlan, which: number): string {
  if (plan.storedAs === "datetime") return `20${30 + which}-02-03 04:05:06`;
  if (plan.storedAs === "number")
    return plan.numberStyle === "point" ? `${7000 + which}.0` : `${7000 + which}`;
  return `new ${which}`;
}
