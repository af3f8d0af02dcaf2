// The network by its own promises: a column sees only what comes before it, drawing and training see the same, and bases
// multiplied out once are bases multiplied out in every step.

import { columnBasis, type Layout } from "@verisim/neural";
import { jit, nn, type Tensor, type TensorData, tensorData } from "@verisim/tensor";
import { describe, expect, test } from "vitest";
import { givenVectors } from "./draw-chain.ts";
import {
  type ChainWeights,
  chainLogits,
  columnLogits,
  initNetwork,
  multipliedOut,
  multiplyOut,
  type NetworkShape,
} from "./network.ts";

function network(widths: readonly number[], hidden = 12, head = 5) {
  const choices = widths.reduce((sum, width) => sum + width, 0);
  const layout: Layout = {
    widths,
    placed: [],
    discrete: widths.map((_, column) => column),
    hasPlace: new Float32Array(choices),
  };
  const bases = widths.map((width, column) =>
    column % 2 === 1 ? columnBasis(width, column === 3) : undefined,
  );
  const shape: NetworkShape = { layout, bases };
  const shares = new Float64Array(choices).fill(1 / 3);
  const parameters = initNetwork(new nn.Initializer(3, "test"), shape, { hidden, head }, shares);
  const weights = multipliedOut(parameters, shape, new Float32Array(choices));
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((sum, width) => sum + width, 0));
  return { shape, parameters, weights, starts, choices };
}

/** Rows of alternatives as rows of cells. */
const cellsOf = (rows: readonly (readonly number[])[], starts: readonly number[]): TensorData =>
  tensorData(Int32Array.from(rows.flatMap((row) => row.map((alternative, i) => starts[i]! + alternative))), [
    rows.length,
    starts.length,
  ]);

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
}

const numbers = ({ data }: TensorData): number[] => Array.from(data as Float32Array);

async function logitsOf(
  weights: ChainWeights<TensorData>,
  ones: TensorData,
  place: readonly number[],
): Promise<number[]> {
  const rows = ones.shape[0]!;
  const places = Float32Array.from({ length: rows * place.length }, (_, i) => place[i % place.length]!);
  const run = jit((own: ChainWeights<Tensor>, cells: Tensor, at: Tensor) => chainLogits(own, cells, at));
  const result = await run(weights, ones, tensorData(places, [rows, place.length]));
  run.free();
  return numbers(result);
}

describe("a column sees what comes before it and nothing else", () => {
  const widths = [3, 8, 2, 9];
  const { weights, starts, choices } = network(widths);
  // The order is 2, 0, 3, 1.
  const place = [0.4, 0.9, 0.1, 0.6];
  const row = [1, 4, 0, 7];

  test.each([
    [2, [0, 3, 1]],
    [0, [3, 1]],
    [3, [1]],
    [1, []],
  ] as const)("when column %i changes, columns %j do", async (changed, later) => {
    const other = row.map((alternative, i) => (i === changed ? (alternative + 1) % widths[i]! : alternative));
    const both = await logitsOf(weights, cellsOf([row, other], starts), place);
    const moved = widths.flatMap((width, i) => {
      const own = (at: number): number[] =>
        both.slice(at * choices + starts[i]!, at * choices + starts[i]! + width);
      return own(0).some((logit, k) => logit !== own(1)[k]) ? [i] : [];
    });
    expect(moved.sort()).toEqual([...later].sort());
  });

  test("cell by cell gives what all at once gives", async () => {
    const all = await logitsOf(weights, cellsOf([row], starts), place);
    const run = jit((own: ChainWeights<Tensor>, given: Tensor) => ({
      third: columnLogits(own, 3, givenVectors(own, given, starts), 1),
      first: columnLogits(own, 2, undefined, 1),
    }));
    const known = tensorData(Int32Array.from([1, -1, 0, -1]), [1, 4]);
    const { third, first } = await run(weights, known);
    run.free();
    for (const [column, own] of [
      [3, numbers(third)],
      [2, numbers(first)],
    ] as const)
      expectClose(own, all.slice(starts[column]!, starts[column]! + own.length));
  });
});

test("of many columns each knows most of those before it and none after", async () => {
  const widths = new Array<number>(40).fill(3);
  // Wide enough that no column is without a live unit.
  const { weights, starts, choices } = network(widths, 64, 32);
  const place = widths.map((_, i) => (i + 0.5) / widths.length);
  const row = widths.map((_, i) => i % 3);
  const other = row.map((alternative, i) => (i === 20 ? (alternative + 1) % 3 : alternative));
  const both = await logitsOf(weights, cellsOf([row, other], starts), place);
  const moved = widths.map((_, i) =>
    [0, 1, 2].some((k) => both[starts[i]! + k] !== both[choices + starts[i]! + k]),
  );
  expect(moved.slice(0, 21)).not.toContain(true);
  expect(moved.slice(22)).not.toContain(false);
});

test("bases multiplied out once are those of a step", async () => {
  const { shape, parameters, weights } = network([3, 8, 2, 9]);
  const run = jit((own: typeof parameters) => multiplyOut(own as never, shape) as never);
  const inStep = (await run(parameters as never)) as unknown as ChainWeights<TensorData>;
  run.free();
  expectClose(numbers(inStep.cells), numbers(weights.cells));
  for (const [i, output] of inStep.outputs.entries())
    expectClose(numbers(output), numbers(weights.outputs[i]!));
});

test("hats of a column add up to one at every width, and leave the missing cell alone", () => {
  const basis = columnBasis(21, true)!;
  const at = (alternative: number): number[] =>
    Array.from(basis.values.subarray(alternative * basis.functions, (alternative + 1) * basis.functions));
  expect(at(0).every((value) => value === 0)).toBe(true);
  const sums = Array.from({ length: 20 }, (_, k) => at(k + 1).reduce((sum, value) => sum + value, 0));
  // As many widths as fit, each a partition of one.
  for (const sum of sums) expect(sum).toBeCloseTo(sums[0]!, 5);
  expect(columnBasis(5, false)).toBeUndefined();
});
