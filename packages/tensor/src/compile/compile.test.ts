import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { liveNodes } from "../graph/live.ts";
import type { Tensor } from "../graph/tensor.ts";
import {
  adam,
  add,
  broadcast,
  concat,
  div,
  exp,
  gather,
  gatherSum,
  iota,
  less,
  matmul,
  max,
  maximum,
  mul,
  neg,
  pad,
  reshape,
  scatterAdd,
  scatterSum,
  segmentMax,
  segmentSum,
  slice,
  sub,
  sum,
  tanh,
  tensorData,
  transpose,
  where,
  zerosData,
} from "../index.ts";
import { namesOfRows } from "../runtime/null.ts";
import { runReference } from "../runtime/reference.ts";
import { isTensorData, type TensorData } from "../tensor-data.ts";
import { runSteps, stepMemory } from "../testing/run-steps.ts";
import { type StepContext, type StepResult, type TracedEntry, traceEntry } from "../trace.ts";
import { leavesOf } from "../tree.ts";
import { type CompiledEntry, compileEntries } from "./compile.ts";
import { printSteps, summarize } from "./print-steps.ts";

function numbers(seed: number, ...shape: number[]): TensorData {
  const random = new RowRandom(streamKey(seed, "compile"), 0);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensorData(
    Float32Array.from({ length: size }, () => 2 * random.uniform() - 1),
    shape,
  );
}

/** Largest difference, relative to numbers above 1, between compiled steps and the reference, over outputs and state. */
function worstGap(
  traced: TracedEntry,
  state: unknown,
  inputs: unknown,
): { gap: number; compiled: CompiledEntry } {
  const program = compileEntries([traced], namesOfRows());
  const compiled = program.entries[0]!;
  const memory = stepMemory(program, compiled);
  for (const [slot, { value }] of leavesOf(state, isTensorData).entries())
    memory.slots[slot]!.set(value.data);
  const given = new Map(leavesOf(inputs, isTensorData).map(({ path, value }) => [path, value]));
  for (const { path, slot } of compiled.inputs) memory.slots[slot]!.set(given.get(path)!.data);
  const outputs = runSteps(compiled, memory);
  const expected = runReference(traced, { state, inputs });
  const arrays = (tree: unknown): Float64Array[] =>
    leavesOf(
      tree,
      (value): value is { data: Float64Array } => (value as { data?: unknown })?.data instanceof Float64Array,
    ).map(({ value }) => value.data);
  const wanted = [...arrays(expected.outputs), ...arrays(expected.state)];
  const got = [...outputs, ...memory.slots.slice(0, traced.state.length)];
  expect(got.length).toBe(wanted.length);
  let gap = 0;
  for (const [i, array] of wanted.entries())
    for (const [j, value] of array.entries()) {
      const difference = Math.abs(got[i]![j]! - value) / Math.max(1, Math.abs(value));
      if (!(Object.is(got[i]![j], value) || difference <= gap)) gap = difference;
    }
  return { gap, compiled };
}

function check(
  step: (context: StepContext) => StepResult,
  state: unknown = {},
  inputs: unknown = {},
): CompiledEntry {
  const { gap, compiled } = worstGap(traceEntry("test", state, inputs, step), state, inputs);
  expect(gap, printSteps(compiled.planned.entry)).toBeLessThan(1e-9);
  return compiled;
}

