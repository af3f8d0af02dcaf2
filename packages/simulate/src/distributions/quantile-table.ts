// A slow quantile function as a table over standard normal scores, interpolated by cubics: built once for a column whose
// parameters are the same in all rows, and used only where it has been checked against the function itself.

import { normalCdf } from "@verisim/stats";
import type { Family, Parameters } from "./families.ts";

/** No uniform of 52 bits lies beyond: 2^-53 is at -8.29. */
const reach = 8.375;
const perUnit = 64;
const step = 1 / perUnit;
/** The largest error allowed, on the scale of the table (relative for most families). */
const tolerance = 1e-7;

/** The map from scores to values, or undefined where a table cannot be exact enough. */
export function quantileTable(family: Family, p: Parameters): ((z: number) => number) | undefined {
  const { tabulate } = family;
  if (!tabulate) return undefined;
  const { at: quantileAt, from } = tabulate;
  const exact = (z: number): number => quantileAt(normalCdf(z), normalCdf(-z), p);
  const knots = Math.round(2 * reach * perUnit) + 1;
  const values = Float64Array.from({ length: knots }, (_, i) => exact(-reach + i * step));
  // Values at the ends may not be told from an end of the support; scores there are never drawn.
  let first = 0;
  let last = knots - 1;
  while (first < last && !Number.isFinite(values[first])) first++;
  while (last > first && !Number.isFinite(values[last])) last--;
  if (first > perUnit || knots - 1 - last > perUnit) return undefined;
  for (let i = 0; i < first; i++) values[i] = values[first]!;
  for (let i = last + 1; i < knots; i++) values[i] = values[last]!;
  const slopes = new Float64Array(knots);
  for (let i = 0; i < knots; i++) {
    const at = (offset: number): number => values[Math.min(knots - 1, Math.max(0, i + offset))]!;
    slopes[i] =
      i < 2 || i > knots - 3 ? (at(1) - at(-1)) / 2 : (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12;
  }
  const interpolate = (z: number): number => {
    const place = (z + reach) * perUnit;
    const i = Math.min(knots - 2, Math.max(0, Math.floor(place)));
    const t = place - i;
    const a = values[i]!;
    const b = values[i + 1]!;
    const da = slopes[i]! - (b - a);
    const db = b - a - slopes[i + 1]!;
    return a + t * (b - a) + t * (1 - t) * (da * (1 - t) + db * t);
  };
  for (let z = -6 + step / 2; z < 6; z += 4 * step) {
    if (!(Math.abs(interpolate(z) - exact(z)) <= tolerance)) return undefined;
  }
  return (z) => from(interpolate(z), p);
}
