// Draws from a correlated normal vector of which some entries must lie in given ranges. The bound entries are drawn
// one after another, each from its truncated conditional (the GHK simulator: Geweke 1991, Hajivassiliou, McFadden and
// Ruud 1996), which meets every range by construction; with more than one bound entry, candidates are weighed by
// their likelihood ratio (sampling-importance resampling) and polished by Gibbs sweeps (Robert 1995), which leave the
// truncated normal unchanged. The free entries follow from the Cholesky factor.

import { normalCdf, normalQuantile } from "@verisim/stats";
import { type LatentRanges, rangeMass } from "./value-ranges.ts";

/** Gibbs sweeps after the choice of a candidate. */
const SWEEPS = 2;

/** Where uniform numbers come from: entry j of draw m of the current row, in (0, 1). */
export type UniformSource = (draw: number, entry: number) => number;

export class TruncatedNormal {
  /** Latents in the order of the factor: bound ones first. */
  readonly order: Int32Array;
  /** Number of bound latents. */
  readonly bound: number;
  /** Lower Cholesky factor in that order, row-major [size, size]. */
  readonly factor: Float64Array;
  /** Draws of uniforms needed per row: `draws` rows of `bound + 1` numbers. */
  readonly draws: number;
  readonly #size: number;
  readonly #candidates: number;
  readonly #ranges: LatentRanges[];
  readonly #precision: Float64Array;
  readonly #trial: Float64Array;
  readonly #noise: Float64Array;
  readonly #drawn: Drawn = { value: 0, weight: 0 };

  /** @param factorOf gives the Cholesky factor of the correlation matrix in an order of latents */
  private constructor(
    size: number,
    order: Int32Array,
    ranges: LatentRanges[],
    factor: Float64Array,
    candidates: number,
  ) {
    this.#size = size;
    this.order = order;
    this.bound = ranges.length;
    this.factor = factor;
    this.#ranges = ranges;
    this.#candidates = this.bound > 1 ? candidates : 1;
    this.draws = this.#candidates + (this.bound > 1 ? SWEEPS : 0);
    this.#precision = this.bound > 1 ? precision(factor, size, this.bound) : new Float64Array(0);
    this.#trial = new Float64Array(this.bound);
    this.#noise = new Float64Array(this.bound);
  }

