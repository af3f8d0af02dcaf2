// The schedule by which sampling takes noise away, learnt per column: training notes what each number costs the network at
// each level of noise, as others become known too; sampling then spends its steps where that falls, so that every step
// learns about as much of the column as any other.

import {
  add,
  concat,
  div,
  equal,
  floor,
  less,
  minimum,
  mul,
  sum,
  type Tensor,
  type TensorData,
  tensorData,
  where,
} from "@verisim/tensor";
import { levelKnots } from "./noise-levels.ts";
import type { NoisedRows } from "./noising.ts";

/** Stretches of levels that costs are noted for. */
const stretches = 8;
/** Share of a step's mean in the running mean. */
const newShare = 0.005;
/** Share of the steps that is spread evenly over the levels, whatever was learnt. */
const evenShare = 0.5;

/** Costs before training, [stretches, numbers]: those of columns that have nothing to do with each other. */
export function firstCosts(entropies: readonly number[]): TensorData {
  const data = Array.from({ length: stretches }, (_, stretch) =>
    entropies.map((entropy) => entropy * (1 - (stretch + 0.5) / stretches)),
  );
  return tensorData(Float32Array.from(data.flat()), [stretches, entropies.length]);
}

/**
 * The running means moved on by a step.
 * @param costs [stretches, numbers]
 * @param losses [rows, numbers]
 */
export function notedCosts(
  costs: Tensor,
  { levels, running }: NonNullable<NoisedRows["numbers"]>,
  losses: Tensor,
): Tensor {
  const stretchOf = floor(mul(minimum(levels, 0.999999), stretches));
  const inside = Array.from({ length: stretches }, (_, stretch) => mul(running, equal(stretchOf, stretch)));
  const seen = concat(
    inside.map((flags) => sum(flags, [0], true)),
    0,
  );
  const spent = concat(
    inside.map((flags) => sum(mul(flags, losses), [0], true)),
    0,
  );
  const means = div(spent, add(seen, 1e-6));
  return where(less(seen, 0.5), costs, add(mul(costs, 1 - newShare), mul(means, newShare)));
}

/**
 * A table over even places of a number's clock of what is given over even levels: [levelKnots, numbers].
 * @param costs [stretches, numbers]
 * @param tables per number, [levelKnots] each
 */
export function learntSchedule(costs: TensorData, tables: readonly Float32Array[]): TensorData {
  const numbers = tables.length;
  const results = tables.map((table, number) => {
    const levels = levelsAtTimes(
      Array.from({ length: stretches }, (_, stretch) => costs.data[stretch * numbers + number]!),
    );
    return Float32Array.from(levels, (level) => {
      const place = level * (levelKnots - 1);
      const low = Math.min(levelKnots - 2, Math.floor(place));
      return table[low]! + (place - low) * (table[low + 1]! - table[low]!);
    });
  });
  return tableOf(results);
}

/** Tables of several numbers side by side: [levelKnots, numbers]. */
export function tableOf(tables: readonly Float32Array[]): TensorData {
  const numbers = tables.length;
  const data = Float32Array.from(
    { length: levelKnots * numbers },
    (_, i) => tables[i % numbers]![Math.floor(i / numbers)]!,
  );
  return tensorData(data, [levelKnots, numbers]);
}

/** The level at each of the even times, so that costs fall evenly, but for the share of time that is spread evenly. */
function levelsAtTimes(costs: readonly number[]): number[] {
  // What a level says after a lower one can only add: a rise is chance.
  const falls = costs.map((cost, i) => {
    const before = i === 0 ? 2 * cost - costs[1]! : costs[i - 1]!;
    const after = i === stretches - 1 ? 2 * cost - before : costs[i + 1]!;
    return Math.max(0, (before - after) / 2);
  });
  const total = falls.reduce((sum, fall) => sum + fall, 0);
  const spent = falls.map(
    (fall) =>
      evenShare / stretches + (total > 0 ? ((1 - evenShare) * fall) / total : (1 - evenShare) / stretches),
  );
  const levels: number[] = [];
  let stretch = 0;
  let before = 0;
  for (let knot = 0; knot < levelKnots; knot++) {
    const time = knot / (levelKnots - 1);
    while (stretch < stretches - 1 && before + spent[stretch]! < time) before += spent[stretch++]!;
    levels.push(Math.min(1, (stretch + (time - before) / spent[stretch]!) / stretches));
  }
  return levels;
}
