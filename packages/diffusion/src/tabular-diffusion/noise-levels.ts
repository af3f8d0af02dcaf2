// How much noise a number is seen through, on a scale of information: at level l a noisy look at the column tells l times
// the most of what there is to know of it. Levels of columns are comparable so, however their values are spread, and
// sampling in equal steps of level learns the same from every step (the idea of an entropic time, as in CDTD).

/** Standard normal at the middles of equal shares, for means over noise. */
const nodes = [-1.534, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.534];
/** Share of a column's entropy that the least noise tells; the rest is drawn without noise at the end. */
const mostTold = 0.95;
/** Inverse deviations that are looked at, evenly spaced by factor. */
const looks = 28;

/** Knots of a column's table of inverse deviations, at even levels from 0 to 1. */
export const levelKnots = 33;

/**
 * The inverse deviation of the noise at even levels from 0 (nothing can be seen: 0) to 1: [levelKnots].
 * @param shares of the alternatives, sum 1
 * @param scores where they lie
 */
export function inverseDeviations(shares: ArrayLike<number>, scores: ArrayLike<number>): Float32Array {
  const used = Array.from({ length: shares.length }, (_, i) => i).filter((i) => shares[i]! > 0);
  const p = used.map((i) => shares[i]!);
  const m = used.map((i) => scores[i]!);
  const entropy = p.reduce((sum, share) => sum - share * Math.log(share), 0);
  const scale = (look: number): number => 0.05 * 1.35 ** look;
  const told = [0];
  const inverse = [0];
  for (let look = 0; look < looks; look++) {
    const information = entropy - remaining(p, m, scale(look));
    // Means over few nodes may be off by a hair; the scale must rise.
    if (information <= told.at(-1)!) continue;
    told.push(information);
    inverse.push(scale(look));
    if (information >= mostTold * entropy) break;
  }
  const most = Math.min(told.at(-1)!, mostTold * entropy);
  const table = new Float32Array(levelKnots);
  let at = 1;
  for (let knot = 1; knot < levelKnots; knot++) {
    const wanted = (most * knot) / (levelKnots - 1);
    while (at < told.length - 1 && told[at]! < wanted) at++;
    const share = (wanted - told[at - 1]!) / (told[at]! - told[at - 1]!);
    // Information grows with the square of the inverse deviation where there is little of it.
    table[knot] = Math.sqrt(
      inverse[at - 1]! ** 2 + Math.min(1, share) * (inverse[at]! ** 2 - inverse[at - 1]! ** 2),
    );
  }
  return table;
}

/** Mean entropy of what is left to know after a look with noise of deviation 1 / inverse. */
function remaining(p: readonly number[], m: readonly number[], inverse: number): number {
  let sum = 0;
  const powers = new Float64Array(p.length);
  for (let k = 0; k < p.length; k++)
    for (const node of nodes) {
      let total = 0;
      let weighted = 0;
      for (let j = 0; j < p.length; j++) {
        const z = inverse * (m[k]! - m[j]!) + node;
        const exponent = -0.5 * (z * z - node * node);
        const power = exponent < -40 ? 0 : p[j]! * Math.exp(exponent);
        powers[j] = power;
        total += power;
      }
      for (let j = 0; j < p.length; j++) if (powers[j]! > 0) weighted += powers[j]! * Math.log(powers[j]!);
      sum += (p[k]! / nodes.length) * (Math.log(total) - weighted / total);
    }
  return sum;
}
