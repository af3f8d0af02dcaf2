// Noise on numbers: added in three shapes, salt and pepper, rounding, outliers, drift. Cells that are missing stay so;
// others keep the digits and the declared range of their column.

import { type ColumnMetadata, numberColumn } from "@verisim/core";
import { momentsOf } from "../moments.ts";
import { type NoiseContext, type NoiseKind, presentRows } from "./noise-kind.ts";
import { noiseDeviations, scaleOptions } from "./noise-scale.ts";

/** A number as its column can write it, inside its declared range. */
export function fitCell(metadata: ColumnMetadata): (value: number) => number {
  const { decimals, rangeMin = Number.NEGATIVE_INFINITY, rangeMax = Number.POSITIVE_INFINITY } = metadata;
  const scale = decimals === undefined ? undefined : 10 ** decimals;
  return (value) => {
    const rounded =
      scale === undefined || Math.abs(value * scale) > 2 ** 52
        ? value
        : Math.round(value * scale) / scale + 0;
    return Math.min(rangeMax, Math.max(rangeMin, rounded));
  };
}

/** Changes cells of a number column row by row; `change` gives the new value. */
export function changeNumbers(
  context: NoiseContext,
  name: string,
  rows: Int32Array,
  change: (value: number, row: number) => number,
): void {
  const { table } = context;
  const column = table.column(name);
  if (column.kind !== "number") return;
  const values = column.values.slice();
  const fit = fitCell(table.metadataOf(name));
  const mark = context.mark(name);
  for (const row of rows) {
    const value = fit(change(values[row]!, row));
    if (value === values[row]) continue;
    values[row] = value;
    mark[row] = 1;
  }
  table.replace(numberColumn(name, values));
}

type Shape = "gaussian" | "laplace" | "uniform";

const shapeWords: Readonly<Record<Shape, string>> = {
  gaussian: "normal noise",
  laplace: "Laplace noise, which has heavier tails",
  uniform: "uniform noise, which has none beyond its ends",
};

/** Draws of mean 0 and standard deviation 1. */
async function unitDraws(shape: Shape, context: NoiseContext, column: string): Promise<Float64Array> {
  if (shape === "gaussian") return context.normals(column);
  const u = await context.uniforms(column);
  if (shape === "uniform") return u.map((x) => Math.sqrt(12) * (x - 0.5));
  return u.map((x) => (x < 0.5 ? Math.log(2 * x) : -Math.log(2 * (1 - x))) / Math.SQRT2);
}

const added = (shape: Shape): NoiseKind => ({
  name: shape,
  summary: `adds ${shapeWords[shape]}`,
  takes: "numbers",
  options: scaleOptions,
  async apply(context) {
    const deviations = await noiseDeviations(shape, context, (column) => unitDraws(shape, context, column));
    for (const name of context.columns) {
      const draws = await unitDraws(shape, context, name);
      const deviation = deviations.get(name)!;
      changeNumbers(
        context,
        name,
        presentRows(context.table.column(name)),
        (value, row) => value + deviation * draws[row]!,
      );
    }
  },
});

export const gaussianNoise: NoiseKind = added("gaussian");
export const laplaceNoise: NoiseKind = added("laplace");
export const uniformNoise: NoiseKind = added("uniform");

export const saltAndPepper: NoiseKind = {
  name: "salt-and-pepper",
  summary: "puts the smallest or the largest value in the place of some cells",
  takes: "numbers",
  options: {
    rate: { type: "number", default: 0.01, min: 0, max: 1, description: "Share of the cells, exactly." },
    salt: {
      type: "number",
      default: 0.5,
      min: 0,
      max: 1,
      description: "Share of them that become the largest.",
    },
  },
  async apply(context) {
    const { rate, salt } = context.options as { rate: number; salt: number };
    for (const name of context.columns) {
      const column = context.table.column(name);
      if (column.kind !== "number") continue;
      const { low, high } = momentsOf(column.values);
      const rows = context.choose(presentRows(column), rate, name);
      const u = await context.uniforms(name);
      changeNumbers(context, name, rows, (_, row) => (u[row]! < salt ? high : low));
    }
  },
};

