import { describe, expect, test } from "vitest";
import { garbage, garbageI32, kernelProgram, kernelResult } from "../../fixtures/run-kernel.ts";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";

const floats = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));

/** Row numbers around [0, rows), some outside of it on either side, small ones more often. */
const places = (name: string, length: number, rows: number): Int32Array =>
  Int32Array.from(uniforms(name, length, 0, 1), (u) => Math.floor(u * u * (rows + 3)) - 1);

const hostile = Int32Array.of(-1, 5, 2 ** 31 - 1, -(2 ** 31), 1 << 30, 6, 7, 0);

describe("gather", () => {
  const gather = (table: Float32Array | Int32Array, indices: Int32Array, rows: number, width: number) =>
    kernelResult({
      kernel: "gather",
      operands: [
        table,
        indices,
        table instanceof Int32Array ? garbageI32(indices.length * width) : garbage(indices.length * width),
      ],
      ints: [rows, width, indices.length],
    });

  test.each([
    [7, 1, 40],
    [7, 3, 40],
    [5, 8, 3],
    [300, 160, 50],
    [1, 65, 9],
  ])("takes rows of a %i x %i table, zeros for rows that are not there", async (rows, width, count) => {
    const table = floats("table", rows * width);
    const indices = places("rows", count, rows);
    const want = Array.from({ length: count * width }, (_, i) => {
      const row = indices[Math.floor(i / width)]!;
      return row >= 0 && row < rows ? table[row * width + (i % width)]! : 0;
    });
    expect([...(await gather(table, indices, rows, width))]).toEqual(want);
    const words = new Int32Array(table.buffer);
    const wantWords = Array.from(want, (x) => new Int32Array(Float32Array.of(x).buffer)[0]!);
    expect([...(await gather(words, indices, rows, width))]).toEqual(wantWords);
  });

  test("keeps every bit and reads nothing for hostile row numbers", async () => {
    const table = Int32Array.of(0x7fc12345, 0x7f800001, -(2 ** 31), 1, 2, 3);
    expect(
      [...(await gather(new Float32Array(table.buffer), hostile, 6, 1))].map((x) => Object.is(x, 0)),
    ).toEqual([true, false, true, true, true, true, true, false]);
    const got = (await gather(new Float32Array(table.buffer), Int32Array.of(0, 1, 2), 6, 1)) as Float32Array;
    expect([...new Int32Array(got.buffer)]).toEqual([0x7fc12345, 0x7f800001, -(2 ** 31)]);
  });

  test("takes nothing from nothing", async () => {
    expect([...(await gather(new Float32Array(0), Int32Array.of(0, 1), 0, 2))]).toEqual([0, 0, 0, 0]);
    expect((await gather(floats("t", 6), new Int32Array(0), 2, 3)).length).toBe(0);
    expect((await gather(new Float32Array(0), Int32Array.of(0, 1), 5, 0)).length).toBe(0);
  });

  test("refuses a table and a result of different dtypes", () => {
    const call = {
      kernel: "gather",
      operands: [floats("t", 4), Int32Array.of(0), garbageI32(2)],
      ints: [2, 2, 1],
    };
    expect(() => kernelProgram(call)).toThrow(/one dtype/);
  });
});

interface Bags {
  rows: number;
  width: number;
  count: number;
  bag: number;
  weighted?: boolean;
  accumulate?: boolean;
  threads?: number;
}

const shapes: Bags[] = [
  { rows: 5, width: 1, count: 9, bag: 3 },
  { rows: 5, width: 2, count: 9, bag: 3 },
  { rows: 40, width: 7, count: 33, bag: 5 },
  { rows: 104, width: 64, count: 50, bag: 9 },
  { rows: 12, width: 131, count: 4, bag: 270 },
  { rows: 3, width: 300, count: 4, bag: 1 },
  { rows: 2000, width: 24, count: 6, bag: 2 },
  { rows: 4, width: 5, count: 1, bag: 256 },
  { rows: 4, width: 5, count: 3, bag: 0 },
  { rows: 4, width: 5, count: 0, bag: 3 },
  { rows: 0, width: 5, count: 3, bag: 2 },
  { rows: 4, width: 0, count: 3, bag: 2 },
];
const variants = shapes.flatMap((shape) =>
  [false, true].flatMap((weighted) =>
    [false, true].map((accumulate) => ({ ...shape, weighted, accumulate })),
  ),
);

const bagInts = ({ rows, width, count, bag, weighted, accumulate }: Bags): number[] => [
  rows,
  width,
  count,
  bag,
  weighted ? 1 : 0,
  accumulate ? 1 : 0,
];

function gatherSum(shape: Bags, indices = places("bags", shape.count * shape.bag, shape.rows)) {
  const { rows, width, count, bag, weighted, accumulate, threads } = shape;
  const table = floats("table", rows * width);
  const weights = floats("weights", count * bag);
  const out = floats("out", count * width);
  const want = accumulate ? Float64Array.from(out) : new Float64Array(count * width);
  indices.forEach((row, pick) => {
    if (row < 0 || row >= rows) return;
    const weight = weighted ? weights[pick]! : 1;
    for (let j = 0; j < width; j++)
      want[Math.floor(pick / bag) * width + j]! += weight * table[row * width + j]!;
  });
  const operands = [table, indices, ...(weighted ? [weights] : []), { written: out }];
  return { want, call: { kernel: "gatherSum", operands, ints: bagInts(shape), threads } };
}

