// Columns whose cells are drawn or computed row by row on their own: distributions, categories, formulas, cases.

import { type ColumnMetadata, VerisimError } from "@verisim/core";
import { WeightedPick } from "../distributions/weighted-pick.ts";
import { type Batch, copyTexts, type ValueType } from "../engine/batch.ts";
import type { FormulaNode } from "../formula/nodes.ts";
import type { Formula } from "../formula/parser.ts";
import type { Fields, Problems } from "../model/problems.ts";
import { describeValue } from "../model/problems.ts";
import {
  booleanMetadata,
  type ColumnKind,
  type ColumnPlan,
  compileAs,
  numberMetadata,
  type PlanContext,
  readFormula,
  rounder,
  roundInto,
} from "./column-kind.ts";
import { drawFormulas, planDraw, readDraw } from "./number-draw.ts";

/** A plan that makes nothing, where a problem has been found already. */
const nothing: ColumnPlan = { type: "number", metadata: { sdtype: "numerical" }, fill: () => undefined };

export const distributionKind: ColumnKind = {
  field: "distribution",
  read(fields, problems) {
    const draw = readDraw(fields, problems);
    return (
      draw && {
        type: "number",
        formulas: drawFormulas(draw),
        plan: (context) => {
          const made = planDraw(draw, context);
          if (!made) return nothing;
          return {
            type: "number",
            metadata: numberMetadata(draw.decimals),
            stream: made.stream,
            ...(made.cells ? { cells: made.cells } : {}),
            fill: (batch, from, to) => made.fill(batch, batch.numbers(context.slot), from, to),
          };
        },
      }
    );
  },
};

export const quantilesKind: ColumnKind = {
  field: "quantiles",
  read(fields) {
    const list = fields.list("quantiles", true);
    const decimals = fields.number("decimals", { min: 0, max: 15, whole: true });
    if (!list) return undefined;
    const ascend = (value: unknown, i: number): boolean =>
      typeof value === "number" && Number.isFinite(value) && (i === 0 || value >= (list[i - 1] as number));
    if (list.length < 2 || !list.every(ascend))
      return fields.fault("quantiles", "two numbers or more, from the lowest to the highest");
    const points = Float64Array.from(list as number[]);
    return {
      type: "number",
      formulas: [],
      plan: (context) => {
        const stream = context.stream("uniform");
        const round = rounder(decimals);
        const cell = (u: number): number => {
          const place = u * (points.length - 1);
          const i = Math.min(points.length - 2, Math.floor(place));
          const x = points[i]! + (place - i) * (points[i + 1]! - points[i]!);
          return round ? round(x) : x;
        };
        return {
          type: "number",
          metadata: numberMetadata(decimals),
          stream,
          cell,
          fill: (batch, from, to) => {
            const u = batch.draws[stream]!;
            const out = batch.numbers(context.slot);
            for (let i = from; i < to; i++) out[i] = cell(u[i]!);
          },
        };
      },
    };
  },
};

export interface WeightTable {
  readonly labels: readonly string[];
  readonly weights: readonly number[];
}

/** Reads weights: an object of them, or a list of labels of equal weight. */
export function readWeights(value: unknown, path: string, problems: Problems): WeightTable | undefined {
  const refuse = (expected: string, received: unknown, at = path): undefined => {
    problems.add(
      "VERISIM_SIMULATION_FIELD",
      at,
      `Expected ${expected} but received ${describeValue(received)}.`,
    );
  };
  if (Array.isArray(value)) {
    const labels = value.map((label) =>
      typeof label === "number" || typeof label === "boolean" ? String(label) : (label as unknown),
    );
    if (labels.length === 0 || !labels.every((label) => typeof label === "string"))
      return refuse("a list of labels, one or more", value);
    if (new Set(labels).size < labels.length) return refuse("labels that differ", value);
    return { labels: labels as string[], weights: labels.map(() => 1) };
  }
  if (typeof value !== "object" || value === null)
    return refuse("weights such as { small: 3, large: 1 }, or a list of labels", value);
  const entries = Object.entries(value as Record<string, unknown>);
  for (const [label, weight] of entries) {
    if (typeof weight !== "number" || !Number.isFinite(weight) || weight < 0)
      return refuse("a weight from 0 on", weight, `${path}.${label}`);
  }
  const weights = entries.map(([, weight]) => weight as number);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0 && Number.isFinite(sum))) return refuse("weights with a sum above 0", value);
  return { labels: entries.map(([label]) => label), weights };
}

