// How strong noise is: a standard deviation, a part of the column's own, a signal-to-noise ratio, or as strong as it
// takes to hide rows among others.

import type { OptionTable } from "@verisim/core";
import { nearestNeighbours } from "@verisim/tensor/arrays";
import { momentsOf } from "../moments.ts";
import { type NoiseContext, optionConflict } from "./noise-kind.ts";

export const scaleOptions: OptionTable = {
  sd: {
    type: "number",
    default: null,
    min: 0,
    description: "Standard deviation of the noise, in units of the column.",
  },
  relative: {
    type: "number",
    default: null,
    min: 0,
    description:
      "The same as a part of the column's own standard deviation. Default, where nothing is given: 0.1.",
  },
  snr: {
    type: "number",
    default: null,
    min: 0,
    description: "Signal-to-noise ratio in decibels: 10 log10 of the column's variance by the noise's.",
  },
  hiddenAmong: {
    type: "integer",
    default: null,
    min: 1,
    max: 1000,
    description:
      "As strong as it takes: at least so many real rows lie nearer to a changed row than the row that it comes from.",
  },
  share: {
    type: "number",
    default: 0.9,
    min: 0.01,
    max: 1,
    description: "With hiddenAmong: the share of the rows for which that must hold.",
  },
};

/** At most so many rows are tried, against so many others. */
const triedRows = 1_000;
const comparedRows = 20_000;

/**
 * The standard deviation of the noise of each column.
 * @param unit draws of standard deviation 1 for a column, by row
 * @throws VerisimError `VERISIM_OPTION_VALUE` where more than one strength is given
 */
export async function noiseDeviations(
  kind: string,
  context: NoiseContext,
  unit: (column: string) => Promise<Float64Array>,
): Promise<Map<string, number>> {
  const { options, columns, table } = context;
  const given = ["sd", "relative", "snr", "hiddenAmong"].filter((name) => options[name] !== null);
  if (given.length > 1)
    throw optionConflict(given[1]!, `Expected one strength for ${kind} but received ${given.join(" and ")}.`);
  const moments = new Map(
    columns.map((name) => {
      const column = table.column(name);
      return [name, momentsOf(column.kind === "number" ? column.values : new Float64Array(0))];
    }),
  );
  const own = (name: string): number => moments.get(name)!.deviation;
  const each = (of: (name: string) => number): Map<string, number> =>
    new Map(columns.map((name) => [name, of(name)]));
  if (options.sd !== null) return each(() => options.sd as number);
  if (options.snr !== null) return each((name) => own(name) * 10 ** (-(options.snr as number) / 20));
  if (options.hiddenAmong === null)
    return each((name) => own(name) * ((options.relative as number | null) ?? 0.1));
  const factor = await hidingFactor(context, own, unit);
  return each((name) => own(name) * factor);
}

/**
 * The factor on the columns' own deviations at which a share of the rows is hidden among k others, found by halving.
 * Distances are Euclidean over the columns in units of their deviation.
 */
async function hidingFactor(
  context: NoiseContext,
  own: (name: string) => number,
  unit: (column: string) => Promise<Float64Array>,
): Promise<number> {
  const { table, options } = context;
  const k = options.hiddenAmong as number;
  const share = options.share as number;
  const columns = context.columns.filter((name) => own(name) > 0);
  const values = columns.map((name) => (table.column(name) as { values: Float64Array }).values);
  const rows: number[] = [];
  for (let row = 0; row < table.rowCount; row++)
    if (values.every((column) => Number.isFinite(column[row]))) rows.push(row);
  if (columns.length === 0 || rows.length <= k + 1)
    throw optionConflict(
      "hiddenAmong",
      `Expected more than ${k + 1} rows with all numbers but ${rows.length} have them.`,
    );
  const spread = (most: number): number[] =>
    rows.length <= most
      ? rows
      : Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);
  const others = spread(comparedRows);
  const tried = spread(triedRows);
  const size = columns.length;
  const scales = columns.map((name) => 1 / own(name));
  const data = new Float64Array(others.length * size);
  others.forEach((row, i) => {
    for (let j = 0; j < size; j++) data[i * size + j] = values[j]![row]! * scales[j]!;
  });
  const draws = await Promise.all(columns.map(unit));
  const run = context.signal ? { signal: context.signal } : {};
  const neighbours = Math.min(k, others.length);
  const hidden = async (factor: number): Promise<number> => {
    const moved = new Float64Array(tried.length * size);
    const distances = new Float64Array(tried.length);
    tried.forEach((row, i) => {
      let squares = 0;
      for (let j = 0; j < size; j++) {
        const shift = factor * draws[j]![row]!;
        moved[i * size + j] = values[j]![row]! * scales[j]! + shift;
        squares += shift * shift;
      }
      distances[i] = Math.sqrt(squares);
    });
    const search = { reference: data, queries: moved, width: size, k: neighbours };
    const found = await nearestNeighbours(search, run);
    // The row itself is at its own distance: k others are nearer where the k-th of all lies before it.
    let count = 0;
    for (let i = 0; i < tried.length; i++)
      if (found.distances[(i + 1) * neighbours - 1]! < distances[i]! * (1 - 1e-9)) count++;
    return count / tried.length;
  };
  let low = 0;
  let high = 0.01;
  while ((await hidden(high)) < share) {
    low = high;
    high *= 2;
    if (high > 1_000)
      throw optionConflict(
        "hiddenAmong",
        `No noise hides ${share * 100} % of the rows among ${k} others: rows lie too far apart.`,
      );
  }
  for (let step = 0; step < 10; step++) {
    const middle = (low + high) / 2;
    if ((await hidden(middle)) < share) low = middle;
    else high = middle;
  }
  return high;
}