export const rounding: NoiseKind = {
  name: "rounding",
  summary: "rounds numbers to a multiple of a step",
  takes: "numbers",
  options: {
    step: { type: "number", default: 10, min: 1e-12, description: "The multiple that is rounded to." },
    stochastic: {
      type: "boolean",
      default: false,
      description: "Rounds up with a chance in proportion to the rest, so that sums stay right on average.",
    },
  },
  async apply(context) {
    const { step, stochastic } = context.options as { step: number; stochastic: boolean };
    for (const name of context.columns) {
      const u = stochastic ? await context.uniforms(name) : undefined;
      changeNumbers(context, name, presentRows(context.table.column(name)), (value, row) => {
        const units = value / step;
        const whole = u
          ? Math.floor(units) + (u[row]! < units - Math.floor(units) ? 1 : 0)
          : Math.round(units);
        // A multiple of 0.1 is nearer to the decimal it stands for when it is a quotient by 10.
        return step < 1 && Number.isInteger(1 / step) ? whole / (1 / step) : whole * step;
      });
    }
  },
};

export const outliers: NoiseKind = {
  name: "outliers",
  summary: "puts far values in the place of some cells",
  takes: "numbers",
  options: {
    rate: { type: "number", default: 0.01, min: 0, max: 1, description: "Share of the cells, exactly." },
    distance: {
      type: "number",
      default: 6,
      min: 0,
      description: "Least distance from the mean in standard deviations; a half more on average.",
    },
  },
  async apply(context) {
    const { rate, distance } = context.options as { rate: number; distance: number };
    for (const name of context.columns) {
      const column = context.table.column(name);
      if (column.kind !== "number") continue;
      const { mean, deviation } = momentsOf(column.values);
      const rows = context.choose(presentRows(column), rate, name);
      const u = await context.uniforms(name);
      const side = await context.uniforms(`${name} side`);
      changeNumbers(context, name, rows, (_, row) => {
        const away = deviation * distance * (1 - 0.5 * Math.log(u[row]!));
        return mean + (side[row]! < 0.5 ? -away : away);
      });
    }
  },
};

export const drift: NoiseKind = {
  name: "drift",
  summary: "moves numbers further and further from a row or a time on",
  takes: "numbers",
  options: {
    amount: {
      type: "number",
      default: 1,
      description: "How far the last rows are moved, in standard deviations of the column.",
    },
    from: {
      type: "number",
      default: 0.5,
      min: 0,
      max: 1,
      description: "Where it begins: a share of the way.",
    },
    shape: {
      type: "choice",
      default: "linear",
      values: ["linear", "step", "wave"],
      description: "Steadily, all at once, or there and back.",
    },
    time: {
      type: "text",
      default: "",
      description: "A number or datetime column that is the way; default: the rows.",
    },
  },
  async apply(context) {
    const { amount, from, shape, time } = context.options as {
      amount: number;
      from: number;
      shape: string;
      time: string;
    };
    const { table } = context;
    const way = time === "" ? undefined : table.column(time);
    const range = way?.kind === "number" ? momentsOf(way.values) : undefined;
    const placeOf = (row: number): number => {
      if (way?.kind !== "number" || !range) return table.rowCount < 2 ? 1 : row / (table.rowCount - 1);
      return (way.values[row]! - range.low) / (range.high - range.low);
    };
    for (const name of context.columns.filter((column) => column !== time)) {
      const column = table.column(name);
      if (column.kind !== "number") continue;
      const { deviation } = momentsOf(column.values);
      changeNumbers(context, name, presentRows(column), (value, row) => {
        const place = placeOf(row);
        if (!(place >= from)) return value;
        const along = from >= 1 ? 1 : (place - from) / (1 - from);
        const size = shape === "step" ? 1 : shape === "wave" ? Math.sin(Math.PI * along) : along;
        return value + amount * deviation * size;
      });
    }
  },
};
