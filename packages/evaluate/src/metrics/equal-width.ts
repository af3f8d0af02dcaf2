// Edges of bins of equal width, rounded as NumPy's histogram and pandas' cut round them.

/**
 * `bins + 1` ascending edges over the range of the values; half a unit to each side of a constant.
 *
 * @param values at least one
 * @param kind `histogram`: the range itself. `cut`: bins are closed on their right, so that the lowest edge lies a
 * thousandth of the range lower; a constant has a thousandth of itself to each side
 */
export function equalWidth(
  values: Float64Array,
  bins: number,
  kind: "histogram" | "cut" = "histogram",
): Float64Array {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const isConstant = min === max;
  if (isConstant) {
    const low = kind === "histogram" ? 0.5 : min === 0 ? 0.001 : 0.001 * Math.abs(min);
    min -= low;
    max += low;
  }
  const step = (max - min) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, at) => (at === bins ? max : at * step + min));
  if (kind === "cut" && !isConstant) edges[0]! -= (max - min) * 0.001;
  return edges;
}
