// A trained network as a source of rows: row i is made of noise that is counted by (seed, row, attempt), so any rows can be
// drawn by anyone in any order. Two ways: rows with their choices drawn inside, and candidates whose distributions are
// looked at before anything is drawn.

import {
  add,
  argmax,
  broadcast,
  concat,
  type EntrySpec,
  less,
  log,
  type NumberArray,
  neg,
  type nn,
  type Rng,
  reshape,
  type StepContext,
  slice,
  type Tensor,
  type TensorData,
  tensorData,
  where,
} from "@verisim/tensor";
import type { Layout } from "../encoding/layout.ts";
import { type ChainedRows, isChained } from "../network/chained-network.ts";
import {
  type AliasTable,
  aliasTable,
  columnShares,
  conditionBag,
  conditionWidths,
  drawConditions,
} from "../network/condition-draws.ts";
import { choicesOf } from "../network/outputs.ts";
import type { Produced, StateTree, TableNetwork } from "../network/table-network.ts";
import { type LaneSpec, WindowLanes } from "./window-lanes.ts";

/** Rows of one run of a sampler's program, and of one where few are wanted; a row's numbers depend on neither. */
export const windowRows = 2048;
export const fewRows = 64;

/** Everything that a sampler is made of. */
export interface SamplerParts {
  readonly network: TableNetwork;
  readonly layout: Layout;
  /** The network's numbers: what `TableNetwork.sampling` gives. */
  readonly weights: StateTree;
  /** Added to the logits, one per choice. */
  readonly bias: Float32Array;
  /** Share of the training rows per choice, over all choices. */
  readonly shares: Float64Array;
}

/** At least the rows that were asked for. */
export interface DrawnWindow {
  /** i32 [rows x spans]. */
  readonly alternatives: Int32Array;
  /** f32 [rows x placed]. */
  readonly places: Float32Array;
}

/** At least the rows that were asked for. */
export interface CandidateWindow {
  /** f32 [rows x choices]. */
  readonly logits: Float32Array;
  readonly places: Float32Array;
}

export interface WindowRequest {
  /** Number of the first row, any safe integer. */
  readonly rowStart: number;
  /** Rows that are wanted, 1 to `windowRows`. Default `windowRows`. */
  readonly rowCount?: number;
  readonly seed: number;
  /** Default 0. */
  readonly attempt?: number;
  /** Condition per row wanted, counted over the discrete columns' categories; -1: drawn. Default all drawn. */
  readonly conditions?: Int32Array;
  /** The lane that draws it, where others draw beside it; from 0 to `RowSampler.lanes` - 1. Default: alone, on all threads. */
  readonly lane?: number;
  readonly signal?: AbortSignal;
}

interface SamplerState<T> {
  readonly weights: StateTree;
  readonly bias: T;
  readonly conditions: AliasTable<T>;
}

/** True where the network takes conditions and there is a column to condition on. */
export function takesConditions(network: TableNetwork, layout: Layout): boolean {
  return network.conditional && layout.discrete.length > 0;
}

/** Shares of the categories of the discrete columns, each column's summing to 1. */
export function conditionShares(layout: Layout, shares: Float64Array): Float64Array {
  const parts: number[] = [];
  let start = 0;
  layout.widths.forEach((width, column) => {
    if (layout.discrete.includes(column)) for (let i = 0; i < width; i++) parts.push(shares[start + i]!);
    start += width;
  });
  return columnShares(Float64Array.from(parts), conditionWidths(layout));
}

/** Noise, a condition for every row, and what the network makes of both. */
export function produceRows(
  { network, layout }: Pick<SamplerParts, "network" | "layout">,
  { weights, bias, conditions }: SamplerState<Tensor>,
  rng: Rng,
  given: Tensor | undefined,
  rows: number = windowRows,
): Produced {
  const noise = network.noise > 0 ? rng.normal([rows, network.noise]) : broadcast(0, [rows, 1]);
  let bag: nn.Bag | undefined;
  if (given !== undefined) {
    const drawn = drawConditions(rng, conditions, rows);
    bag = conditionBag(where(less(given, 0), drawn, given), layout);
  }
  const { logits, places } = network.produce(weights, layout, noise, bag, bias);
  return { logits: network.addsBias ? logits : add(logits, bias), places };
}

