// A sequence between two others: along their warping path both time and values move from one to the other, so that a peak
// that comes early in one and late in the other comes in between, and stays a peak. A mean of steps with equal numbers
// would make two low ones of it.

/** Where each new step lies in both parents: between a whole step and the next. */
export interface StepPlaces {
  readonly count: number;
  readonly a: Int32Array;
  /** How far from that step to the next one, 0 to 1; 0 at the last. */
  readonly aPart: Float64Array;
  readonly b: Int32Array;
  readonly bPart: Float64Array;
}

/**
 * Places of the steps of a sequence that is `share` of the way from a to b: at share 0 those of a, at 1 those of b.
 *
 * The path's pair (i, j) takes place at the time (1 - share) i + share j; new steps lie evenly between the first and the
 * last, one time unit apart as nearly as a whole number of them can.
 * @param path as `warpingPath` finds it
 */
export function placesBetween(
  path: { readonly a: Int32Array; readonly b: Int32Array },
  share: number,
): StepPlaces {
  const pairs = path.a.length;
  const timeOf = (pair: number): number => (1 - share) * path.a[pair]! + share * path.b[pair]!;
  const end = timeOf(pairs - 1);
  const count = Math.round(end) + 1;
  const places: StepPlaces = {
    count,
    a: new Int32Array(count),
    aPart: new Float64Array(count),
    b: new Int32Array(count),
    bPart: new Float64Array(count),
  };
  let pair = 0;
  for (let step = 0; step < count; step++) {
    const time = count > 1 ? (step * end) / (count - 1) : end / 2;
    while (pair < pairs - 2 && timeOf(pair + 1) <= time) pair++;
    const next = Math.min(pair + 1, pairs - 1);
    const gap = timeOf(next) - timeOf(pair);
    const part = gap > 0 ? Math.min(1, Math.max(0, (time - timeOf(pair)) / gap)) : 0;
    put(places.a, places.aPart, step, path.a[pair]!, path.a[next]!, part);
    put(places.b, places.bPart, step, path.b[pair]!, path.b[next]!, part);
  }
  return places;
}

function put(
  whole: Int32Array,
  part: Float64Array,
  step: number,
  from: number,
  to: number,
  way: number,
): void {
  // A path moves by one step or stays.
  const full = from === to ? 0 : way;
  whole[step] = full === 1 ? to : from;
  part[step] = full === 1 ? 0 : full;
}
