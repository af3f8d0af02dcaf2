// How rare a target's value is, from 0 at the median to 1 at the whiskers of its box plot (Torgo et al. 2013, section 3.1;
// Ribeiro 2011): monotone cubic pieces between three points.

/** Of a value of the target: 0 to 1. */
export type Relevance = (value: number) => number;

/** A target whose whisker is its quartile, as where half of the values are equal, has no rare values on that side. */
export function boxPlotRelevance(values: Float64Array): Relevance {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below]!;
    return low + (place - below) * ((sorted[below + 1] ?? low) - low);
  };
  const [first, median, third] = [at(0.25), at(0.5), at(0.75)];
  const reach = 1.5 * (third - first);
  const low = sorted.find((value) => value >= first - reach)!;
  const high = sorted.findLast((value) => value <= third + reach)!;
  return (value) => {
    const [end, extreme] = value < median ? [low, sorted[0]!] : [high, sorted.at(-1)!];
    // Without a value beyond the whisker there is nothing rare on this side.
    if (value === median || end === extreme || end === median) return 0;
    const share = Math.min(1, (value - median) / (end - median));
    return share * share * (3 - 2 * share);
  };
}