type LabelType = "text" | "number" | "boolean";

function readLabelType(fields: Fields, labels: readonly string[]): LabelType | undefined {
  const type = fields.choice("type", ["text", "number", "boolean"]) ?? "text";
  if (type === "number" && !labels.every((label) => label.trim() !== "" && Number.isFinite(Number(label))))
    return fields.fault("type", "labels that are numbers where type is number");
  if (type === "boolean" && !labels.every((label) => label === "true" || label === "false"))
    return fields.fault("type", "labels true and false where type is boolean");
  return type;
}

/** Puts a label's cell into the column: its code, its number, or 0 and 1. */
export function labelPlan(
  labels: readonly string[],
  type: LabelType,
): Pick<ColumnPlan, "type" | "metadata"> & {
  dictionary?: readonly string[];
  values: Float64Array | undefined;
} {
  if (type === "text")
    return { type, dictionary: labels, metadata: { sdtype: "categorical" }, values: undefined };
  const values = Float64Array.from(labels, (label) =>
    type === "number" ? Number(label) : label === "true" ? 1 : 0,
  );
  if (type === "boolean") return { type, metadata: booleanMetadata, values };
  const decimals = Math.min(15, Math.max(...labels.map((label) => label.split(".")[1]?.length ?? 0)));
  return { type, metadata: numberMetadata(decimals), values };
}

export const categoriesKind: ColumnKind = {
  field: "categories",
  read(fields, problems) {
    const weights = readWeights(fields.raw("categories"), fields.at("categories"), problems);
    const type = weights && readLabelType(fields, weights.labels);
    if (!weights || !type) return undefined;
    return {
      type,
      formulas: [],
      plan: (context) => {
        const { values, ...plan } = labelPlan(weights.labels, type);
        const pick = new WeightedPick(weights.weights);
        const stream = context.stream("uniform");
        return {
          ...plan,
          stream,
          fill: (batch, from, to) => {
            const u = batch.draws[stream]!;
            const vector = batch.vectors[context.slot]!;
            if (vector.kind === "text") for (let i = from; i < to; i++) vector.codes[i] = pick.at(u[i]!);
            else for (let i = from; i < to; i++) vector.values[i] = values![pick.at(u[i]!)]!;
          },
        };
      },
    };
  },
};

export const conditionalKind: ColumnKind = {
  field: "given",
  read(fields, problems) {
    const given = fields.texts("given");
    const table = fields.object("table");
    if (!table) fields.fault("table", "weights for each value of the given column");
    if (!given || !table) return undefined;
    const rows = table.names.map(
      (key) => [key, readWeights(table.raw(key), table.at(key), problems)] as const,
    );
    const sources = given.map((name) => readFormula(name, fields.at("given"), problems));
    if (rows.some(([, weights]) => !weights) || sources.includes(undefined)) return undefined;
    const labels = [...new Set(rows.flatMap(([, weights]) => weights!.labels))];
    const type = readLabelType(fields, labels);
    if (!type) return undefined;
    const path = fields.at("given");
    return {
      type,
      formulas: sources as Formula[],
      plan: (context) => {
        const nodes = (sources as Formula[]).map((one) =>
          compileAs(one, ["text", "number", "boolean"], context, path),
        );
        if (nodes.includes(undefined)) return nothing;
        const { values, ...plan } = labelPlan(labels, type);
        const picks = new Map(
          rows.map(([key, weights]) => {
            const codes = Int32Array.from(weights!.labels, (label) => labels.indexOf(label));
            return [key, { pick: new WeightedPick(weights!.weights), codes }] as const;
          }),
        );
        const stream = context.stream("uniform");
        const others = picks.get("*");
        const [node] = nodes;
        if (!others && nodes.length === 1 && node!.type === "text")
          for (const text of node!.dictionary ?? [])
            if (!picks.has(text))
              context.problems.add(
                "VERISIM_SIMULATION_FIELD",
                fields.at("table"),
                `Expected weights for every value of ${given[0]} but received none for ${describeValue(text)}.`,
                otherValues,
              );
        const keyOf = keyReader(nodes as FormulaNode[]);
        return {
          ...plan,
          stream,
          fill: (batch, from, to) => {
            const u = batch.draws[stream]!;
            const key = keyOf(batch, from, to);
            const vector = batch.vectors[context.slot]!;
            for (let i = from; i < to; i++) {
              const own = key(i);
              const row = (own === null ? undefined : picks.get(own)) ?? others;
              // A missing cell has no row of its own.
              if (!row && own !== null) throw noWeights(context, own, batch.rows[i]!);
              const code = row ? row.codes[row.pick.at(u[i]!)]! : -1;
              if (vector.kind === "text") vector.codes[i] = code;
              else vector.values[i] = code < 0 ? Number.NaN : values![code]!;
            }
          },
        };
      },
    };
  },
};

