// The families of numbers that a column may be drawn from. Each is its quantile function: one uniform gives one number,
// so that the same family serves alone, between limits and in a correlated block.

import { knownTextsHint } from "@verisim/core";
import {
  betaI,
  betaIInverse,
  gammaP,
  gammaPInverse,
  normalCdf,
  normalQuantile,
  studentT,
} from "@verisim/stats";
import { binomial, geometric, negativeBinomial, poisson, zipf } from "./counts.ts";

export interface ParameterRow {
  /** Left out where it must be given. */
  readonly default?: number;
  readonly min?: number;
  /** True where `min` itself is not allowed. */
  readonly above?: true;
  readonly max?: number;
  readonly whole?: true;
  readonly meaning: string;
}

/** Parameters in the order of the family's rows. */
export type Parameters = readonly number[] | Float64Array;

export interface Family {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterRow>>;
  /** True where all values are whole numbers. */
  readonly discrete?: true;
  /** Whether the parameters fit each other, beyond their own ranges; a sentence where not. */
  readonly conflict?: (p: Parameters) => string | undefined;
  readonly quantile: (u: number, p: Parameters) => number;
  readonly cdf: (x: number, p: Parameters) => number;
  /** The quantile of a standard normal score, where that is simpler or more exact than by its probability. */
  readonly fromNormal?: (z: number, p: Parameters) => number;
  /** The same for some rows of a column, for families that most columns are of. */
  readonly scores?: (
    p: Parameters,
  ) => (z: Float64Array, out: Float64Array, rows: Int32Array, count: number) => void;
  /**
   * For families whose quantile is slow: a smooth map to the line and back in which a table of it is exact to about
   * 1e-9 (Derflinger, Hörmann and Leydold, "Random variate generation by numerical inversion", TOMACS 20, 2010).
   */
  readonly tabulate?: {
    /** The mapped quantile of a probability and of what it lacks to 1, each exact. */
    readonly at: (u: number, rest: number, p: Parameters) => number;
    readonly from: (y: number, p: Parameters) => number;
  };
}

const location: ParameterRow = { default: 0, meaning: "location" };
const scale: ParameterRow = { default: 1, min: 0, above: true, meaning: "scale" };
/** Beyond the largest, incomplete integrals take too long and lose their digits. */
const shape: ParameterRow = { min: 0, above: true, max: 1e8, meaning: "shape" };
const probability: ParameterRow = { min: 0, max: 1, meaning: "probability" };

const logOdds = (x: number): number => Math.log(x / (1 - x));

