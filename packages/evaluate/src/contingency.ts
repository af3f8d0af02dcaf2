// What a pair of discrete columns says: how alike the shares of their combinations are in two tables, and how strongly
// the two columns depend on each other in one (Cramer's V without bias correction). Small tables of counts are dense;
// where categories x categories would outgrow the rows, rows are grouped by the first column and the second is counted
// group by group, so that memory follows rows + categories.
//
// Counting runs here and not in the addon: one more in an integer cell takes two nanoseconds, so that a call of the addon
// costs as much as the rows of a usual table. docs/design/evaluation.md has the figures.

/** One discrete column: code per row and rows per code, for every table (0 is the real one). */
export interface DiscreteColumn {
  readonly codes: readonly Int32Array[];
  readonly counts: readonly Float64Array[];
}

/** Per table: the association; per table after the first: the similarity to the first. NaN where not defined. */
export interface ContingencyResult {
  readonly association: readonly number[];
  /** Entry 0 stands for the real table against itself. */
  readonly similarity: readonly number[];
}

/** Most cells of a dense table of counts, per table. */
const mostDenseCells = 2 ** 20;
const alwaysDenseCells = 4096;

export function fitsDense(a: DiscreteColumn, b: DiscreteColumn): boolean {
  const cells = a.counts[0]!.length * b.counts[0]!.length;
  return cells <= Math.min(mostDenseCells, Math.max(alwaysDenseCells, a.codes[0]!.length));
}

/** Counts all combinations in one dense array per table. */
export function denseContingency(a: DiscreteColumn, b: DiscreteColumn): ContingencyResult {
  const tables = a.codes.map((codes, table) =>
    countCombinations(codes, b.codes[table]!, a.counts[0]!.length, b.counts[0]!.length),
  );
  const rows = a.codes.map((codes) => codes.length);
  const real = tables[0]!;
  return {
    association: tables.map((counts, table) =>
      denseCramersV(counts, a.counts[table]!, b.counts[table]!, rows[table]!),
    ),
    similarity: tables.map((counts, table) => {
      let difference = 0;
      for (let cell = 0; cell < counts.length; cell++)
        difference += Math.abs(real[cell]! / rows[0]! - counts[cell]! / rows[table]!);
      return 1 - difference / 2;
    }),
  };
}

/**
 * Rows in turn go to two tables, which are added up: V8's best code for one table waits for each cell to be written before
 * the next is read, and takes four times as long as its second best.
 */
function countCombinations(a: Int32Array, b: Int32Array, codesA: number, codesB: number): Int32Array {
  const counts = new Int32Array(codesA * codesB);
  const others = new Int32Array(codesA * codesB);
  const even = a.length - (a.length % 2);
  for (let row = 0; row < even; row += 2) {
    counts[a[row]! * codesB + b[row]!]!++;
    others[a[row + 1]! * codesB + b[row + 1]!]!++;
  }
  if (even < a.length) counts[a[even]! * codesB + b[even]!]!++;
  for (let cell = 0; cell < counts.length; cell++) counts[cell]! += others[cell]!;
  return counts;
}

/**
 * Cramer's V (Cramer, "Mathematical Methods of Statistics", 1946): sqrt(chi2 / n / min(r - 1, c - 1)) over the rows and
 * columns that occur. NaN with fewer than two of either.
 */
function denseCramersV(
  counts: Int32Array,
  countsA: Float64Array,
  countsB: Float64Array,
  rows: number,
): number {
  let chi2 = 0;
  for (let i = 0; i < countsA.length; i++) {
    if (countsA[i] === 0) continue;
    for (let j = 0; j < countsB.length; j++) {
      if (countsB[j] === 0) continue;
      const expected = (countsA[i]! * countsB[j]!) / rows;
      const gap = counts[i * countsB.length + j]! - expected;
      chi2 += (gap * gap) / expected;
    }
  }
  return cramersV(chi2, rows, countsA, countsB);
}

function cramersV(chi2: number, rows: number, countsA: Float64Array, countsB: Float64Array): number {
  const degrees = Math.min(present(countsA), present(countsB)) - 1;
  return degrees < 1 ? Number.NaN : Math.sqrt(Math.max(0, chi2) / rows / degrees);
}

function present(counts: Float64Array): number {
  let codes = 0;
  for (const count of counts) if (count > 0) codes++;
  return codes;
}

/** The rows of a table, ordered by the code of one column. */
export interface GroupedRows {
  readonly rows: Int32Array;
  /** Group of code c: rows[starts[c]] to rows[starts[c + 1] - 1]. */
  readonly starts: Int32Array;
}

/** Counting sort: O(rows + codes). */
export function groupRows(codes: Int32Array, counts: Float64Array): GroupedRows {
  const starts = new Int32Array(counts.length + 1);
  for (let code = 0; code < counts.length; code++) starts[code + 1] = starts[code]! + counts[code]!;
  const next = starts.slice();
  const rows = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) rows[next[codes[row]!]!++] = row;
  return { rows, starts };
}

/** Counts the combinations that occur, one code of `a` after the other. */
export function sparseContingency(
  a: DiscreteColumn,
  grouped: readonly GroupedRows[],
  b: DiscreteColumn,
): ContingencyResult {
  const cardinalityB = b.counts[0]!.length;
  const rows = a.codes.map((codes) => codes.length);
  const counts = rows.map(() => new Int32Array(cardinalityB));
  const touched = new Int32Array(cardinalityB);
  const difference = new Float64Array(rows.length);
  const chi2 = new Float64Array(rows.length);
  const expectedSum = new Float64Array(rows.length);
  for (let i = 0; i < a.counts[0]!.length; i++) {
    let touchedCount = 0;
    for (let table = 0; table < rows.length; table++) {
      const { rows: order, starts } = grouped[table]!;
      const codes = b.codes[table]!;
      for (let at = starts[i]!; at < starts[i + 1]!; at++) {
        const code = codes[order[at]!]!;
        let isNew = true;
        for (let other = 0; other < rows.length; other++) if (counts[other]![code]! > 0) isNew = false;
        if (isNew) touched[touchedCount++] = code;
        counts[table]![code]!++;
      }
    }
    for (let at = 0; at < touchedCount; at++) {
      const code = touched[at]!;
      const realShare = counts[0]![code]! / rows[0]!;
      for (let table = 0; table < rows.length; table++) {
        const count = counts[table]![code]!;
        counts[table]![code] = table === 0 ? count : 0;
        difference[table]! += Math.abs(realShare - count / rows[table]!);
        if (count === 0) continue;
        const expected = (a.counts[table]![i]! * b.counts[table]![code]!) / rows[table]!;
        chi2[table]! += ((count - expected) * (count - expected)) / expected;
        expectedSum[table]! += expected;
      }
      counts[0]![code] = 0;
    }
  }
  // A combination that does not occur adds its expected count to chi2; all expected counts sum to the rows.
  return {
    association: rows.map((count, table) =>
      cramersV(chi2[table]! + (count - expectedSum[table]!), count, a.counts[table]!, b.counts[table]!),
    ),
    similarity: rows.map((_, table) => 1 - difference[table]! / 2),
  };
}
