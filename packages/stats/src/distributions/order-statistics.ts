// What every fit starts from: at most a few thousand evenly spaced order statistics, brought to centre 0 and scale 1
// so that no unit of the data can overflow a square or drown a step size.

const mostValues = 5000;

export interface StandardisedSample {
  /** (x - centre) / scale of the kept order statistics, ascending. */
  readonly values: Float64Array;
  /** Extremes of all values, standardised. */
  readonly low: number;
  readonly high: number;
  /** Number of values before thinning. */
  readonly count: number;
  readonly centre: number;
  readonly scale: number;
  /** The smallest standardised width that doubles of the data's size still resolve. */
  readonly resolution: number;
}

/** Half the distance that one value spans on average: how far beyond the extremes a bounded support is set. */
export function halfSpacing(sample: StandardisedSample): number {
  return Math.max((sample.high - sample.low) / (2 * sample.count), sample.resolution);
}

/**
 * Half the distance that one value spans near the lower or the upper end: the least distance at which a fit may set an
 * end where the density has a pole.
 */
export function endSpacing(sample: StandardisedSample, end: "low" | "high"): number {
  const { values, low, high } = sample;
  const neighbours = Math.min(5, values.length) - 1;
  const span = end === "low" ? values[neighbours]! - low : high - values[values.length - 1 - neighbours]!;
  const thinning = sample.count / values.length;
  return Math.max(span / (2 * Math.max(1, neighbours) * thinning), sample.resolution);
}

export function standardise(sorted: Float64Array, most: number = mostValues): StandardisedSample {
  const count = sorted.length;
  if (count === 0) throw new Error("internal: a distribution is fitted to at least one value");
  const at = (p: number): number => sorted[Math.min(count - 1, Math.floor(p * count))]!;
  const centre = at(0.5);
  const half = Math.max(at(0.9) / 2 - at(0.1) / 2, 0);
  const range = sorted[count - 1]! / 2 - sorted[0]! / 2;
  // A constant column keeps a width, at the edge of what doubles resolve, so that densities stay finite.
  const narrowest = Math.max(Math.abs(centre) * 1e-9, 1e-290);
  const scale = Math.max(half > range * 1e-6 ? half : range, narrowest);
  const kept = Math.min(count, most);
  const values = new Float64Array(kept);
  for (let i = 0; i < kept; i++) {
    values[i] = (sorted[Math.floor(((i + 0.5) * count) / kept)]! - centre) / scale;
  }
  return {
    values,
    low: (sorted[0]! - centre) / scale,
    high: (sorted[count - 1]! - centre) / scale,
    count,
    centre,
    scale,
    resolution: Math.max(1e-9, (32 * Number.EPSILON * Math.max(-sorted[0]!, sorted[count - 1]!)) / scale),
  };
}

export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Population standard deviation around `centre`. */
export function deviation(values: Float64Array, centre: number): number {
  let sum = 0;
  for (const value of values) sum += (value - centre) ** 2;
  return Math.sqrt(sum / values.length);
}
