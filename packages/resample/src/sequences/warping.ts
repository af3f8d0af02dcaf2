// Dynamic time warping of sequences of points: H. Sakoe and S. Chiba, "Dynamic programming algorithm optimization for
// spoken word recognition", IEEE ASSP 26 (1978), 43-49: the cheapest way through the table of squared distances between
// the steps of two sequences, by steps right, down or both, within a band around its diagonal.

/** Steps side by side: what two sequences are compared by. */
export interface Steps {
  readonly length: number;
  /** `[steps, width]`. */
  readonly numbers: Float64Array;
  readonly width: number;
  /** `[steps, columns]`. */
  readonly codes: Int32Array;
  readonly columns: number;
}

export interface WarpingOptions {
  /** Half the band's width, as a share of the longer sequence, 0 to 1. */
  readonly window: number;
  /** What categories that differ add to a squared distance. */
  readonly mismatch: number;
}

/** Squared distance of step i of a and step j of b. */
export function stepDistance(a: Steps, i: number, b: Steps, j: number, mismatch: number): number {
  let sum = 0;
  for (let d = 0, from = i * a.width, to = j * b.width; d < a.width; d++) {
    const gap = a.numbers[from + d]! - b.numbers[to + d]!;
    sum += gap * gap;
  }
  for (let c = 0; c < a.columns; c++)
    if (a.codes[i * a.columns + c] !== b.codes[j * b.columns + c]) sum += mismatch;
  return sum;
}

/** Columns of the band in row i of a table of n x m: always some in common with the next row's. */
function bandOf(i: number, n: number, m: number, window: number): readonly [from: number, to: number] {
  const slope = n > 1 ? (m - 1) / (n - 1) : 0;
  const radius = n > 1 ? Math.max(Math.ceil(window * Math.max(n, m)), Math.ceil(slope), 1) : m;
  const middle = i * slope;
  return [Math.max(0, Math.ceil(middle - radius)), Math.min(m - 1, Math.floor(middle + radius))];
}

/**
 * Sum of squared distances along the cheapest path; infinite as soon as it is known to be above `bound`.
 * @param bound costs above it do not matter to the caller
 */
export function warpingCost(
  a: Steps,
  b: Steps,
  { window, mismatch }: WarpingOptions,
  bound: number = Number.POSITIVE_INFINITY,
): number {
  const [n, m] = [a.length, b.length];
  let above = new Float64Array(m + 1).fill(Number.POSITIVE_INFINITY);
  let row = new Float64Array(m + 1);
  above[0] = 0;
  for (let i = 0; i < n; i++) {
    const [from, to] = bandOf(i, n, m, window);
    row.fill(Number.POSITIVE_INFINITY);
    let least = Number.POSITIVE_INFINITY;
    for (let j = from; j <= to; j++) {
      const before = Math.min(above[j]!, above[j + 1]!, row[j]!);
      const cost = before + stepDistance(a, i, b, j, mismatch);
      row[j + 1] = cost;
      if (cost < least) least = cost;
    }
    if (least > bound) return Number.POSITIVE_INFINITY;
    [above, row] = [row, above];
  }
  return above[m]!;
}

/** The cheapest path's steps of both sequences in order, from the first pair to the last; of equals the diagonal. */
export function warpingPath(
  a: Steps,
  b: Steps,
  { window, mismatch }: WarpingOptions,
): { readonly a: Int32Array; readonly b: Int32Array } {
  const [n, m] = [a.length, b.length];
  const costs = new Float64Array((n + 1) * (m + 1)).fill(Number.POSITIVE_INFINITY);
  costs[0] = 0;
  for (let i = 0; i < n; i++) {
    const [from, to] = bandOf(i, n, m, window);
    const [up, here] = [i * (m + 1), (i + 1) * (m + 1)];
    for (let j = from; j <= to; j++)
      costs[here + j + 1] =
        Math.min(costs[up + j]!, costs[up + j + 1]!, costs[here + j]!) + stepDistance(a, i, b, j, mismatch);
  }
  const [left, right]: [number[], number[]] = [[], []];
  for (let i = n, j = m; i > 0 && j > 0; ) {
    left.push(i - 1);
    right.push(j - 1);
    const [both, up, back] = [
      costs[(i - 1) * (m + 1) + j - 1]!,
      costs[(i - 1) * (m + 1) + j]!,
      costs[i * (m + 1) + j - 1]!,
    ];
    if (both <= up && both <= back) {
      i--;
      j--;
    } else if (up <= back) i--;
    else j--;
  }
  return { a: Int32Array.from(left.reverse()), b: Int32Array.from(right.reverse()) };
}