function scatterSum(shape: Bags, indices = places("bags", shape.count * shape.bag, shape.rows)) {
  const { rows, width, count, bag, weighted, accumulate, threads } = shape;
  const g = floats("g", count * width);
  const weights = floats("weights", count * bag);
  const out = floats("out", rows * width);
  const want = accumulate ? Float64Array.from(out) : new Float64Array(rows * width);
  indices.forEach((row, pick) => {
    if (row < 0 || row >= rows) return;
    const weight = weighted ? weights[pick]! : 1;
    for (let j = 0; j < width; j++) want[row * width + j]! += weight * g[Math.floor(pick / bag) * width + j]!;
  });
  const operands = [g, indices, ...(weighted ? [weights] : []), { written: out }];
  return { want, call: { kernel: "scatterSum", operands, ints: bagInts(shape), threads } };
}

// At most 600 additions to one number, of numbers below 1 in single precision.
const tolerance = 3e-5;

describe.each([
  ["gatherSum", gatherSum],
  ["scatterSum", scatterSum],
] as const)("%s", (_, make) => {
  test.each(variants)(
    "adds picked rows: $rows x $width, $count bags of $bag, weighted $weighted, accumulate $accumulate",
    async (shape) => {
      const { want, call } = make(shape);
      expect(worstError(await kernelResult(call), want)).toBeLessThan(tolerance);
    },
  );

  test("reads and writes nothing for hostile row numbers", async () => {
    for (const width of [1, 16]) {
      const { want, call } = make({ rows: 6, width, count: 4, bag: 2, weighted: true }, hostile);
      expect(worstError(await kernelResult(call), want)).toBeLessThan(tolerance);
    }
  });

  test("leaves a NaN out with its pick and keeps it otherwise", async () => {
    const { call } = make({ rows: 6, width: 9, count: 4, bag: 2, weighted: true }, hostile);
    const weights = call.operands[2] as Float32Array;
    weights[0] = Number.NaN;
    weights[7] = Number.NaN;
    const got = await kernelResult(call);
    expect([...got].filter(Number.isNaN).length).toBe(9);
  });

  test.each([
    { rows: 200, width: 128, count: 400, bag: 9 },
    { rows: 3000, width: 24, count: 2000, bag: 4, weighted: true, accumulate: true },
    { rows: 50, width: 2, count: 20_000, bag: 3, weighted: true },
  ])("gives the same bits on 1 to 4 threads: $rows x $width, $count bags of $bag", async (shape) => {
    const results = new Set<string>();
    for (const threads of [1, 2, 3, 4]) {
      const { want, call } = make({ ...shape, threads });
      const got = (await kernelResult(call)) as Float32Array;
      results.add(bits(got));
      // Thousands of additions, errors of either sign: a few hundred units in the last place of sums below 100.
      if (threads === 4) expect(worstError(got, want)).toBeLessThan(2e-4);
    }
    expect(results.size).toBe(1);
  });

  test("refuses operands that are too short", () => {
    const { call } = make({ rows: 6, width: 9, count: 4, bag: 2, weighted: true });
    for (let operand = 0; operand < 4; operand++) {
      const operands = call.operands.map((array, i) => {
        if (i !== operand) return array;
        return "written" in array ? { written: array.written.subarray(1) } : array.subarray(1);
      });
      expect(() => kernelProgram({ ...call, operands })).toThrow(/longer operand/);
    }
    expect(() => kernelProgram({ ...call, ints: [6, 9, 4, 2, 2, 0] })).toThrow(/weighted from 0 to 1/);
    expect(() => kernelProgram({ ...call, ints: [6, 9, 4, -2, 1, 0] })).toThrow(/bag from 0/);
    expect(() => kernelProgram({ ...call, ints: [2 ** 31 - 1, 2 ** 31 - 1, 4, 2, 1, 0] })).toThrow(
      /smaller sizes|longer operand/,
    );
    expect(() => kernelProgram({ ...call, ints: [...call.ints, 0] })).toThrow(/fewer numbers/);
  });
});

test("scatterSum of the largest table clears it once and adds to the rows picked", async () => {
  const { want, call } = scatterSum({ rows: 100_000, width: 4, count: 50, bag: 2 });
  expect(worstError(await kernelResult(call), want)).toBeLessThan(tolerance);
});

describe("scatterAdd", () => {
  test.each([
    [5, 1, 30],
    [5, 12, 30],
    [70, 33, 400],
    [4, 3, 0],
    [0, 3, 2],
  ])("adds rows of updates to a cleared table of %i x %i", async (rows, width, count) => {
    const indices = places("rows", count, rows);
    const updates = floats("updates", count * width);
    const want = new Float64Array(rows * width);
    indices.forEach((row, i) => {
      if (row >= 0 && row < rows)
        for (let j = 0; j < width; j++) want[row * width + j]! += updates[i * width + j]!;
    });
    const call = {
      kernel: "scatterAdd",
      operands: [indices, updates, garbage(rows * width)],
      ints: [rows, width, count],
    };
    expect(worstError(await kernelResult(call), want)).toBeLessThan(tolerance);
  });

  test("adds in order of the updates", async () => {
    // 1e8 + 1 rounds to 1e8 in single precision: only the order tells 1 from 0.
    const add = (updates: number[], width: number): Promise<Float32Array | Int32Array> =>
      kernelResult({
        kernel: "scatterAdd",
        operands: [
          Int32Array.of(1, 1, 1),
          Float32Array.from(updates.flatMap((x) => Array(width).fill(x))),
          garbage(2 * width),
        ],
        ints: [2, width, 3],
      });
    for (const width of [1, 20]) {
      expect((await add([1e8, -1e8, 1], width))[width]).toBe(1);
      expect((await add([1e8, 1, -1e8], width))[width]).toBe(0);
    }
  });
});
