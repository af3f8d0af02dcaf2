// Numbers of a distribution, for columns and for counts of child rows: parameters that are the same in all rows are
// prepared once, others are read row by row.

import { VerisimError } from "@verisim/core";
import { normalCdf, normalQuantile } from "@verisim/stats";
import {
  describeFamily,
  type Family,
  families,
  familyHint,
  parameterConflict,
} from "../distributions/families.ts";
import { quantileTable } from "../distributions/quantile-table.ts";
import { WeightedPick } from "../distributions/weighted-pick.ts";
import type { Batch } from "../engine/batch.ts";
import type { NumericNode } from "../formula/nodes.ts";
import type { Formula } from "../formula/parser.ts";
import type { Fields, Problems } from "../model/problems.ts";
import { compileNumber, type DrawnCells, type PlanContext, readFormula, rounder } from "./column-kind.ts";

/** A discrete distribution with at most so many values of any weight becomes a table. */
const mostTabulated = 100_000;

/** A distribution as the model says it. */
export interface DrawReading {
  readonly family: Family;
  readonly parameters: readonly Formula[];
  readonly min: Formula | undefined;
  readonly max: Formula | undefined;
  readonly decimals: number | undefined;
  readonly path: string;
}

/** Reads `distribution`, its parameters, `min`, `max` and `decimals`. */
export function readDraw(fields: Fields, problems: Problems): DrawReading | undefined {
  const name = fields.text("distribution", true);
  if (name === undefined) return undefined;
  const family = families.get(name);
  if (!family) {
    fields.fault("distribution", "a distribution", familyHint(name));
    return undefined;
  }
  const before = problems.count;
  const formulaOf = (field: string, required: boolean): Formula | undefined =>
    readFormula(fields.numberOrFormula(field, required), fields.at(field), problems);
  const parameters = Object.entries(family.parameters).map(([field, row]) =>
    fields.has(field) || row.default === undefined
      ? formulaOf(field, true)
      : ({ type: "number", start: 0, value: row.default } as const),
  );
  const min = formulaOf("min", false);
  const max = formulaOf("max", false);
  const decimals = fields.number("decimals", { min: 0, max: 15, whole: true });
  if (problems.count > before) return undefined;
  return {
    family,
    parameters: parameters as Formula[],
    min,
    max,
    decimals: decimals ?? (family.discrete ? 0 : undefined),
    path: fields.path,
  };
}

export const drawFormulas = ({ parameters, min, max }: DrawReading): Formula[] => [
  ...parameters,
  ...(min ? [min] : []),
  ...(max ? [max] : []),
];

/** Fills numbers from the stream of a draw. */
export interface NumberDraw {
  readonly stream: number;
  /** Where a number follows from that of the stream alone. */
  readonly cells?: DrawnCells;
  fill(batch: Batch, out: Float64Array, from: number, to: number): void;
}

/** How a draw is made; undefined where something is wrong, which the context's problems then hold. */
export function planDraw(reading: DrawReading, context: PlanContext): NumberDraw | undefined {
  const { family, path, decimals } = reading;
  const names = Object.keys(family.parameters);
  const nodes = reading.parameters.map((formula, i) =>
    compileNumber(formula, context, `${path}.${names[i]}`),
  );
  const min = reading.min && compileNumber(reading.min, context, `${path}.min`);
  const max = reading.max && compileNumber(reading.max, context, `${path}.max`);
  if (nodes.includes(undefined) || (reading.min && !min) || (reading.max && !max)) return undefined;
  const given = nodes as NumericNode[];
  const constants = given.map((node) => node.constant);
  const steady = constants.every((value) => value !== undefined);
  if (steady) {
    const conflict = parameterConflict(family, constants as number[]);
    if (conflict !== undefined) {
      context.problems.add(
        "VERISIM_SIMULATION_FIELD",
        path,
        `The distribution cannot be drawn from: ${conflict}.`,
      );
      return undefined;
    }
  }
  const round = family.discrete ? undefined : rounder(decimals);
  if (!steady || (min && min.constant === undefined) || (max && max.constant === undefined))
    return varyingDraw(reading, given, min, max, round, context);
  const p = constants as number[];
  const limits = limitsOf(family, p, min?.constant, max?.constant);
  if (limits === undefined) {
    context.problems.add(
      "VERISIM_SIMULATION_FIELD",
      path,
      `Expected numbers between min ${min?.constant ?? "(none)"} and max ${max?.constant ?? "(none)"} but ${describeFamily(family, p)} has none there.`,
      min && max && min.constant! > max.constant!
        ? "min is above max."
        : "Parameters that are left out keep their defaults.",
    );
    return undefined;
  }
  return steadyDraw(family, p, limits, round, decimals, context);
}