describe("the compiler", () => {
  it("fuses a chain of pointwise ops and its reductions into one step", () => {
    const compiled = check(
      ({ inputs: { x, b } }) => {
        const h = tanh(add(x, b));
        return { outputs: { h, row: sum(mul(h, h), 1), most: max(h, 1) } };
      },
      {},
      { x: numbers(1, 20, 7), b: numbers(2, 7) },
    );
    expect(summarize(compiled.planned)).toMatchObject({ kernels: 1, fused: 1, pointwise: 3 });
  });

  it("reads transposes, slices and broadcasts without copying", () => {
    const compiled = check(
      ({ inputs: { x } }) => ({
        outputs: { y: add(transpose(slice(x, [1, 2], [4, 6])), broadcast(slice(x, [0, 0], [1, 3]), [4, 3])) },
      }),
      {},
      { x: numbers(1, 5, 7) },
    );
    expect(summarize(compiled.planned).kernels).toBe(1);
  });

  it("adds products to each other in one place", () => {
    const compiled = check(
      ({ inputs: { a, b, c, d, e } }) => ({ outputs: { y: add(add(matmul(a, b), matmul(c, d)), e) } }),
      {},
      {
        a: numbers(1, 4, 5),
        b: numbers(2, 5, 6),
        c: numbers(3, 4, 3),
        d: numbers(4, 3, 6),
        e: numbers(5, 6),
      },
    );
    expect(summarize(compiled.planned)).toMatchObject({ kernels: 3, products: 2, fused: 1 });
  });

  it("gives transposed operands to a product as they lie", () => {
    const compiled = check(
      ({ inputs: { a, b } }) => ({ outputs: { y: matmul(transpose(a), b), z: matmul(a, transpose(a)) } }),
      {},
      { a: numbers(1, 4, 5), b: numbers(2, 4, 6) },
    );
    expect(summarize(compiled.planned).kernels).toBe(2);
  });

  it("multiplies batches, with one side for all and with broadcast axes", () => {
    check(
      ({ inputs: { a, b, c, d } }) => ({
        outputs: { x: matmul(a, b), y: matmul(a, transpose(c)), z: matmul(broadcast(d, [2, 3, 5, 4]), a) },
      }),
      {},
      { a: numbers(1, 2, 3, 4, 5), b: numbers(2, 5, 6), c: numbers(3, 3, 6, 5), d: numbers(4, 3, 5, 4) },
    );
  });

  it("writes optimizer state in its slots and keeps values that later nodes still read", () => {
    const parameters = { w: numbers(1, 6, 3), m: numbers(2, 6, 3), v: zerosData([6, 3]), t: zerosData([]) };
    const step =
      (late: boolean) =>
      ({ state, inputs: { x } }: StepContext): StepResult => {
        const h = matmul(x, state.w);
        const t = add(state.t, 1);
        const gradient = matmul(transpose(x), h);
        const [next] = adam(t, mul(t, 0.0625), [
          { value: state.w, gradient, mean: state.m, square: state.v },
        ]);
        const after = matmul(x, next!.value);
        const before = late ? sum(mul(state.w, sum(after))) : sum(h);
        return { state: { w: next!.value, m: next!.mean, v: next!.square, t }, outputs: { after, before } };
      };
    const kernels = [false, true].map((late) => {
      const compiled = check(step(late), parameters, { x: numbers(3, 4, 6) });
      return summarize(compiled.planned).kernels;
    });
    // The old parameters are read after the update: one copy before it, one into the slot.
    expect(kernels[1]! - kernels[0]!).toBeGreaterThanOrEqual(2);
  });

  it("swaps state without mixing it up", () => {
    check(({ state: { a, b } }) => ({ state: { a: b, b: a }, outputs: { a, sum: add(a, b) } }), {
      a: numbers(1, 5),
      b: numbers(2, 5),
    });
  });

  it("sums over axes in the middle, at both ends and over nothing", () => {
    check(
      ({ inputs: { x, nothing } }) => ({
        outputs: {
          middle: sum(tanh(x), 1),
          ends: sum(x, [0, 2]),
          first: max(x, 0, true),
          all: sum(x),
          nothing: sum(nothing, 1),
          least: max(nothing, 1),
          empty: mul(nothing, 2),
        },
      }),
      {},
      { x: numbers(1, 3, 4, 5), nothing: zerosData([3, 0]) },
    );
  });

  it("copies what strides cannot say", () => {
    check(
      ({ inputs: { x } }) => ({
        outputs: {
          flat: reshape(transpose(x), [15]),
          padded: pad(x, [1, 0], [0, 2]),
          joined: concat([x, neg(x), slice(x, [0, 1], [3, 2])], 1),
          split: mul(reshape(slice(x, [0, 0], [3, 4]), [3, 2, 2]), 3),
        },
      }),
      {},
      { x: numbers(1, 3, 5) },
    );
  });

  it("gives back numbers, counted numbers and state that changes as outputs", () => {
    check(
      ({ state: { a }, inputs: { x } }) => ({
        state: { a: add(a, 1) },
        outputs: { a, one: broadcast(add(1, sum(slice(x, [0], [0]))), [2]), count: iota([2, 3], 1), x },
      }),
      { a: numbers(1, 4) },
      { x: numbers(2, 3) },
    );
  });

  it("keeps values that go around state as they are over several random programs", () => {
    for (let seed = 0; seed < 300; seed++) {
      const traced = randomEntry(seed);
      const { gap, compiled } = worstGap(traced.entry, traced.state, traced.inputs);
      if (gap > 1e-8) expect.fail(`seed ${seed}: gap ${gap}\n${printSteps(compiled.planned.entry)}`);
      expect(liveNodes(traced.entry).length).toBeGreaterThan(0);
    }
  });

  it("uses places of the arena again", () => {
    const compiled = check(
      ({ inputs: { x } }) => {
        let h = x;
        for (let i = 0; i < 10; i++) h = tanh(matmul(h, x));
        return { outputs: { h } };
      },
      {},
      { x: numbers(1, 16, 16) },
    );
    const { arenaBytes, arenaBytesWithoutReuse } = summarize(compiled.planned);
    // Two products at a time; the tanh is written over its product.
    expect(arenaBytes).toBe(2 * 16 * 16 * 4);
    expect(arenaBytesWithoutReuse).toBe(10 * 16 * 16 * 4);
  });
});

