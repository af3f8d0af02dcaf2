// The cases that every runtime of a graph must agree on with the float64 reference: all pointwise rows, found by the
// rows themselves, and the others as listed in movement-cases.ts and kernel-cases.ts.
//
// An OpCase has a unique `name`, the `op` it is about, `inputs` (numbers exact in f32, or i32) and `build`, which takes
// one tensor per input (and counted random numbers) and returns the tensors to compare. A suite does, for each case:
//   const entry = traceCase(opCase);               // inputs named "0", "1", ...; outputs "0", "1", ...
//   const expected = expectedOf(opCase, entry);    // float64 arrays in the order of entry.outputs
//   ... run entry with opCase.inputs on the runtime ...
//   expect(disagreement(actual, expected[i], opCase.tolerance)).toBe("")
// `special` cases hold NaN, infinities and zeros of both signs; a runtime that documents other answers may leave those
// out. `order` says how often the case can be differentiated; traceCase(opCase, { gradients: true }) also returns
// the derivatives for all f32 inputs, so that a runtime sees the backward graphs too.

import { gradients } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { pointwiseOperations } from "../ops/index.ts";
import type { ReferenceArray, ReferenceContext } from "../ops/operation.ts";
import { mul } from "../ops/pointwise.ts";
import type { PointwiseOperation } from "../ops/pointwise-row.ts";
import type { Rng } from "../ops/random.ts";
import { sum } from "../ops/reduce.ts";
import { constant } from "../ops/source.ts";
import { runReference } from "../runtime/reference.ts";
import type { Shape } from "../shape.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { type TracedEntry, traceEntry } from "../trace.ts";
import { caseIntegers, caseNumbers } from "./case-numbers.ts";
import { kernelCases } from "./kernel-cases.ts";
import { movementCases } from "./movement-cases.ts";

/** One graph with numbers to run it on; see the head of this file. */
export interface OpCase {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly TensorData[];
  readonly build: (inputs: readonly Tensor[], rng: Rng) => readonly Tensor[];
  /** How many times it may be differentiated for its f32 inputs; 0 also where nothing flows. */
  readonly order: number;
  /** Largest difference of an f32 runtime from float64, relative to 1 + |value|. */
  readonly tolerance: number;
  readonly special: boolean;
}

const specials = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const integerSpecials = [0, 1, -1, 7, 2 ** 31 - 1, -(2 ** 31)];
const defaultTolerance = 2e-6;

/** Shapes of the inputs of generated pointwise cases, by name. */
const pointwiseShapes = (arity: number): readonly (readonly [string, readonly Shape[]])[] => {
  const all = (shape: Shape): Shape[] => new Array<Shape>(arity).fill(shape);
  const broadcasts: Shape[] = [[4, 1, 5], [3, 1], [5]];
  return [
    ["one number", all([])],
    ["a matrix", all([3, 5])],
    ["more than a tile", all([5, 1031])],
    ["no rows", all([0, 4])],
    ["axes of length 1", all([1, 1, 1])],
    ...(arity === 1 ? [] : ([["shapes that broadcast", broadcasts.slice(0, arity)]] as const)),
  ];
};

/** All tuples of `values`, one column per input. */
function combinations(values: readonly number[], arity: number): number[][] {
  return Array.from({ length: arity }, (_, input) =>
    Array.from(
      { length: values.length ** arity },
      (__, i) => values[Math.floor(i / values.length ** input) % values.length]!,
    ),
  );
}

function pointwiseCases(operation: PointwiseOperation): OpCase[] {
  const { name: op, takes, domain } = operation;
  const floats =
    takes.includes("f32") &&
    operation.infer(
      takes.map((dtype) => ({ shape: [], dtype })),
      {},
    ).dtype === "f32";
  const build = ([first, ...others]: readonly Tensor[]): Tensor[] => [
    first!.graph.make(operation, [first!, ...others]),
  ];
  const numbers = (shapes: readonly Shape[], name: string): TensorData[] =>
    shapes.map((shape, i) =>
      takes[i] === "i32"
        ? caseIntegers(`${name} ${i}`, shape, -5, 6)
        : caseNumbers(`${name} ${i}`, shape, ...(domain?.[i] ?? ([-2, 2] as const))),
    );
  const regular = pointwiseShapes(takes.length).map(([what, shapes]): OpCase => {
    const name = `${op} of ${what}`;
    const inputs = numbers(shapes, name);
    return { name, op, inputs, build, order: floats ? 2 : 0, tolerance: defaultTolerance, special: false };
  });
  const columns = combinations(takes.includes("i32") ? integerSpecials : specials, takes.length);
  const extremes = columns.map((column, i) =>
    tensorData(takes[i] === "i32" ? Int32Array.from(column) : Float32Array.from(column)),
  );
  const special: OpCase = {
    name: takes.includes("i32")
      ? `${op} of the smallest and largest numbers`
      : `${op} of NaN, infinities and zeros`,
    op,
    inputs: extremes,
    build,
    order: 0,
    tolerance: defaultTolerance,
    special: true,
  };
  return [...regular, special];
}

/** All cases. */
export function opCases(): OpCase[] {
  return [...[...pointwiseOperations.values()].flatMap(pointwiseCases), ...movementCases(), ...kernelCases()];
}

/** The run state that cases with random numbers are compared under. */
export const caseContext: ReferenceContext = { key: [0x12345678, 0x9abcdef0], step: 3, rowOffset: 11 };

/** The entry of a case; its inputs are an array in the case's order, and so are its outputs. */
export function traceCase(
  opCase: OpCase,
  { gradients: withGradients = false }: { gradients?: boolean } = {},
): TracedEntry {
  return traceEntry(opCase.name, {}, opCase.inputs, ({ inputs, rng }) => {
    const tensors: readonly Tensor[] = inputs;
    const outputs = opCase.build(tensors, rng);
    if (!withGradients || opCase.order === 0) return { outputs };
    const varied = tensors.filter(({ dtype }) => dtype === "f32");
    const slopes = outputs
      .filter(({ dtype }) => dtype === "f32")
      .flatMap((y, i) => {
        const weights = caseNumbers(`weights ${i}`, y.shape);
        return gradients(sum(mul(y, constant(weights.data, y.shape))), varied);
      });
    return { outputs: [...outputs, ...slopes] };
  });
}

/** What the reference says, in the order of the entry's outputs. */
export function expectedOf(opCase: OpCase, entry: TracedEntry): readonly ReferenceArray[] {
  return runReference(entry, { inputs: opCase.inputs, context: caseContext }).outputs as ReferenceArray[];
}

/**
 * Where numbers of an f32 runtime and the reference disagree, as text, or "". The reference is rounded to f32 first;
 * NaN agrees with NaN, an infinity only with itself, and zeros of both signs with each other.
 */
export function disagreement(
  actual: ArrayLike<number>,
  { data, dtype, shape }: ReferenceArray,
  tolerance: number,
): string {
  if (actual.length !== data.length) return `${actual.length} numbers for shape [${shape.join(", ")}]`;
  for (let i = 0; i < data.length; i++) {
    const expected = dtype === "f32" ? Math.fround(data[i]!) : data[i]!;
    const received = actual[i]!;
    if (Object.is(expected, received) || expected === received) continue;
    const bound = dtype === "f32" ? tolerance * (1 + Math.abs(expected)) : 0;
    if (!(Number.isFinite(expected) && Math.abs(received - expected) <= bound))
      return `element ${i} of [${shape.join(", ")}]: expected ${expected} but received ${received}`;
  }
  return "";
}