const otherValues = 'Give it weights, or all values that are not named: "*": { ... }.';

const noWeights = ({ table, column }: PlanContext, value: string, row: number): VerisimError =>
  new VerisimError(
    "VERISIM_SIMULATION_VALUE",
    `Expected weights for every value but received none for ${describeValue(value)}.`,
    { where: { table, column, row: row + 1 }, hint: otherValues },
  );

/** Cells as the keys of a table, joined by `|`; null where one is missing. */
function keyReader(
  nodes: readonly FormulaNode[],
): (...range: [batch: Batch, from: number, to: number]) => (i: number) => string | null {
  return (...range) => {
    const readers = nodes.map((node): ((i: number) => string | null) => {
      if (node.type === "text") {
        const { codes, dictionary } = node.evaluate(...range);
        return (i) => (codes[i]! < 0 ? null : dictionary[codes[i]!]!);
      }
      const values = node.evaluate(...range);
      if (node.type === "boolean")
        return (i) => (Number.isNaN(values[i]) ? null : values[i] === 1 ? "true" : "false");
      return (i) => (Number.isNaN(values[i]) ? null : String(values[i]));
    });
    if (readers.length === 1) return readers[0]!;
    return (i) => {
      const parts = readers.map((read) => read(i));
      return parts.includes(null) ? null : parts.join("|");
    };
  };
}

export const formulaKind: ColumnKind = {
  field: "formula",
  read(fields, problems) {
    const text = fields.numberOrFormula("formula", true);
    const type = fields.choice("type", ["number", "boolean", "text", "datetime"]);
    const decimals = fields.number("decimals", { min: 0, max: 15, whole: true });
    const datetimeFormat = fields.text("datetimeFormat");
    const formula = readFormula(text, fields.at("formula"), problems);
    if (!formula) return undefined;
    const path = fields.at("formula");
    return {
      ...(type ? { type } : {}),
      formulas: [formula],
      plan: (context) => {
        const kinds: readonly ValueType[] = type ? [type] : ["number", "boolean", "text", "datetime"];
        const node = compileAs(formula, kinds, context, path);
        if (!node) return nothing;
        return nodePlan(node, context.slot, decimals, datetimeFormat);
      },
    };
  },
};

function nodePlan(
  node: FormulaNode,
  slot: number,
  decimals: number | undefined,
  datetimeFormat: string | undefined,
): ColumnPlan {
  if (node.type === "text")
    return {
      type: "text",
      ...(node.dictionary ? { dictionary: node.dictionary } : {}),
      metadata: { sdtype: node.dictionary ? "categorical" : "text" },
      fill: (batch, from, to) => copyTexts(node.evaluate(batch, from, to), batch.texts(slot), from, to),
    };
  const digits = node.type === "number" ? decimals : undefined;
  const metadata: ColumnMetadata =
    node.type === "datetime"
      ? { sdtype: "datetime", datetimeFormat: datetimeFormat ?? "%Y-%m-%d %H:%M:%S" }
      : node.type === "boolean"
        ? booleanMetadata
        : numberMetadata(decimals);
  return {
    type: node.type,
    metadata,
    fill: (batch, from, to) => {
      const values = node.evaluate(batch, from, to);
      const out = batch.numbers(slot);
      if (digits !== undefined) roundInto(values, digits, out, from, to);
      else if (node.type === "datetime") for (let i = from; i < to; i++) out[i] = Math.round(values[i]!);
      else out.set(values.subarray(from, to), from);
      // What has no finite value (1 / 0) is missing: files of text have no number for it.
      if (node.type !== "boolean")
        for (let i = from; i < to; i++)
          if (Math.abs(out[i]!) === Number.POSITIVE_INFINITY) out[i] = Number.NaN;
    },
  };
}