  static async create(
    correlation: Float64Array,
    size: number,
    ranges: ReadonlyMap<number, LatentRanges>,
    candidates: number,
    choleskyOf: (matrix: Float64Array, size: number) => Promise<Float64Array>,
  ): Promise<TruncatedNormal> {
    const bound = [...ranges.entries()].sort(
      ([a, left], [b, right]) => totalMass(left) - totalMass(right) || a - b,
    );
    const taken = new Set(bound.map(([latent]) => latent));
    const free = Array.from({ length: size }, (_, latent) => latent).filter((latent) => !taken.has(latent));
    const order = Int32Array.from([...bound.map(([latent]) => latent), ...free]);
    const permuted = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) permuted[i * size + j] = correlation[order[i]! * size + order[j]!]!;
    }
    const factor = await choleskyOf(permuted, size);
    return new TruncatedNormal(
      size,
      order,
      bound.map(([, range]) => range),
      factor,
      candidates,
    );
  }

  /**
   * Draws the bound entries of one row.
   * @param values receives the entries (inside their ranges), in the order of `order`
   * @param noise receives the independent normals that give them through the factor
   * @returns false where every candidate was so unlikely that its weight is 0: the entries are in their ranges by force
   */
  draw(uniform: UniformSource, values: Float64Array, noise: Float64Array): boolean {
    const { bound } = this;
    const size = this.#size;
    let total = 0;
    for (let candidate = 0; candidate < this.#candidates; candidate++) {
      const weight = this.#propose(uniform, candidate);
      total += weight;
      // Reservoir choice: each candidate stays with probability weight / total; the first is kept if all weigh nothing.
      if (candidate > 0 && !(uniform(candidate, bound) * total < weight)) continue;
      values.set(this.#trial);
    }
    if (bound > 1)
      for (let sweep = 0; sweep < SWEEPS; sweep++) this.#gibbs(values, uniform, this.#candidates + sweep);
    for (let j = 0; j < bound; j++) {
      let rest = values[j]!;
      for (let l = 0; l < j; l++) rest -= this.factor[j * size + l]! * noise[l]!;
      noise[j] = rest / this.factor[j * size + j]!;
    }
    return total > 0 || bound === 0;
  }

  /** Mean weight of the proposals: the probability of the box when every range has a width. */
  probability(uniform: (row: number) => UniformSource, rows: number): number {
    if (this.bound === 1) return totalMass(this.#ranges[0]!);
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += this.#propose(uniform(row), 0);
    return sum / rows;
  }

  /** One GHK candidate into `trial`; returns its weight. */
  #propose(uniform: UniformSource, candidate: number): number {
    const size = this.#size;
    const noise = this.#noise;
    let weight = 1;
    for (let j = 0; j < this.bound; j++) {
      let mean = 0;
      for (let l = 0; l < j; l++) mean += this.factor[j * size + l]! * noise[l]!;
      const scale = this.factor[j * size + j]!;
      const drawn = this.#drawn;
      drawInRanges(this.#ranges[j]!, mean, scale, uniform(candidate, j), drawn);
      weight *= drawn.weight;
      this.#trial[j] = drawn.value;
      noise[j] = (drawn.value - mean) / scale;
    }
    return weight;
  }

  /** Redraws every entry from its conditional given the others. */
  #gibbs(values: Float64Array, uniform: UniformSource, draw: number): void {
    const { bound } = this;
    for (let i = 0; i < bound; i++) {
      const ranges = this.#ranges[i]!;
      if (ranges.length === 2 && ranges[0] === ranges[1]) continue;
      const diagonal = this.#precision[i * bound + i]!;
      let mean = 0;
      for (let j = 0; j < bound; j++)
        if (j !== i) mean -= (this.#precision[i * bound + j]! * values[j]!) / diagonal;
      drawInRanges(ranges, mean, 1 / Math.sqrt(diagonal), uniform(draw, i), this.#drawn);
      values[i] = this.#drawn.value;
    }
  }
}

function totalMass(ranges: LatentRanges): number {
  let mass = 0;
  for (let r = 0; r < ranges.length; r += 2) mass += rangeMass(ranges[r]!, ranges[r + 1]!);
  return mass;
}

/** A value, and the probability (for single points the density) of drawing from its ranges. */
interface Drawn {
  value: number;
  weight: number;
}

/** Masses of the ranges of the draw in progress. */
let masses = new Float64Array(16);

/** A normal draw inside the ranges, into `drawn`; runs for every entry of every candidate, so it makes no objects. */
function drawInRanges(
  ranges: LatentRanges,
  mean: number,
  scale: number,
  uniform: number,
  drawn: Drawn,
): void {
  if (masses.length < ranges.length) masses = new Float64Array(2 * ranges.length);
  let total = 0;
  for (let r = 0; r < ranges.length; r += 2) {
    const mass = rangeMass((ranges[r]! - mean) / scale, (ranges[r + 1]! - mean) / scale);
    masses[r] = mass;
    total += mass;
  }
  if (!(total > 0)) {
    nearestPoint(ranges, mean, scale, drawn);
    return;
  }
  let left = uniform * total;
  let r = 0;
  while (r < ranges.length - 2 && left >= masses[r]!) {
    left -= masses[r]!;
    r += 2;
  }
  const low = (ranges[r]! - mean) / scale;
  const z = low > 0 ? -normalQuantile(normalCdf(-low) - left) : normalQuantile(normalCdf(low) + left);
  drawn.value = within(mean + scale * z, ranges[r]!, ranges[r + 1]!);
  drawn.weight = total;
}

/** Points, and ranges so far out that their probability underflows: the end nearest to the mean. */
function nearestPoint(ranges: LatentRanges, mean: number, scale: number, drawn: Drawn): void {
  let value = ranges[0]!;
  for (const edge of ranges) {
    if (Number.isFinite(edge) && !(Math.abs(edge - mean) >= Math.abs(value - mean))) value = edge;
  }
  const range = rangeAt(ranges, value);
  const z = (value - mean) / scale;
  drawn.value = within(value, range[0], range[1]);
  drawn.weight = Math.exp(-0.5 * z * z) / scale;
}

function rangeAt(ranges: LatentRanges, value: number): [number, number] {
  for (let r = 0; r < ranges.length; r += 2) {
    if (value >= ranges[r]! && value <= ranges[r + 1]!) return [ranges[r]!, ranges[r + 1]!];
  }
  return [value, value];
}

/** Into [low, high): the upper end belongs to the next category. */
function within(value: number, low: number, high: number): number {
  if (low === high) return low;
  const below = Number.isFinite(high) ? high - Math.max(Math.abs(high), 1e-300) * 2 ** -52 : Number.MAX_VALUE;
  return Math.min(Math.max(value, low), Math.max(low, below));
}

/** Inverse of the bound block of the correlation matrix, from its factor. */
function precision(factor: Float64Array, size: number, bound: number): Float64Array {
  const inverse = new Float64Array(bound * bound);
  for (let column = 0; column < bound; column++) {
    for (let row = column; row < bound; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= factor[row * size + k]! * inverse[k * bound + column]!;
      inverse[row * bound + column] = sum / factor[row * size + row]!;
    }
  }
  const result = new Float64Array(bound * bound);
  for (let i = 0; i < bound; i++) {
    for (let j = 0; j < bound; j++) {
      let sum = 0;
      for (let k = Math.max(i, j); k < bound; k++) sum += inverse[k * bound + i]! * inverse[k * bound + j]!;
      result[i * bound + j] = sum;
    }
  }
  return result;
}
