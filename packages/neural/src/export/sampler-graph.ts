// A trained sampler without random numbers of its own: everything that chance decides comes in as arrays, so that the
// same graph runs in other runtimes (ONNX, TensorFlow.js) and gives the rows that the native runtime gives.

import {
  add,
  broadcast,
  concat,
  gather,
  less,
  mul,
  type nn,
  reshape,
  type StepContext,
  slice,
  sub,
  type Tensor,
  type TensorType,
  type TracedEntry,
  toI32,
  traceEntry,
  where,
} from "@verisim/tensor";
import type { Layout } from "../encoding/layout.ts";
import type { TableEncoding } from "../encoding/table-encoding.ts";
import { isChained } from "../network/chained-network.ts";
import { conditionBag } from "../network/condition-draws.ts";
import { choicesOf, spanStarts } from "../network/outputs.ts";
import type { Calibration } from "../sampling/calibrate.ts";
import { drawChoices, type SamplerParts, samplerState, takesConditions } from "../sampling/row-sampler.ts";

/** What leaves a learned generator for other runtimes. */
export interface ExportedSampler {
  /** The generator's name. */
  readonly generator: string;
  readonly encoding: TableEncoding;
  readonly calibration: Calibration;
  /** The network and its numbers; null where no column is modelled. */
  readonly parts: SamplerParts | null;
}

/** What a sampler is given besides its numbers, per row. */
export interface SamplerInputs<T> {
  /** f32 [rows, noise], standard normal, where the network takes noise. */
  readonly noise?: T;
  /** f32 [rows, choices], uniform in (0, 1): which choice each span falls on; of a chain [rows, spans]. */
  readonly choiceUniforms: T;
  /**
   * i32 [rows], where the network takes conditions: a category of a discrete column, counted over all of them; -1: drawn.
   * Rows that are given one have that category.
   */
  readonly condition?: T;
  /** f32 [rows, 2], uniform in (0, 1), where the network takes conditions: the draw of a condition. */
  readonly conditionUniforms?: T;
}

/** What the graph yields. */
export interface SamplerOutputs<T> {
  /** i32 [rows, spans]. */
  readonly alternatives: T;
  /** f32 [rows, placed] as the network gives them, before they are mapped; absent where no column has places. */
  readonly places?: T;
}

/** The inputs' types for a number of rows. */
export function samplerInputTypes(
  { network, layout }: SamplerParts,
  rows: number,
): SamplerInputs<TensorType> {
  return {
    ...(network.noise > 0 ? { noise: { shape: [rows, network.noise], dtype: "f32" } } : {}),
    choiceUniforms: { shape: [rows, uniformsOf({ network, layout })], dtype: "f32" },
    ...(takesConditions(network, layout)
      ? {
          condition: { shape: [rows], dtype: "i32" },
          conditionUniforms: { shape: [rows, 2], dtype: "f32" },
        }
      : {}),
  };
}

/**
 * The sampler's graph over a number of rows. Its outputs are {@link SamplerOutputs}, or with `logits` what the choices are
 * drawn from: f32 [rows, choices], calibrated, before they are perturbed. Its state is
 * {@link samplerGraphState} of the same parts.
 */
export function samplerGraph(
  parts: SamplerParts,
  rows: number,
  outputs: "choices" | "logits" = "choices",
): TracedEntry {
  return traceEntry("sample", samplerState(parts), samplerInputTypes(parts, rows), (context) => ({
    outputs: sampleRows(parts, context, outputs === "logits"),
  }));
}

/** Uniform numbers that a row's choices take. */
export function uniformsOf({ network, layout }: Pick<SamplerParts, "network" | "layout">): number {
  return isChained(network) ? layout.widths.length : choicesOf(layout);
}

/** The state that {@link samplerGraph} runs on. */
export function samplerGraphState(parts: SamplerParts): unknown {
  return samplerState(parts);
}

function sampleRows(
  { network, layout }: SamplerParts,
  context: StepContext,
  undrawn: boolean,
): SamplerOutputs<Tensor> | { readonly logits: Tensor } {
  const { weights, bias, conditions } = context.state;
  const { noise, choiceUniforms, condition, conditionUniforms } = context.inputs as SamplerInputs<Tensor>;
  const rows = choiceUniforms.shape[0]!;
  if (isChained(network)) {
    const { alternatives, logits } = network.draw(weights, layout, bias, choiceUniforms);
    return undrawn ? { logits } : { alternatives };
  }
  let bag: nn.Bag | undefined;
  if (condition !== undefined && conditionUniforms !== undefined) {
    // The draw of drawConditions: an entry hit evenly, or its alias.
    const uniform = (column: number): Tensor =>
      reshape(slice(conditionUniforms, [0, column], [rows, column + 1]), [rows]);
    const hit = toI32(mul(uniform(0), conditions.keep.shape[0]!));
    const drawn = where(less(uniform(1), gather(conditions.keep, hit)), hit, gather(conditions.alias, hit));
    bag = conditionBag(where(less(condition, 0), drawn, condition), layout);
  }
  const produced = network.produce(weights, layout, noise ?? broadcast(0, [rows, 1]), bag, bias);
  const logits = network.addsBias ? produced.logits : add(produced.logits, bias);
  if (undrawn) return { logits };
  const { places } = produced;
  const drawn = drawChoices(choiceUniforms, logits, layout.widths);
  const alternatives = condition === undefined ? drawn : keepConditions(drawn, condition, layout);
  return { alternatives, ...(places === undefined ? {} : { places }) };
}

/** The choices, with that of a given condition in the column that it is of. */
function keepConditions(alternatives: Tensor, condition: Tensor, layout: Layout): Tensor {
  const rows = condition.shape[0]!;
  const asked = reshape(condition, [rows, 1]);
  let start = 0;
  return concat(
    layout.widths.map((width, column) => {
      const drawn = slice(alternatives, [0, column], [rows, column + 1]);
      if (!layout.discrete.includes(column)) return drawn;
      const own = sub(asked, start);
      start += width;
      return where(less(own, 0), drawn, where(less(own, width), own, drawn));
    }),
  );
}

/** A condition of the file by its meaning. */
export interface ConditionColumnRange {
  readonly column: string;
  /** The condition that asks for the column's first alternative. */
  readonly first: number;
  /** Modelled column. */
  readonly index: number;
}

/** Where each discrete column's conditions begin. */
export function conditionRanges({ layout, columns }: TableEncoding): ConditionColumnRange[] {
  let first = 0;
  return layout.discrete.map((index) => {
    const range = { column: columns[index]!.name, first, index };
    first += layout.widths[index]!;
    return range;
  });
}

/** A number of rows that no axis of the sampler's own arrays has: the axis of rows can be told by its length. */
export function telltaleRows(parts: SamplerParts, shapes: readonly (readonly number[])[]): number {
  const taken = new Set([choicesOf(parts.layout), ...spanStarts(parts.layout), ...shapes.flat()]);
  let rows = 7919;
  while ([...taken].some((length) => length > 0 && length % rows === 0)) rows += 2;
  return rows;
}