/** A program of some 40 random nodes with state, as a fuzzer would write it. */
function randomEntry(seed: number): { entry: TracedEntry; state: unknown; inputs: unknown } {
  const random = new RowRandom(streamKey(seed, "program"), 0);
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)]!;
  const [n, m] = [1 + random.below(5), 1 + random.below(6)];
  const state = {
    p: numbers(seed + 1, n, m),
    q: numbers(seed + 2, m),
    s: numbers(seed + 3, n, m),
    t: numbers(seed + 4),
  };
  const inputs = { x: numbers(seed + 5, n, m), y: numbers(seed + 6, m, n) };
  const entry = traceEntry("random", state, inputs, ({ state: old, inputs: given }) => {
    const matrices: Tensor[] = [old.p, old.s, given.x, transpose(given.y)];
    const rows: Tensor[] = [old.q];
    const singles: Tensor[] = [old.t];
    const codes = (bag: number): Tensor => reshape(mod(iota([n * bag], 0, "i32"), n), [n, bag]);
    const bounded = (x: Tensor): Tensor => tanh(x);
    const moves: (() => void)[] = [
      () => matrices.push(add(pick(matrices), pick([...matrices, ...rows, ...singles]))),
      () => matrices.push(mul(pick(matrices), pick([...matrices, ...rows]))),
      () => matrices.push(sub(bounded(pick(matrices)), pick(rows))),
      () => matrices.push(where(less(pick(matrices), 0), pick(matrices), pick(matrices))),
      () => matrices.push(maximum(pick(matrices), pick(singles))),
      () => matrices.push(bounded(matmul(matmul(pick(matrices), transpose(pick(matrices))), pick(matrices)))),
      () =>
        matrices.push(
          add(
            matmul(given.x, matmul(given.y, pick(matrices))),
            matmul(matmul(given.x, given.y), pick(matrices)),
          ),
        ),
      () =>
        matrices.push(
          bounded(slice(concat([pick(matrices), pick(matrices)], 0), [n - 1, 0], [2 * n - 1, m])),
        ),
      () => matrices.push(pad(slice(pick(matrices), [0, 1], [n, m]), [0, 1], [0, 0])),
      () => matrices.push(reshape(transpose(reshape(bounded(pick(matrices)), [m, n])), [n, m])),
      () =>
        matrices.push(
          segmentSum(
            bounded(pick(matrices)),
            [1, m - 1].filter((width) => width > 0),
          ),
        ),
      () => matrices.push(segmentMax(pick(matrices), [m])),
      () => matrices.push(gather(pick(matrices), slice(reshape(codes(1), [n]), [0], [n]))),
      () => matrices.push(add(pick(matrices), gatherSum(bounded(pick(matrices)), codes(2)))),
      () => matrices.push(scatterAdd(reshape(codes(1), [n]), bounded(pick(matrices)), n)),
      () => matrices.push(add(scatterSum(bounded(pick(matrices)), codes(2), n), bounded(pick(matrices)))),
      () => rows.push(bounded(sum(pick(matrices), 0))),
      () => rows.push(max(pick(matrices), 0)),
      () => rows.push(div(pick(rows), add(exp(pick(rows)), 1))),
      () => singles.push(bounded(sum(pick([...matrices, ...rows])))),
      () => singles.push(max(pick(matrices))),
      () => matrices.push(mul(pick(matrices), sum(bounded(pick(matrices)), 1, true))),
    ];
    for (let i = 0; i < 30; i++) pick(moves)();
    const count = add(broadcast(0, []), 1);
    const [next] = adam(count, mul(count, 0.125), [
      {
        value: old.p,
        gradient: bounded(pick(matrices)),
        mean: pick([old.s, pick(matrices)]),
        square: mul(old.p, old.p),
      },
    ]);
    matrices.push(next!.value, next!.mean);
    for (let i = 0; i < 10; i++) pick(moves)();
    const changed = {
      p: next!.value,
      q: pick(rows),
      s: pick([next!.mean, pick(matrices)]),
      t: pick(singles),
    };
    return { state: changed, outputs: { a: pick(matrices), b: pick(rows), c: pick(singles) } };
  });
  return { entry, state, inputs };
}

/** i32 x mod n for x below 3n. */
function mod(x: Tensor, n: number): Tensor {
  return where(less(x, n), x, where(less(x, 2 * n), sub(x, n), sub(x, 2 * n)));
}
