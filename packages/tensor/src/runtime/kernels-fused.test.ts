import { describe, expect, test } from "vitest";
import { assemble, type Place } from "../../fixtures/assembler.ts";
import {
  denseStrides,
  exactOps,
  extentOf,
  type FusedGroup,
  fusedCall,
  fusedInts,
  fusedReference,
  modes,
  sizeOfDims,
} from "../../fixtures/fused-call.ts";
import { kernelProgram, runKernel } from "../../fixtures/run-kernel.ts";
import { bits, uniforms } from "../../fixtures/values.ts";
import { NativeProgram } from "./native-program.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const floats = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));
const unwritten = (length: number): Float32Array => new Float32Array(length).fill(-7.5);

/** Stores and maxima are exact; a sum may be off by 2e-6 of what its terms add up to without their signs. */
async function expectReference(group: FusedGroup, threads?: number): Promise<void> {
  const results = await runKernel(fusedCall(group, threads));
  const wanted = fusedReference(group);
  const sizes = fusedReference({
    ...group,
    ops: [...group.ops, ...absolutes(group)],
    outputs: absolute(group),
  });
  group.outputs.forEach(({ mode }, o) => {
    const sum = mode === modes.rowSum || mode === modes.colSum;
    const at = results[o]!.findIndex((got, i) => {
      const want = Math.fround(wanted[o]![i]!);
      const near = sum && Math.abs(got - want) <= 2e-6 * sizes[o]![i]!;
      return !(got === want || near || (Number.isNaN(got) && Number.isNaN(want)));
    });
    expect(
      at,
      `output ${o} at ${at}: ${results[o]![at]} for ${wanted[o]![at]} in ${describeGroup(group)}`,
    ).toBe(-1);
  });
}
const firstFree = ({ inputs, constants = [], ops }: FusedGroup): number =>
  inputs.length + constants.length + ops.length;
const absolutes = (group: FusedGroup): [string, number][] => group.outputs.map(({ value }) => ["abs", value]);
const absolute = (group: FusedGroup) =>
  group.outputs.map((output, o) => ({ ...output, value: firstFree(group) + o }));
const describeGroup = (group: FusedGroup): string =>
  JSON.stringify({ ...group, inputs: group.inputs.map(({ strides }) => strides) }, (key, value) =>
    key === "array" ? undefined : value,
  );

/** A group made at random: views of all kinds, up to ten ops, up to three outputs. */
function randomGroup(seed: number): FusedGroup {
  const draws = uniforms(`group ${seed}`, 400, 0, 1);
  let drawn = 0;
  const below = (bound: number): number => Math.floor(draws[drawn++ % draws.length]! * bound);
  const dims: number[] = [];
  for (let rank = 1 + below(4); rank > 0; rank--) {
    const dim = [1, 16, 1 + below(8), 1 + below(40), 1 + below(below(2) ? 400 : 1500), below(12)][below(6)]!;
    dims.push(sizeOfDims(dims) * dim > 60_000 ? 1 : dim);
  }
  const stridesOf = (kind: number): number[] => {
    const order = dims.map((_, axis) => axis);
    if (kind === 1) order.sort(() => below(3) - 1);
    const used = dims.map((dim) => (kind === 2 && below(2) ? 0 : dim));
    const gap = kind === 3 ? below(3) : 0;
    const strides = new Array<number>(dims.length).fill(0);
    let step = 1;
    for (const axis of order.toReversed()) {
      if (used[axis] === 0 && dims[axis] !== 0) continue;
      strides[axis] = step;
      step *= dims[axis]! + (axis === order.at(-1) ? gap : 0);
    }
    return strides;
  };
  const inputs = Array.from({ length: 1 + below(3) }, (_, i) => {
    const strides = stridesOf(below(5));
    return { array: floats(`${seed} ${i}`, extentOf(dims, strides)), strides };
  });
  const constants = [0.5, -2].slice(0, below(3));
  const names = ["add", "sub", "mul", "maximum", "minimum", "less", "where", "neg", "abs", "floor"];
  const ops: [string, ...number[]][] = [];
  for (let count = below(11); count > 0; count--) {
    const name = names[below(names.length)]!;
    const known = inputs.length + constants.length + ops.length;
    const value = (): number => (below(2) ? known - 1 - below(Math.min(3, known)) : below(known));
    ops.push([name, ...Array.from({ length: exactOps[name]!.length }, value)]);
  }
  const values = inputs.length + constants.length + ops.length;
  const split = below(dims.length + 1);
  const outputs = Array.from({ length: 1 + below(3) }, () => {
    const mode = below(2) ? modes.store : below(5);
    const strides = mode === modes.store ? stridesOf([0, 1, 3][below(3)]!) : dims.map(() => 0);
    const rows = sizeOfDims(dims.slice(0, split));
    const reduced = mode < modes.colSum ? rows : sizeOfDims(dims.slice(split));
    const array = unwritten(mode === modes.store ? extentOf(dims, strides) : reduced);
    return { value: below(2) ? values - 1 : below(values), mode, strides, array };
  });
  return { dims, split, inputs, constants, ops, outputs };
}