/** The choice in each span by the largest of logits and Gumbel noise: a draw from the spans' softmax. i32 [rows, spans]. */
export function drawChoices(uniforms: Tensor, logits: Tensor, widths: readonly number[]): Tensor {
  const rows = logits.shape[0]!;
  const perturbed = add(logits, neg(log(neg(log(uniforms)))));
  let start = 0;
  return concat(
    widths.map((width) => {
      start += width;
      return reshape(argmax(slice(perturbed, [0, start - width], [rows, start])), [rows, 1]);
    }),
  );
}

/** First numbers of a sampler's state. */
export function samplerState({
  network,
  layout,
  weights,
  bias,
  shares,
}: SamplerParts): SamplerState<TensorData> {
  const takes = takesConditions(network, layout);
  return {
    weights,
    bias: tensorData(bias),
    conditions: takes ? aliasTable(conditionShares(layout, shares)) : aliasTable([1]),
  };
}

/** The two entries of a sampler: `draw` with choices drawn inside, `judge` with nothing drawn. */
export function samplerEntries(
  parts: SamplerParts,
  rows: number = windowRows,
): Readonly<Record<"draw" | "judge", EntrySpec>> {
  const { network, layout } = parts;
  const inputs = takesConditions(network, layout) ? { conditions: { shape: [rows], dtype: "i32" } } : {};
  const produce = ({ state, inputs: given, rng }: StepContext): Produced => {
    const { conditions } = given as { conditions?: Tensor };
    return produceRows(parts, state as SamplerState<Tensor>, rng, conditions, rows);
  };
  const noPlaces = (): Tensor => broadcast(0, [1]);
  if (isChained(network)) {
    const drawn = ({ state, rng }: StepContext): ChainedRows => {
      const { weights, bias } = state as unknown as SamplerState<Tensor>;
      return network.draw(weights, layout, bias, rng.uniform([rows, layout.widths.length]));
    };
    return {
      draw: {
        inputs,
        step: (context) => ({
          outputs: { alternatives: drawn(context).alternatives, places: noPlaces() },
        }),
      },
      judge: {
        inputs,
        step: (context) => ({ outputs: { logits: drawn(context).logits, places: noPlaces() } }),
      },
    };
  }
  return {
    draw: {
      inputs,
      step: (context) => {
        const { logits, places } = produce(context);
        const uniforms = context.rng.uniform([rows, choicesOf(layout)]);
        const alternatives = drawChoices(uniforms, logits, layout.widths);
        return { outputs: { alternatives, places: places ?? noPlaces() } };
      },
    },
    judge: {
      inputs,
      step: (context) => {
        const { logits, places } = produce(context);
        return { outputs: { logits, places: places ?? noPlaces() } };
      },
    },
  };
}

