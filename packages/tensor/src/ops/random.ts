// Random arrays, counted and not drawn: every number is a function of seed, step, row and the node's stream
// (docs/design/tensor-program.md, "Run state"), so that the same seed gives the same numbers for any batch and machine.
// Attributes: stream, shape.

import { philox } from "@verisim/core";
import type { Graph, Tensor } from "../graph/tensor.ts";
import { type Shape, sameShape, shapeError, shapeText, sizeOf } from "../shape.ts";
import { broadcast } from "./movement.ts";
import type { Operation, ReferenceContext } from "./operation.ts";
import { dtypeError } from "./pointwise-row.ts";
import { scalar } from "./source.ts";

type Words = readonly [number, number, number, number];

const rowsOf = (shape: Shape): number => shape[0] ?? 1;
const columnsOf = (shape: Shape): number => sizeOf(shape.slice(1));

/** number(words, c % 4, place) for every element, from its Philox block. */
function draw(
  shape: Shape,
  stream: number,
  { key, step, rowOffset }: ReferenceContext,
  number: (words: Words, lane: number, place: number) => number,
): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  const columns = columnsOf(shape);
  for (let place = 0; place < result.length; place++) {
    const row = rowOffset + Math.floor(place / columns);
    const column = place % columns;
    const low = (value: number): number => (value % 0x100000000) >>> 0;
    const last = low(low(step) + Math.floor(row / 0x100000000));
    result[place] = number(philox([low(row), Math.floor(column / 4), stream, last], key), column % 4, place);
  }
  return result;
}

const uniformOf = (word: number): number => ((word >>> 9) + 0.5) * 2 ** -23;

/** Box and Muller 1958 on the pair of words that the lane is in: cosine first, sine second. */
function normalOf(words: Words, lane: number): number {
  const first = lane < 2 ? 0 : 2;
  const radius = Math.sqrt(-2 * Math.log(uniformOf(words[first]!)));
  const angle = 2 * Math.PI * uniformOf(words[first + 1]!);
  return radius * (lane % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
}

const lower = ({ shape, attributes }: Tensor): { ints: number[] } => ({
  ints: [attributes.stream as number, rowsOf(shape), columnsOf(shape)],
});

/** Uniform in the open interval (0, 1). */
export const randomUniformOperation: Operation = {
  name: "randomUniform",
  kind: "kernel",
  infer: (_, { shape }) => ({ shape: shape as Shape, dtype: "f32" }),
  vjp: () => [],
  reference: (_, { stream }, { shape }, context) =>
    draw(shape, stream as number, context, (words, lane) => uniformOf(words[lane]!)),
  lower,
};

/** Standard normal. */
export const randomNormalOperation: Operation = {
  name: "randomNormal",
  kind: "kernel",
  infer: (_, { shape }) => ({ shape: shape as Shape, dtype: "f32" }),
  vjp: () => [],
  reference: (_, { stream }, { shape }, context) => draw(shape, stream as number, context, normalOf),
  lower,
};

/** Whole numbers from 0 to bound - 1; 0 where the bound is below 1. The bounds have the result's shape. */
export const randomBelowOperation: Operation = {
  name: "randomBelow",
  kind: "kernel",
  infer: ([bounds], attributes) => {
    const shape = attributes.shape as Shape;
    if (bounds!.dtype !== "i32") throw dtypeError("randomBelow", "i32 bounds", bounds!.dtype);
    if (!sameShape(bounds!.shape, shape))
      throw shapeError(
        "randomBelow",
        `Expected bounds of shape ${shapeText(shape)} but received ${shapeText(bounds!.shape)}`,
      );
    return { shape, dtype: "i32" };
  },
  vjp: () => [null],
  reference: ([bounds], { stream }, { shape }, context) =>
    draw(shape, stream as number, context, (words, lane, place) =>
      // exact: word < 2^32 and bound < 2^31, taken in two halves
      below(words[lane]!, bounds!.data[place]!),
    ),
  lower,
};

/** floor(word bound / 2^32) without rounding. */
function below(word: number, bound: number): number {
  if (bound < 1) return 0;
  const low = (word & 0xffff) * bound;
  const high = (word >>> 16) * bound;
  return Math.floor((high + Math.floor(low / 0x10000)) / 0x10000);
}

/** Random numbers of one trace: each call is a stream of its own, so equal calls draw different numbers. */
export class Rng {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Uniform in the open interval (0, 1). */
  uniform(shape: Shape): Tensor {
    return this.#graph.make(randomUniformOperation, [], { stream: this.#graph.nextStream(), shape });
  }

  /** Standard normal. */
  normal(shape: Shape): Tensor {
    return this.#graph.make(randomNormalOperation, [], { stream: this.#graph.nextStream(), shape });
  }

  /**
   * Whole numbers (i32) from 0 to bound - 1; 0 where the bound is below 1.
   * @param bound i32 where it is a tensor; it broadcasts to `shape`
   * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
   */
  below(bound: number | Tensor, shape: Shape): Tensor {
    const bounds = broadcast(typeof bound === "number" ? scalar(bound, "i32") : bound, shape);
    return this.#graph.make(randomBelowOperation, [bounds], { stream: this.#graph.nextStream(), shape });
  }
}