describe("fused groups", () => {
  test.each([1, 2])("give what their ops say, whatever the views, on %i threads", async (threads) => {
    for (let seed = 0; seed < 60; seed++) await expectReference(randomGroup(100 * threads + seed), threads);
  });

  test.each([
    [[1], 0],
    [[3], 1],
    [[1024], 1],
    [[5003], 0],
    [[37, 1], 1],
    [[1, 37], 1],
    [[2000, 3], 1],
    [[96, 10], 1],
    [[33, 1000], 1],
    [[3, 5000], 1],
    [[7, 3, 5, 2, 3, 4], 3],
    [[40_000], 1],
  ] as const)("reduce over rows and columns in all four modes: dims %j, split %i", async (dims, split) => {
    const strides = denseStrides(dims);
    const rows = sizeOfDims(dims.slice(0, split));
    const cols = sizeOfDims(dims.slice(split));
    const none = dims.map(() => 0);
    const array = floats(`modes ${dims}`, rows * cols);
    array[3] = 4;
    await expectReference({
      dims,
      split,
      inputs: [{ array, strides }],
      ops: [["mul", 0, 0]],
      outputs: [
        { value: 1, mode: modes.rowSum, strides: none, array: unwritten(rows) },
        { value: 0, mode: modes.rowMax, strides: none, array: unwritten(rows) },
        { value: 0, mode: modes.colSum, strides: none, array: unwritten(cols) },
        { value: 1, mode: modes.colMax, strides: none, array: unwritten(cols) },
        { value: 1, mode: modes.store, strides, array: unwritten(rows * cols) },
      ],
    });
  });

  test.each([
    [[0, 5], 1],
    [[5, 0], 1],
    [[0], 0],
    [[4, 0, 3], 1],
  ] as const)("sums over nothing are 0 and maxima -infinity: dims %j, split %i", async (dims, split) => {
    const rows = sizeOfDims(dims.slice(0, split));
    const cols = sizeOfDims(dims.slice(split));
    const strides = dims.map(() => 0);
    const outputs = [0, 1, 2, 3, 4].map((mode) => ({
      value: 0,
      mode,
      strides,
      array: unwritten(mode === modes.store ? 2 : mode < modes.colSum ? rows : cols),
    }));
    const results = await runKernel(fusedCall({ dims, split, inputs: [], constants: [3], ops: [], outputs }));
    expect(results.map((result) => [...result])).toEqual([
      [-7.5, -7.5],
      new Array(rows).fill(0),
      new Array(rows).fill(-infinity),
      new Array(cols).fill(0),
      new Array(cols).fill(-infinity),
    ]);
  });

  test("a NaN makes its sums and maxima NaN, and no others", async () => {
    for (const [rows, cols] of [
      [5, 7],
      [40, 3000],
    ] as const) {
      const array = floats("nan", rows * cols);
      array[2 * cols + 4] = nan;
      const outputs = [1, 2, 3, 4].map((mode) => ({
        value: 0,
        mode,
        strides: [0, 0],
        array: unwritten(mode < modes.colSum ? rows : cols),
      }));
      const group: FusedGroup = {
        dims: [rows, cols],
        split: 1,
        inputs: [{ array, strides: [cols, 1] }],
        ops: [],
        outputs,
      };
      const found = (await runKernel(fusedCall(group))).map((result) =>
        [...result.keys()].filter((i) => Number.isNaN(result[i]!)),
      );
      expect(found).toEqual([[2], [2], [4], [4]]);
    }
  });

  test("a large group has the same bits on 1 to 4 threads", async () => {
    for (const [dims, split] of [
      [[1000, 300], 1],
      [[3, 100_000], 1],
      [[300_000], 0],
      [[90_000, 3], 1],
    ] as const) {
      const size = sizeOfDims(dims);
      const rows = sizeOfDims(dims.slice(0, split));
      const strides = denseStrides(dims);
      const none = dims.map(() => 0);
      const group: FusedGroup = {
        dims,
        split,
        inputs: [{ array: floats("threads", size), strides }],
        ops: [["exp", 0]],
        outputs: [
          { value: 1, mode: modes.store, strides, array: unwritten(size) },
          { value: 1, mode: modes.rowSum, strides: none, array: unwritten(rows) },
          { value: 1, mode: modes.colSum, strides: none, array: unwritten(size / rows) },
          { value: 1, mode: modes.colMax, strides: none, array: unwritten(size / rows) },
        ],
      };
      const [alone, ...others] = await Promise.all(
        [1, 2, 3, 4].map(async (threads) => (await runKernel(fusedCall(group, threads))).map(bits)),
      );
      for (const other of others) expect(other).toEqual(alone);
    }
  });
});

