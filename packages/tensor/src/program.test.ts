import { describe, expect, it } from "vitest";
import {
  add,
  buildProgram,
  gather,
  grad,
  jit,
  matmul,
  mul,
  type Program,
  sum,
  type Tensor,
  tanh,
  tensorData,
  zerosData,
} from "./index.ts";

function counter(seed = 0, like?: Program, total = zerosData([2])) {
  return buildProgram(
    {
      state: { total, steps: zerosData([], "i32") },
      entries: {
        train: {
          inputs: { x: zerosData([2]) },
          step: ({ state, inputs }) => ({
            state: { total: add(state.total, inputs.x), steps: add(state.steps, 1) },
            outputs: { before: state.total, twice: mul(inputs.x, 2) },
          }),
        },
        noise: { step: ({ rng }) => ({ outputs: { z: rng.normal([4, 3]) } }) },
      },
    },
    { seed, ...(like ? { like } : {}) },
  );
}

const x = tensorData([1, -2]);

describe("a program", () => {
  it("keeps its state between runs and stacks outputs by steps", async () => {
    using program = counter();
    const first = await program.run("train", { steps: 3, inputs: { x } });
    expect(first.before).toEqual(tensorData([0, 0, 1, -2, 2, -4], [3, 2]));
    expect(first.twice).toEqual(tensorData([2, -4, 2, -4, 2, -4], [3, 2]));
    await program.run("train", { inputs: { x } });
    const { total, steps } = program.read();
    expect([...total.data, ...steps.data]).toEqual([4, -8, 4]);
    expect(steps.data).toBeInstanceOf(Int32Array);
  });

  it("like another does the same to a state of its own", async () => {
    using first = counter(5);
    await first.run("train", { inputs: { x } });
    using second = counter(5, first as unknown as Program, tensorData([10, 20]));
    await second.run("train", { steps: 2, inputs: { x } });
    expect([...second.read().total.data, ...first.read().total.data]).toEqual([12, 16, 1, -2]);
    expect(await second.run("noise")).toEqual(await first.run("noise"));
  });

  it("calls one step without the axis of steps", async () => {
    using program = counter();
    const { twice } = await program.call("train", { x });
    expect(twice).toEqual(tensorData([2, -4]));
  });

  it("writes outputs into arrays that it is given, and refuses those of another size or dtype", async () => {
    using program = counter();
    const room = new Float32Array(8);
    const twice = room.subarray(2, 6);
    const run = await program.run("train", { steps: 2, inputs: { x }, into: { twice } });
    expect(run.twice.data).toBe(twice);
    expect([...room]).toEqual([0, 0, 2, -4, 2, -4, 0, 0]);
    expect(run.before).toEqual(tensorData([0, 0, 1, -2], [2, 2]));
    for (const wrong of [new Float32Array(3), new Int32Array(4)])
      await expect(program.run("train", { steps: 2, inputs: { x }, into: { twice: wrong } })).rejects.toThrow(
        expect.objectContaining({ code: "VERISIM_OUTPUT_MISMATCH" }),
      );
  });

  it("takes numbers for a part of its state", async () => {
    using program = counter();
    program.write({ total: tensorData([10, 20]) });
    await program.run("train", { inputs: { x } });
    expect([...program.read().total.data]).toEqual([11, 18]);
    expect(() => program.write({ total: tensorData([1]) })).toThrow(
      /Expected f32\[2\] for state total but received f32\[1\]/,
    );
    expect(() => program.write({ sum: tensorData([1]) })).toThrow(
      expect.objectContaining({ code: "VERISIM_STATE_MISMATCH" }),
    );
  });

  it("reads a part of its state into arrays that were read before, where they fit", async () => {
    using program = counter();
    await program.run("train", { inputs: { x } });
    const first = program.readPart("total");
    await program.run("train", { inputs: { x } });
    const again = program.readPart("total", first);
    expect(again.data).toBe(first.data);
    expect([...again.data]).toEqual([2, -4]);
    const other = program.readPart("total", zerosData([3]) as typeof first);
    expect([...other.data]).toEqual([2, -4]);
  });

  it("draws the same numbers for the same seed, step and row, and others otherwise", async () => {
    using program = counter(7);
    const whole = (await program.run("noise", { steps: 4 })).z;
    using again = counter(7);
    const halves = [await again.run("noise", { steps: 2 }), await again.run("noise", { steps: 2 })];
    expect(halves.flatMap(({ z }) => [...z.data])).toEqual([...whole.data]);
    const { z: later } = await program.call("noise", {}, { firstStep: 0, rowOffset: 2 });
    expect([...later.data.subarray(0, 6)]).toEqual([...whole.data.subarray(6, 12)]);
    const { z: other } = await program.call("noise", {}, { firstStep: 0, seed: 8 });
    expect(other.data.some((value, i) => value === whole.data[i])).toBe(false);
  });

  it("lets calls take their turns", async () => {
    using program = counter();
    const runs = Array.from({ length: 5 }, () => program.run("train", { steps: 2, inputs: { x } }));
    const befores = await Promise.all(runs);
    expect(befores.map(({ before }) => before.data[0])).toEqual([0, 2, 4, 6, 8]);
  });

  it("tells how far it is and stops on request, without spoiling later runs", async () => {
    using program = counter();
    const seen: number[] = [];
    await program.run("train", { steps: 500, inputs: { x }, onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(500);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const stop = new AbortController();
    const stopped = program.run("train", {
      steps: 1_000_000,
      inputs: { x },
      signal: AbortSignal.any([stop.signal]),
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    await program.run("train", { inputs: { x } });
  });

  it("says what is wrong with entries and inputs", async () => {
    using program = counter();
    await expect((program as Program).run("fit")).rejects.toThrow(
      /Expected an entry of the program \(train, noise\) but received fit/,
    );
    await expect(program.run("train")).rejects.toThrow(
      /\[train\] Expected f32\[2\] for input x but received nothing/,
    );
    await expect(program.run("train", { inputs: { x, y: x } })).rejects.toThrow(/Expected no input y/);
    const wrong = tensorData([1, 2, 3]);
    await expect(program.run("train", { inputs: { x: wrong } })).rejects.toMatchObject({
      code: "VERISIM_INPUT_MISMATCH",
    });
  });

  it("can be freed twice and not be used afterwards", async () => {
    const program = counter();
    program.free();
    program.free();
    await expect(program.run("noise")).rejects.toMatchObject({ code: "VERISIM_PROGRAM_FREED" });
    expect(() => program.read()).toThrow(expect.objectContaining({ code: "VERISIM_PROGRAM_FREED" }));
  });

  it("draws batches from a table in its state", async () => {
    using program = buildProgram({
      state: { table: tensorData([0, 1, 10, 11, 20, 21], [3, 2]) },
      entries: {
        draw: { step: ({ state, rng }) => ({ outputs: { rows: gather(state.table, rng.below(3, [50])) } }) },
      },
    });
    const { rows } = await program.call("draw");
    const pairs = Array.from({ length: 50 }, (_, i) => [rows.data[2 * i]!, rows.data[2 * i + 1]!]);
    expect(pairs.every(([a, b]) => b === a! + 1)).toBe(true);
    expect(new Set(pairs.map(([a]) => a))).toEqual(new Set([0, 10, 20]));
  });
});

describe("jit", () => {
  it("computes functions over trees of arrays, for any shapes", async () => {
    const f = jit((a: { w: Tensor }, b: Tensor) => ({ y: matmul(b, a.w), all: sum(a.w) }));
    const w = tensorData([1, 2, 3, 4], [2, 2]);
    const one = await f({ w }, tensorData([1, 1], [1, 2]));
    expect(one).toEqual({ y: tensorData([4, 6], [1, 2]), all: tensorData([10], []) });
    const two = await f({ w }, tensorData([1, 0, 0, 1], [2, 2]));
    expect(two.y).toEqual(w);
    f.free();
  });

  it("differentiates twice", async () => {
    const second = jit((x: Tensor) => grad((y: Tensor) => sum(grad((z: Tensor) => sum(tanh(z)))(y)))(x));
    const { data } = await second(tensorData([0.5]));
    const t = Math.tanh(0.5);
    expect(data[0]).toBeCloseTo(-2 * t * (1 - t * t), 6);
    second.free();
  });

  it("says that it needs numbers, and where a shape is wrong", async () => {
    const f = jit((a: Tensor, b: Tensor) => matmul(a, b));
    await expect(f(tensorData([1, 2], [1, 2]), tensorData([1, 2, 3], [3, 1]))).rejects.toThrow(
      /\[matmul\][\s\S]*program\.test\.ts/,
    );
    const g = jit(() => 1);
    await expect(g()).rejects.toMatchObject({ code: "VERISIM_INPUT_MISMATCH" });
  });
});