const list: readonly Family[] = [
  {
    name: "constant",
    parameters: { value: { meaning: "the value" } },
    quantile: (_, p) => p[0]!,
    cdf: (x, p) => (x < p[0]! ? 0 : 1),
  },
  {
    name: "normal",
    parameters: {
      mean: { default: 0, meaning: "mean" },
      sd: { default: 1, min: 0, meaning: "standard deviation" },
    },
    quantile: (u, p) => p[0]! + p[1]! * normalQuantile(u),
    fromNormal: (z, p) => p[0]! + p[1]! * z,
    scores: (p) => {
      const [mean, sd] = p as readonly [number, number];
      return (z, out, rows, count) => {
        for (let k = 0; k < count; k++) out[rows[k]!] = mean + sd * z[rows[k]!]!;
      };
    },
    cdf: (x, p) => normalCdf((x - p[0]!) / p[1]!),
  },
  {
    name: "lognormal",
    parameters: {
      median: { default: 1, min: 0, above: true, meaning: "median" },
      sigma: { default: 1, min: 0, meaning: "standard deviation of the logarithm" },
    },
    quantile: (u, p) => p[0]! * Math.exp(p[1]! * normalQuantile(u)),
    fromNormal: (z, p) => p[0]! * Math.exp(p[1]! * z),
    scores: (p) => {
      const [median, sigma] = p as readonly [number, number];
      return (z, out, rows, count) => {
        for (let k = 0; k < count; k++) out[rows[k]!] = median * Math.exp(sigma * z[rows[k]!]!);
      };
    },
    cdf: (x, p) => (x <= 0 ? 0 : normalCdf(Math.log(x / p[0]!) / p[1]!)),
  },
  {
    name: "uniform",
    parameters: { low: { default: 0, meaning: "low end" }, high: { default: 1, meaning: "high end" } },
    conflict: (p) => (p[0]! <= p[1]! ? undefined : "low is above high"),
    quantile: (u, p) => p[0]! + u * (p[1]! - p[0]!),
    cdf: (x, p) => Math.min(1, Math.max(0, (x - p[0]!) / (p[1]! - p[0]!))),
  },
  {
    name: "triangular",
    parameters: {
      low: { default: 0, meaning: "low end" },
      mode: { meaning: "most likely value" },
      high: { default: 1, meaning: "high end" },
    },
    conflict: (p) =>
      p[0]! <= p[1]! && p[1]! <= p[2]! ? undefined : "low, mode and high are not in this order",
    quantile: (u, p) => {
      const turn = (p[1]! - p[0]!) / (p[2]! - p[0]!);
      return u < turn
        ? p[0]! + Math.sqrt(u * (p[2]! - p[0]!) * (p[1]! - p[0]!))
        : p[2]! - Math.sqrt((1 - u) * (p[2]! - p[0]!) * (p[2]! - p[1]!));
    },
    cdf: (x, p) => {
      if (x <= p[0]!) return 0;
      if (x >= p[2]!) return 1;
      const width = p[2]! - p[0]!;
      return x <= p[1]!
        ? (x - p[0]!) ** 2 / (width * (p[1]! - p[0]!))
        : 1 - (p[2]! - x) ** 2 / (width * (p[2]! - p[1]!));
    },
  },
  {
    name: "exponential",
    parameters: { mean: { default: 1, min: 0, above: true, meaning: "mean" } },
    quantile: (u, p) => -p[0]! * Math.log1p(-u),
    cdf: (x, p) => (x <= 0 ? 0 : -Math.expm1(-x / p[0]!)),
  },
  {
    name: "gamma",
    parameters: { shape, scale },
    quantile: (u, p) => p[1]! * gammaPInverse(p[0]!, u),
    cdf: (x, p) => gammaP(p[0]!, Math.max(0, x / p[1]!)),
    tabulate: {
      at: (u, _, p) => Math.log(gammaPInverse(p[0]!, u)),
      from: (y, p) => p[1]! * Math.exp(y),
    },
  },
  {
    name: "beta",
    parameters: {
      alpha: { ...shape, meaning: "first shape" },
      beta: { ...shape, meaning: "second shape" },
      low: { default: 0, meaning: "low end" },
      high: { default: 1, meaning: "high end" },
    },
    conflict: (p) => (p[2]! < p[3]! ? undefined : "low is not below high"),
    quantile: (u, p) => p[2]! + (p[3]! - p[2]!) * betaIInverse(p[0]!, p[1]!, u),
    cdf: (x, p) => betaI(p[0]!, p[1]!, Math.min(1, Math.max(0, (x - p[2]!) / (p[3]! - p[2]!)))),
    tabulate: {
      at: (u, rest, p) =>
        u < 0.5 ? logOdds(betaIInverse(p[0]!, p[1]!, u)) : -logOdds(betaIInverse(p[1]!, p[0]!, rest)),
      from: (y, p) => p[2]! + (p[3]! - p[2]!) / (1 + Math.exp(-y)),
    },
  },
  {
    name: "student-t",
    parameters: { degrees: { ...shape, meaning: "degrees of freedom" }, location, scale },
    quantile: (u, p) => studentT.quantile(u, { degrees: p[0]!, location: p[1]!, scale: p[2]! }),
    cdf: (x, p) => studentT.cdf(x, { degrees: p[0]!, location: p[1]!, scale: p[2]! }),
    tabulate: {
      at: (u, rest, p) => {
        const size = -studentT.quantile(Math.min(u, rest), { degrees: p[0]!, location: 0, scale: 1 });
        return u < 0.5 ? -Math.asinh(size) : Math.asinh(size);
      },
      from: (y, p) => p[1]! + p[2]! * Math.sinh(y),
    },
  },
  {
    name: "weibull",
    parameters: { shape, scale },
    quantile: (u, p) => p[1]! * (-Math.log1p(-u)) ** (1 / p[0]!),
    cdf: (x, p) => (x <= 0 ? 0 : -Math.expm1(-((x / p[1]!) ** p[0]!))),
  },
  {
    name: "pareto",
    parameters: {
      alpha: { ...shape, meaning: "tail index" },
      scale: { ...scale, meaning: "smallest value" },
    },
    quantile: (u, p) => p[1]! * Math.exp(-Math.log1p(-u) / p[0]!),
    cdf: (x, p) => (x <= p[1]! ? 0 : -Math.expm1(p[0]! * Math.log(p[1]! / x))),
  },
  {
    name: "laplace",
    parameters: { location, scale },
    quantile: (u, p) => p[0]! + (u < 0.5 ? p[1]! * Math.log(2 * u) : -p[1]! * Math.log(2 * (1 - u))),
    cdf: (x, p) => {
      const t = (x - p[0]!) / p[1]!;
      return t < 0 ? 0.5 * Math.exp(t) : 1 - 0.5 * Math.exp(-t);
    },
  },
  {
    name: "logistic",
    parameters: { location, scale },
    quantile: (u, p) => p[0]! + p[1]! * (Math.log(u) - Math.log1p(-u)),
    cdf: (x, p) => 1 / (1 + Math.exp(-(x - p[0]!) / p[1]!)),
  },
  {
    name: "gumbel",
    parameters: { location, scale },
    quantile: (u, p) => p[0]! - p[1]! * Math.log(-Math.log(u)),
    cdf: (x, p) => Math.exp(-Math.exp(-(x - p[0]!) / p[1]!)),
  },
  {
    name: "cauchy",
    parameters: { location, scale },
    quantile: (u, p) => p[0]! + p[1]! * Math.tan(Math.PI * (u - 0.5)),
    cdf: (x, p) => 0.5 + Math.atan((x - p[0]!) / p[1]!) / Math.PI,
  },
  {
    name: "integers",
    discrete: true,
    parameters: {
      low: { default: 0, whole: true, meaning: "smallest" },
      high: { whole: true, meaning: "largest" },
    },
    conflict: (p) => (p[0]! <= p[1]! ? undefined : "low is above high"),
    quantile: (u, p) => Math.min(p[1]!, p[0]! + Math.floor(u * (p[1]! - p[0]! + 1))),
    cdf: (x, p) => Math.min(1, Math.max(0, (Math.floor(x) - p[0]! + 1) / (p[1]! - p[0]! + 1))),
  },
  {
    name: "bernoulli",
    discrete: true,
    parameters: { probability },
    quantile: (u, p) => (u > 1 - p[0]! ? 1 : 0),
    cdf: (x, p) => (x < 0 ? 0 : x < 1 ? 1 - p[0]! : 1),
  },
  {
    name: "poisson",
    discrete: true,
    parameters: { mean: { min: 0, max: 1e8, meaning: "mean" } },
    ...poisson,
  },
  {
    name: "binomial",
    discrete: true,
    parameters: {
      trials: { min: 0, max: 1e8, whole: true, meaning: "number of trials" },
      probability,
    },
    ...binomial,
  },
  {
    name: "negative-binomial",
    discrete: true,
    parameters: {
      mean: { min: 0, max: 1e8, meaning: "mean" },
      size: { ...shape, meaning: "dispersion: the variance is mean + mean^2 / size" },
    },
    ...negativeBinomial,
  },
  {
    name: "geometric",
    discrete: true,
    parameters: {
      probability: { min: 0, above: true, max: 1, meaning: "probability of success; failures before it" },
    },
    ...geometric,
  },
  {
    name: "zipf",
    discrete: true,
    parameters: {
      exponent: { default: 1, min: 0, meaning: "exponent" },
      size: { min: 1, max: 1e6, whole: true, meaning: "number of ranks" },
    },
    ...zipf,
  },
];