describe("an output in the place of an input", () => {
  /** Three slots of `length` numbers, of which `outputs` are written as well. */
  async function runInPlace(length: number, ints: number[], outputs: number[]): Promise<Float32Array[]> {
    const place = (space: number, written: boolean): Place => ({ space, length, written });
    const operands = [
      ...[0, 1, 2].map((slot) => place(slot, false)),
      ...outputs.map((slot) => place(slot, true)),
    ];
    const program = NativeProgram.create(
      assemble({
        slots: [0, 1, 2].map(() => ({ words: length })),
        entries: [{ instructions: [{ kernel: "fused", operands, ints }] }],
      }),
    );
    for (const slot of [0, 1, 2]) program.writeSlot(slot, floats(`place ${slot}`, length));
    await program.run(0, { threads: 2 });
    const results = [0, 1, 2].map((slot) => program.readSlot(slot, new Float32Array(length)));
    program.free();
    return results;
  }
  const [a, b, c] = [0, 1, 2];
  const array = new Float32Array();
  const input = { array, strides: [1] };
  const output = (value: number) => ({ value, mode: modes.store, strides: [1], array });

  test.each([16, 1000, 4096, 50_001])(
    "is not written before the last op has read it: %i numbers",
    async (length) => {
      const group = {
        dims: [length],
        split: 1,
        inputs: [input, input, input],
        ops: [
          ["add", a, b],
          ["mul", 3, a],
          ["sub", c, a],
        ],
        outputs: [output(3), output(5)],
      } as const;
      const [x, y, z] = [0, 1, 2].map((slot) => floats(`place ${slot}`, length));
      const got = await runInPlace(length, fusedInts(group), [a, b]);
      expect(bits(got[0]!)).toBe(bits(x!.map((number, i) => number + y![i]!)));
      expect(bits(got[1]!)).toBe(bits(z!.map((number, i) => number - x![i]!)));
    },
  );

  test.each([48, 1000])("two inputs may change places: %i numbers", async (length) => {
    const group = {
      dims: [length],
      split: 1,
      inputs: [input, input, input],
      ops: [],
      outputs: [output(b), output(a)],
    };
    const got = await runInPlace(length, fusedInts(group), [a, b]);
    expect(bits(got[0]!)).toBe(bits(floats("place 1", length)));
    expect(bits(got[1]!)).toBe(bits(floats("place 0", length)));
  });
});