interface Limits {
  readonly min: number;
  readonly max: number;
  /** Probabilities below `min` and up to `max`. */
  readonly below: number;
  readonly upTo: number;
}

/** Undefined where nothing lies between. */
function limitsOf(
  family: Family,
  p: readonly number[] | Float64Array,
  min: number | undefined,
  max: number | undefined,
): Limits | undefined {
  const below = min === undefined ? 0 : family.cdf(family.discrete ? Math.ceil(min) - 1 : min, p);
  const upTo = max === undefined ? 1 : family.cdf(max, p);
  const limits = { min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY, below, upTo };
  if (limits.min <= limits.max && upTo > below) return limits;
  // A distribution of one value has no width: it is inside or not.
  const only = family.quantile(0.5, p);
  const single = family.quantile(0.25, p) === only && family.quantile(0.75, p) === only;
  return single && only >= limits.min && only <= limits.max ? { ...limits, below: 0, upTo: 1 } : undefined;
}

function steadyDraw(
  family: Family,
  p: readonly number[],
  { min, max, below, upTo }: Limits,
  round: ((x: number) => number) | undefined,
  decimals: number | undefined,
  context: PlanContext,
): NumberDraw {
  const whole = below === 0 && upTo === 1;
  const finish = finisher(round, decimals, min, max);
  const table = quantileTable(family, p);
  const { fromNormal, scores } = family;
  if (whole && scores) return drawnBy(context.stream("normal"), scores(p), finish);
  const fromScore = table ?? (fromNormal && ((z: number) => fromNormal(z, p)));
  if (whole && fromScore) return drawnBy(context.stream("normal"), eachCell(fromScore), finish);
  const counts = family.discrete ? countTable(family, p) : undefined;
  const one = counts ?? ((u: number) => family.quantile(u, p));
  const unlimited = table ? (u: number) => table(normalQuantile(u)) : one;
  const width = upTo - below;
  const cell = whole ? unlimited : (u: number) => unlimited(below + u * width);
  return drawnBy(context.stream("uniform"), eachCell(cell), finish);
}

const eachCell =
  (cell: (draw: number) => number): DrawnCells =>
  (draws, out, rows, count) => {
    for (let k = 0; k < count; k++) out[rows[k]!] = cell(draws[rows[k]!]!);
  };

/** The numbers from 0 on. */
let counted = new Int32Array(0);

/** Row by row, more and more are asked for: they are made by doubling. */
function rowsUpTo(count: number): Int32Array {
  if (counted.length < count)
    counted = new Int32Array(Math.max(count, 2 * counted.length)).map((_, row) => row);
  return counted;
}

function drawnBy(
  stream: number,
  raw: DrawnCells,
  finish: ((out: Float64Array, rows: Int32Array, count: number) => void) | undefined,
): NumberDraw {
  const cells: DrawnCells = finish
    ? (draws, out, rows, count) => {
        raw(draws, out, rows, count);
        finish(out, rows, count);
      }
    : raw;
  return {
    stream,
    cells,
    fill: (batch, out, from, to) => cells(batch.draws[stream]!, out, rowsUpTo(to).subarray(from), to - from),
  };
}

