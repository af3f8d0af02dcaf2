// Columns as the attackers of SDMetrics take them: categories, and numbers cut into ten.

import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";
import { equalWidth } from "./equal-width.ts";

const binCount = 10;

/** A column as categories; numbers in ten bins over the real range that are closed on their right, without ends. */
export function asCategories(column: ComparedNumbers | ComparedCategories): ComparedCategories {
  if (column.kind === "category") return column;
  const present = column.values[0]!.filter((value) => !Number.isNaN(value));
  const inner = present.length === 0 ? [] : [...equalWidth(present, binCount, "cut").subarray(1, binCount)];
  const labels = Array.from({ length: inner.length + 1 }, (_, bin) => String(bin));
  const codes = column.values.map((values) =>
    Int32Array.from(values, (value) => {
      if (Number.isNaN(value)) return labels.length;
      let bin = 0;
      while (bin < inner.length && value > inner[bin]!) bin++;
      return bin;
    }),
  );
  const counts = codes.map((table) => {
    const count = new Float64Array(labels.length + 1);
    for (const code of table) count[code]!++;
    return count;
  });
  const { name, sdtype, missing } = column;
  return { kind: "category", name, sdtype, missing, codes, labels, counts };
}