/** By name. */
export const families: ReadonlyMap<string, Family> = new Map(list.map((family) => [family.name, family]));

/** What some families are called elsewhere. */
const otherNames: Readonly<Record<string, string>> = {
  gauss: "normal",
  gaussian: "normal",
  randint: "integers",
  boolean: "bernoulli",
  nbinom: "negative-binomial",
};

/** The hint for a family that is not known. */
export function familyHint(name: string): string {
  const own = name.toLowerCase();
  const known = Object.hasOwn(otherNames, own) ? otherNames[own] : undefined;
  return known === undefined
    ? knownTextsHint("distributions", name, families.keys())
    : `Here it is called "${known}".`;
}

/** A family with its parameters, for messages. */
export function describeFamily({ name, parameters }: Family, p: Parameters): string {
  const words = Object.keys(parameters).map((parameter, i) => `${parameter} ${p[i]}`);
  return `${name} with ${words.join(", ")}`;
}

const parameterRows = new Map(list.map((family) => [family, Object.entries(family.parameters)]));

/** What is wrong with parameters; undefined where they are right. */
export function parameterConflict(family: Family, p: Parameters): string | undefined {
  const rows = parameterRows.get(family)!;
  for (let i = 0; i < rows.length; i++) {
    const { min, above, max, whole } = rows[i]![1];
    const name = rows[i]![0];
    const value = p[i]!;
    if (!Number.isFinite(value)) return `${name} is no number`;
    if (min !== undefined && (above ? value <= min : value < min))
      return `${name} is ${value} but must be ${above ? "above" : "at least"} ${min}`;
    if (max !== undefined && value > max) return `${name} is ${value} but must be at most ${max}`;
    if (whole && !Number.isSafeInteger(value)) return `${name} is ${value} but must be a whole number`;
  }
  return family.conflict?.(p);
}
