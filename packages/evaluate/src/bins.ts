// Numbers cut into ten bins of equal width, for pairs of a number and a category. The rule is that of
// numpy.histogram_bin_edges with numpy.digitize, down to the rounding of the edges: a bin is closed on its left, so
// that the largest value stands in an eleventh bin of its own, and missing cells join it there.

import type { ComparedNumbers } from "./compared-column.ts";
import type { DiscreteColumn } from "./contingency.ts";

const binCount = 10;
/** Codes 0 to 9 are the bins; 10 holds the maximum and missing cells. */
const codeCount = binCount + 1;

/** Eleven edges over [min, max]; half a unit to each side where the column is constant. */
export function equalWidthEdges(min: number, max: number): Float64Array {
  const low = min === max ? min - 0.5 : min;
  const high = min === max ? max + 0.5 : max;
  const width = (high - low) / binCount;
  const edges = new Float64Array(binCount + 1);
  for (let i = 0; i < binCount; i++) edges[i] = i * width + low;
  edges[binCount] = high;
  return edges;
}

/** The column as bins over each table's own range; null when a range is infinite. */
export function binnedColumn(column: ComparedNumbers): DiscreteColumn | null {
  // Datetimes are microseconds; the reference cuts nanoseconds held in doubles, whose rounding decides at the edges.
  const scale = column.sdtype === "datetime" ? 1000 : 1;
  const codes: Int32Array[] = [];
  const counts: Float64Array[] = [];
  for (const [table, values] of column.values.entries()) {
    const { min, max } = column.ranges[table] ?? { min: 0, max: 1 };
    if (!Number.isFinite(max * scale - min * scale)) return null;
    const edges = equalWidthEdges(min * scale, max * scale);
    const own = new Int32Array(values.length);
    const count = new Float64Array(codeCount);
    const perUnit = binCount / (edges[binCount]! - edges[0]!);
    for (let row = 0; row < values.length; row++) {
      const value = values[row]! * scale;
      let code = binCount;
      if (value < edges[binCount]!) {
        // The quotient finds the bin or a neighbour; the edges decide.
        code = Math.min(binCount - 1, Math.floor((value - edges[0]!) * perUnit));
        while (value < edges[code]!) code--;
        while (value >= edges[code + 1]!) code++;
      }
      own[row] = code;
      count[code]!++;
    }
    codes.push(own);
    counts.push(count);
  }
  return { codes, counts };
}