/** A sampler's programs with their memory, which goes when it is dropped. */
export class RowSampler {
  #parts: SamplerParts;
  readonly #partRows: number;
  /** For whole windows, in parts of {@link #partRows}, and for few rows: each from the first such request on. */
  #whole: WindowLanes | undefined;
  #few: WindowLanes | undefined;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#partRows = Math.min(windowRows, parts.network.rowsAtOnce ?? windowRows);
  }

  get parts(): SamplerParts {
    return this.#parts;
  }

  /** Windows that are worth drawing at once. */
  get lanes(): number {
    return this.#wholeLanes().count;
  }

  /** Replaces the numbers added to the logits. */
  setBias(bias: Float32Array): void {
    this.#parts = { ...this.#parts, bias };
    this.#write({ bias: tensorData(bias) });
  }

  /** Replaces the network's numbers. */
  setWeights(weights: StateTree): void {
    this.#parts = { ...this.#parts, weights };
    this.#write({ weights });
  }

  /**
   * Rows from `rowStart` on, choices drawn.
   * @param room where to write them, with room for {@link roomOf} rows; default new arrays
   */
  async draw(request: WindowRequest, room?: DrawnWindow): Promise<DrawnWindow> {
    const { alternatives, places } = await this.#call("draw", request, room);
    return { alternatives: alternatives!.data as Int32Array, places: this.#placesOf(places) };
  }

  /** Candidates for the same rows, nothing drawn. */
  async judge(request: WindowRequest): Promise<CandidateWindow> {
    const { logits, places } = await this.#call("judge", request);
    return { logits: logits!.data as Float32Array, places: this.#placesOf(places) };
  }

  free(): void {
    this.#whole?.free();
    this.#few?.free();
  }

  #write(state: unknown): void {
    this.#whole?.write(state);
    this.#few?.write(state);
  }

  #wholeLanes(): WindowLanes {
    this.#whole ??= new WindowLanes(() => this.#spec(this.#partRows));
    return this.#whole;
  }

  #fewLanes(): WindowLanes {
    this.#few ??= new WindowLanes(() => this.#spec(fewRows));
    return this.#few;
  }

  #spec(rows: number): LaneSpec {
    return { state: samplerState(this.#parts), entries: samplerEntries(this.#parts, rows) };
  }

  #placesOf(places: TensorData | undefined): Float32Array {
    return this.#parts.layout.placed.length > 0 ? (places!.data as Float32Array) : new Float32Array(0);
  }

  async #call(
    entry: "draw" | "judge",
    request: WindowRequest,
    room?: DrawnWindow,
  ): Promise<Record<string, TensorData>> {
    const { rowStart, rowCount = windowRows, seed, attempt = 0, conditions, lane, signal } = request;
    const rows = roomOf(rowCount);
    const lanes = rows === fewRows ? this.#fewLanes() : this.#wholeLanes();
    const part = rows === fewRows ? fewRows : this.#partRows;
    const takes = takesConditions(this.#parts.network, this.#parts.layout);
    const run = (from: number, into: Readonly<Record<string, NumberArray>> | undefined) => {
      const inputs: Record<string, TensorData> = {};
      if (takes) {
        const wanted = new Int32Array(part).fill(-1);
        if (conditions) wanted.set(conditions.subarray(from, Math.min(rowCount, from + part)));
        inputs.conditions = tensorData(wanted);
      }
      return lanes.call(rows === fewRows ? 0 : (lane ?? 0), entry, inputs, {
        seed,
        firstStep: attempt,
        rowOffset: rowStart + from,
        ...(into ? { into } : {}),
        ...(lane === undefined ? {} : { threads: lanes.threadsEach }),
        ...(signal ? { signal } : {}),
      });
    };
    if (part === rows) return run(0, room && this.#arrays("draw", rows, room));
    const whole = this.#arrays(entry, rows, room);
    for (let from = 0; from < rowCount; from += part)
      await run(
        from,
        mapValues(whole, (array) => {
          const width = array.length / rows;
          return array.subarray(from * width, (from + part) * width);
        }),
      );
    return mapValues(whole, (array) => tensorData(array));
  }

  /** Where an entry's outputs for so many rows go; none of places where there are none. */
  #arrays(entry: "draw" | "judge", rows: number, room?: DrawnWindow): Record<string, NumberArray> {
    const { layout } = this.#parts;
    const placed = layout.placed.length;
    const places = room?.places ?? new Float32Array(rows * placed);
    return {
      ...(entry === "judge"
        ? { logits: new Float32Array(rows * choicesOf(layout)) }
        : { alternatives: room?.alternatives ?? new Int32Array(rows * layout.widths.length) }),
      ...(placed > 0 ? { places } : {}),
    };
  }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** Rows that a request for so many is drawn as. */
export function roomOf(rowCount: number): number {
  return rowCount <= fewRows ? fewRows : windowRows;
}
