// SDMetrics' attackers who learn from the judged rows how known numbers lead to sensitive ones, and how far they are off: as
// the squared difference of places in the real distribution, so that a unit or a long tail decides nothing.

import type { ComparedNumbers } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { leastSquares } from "../learners/least-squares.ts";
import { numberPerceptron } from "../learners/perceptron.ts";
import { type ScaledRows, type Scaling, scaledRows, scalingOf } from "../learners/scaled-rows.ts";
import { decide, fitRegressor, gaussianKernel } from "../learners/support-vectors.ts";
import type { Metric } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { chosenRows } from "./mixed-rows.ts";

/** Rows that are learnt, at most: by all, by networks, by machines, by those who look around each row. */
const mostRows = { linear: 50_000, network: 5000, machine: 1500, radius: 2000 } as const;
/** Real rows that are attacked, at most. */
const mostAttacked = 20_000;
const fewAttacked = 2000;
/** Largest mean squared difference of places at which a row is near. */
const cutoff = 0.3 ** 2;

type Attacker = keyof typeof mostRows;

interface Attack {
  readonly known: readonly ComparedNumbers[];
  readonly sensitive: readonly ComparedNumbers[];
}

/**
 * The numbers among the known and the sensitive columns; where one of them has none, the last number is sensitive and the
 * others are known, unless they are on the other side.
 */
function attackOf(context: MetricContext): Attack | null {
  const numbers = context.numbers.filter(
    (column) => column.sdtype === "numerical" && column.ranges[0] !== null,
  );
  const named = (names: readonly string[]) => numbers.filter(({ name }) => names.includes(name));
  const [givenKnown, givenSensitive] = [named(context.known), named(context.sensitive)];
  const sensitive =
    givenSensitive.length > 0
      ? givenSensitive
      : numbers.filter((column) => givenKnown.length === 0 || !givenKnown.includes(column)).slice(-1);
  const known = givenKnown.length > 0 ? givenKnown : numbers.filter((column) => !sensitive.includes(column));
  return known.length === 0 || sensitive.length === 0 ? null : { known, sensitive };
}

/** Mean over real rows of the summed squared differences of places. */
async function loss(context: MetricContext, table: 1 | 2, attacker: Attacker): Promise<Score> {
  const attack = attackOf(context);
  if (!attack) return null;
  const { rowCounts } = context.compared;
  const rows = (side: number, most: number, purpose: string): Int32Array =>
    chosenRows(rowCounts[side]!, most, context.seed, "number attack", purpose) ??
    Int32Array.from({ length: rowCounts[side]! }, (_, row) => row);
  const isCostly = attacker === "machine" || attacker === "radius";
  const all = rows(0, isCostly ? fewAttacked : mostAttacked, "attacked");
  const attacked = all.filter((row) =>
    attack.sensitive.every(({ values }) => Number.isFinite(values[0]![row]!)),
  );
  if (attacked.length === 0) return null;
  let sum = 0;
  for (const column of attack.sensitive) {
    const learnt = rows(table, mostRows[attacker], "learnt").filter((row) =>
      Number.isFinite(column.values[table]![row]!),
    );
    if (learnt.length < 2) return null;
    const place = placesIn(column.values[0]!);
    const guessed = await guess(context, attack.known, column, table, learnt, attacked, attacker);
    for (const [at, row] of attacked.entries())
      sum += (place(guessed[at]!) - place(column.values[0]![row]!)) ** 2;
  }
  return sum / attacked.length;
}

/** The share of the values at or below a number. */
function placesIn(values: Float64Array): (value: number) => number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  return (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low / sorted.length;
  };
}