describe("instructions that mean nothing are refused", () => {
  const array = new Float32Array(24);
  const good: FusedGroup = {
    dims: [4, 6],
    split: 1,
    inputs: [{ array, strides: [6, 1] }],
    constants: [2],
    ops: [["add", 0, 1]],
    outputs: [{ value: 2, mode: 0, strides: [6, 1], array }],
  };
  // Ints: 0 rank, 1 and 2 dims, 3 split, 4 inputs, 5 and 6 strides, 7 constants, 8 the constant, 9 ops, 10 the op,
  // 11 to 13 its values, 14 outputs, 15 value, 16 mode, 17 and 18 strides.
  const whole = 2 ** 31 - 1;
  const changed = (...changes: [number, number][]): number[] => {
    const ints = fusedInts(good);
    for (const [at, value] of changes) ints[at] = value;
    return ints;
  };
  const refuse = (ints: number[], operands = fusedCall(good).operands): void =>
    kernelProgram({ kernel: "fused", operands, ints }).free();

  test("and the one that they are made of is not", () => {
    expect(() => refuse(changed())).not.toThrow();
  });

  test.each<[string, [number, number][]]>([
    ["rank 0", [[0, 0]]],
    ["rank 7", [[0, 7]]],
    ["a negative dim", [[1, -4]]],
    ["a larger dim", [[1, 5]]],
    [
      "huge dims",
      [
        [1, whole],
        [2, whole],
      ],
    ],
    [
      "huge dims of strides 0",
      [
        [1, whole],
        [2, whole],
        [5, 0],
        [6, 0],
        [17, 0],
        [18, 0],
      ],
    ],
    ["a split beyond the rank", [[3, 3]]],
    ["a negative split", [[3, -1]]],
    ["more inputs than operands", [[4, 2]]],
    ["as many inputs as a word can say", [[4, whole]]],
    ["a negative number of inputs", [[4, -1]]],
    ["a negative stride", [[5, -6]]],
    ["a stride beyond the operand", [[5, 7]]],
    ["a huge stride", [[6, whole]]],
    ["a huge number of constants", [[7, whole]]],
    ["a huge number of ops", [[9, whole]]],
    ["an op that is not there", [[10, 1000]]],
    ["a negative op", [[10, -1]]],
    ["a value that is the op itself", [[11, 2]]],
    ["a later value", [[12, 3]]],
    ["a missing value", [[12, -1]]],
    ["a value too many", [[13, 0]]],
    ["no outputs", [[14, 0]]],
    ["an output of no value", [[15, 3]]],
    ["a mode that is not there", [[16, 5]]],
    ["a reduction with strides", [[16, 1]]],
    [
      "a reduction into too small a place",
      [
        [1, 24],
        [2, 1],
        [5, 1],
        [16, 3],
        [3, 0],
        [17, 0],
        [18, 0],
        [0, 0],
      ],
    ],
    ["an output's stride beyond the operand", [[17, 7]]],
  ])("%s", (_, changes) => {
    expect(() => refuse(changed(...changes))).toThrowError(
      expect.objectContaining({
        code: "VERISIM_PROGRAM_INVALID",
        message: expect.stringContaining("[fused]"),
      }),
    );
  });

  test("numbers missing or left over", () => {
    for (const ints of [changed().slice(0, -1), [...changed(), 0], []])
      expect(() => refuse(ints)).toThrow(/\[fused\]/);
  });

  test("values and operands of another dtype than an op takes", () => {
    const integers = new Int32Array(24);
    expect(() => refuse(changed(), [integers, { written: array }])).toThrow(/dtype/);
    expect(() => refuse(changed(), [array, { written: integers }])).toThrow(/dtype/);
  });

  test("no dims are so huge that a dim of 0 hides them from the output", () => {
    // 2^31 - 1 sums over nothing do not fit 24 words.
    const ints = changed([1, whole], [2, 0], [16, 1], [17, 0], [18, 0]);
    expect(() => refuse(ints)).toThrow(/longer operand/);
  });
});