/** Rounds and keeps inside the limits, which rounding (or the table of a quantile) may have left by a hair. */
function finisher(
  round: ((x: number) => number) | undefined,
  decimals: number | undefined,
  min: number,
  max: number,
): ((out: Float64Array, rows: Int32Array, count: number) => void) | undefined {
  if (!round && min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return undefined;
  const scale = decimals === undefined ? undefined : 10 ** decimals;
  const low = scale && Number.isFinite(min) ? Math.ceil(min * scale - 1e-9) / scale : min;
  const high = scale && Number.isFinite(max) ? Math.floor(max * scale + 1e-9) / scale : max;
  return (out, rows, count) => {
    for (let k = 0; k < count; k++) {
      const row = rows[k]!;
      const value = round ? round(out[row]!) : out[row]!;
      out[row] = Math.min(high, Math.max(low, value));
    }
  };
}

/** A discrete distribution as weights of its values, where there are few enough. */
function countTable(family: Family, p: readonly number[]): ((u: number) => number) | undefined {
  const first = family.quantile(2 ** -60, p);
  const last = family.quantile(1 - 2 ** -53, p);
  if (!(last - first < mostTabulated)) return undefined;
  const weights = new Float64Array(last - first + 1);
  let before = 0;
  for (let i = 0; i < weights.length; i++) {
    const upTo = family.cdf(first + i, p);
    weights[i] = Math.max(0, upTo - before);
    before = Math.max(before, upTo);
  }
  const pick = new WeightedPick(weights);
  return (u) => first + pick.at(u);
}

function varyingDraw(
  { family, decimals }: DrawReading,
  nodes: readonly NumericNode[],
  min: NumericNode | undefined,
  max: NumericNode | undefined,
  round: ((x: number) => number) | undefined,
  context: PlanContext,
): NumberDraw {
  const { fromNormal } = family;
  const byScore = fromNormal !== undefined && !min && !max;
  const stream = context.stream(byScore ? "normal" : "uniform");
  const p = new Float64Array(nodes.length);
  const scale = decimals === undefined ? undefined : 10 ** decimals;
  return {
    stream,
    fill: (batch, out, from, to) => {
      const draws = batch.draws[stream]!;
      const parameters = nodes.map((node) => node.evaluate(batch, from, to));
      const lows = min?.evaluate(batch, from, to);
      const highs = max?.evaluate(batch, from, to);
      for (let i = from; i < to; i++) {
        let missing = false;
        for (let j = 0; j < p.length; j++) {
          p[j] = parameters[j]![i]!;
          missing ||= Number.isNaN(p[j]);
        }
        const low = lows ? lows[i]! : undefined;
        const high = highs ? highs[i]! : undefined;
        if (missing || Number.isNaN(low) || Number.isNaN(high)) {
          out[i] = Number.NaN;
          continue;
        }
        const conflict = parameterConflict(family, p);
        if (conflict !== undefined) throw rowFault(context, batch.rows[i]!, conflict);
        let x: number;
        if (byScore) x = fromNormal(draws[i]!, p);
        else if (low === undefined && high === undefined) x = family.quantile(draws[i]!, p);
        else {
          const limits = limitsOf(family, p, low, high);
          if (!limits) throw rowFault(context, batch.rows[i]!, "nothing lies between min and max");
          x = family.quantile(limits.below + draws[i]! * (limits.upTo - limits.below), p);
          x = Math.min(limits.max, Math.max(limits.min, x));
        }
        if (round) {
          x = round(x);
          if (low !== undefined && x < low) x = Math.ceil(low * scale! - 1e-9) / scale!;
          if (high !== undefined && x > high) x = Math.floor(high * scale! + 1e-9) / scale!;
        }
        out[i] = x;
      }
    },
  };
}

function rowFault({ table, column }: PlanContext, row: number, reason: string): VerisimError {
  return new VerisimError("VERISIM_SIMULATION_VALUE", `The distribution cannot be drawn from: ${reason}.`, {
    where: { table, column, row: row + 1 },
    hint: "Keep the parameters in their ranges with clamp(), min() or max() in their formulas.",
  });
}

/** The uniform of a standard normal score, kept inside (0, 1). */
export function uniformOfScore(z: number): number {
  const u = normalCdf(z);
  return u >= 1 ? 1 - 2 ** -53 : u <= 0 ? 2 ** -1074 : u;
}