async function guess(
  { seed, run }: MetricContext,
  known: readonly ComparedNumbers[],
  column: ComparedNumbers,
  table: 1 | 2,
  learnt: Int32Array,
  attacked: Int32Array,
  attacker: Attacker,
): Promise<ArrayLike<number>> {
  // Learnt rows first; a missing number takes the mean of the learnt ones.
  const numbers = known.map(({ values }) => {
    const own = Float64Array.from(learnt, (row) => values[table]![row]!);
    const present = own.filter((value) => Number.isFinite(value));
    const mean = present.length === 0 ? 0 : present.reduce((sum, value) => sum + value / present.length, 0);
    const joined = Float64Array.from([...own, ...Float64Array.from(attacked, (row) => values[0]![row]!)]);
    return joined.map((value) => (Number.isFinite(value) ? value : mean));
  });
  const target = Float64Array.from(learnt, (row) => column.values[table]![row]!);
  const first = Int32Array.from({ length: learnt.length }, (_, row) => row);
  const second = Int32Array.from({ length: attacked.length }, (_, row) => learnt.length + row);
  const features = { rowCount: learnt.length + attacked.length, numbers, blocks: [] };
  if (attacker === "radius") return nearMeans(numbers, known, target, learnt.length);
  const robust = scalingOf(features, first);
  if (attacker === "network") {
    const [own, others] = [scaledRows(robust, first), scaledRows(robust, second)];
    return numberPerceptron(robust, own, target, others, { hidden: 100, epochs: 200, seed, ...run });
  }
  const raw = asTheyAre(robust);
  const [own, others] = [scaledRows(raw, first), scaledRows(raw, second)];
  if (attacker === "machine") {
    const kernel = gaussianKernel(raw, own);
    return decide(await fitRegressor(kernel, target, run), kernel, others, run);
  }
  const dense = Float64Array.from({ length: learnt.length * numbers.length }, (_, at) => {
    return numbers[at % numbers.length]![Math.floor(at / numbers.length)]!;
  });
  const { weights, intercept } = leastSquares(dense, learnt.length, numbers.length, target);
  return linear(others, weights, intercept);
}

function linear({ count, numbers }: ScaledRows, weights: Float64Array, intercept: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) =>
    numbers.reduce((sum, values, at) => sum + weights[at]! * values[row]!, intercept),
  );
}

/** Numbers in their own units, as the originals take them. */
function asTheyAre(scaling: Scaling): Scaling {
  const { scale } = scaling;
  return { ...scaling, scale: { centre: scale.centre.map(() => 0), scale: scale.scale.map(() => 1) } };
}

/** The mean of the learnt rows near each attacked one, by places in the learnt distributions; the mean of all without any. */
function nearMeans(
  numbers: readonly Float64Array[],
  known: readonly ComparedNumbers[],
  target: Float64Array,
  learnt: number,
): Float64Array {
  const places = numbers.map((values) => {
    const place = placesIn(values.subarray(0, learnt));
    return values.map(place);
  });
  const mean = target.reduce((sum, value) => sum + value / learnt, 0);
  const limit = cutoff * known.length;
  return Float64Array.from({ length: numbers[0]!.length - learnt }, (_, at) => {
    let [sum, count] = [0, 0];
    for (let row = 0; row < learnt; row++) {
      let distance = 0;
      for (const own of places) distance += (own[learnt + at]! - own[row]!) ** 2;
      if (distance >= limit) continue;
      sum += target[row]!;
      count++;
    }
    return count === 0 ? mean : sum / count;
  });
}

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, null],
  needs: ["known and sensitive columns"],
  tolerance: null,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

const says = (who: string): string =>
  `How far ${who} that learnt the judged rows is off the real rows' sensitive numbers: the mean squared difference of places in the real distribution.`;

const places =
  "Places are shares of the real values at or below a number; the original chooses one of eight distributions for each column.";

const compute =
  (attacker: Attacker): Metric["compute"] =>
  async (context, table) => ({ value: await loss(context, table, attacker) });

export const numberAttackMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "numerical-lr",
    says: says("a linear regression"),
    original: "single_table.NumericalLR",
    tolerance: 1e-6,
    differs: `${places} Equal to the original that is given this distance.`,
    compute: compute("linear"),
  },
  {
    ...shared,
    name: "numerical-mlp",
    says: says("a small network"),
    original: "single_table.NumericalMLP",
    differs: `${places} The same network on 5,000 scaled rows at most, started by the seed; the original learns numbers of any unit as they are.`,
    compute: compute("network"),
  },
  {
    ...shared,
    name: "numerical-svr",
    says: says("a support vector regression"),
    original: "single_table.NumericalSVR",
    tolerance: 1e-2,
    differs: `${places} Equal to the original that is given this distance within what its solver leaves open; 1,500 learnt and 2,000 attacked rows at most.`,
    compute: compute("machine"),
  },
  {
    ...shared,
    name: "numerical-radius-nearest-neighbor",
    says: says("the mean of the rows around each"),
    original: "single_table.NumericalRadiusNearestNeighbor",
    differs: `${places} The mean of the near rows; the original adds up all rows and divides by the number of near ones.`,
    compute: compute("radius"),
  },
];
