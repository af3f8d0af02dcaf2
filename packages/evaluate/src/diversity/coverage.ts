// Which part of the real ranges and of the real categories the synthetic table reaches.

import type { RunOptions } from "@verisim/core";
import { sortNumbers } from "@verisim/tensor/arrays";
import type { ComparedCategories, ComparedNumbers, Range } from "../compared-column.ts";
import { quantile } from "../models/bootstrap.ts";
import { realCategories } from "../models/judged-columns.ts";
import type { CategoryCoverage, Coverage, RangeCoverage, Share } from "./diversity-report.ts";

/** Share of the values at either end that the central range leaves out. */
const tail = 0.01;

/** @param column with a real value at least */
export async function rangeCoverage(column: ComparedNumbers, run: RunOptions): Promise<RangeCoverage> {
  const { name, ranges } = column;
  const sorted = await Promise.all(column.values.map((values) => sortNumbers(values, run)));
  const central = sorted.map((values): Range | null =>
    values.length === 0 ? null : { min: quantile(values, tail), max: quantile(values, 1 - tail) },
  );
  const at = (table: number) => ({
    range: coveredRange(ranges[0]!, ranges[table]!),
    central: coveredRange(central[0]!, central[table]!),
  });
  return {
    column: name,
    ...at(1),
    outside: shareOutside(sorted[1]!, ranges[0]!),
    ceiling: sorted.length > 2 ? at(2) : null,
  };
}

function coveredRange(real: Range, other: Range | null): Share {
  if (other === null) return 0;
  const width = real.max - real.min;
  if (!(width > 0)) return other.min <= real.min && other.max >= real.max ? 1 : 0;
  if (!Number.isFinite(width)) return null;
  return Math.max(0, Math.min(real.max, other.max) - Math.max(real.min, other.min)) / width;
}

function shareOutside(sorted: Float64Array, { min, max }: Range): Share {
  if (sorted.length === 0) return null;
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (sorted[i]! < min || sorted[i]! > max) count++;
  return count / sorted.length;
}

/** Shares below which a category is rare, and very rare. */
const rareShare = 0.01;
const veryRareShare = 0.001;

/** Missing categories that are named. */
const mostNamed = 20;

/** @param rowCounts rows of the real, the synthetic and perhaps the holdout table */
export function categoryCoverage(column: ComparedCategories, rowCounts: readonly number[]): CategoryCoverage {
  const { name, counts, labels } = column;
  const known = realCategories(column);
  const shares = Array.from({ length: known }, (_, code) => counts[0]![code]! / rowCounts[0]!);
  const among = (limit: number): Coverage => {
    const codes = shares.flatMap((share, code) => (share < limit ? [code] : []));
    const coveredBy = (table: number) => codes.filter((code) => counts[table]![code]! > 0).length;
    const ratio = (part: number): Share => (codes.length === 0 ? null : part / codes.length);
    const expected = codes.reduce((sum, code) => sum + 1 - (1 - shares[code]!) ** rowCounts[1]!, 0);
    return {
      categories: codes.length,
      covered: coveredBy(1),
      share: ratio(coveredBy(1)),
      expected: ratio(expected),
      ceiling: rowCounts.length > 2 ? ratio(coveredBy(2)) : null,
    };
  };
  const missing = shares.flatMap((share, code) => (counts[1]![code] === 0 ? [{ share, code }] : []));
  const invented = Array.from({ length: labels.length - known }, (_, place) => counts[1]![known + place]!);
  return {
    column: name,
    all: among(Number.POSITIVE_INFINITY),
    rare: among(rareShare),
    veryRare: among(veryRareShare),
    missing: missing
      .sort((a, b) => b.share - a.share || a.code - b.code)
      .slice(0, mostNamed)
      .map(({ share, code }) => ({ category: labels[code]!, share })),
    invented: {
      categories: invented.filter((count) => count > 0).length,
      rows: invented.reduce((sum, count) => sum + count, 0) / rowCounts[1]!,
    },
  };
}
