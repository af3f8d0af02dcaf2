import { spawnSync } from "node:child_process";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { assemble, type Place, product } from "../../fixtures/assembler.ts";
import { uniforms } from "../../fixtures/values.ts";
import { loadAddon } from "../load-addon.ts";
import { kernelNames, NativeProgram, nativeDevices, pointwiseNames } from "./native-program.ts";

const f32 = (...values: number[]): Float32Array => Float32Array.from(values);
const slot = (space: number, length: number): Place => ({ space, length });

/** State c grows by a b in each step; c is the output. Square matrices of side n. */
function growing(n: number): Int32Array {
  const size = n * n;
  return assemble({
    slots: [{ words: size }, { words: size }, { words: size }],
    entries: [
      {
        outputs: [slot(2, size)],
        instructions: [product([n, n, n], [slot(0, size), slot(1, size), slot(2, size)], true)],
      },
    ],
  });
}

/** Enough steps of `growing(200)` for minutes. */
const forever = 1 << 20;

function longProgram(): NativeProgram {
  const size = 200 * 200;
  const whole = slot(0, size);
  const program = NativeProgram.create(
    assemble({
      slots: [{ words: size }, { words: size }],
      entries: [
        { instructions: [product([200, 200, 200], [whole, whole, slot(1, size)])] },
        { outputs: [slot(1, 1)], instructions: [] },
      ],
    }),
  );
  program.writeSlot(
    0,
    Float32Array.from({ length: size }, () => 0.01),
  );
  return program;
}

const thrown = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
};

describe("a program", () => {
  test("keeps its state from step to step and appends its outputs", async () => {
    const program = NativeProgram.create(growing(2));
    program.writeSlot(0, f32(1, 2, 3, 4));
    program.writeSlot(1, f32(1, 0, 0, 1));
    const outputs = [new Float32Array(12)];
    expect(await program.run(0, { steps: 3, outputs })).toBe(3);
    expect([...outputs[0]!]).toEqual([1, 2, 3, 4, 2, 4, 6, 8, 3, 6, 9, 12]);
    // Short runs end on the calling thread once they are known to be short.
    for (let step = 4; step < 8; step++) {
      const last = [new Float32Array(4)];
      expect(await program.run(0, { outputs: last })).toBe(1);
      expect([...last[0]!]).toEqual([step, 2 * step, 3 * step, 4 * step]);
    }
    expect([...program.readSlot(2, new Float32Array(2), 2)]).toEqual([21, 28]);
    program.writeSlot(2, f32(0.5), 3);
    expect([...program.readSlot(2, new Float32Array(4))]).toEqual([7, 14, 21, 0.5]);
    expect(await program.run(0, { steps: 0, outputs: [new Float32Array(0)] })).toBe(0);
    program.free();
  });

  test("passes values through the arena, and its entries share state", async () => {
    const at = (offset: number): Place => ({ offset, length: 4 });
    const program = NativeProgram.create(
      assemble({
        slots: [{ words: 4 }, { dtype: "i32", words: 3 }],
        arena: 20,
        entries: [
          {
            outputs: [at(0), { ...slot(1, 2), offset: 1, dtype: "i32" }],
            instructions: [
              product([2, 2, 2], [slot(0, 4), slot(0, 4), at(16)]),
              product([2, 2, 2], [at(16), slot(0, 4), at(0)]),
            ],
          },
          { instructions: [product([2, 2, 2], [at(0), at(0), slot(0, 4)])] },
        ],
      }),
    );
    program.writeSlot(0, f32(1, 1, 0, 1));
    program.writeSlot(1, Int32Array.of(-7, 2 ** 31 - 1, 5));
    const outputs = [new Float32Array(4), new Int32Array(2)];
    await program.run(0, { outputs });
    expect(outputs.map((array) => [...array])).toEqual([
      [1, 3, 0, 1],
      [2 ** 31 - 1, 5],
    ]);
    await program.run(1);
    expect([...program.readSlot(0, new Float32Array(4))]).toEqual([1, 6, 0, 1]);
    expect(program.info).toEqual({
      device: "cpu",
      arenaWords: 20,
      slots: [
        { dtype: "f32", words: 4 },
        { dtype: "i32", words: 3 },
      ],
      entries: [
        {
          instructions: 2,
          outputs: [
            { dtype: "f32", length: 4 },
            { dtype: "i32", length: 2 },
          ],
        },
        { instructions: 1, outputs: [] },
      ],
    });
    program.free();
  });

  test("gives the same bits on any number of threads", async () => {
    const n = 120;
    const a = Float32Array.from(uniforms("threads", n * n));
    const results = [];
    for (const threads of [1, 2, 3]) {
      const program = NativeProgram.create(growing(n));
      program.writeSlot(0, a);
      program.writeSlot(1, a);
      const outputs = [new Float32Array(2 * n * n)];
      await program.run(0, { steps: 2, outputs, threads });
      results.push(Buffer.from(outputs[0]!.buffer).toString("base64"));
      program.free();
    }
    expect(new Set(results).size).toBe(1);
  });

  test("may be empty, and a large one takes no memory before it is used", async () => {
    const before = process.memoryUsage().rss;
    const words = 1 << 27; // 512 MiB each
    const program = NativeProgram.create(
      assemble({ slots: [{ words }, { words: 0 }], arena: words, entries: [{ instructions: [] }] }),
    );
    await program.run(0, { steps: 100 });
    expect([...program.readSlot(0, new Float32Array(1), words - 1)]).toEqual([0]);
    // A sanitizer's allocator writes its zeros.
    if (!process.env.VERISIM_ADDON) expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
    program.free();
    NativeProgram.create(assemble({ entries: [] })).free();
  });

  test("beyond the machine's memory is an error", () => {
    const slots = Array.from({ length: 1 << 14 }, () => ({ words: 2 ** 31 - 1 }));
    expect(thrown(() => NativeProgram.create(assemble({ slots, entries: [] })))).toMatchObject({
      code: "VERISIM_OUT_OF_MEMORY",
    });
  });
});

describe("wrong calls", () => {
  // biome-ignore lint/suspicious/noExplicitAny: these calls break the types on purpose
  const wrong = (value: unknown): any => value;

  test("of slots are refused and leave the program as it was", async () => {
    const program = NativeProgram.create(growing(2));
    const refused = (call: () => unknown, message: RegExp): void => {
      const error = thrown(call);
      expect(error).toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
      expect((error as Error).message).toMatch(message);
    };
    for (const value of [-1, 3, 0.5, Number.NaN, "0", undefined])
      refused(() => program.writeSlot(wrong(value), f32(1)), /slot/);
    refused(() => program.writeSlot(0, new Int32Array(1)), /Float32Array/);
    refused(() => program.writeSlot(0, f32(1, 2, 3, 4, 5)), /fit the slot/);
    refused(() => program.writeSlot(0, f32(1), 4), /fit the slot/);
    refused(() => program.writeSlot(0, f32(), 5), /offset/);
    refused(() => program.readSlot(0, wrong(new Float64Array(1))), /Float32Array/);
    refused(() => program.readSlot(0, new Float32Array(2), 3), /fit the slot/);
    expect([...program.readSlot(0, new Float32Array(4))]).toEqual([0, 0, 0, 0]);
    program.free();
  });

  test("of run are refused", async () => {
    const program = NativeProgram.create(growing(2));
    const outputs = [new Float32Array(4)];
    const cases: [() => Promise<unknown>, RegExp][] = [
      [() => program.run(1), /entry/],
      [() => program.run(-1), /entry/],
      [() => program.run(0), /one array per output/],
      [() => program.run(0, { outputs: [new Float32Array(8)] }), /steps times/],
      [() => program.run(0, { outputs: [wrong(new Int32Array(4))] }), /Float32Array/],
      [() => program.run(0, { outputs: wrong("ab") }), /array of typed arrays/],
      [() => program.run(0, { outputs, steps: -1 }), /steps/],
      [() => program.run(0, { outputs, steps: 2 ** 31 }), /steps/],
      [() => program.run(0, { outputs, steps: 2 ** 31 - 1 }), /steps times/],
      [() => program.run(0, { outputs, seed: [-1, 0] }), /seedLow/],
      [() => program.run(0, { outputs, seed: [0, 2 ** 32] }), /seedHigh/],
      [() => program.run(0, { outputs, firstStep: 2 ** 53 }), /firstStep/],
      [() => program.run(0, { outputs, rowOffset: -1 }), /rowOffset/],
      [() => program.run(0, { outputs, threads: 0 }), /threads/],
    ];
    for (const [call, message] of cases) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
      expect((error as Error).message).toMatch(message);
    }
    program.free();
  });

  test("with a handle of another kind, or another device, are refused", () => {
    const addon = loadAddon();
    for (const handle of [undefined, null, {}, 1, addon.createAbort()])
      expect(thrown(() => addon.programInfo(wrong(handle)))).toMatchObject({
        code: "VERISIM_NATIVE_ARGUMENT",
      });
    expect(thrown(() => NativeProgram.create(growing(2), "abacus"))).toMatchObject({
      code: "VERISIM_DEVICE_UNAVAILABLE",
    });
    expect(nativeDevices()[0]).toMatchObject({ name: "cpu", available: true });
  });

  test("after free are refused, free itself too", async () => {
    const program = NativeProgram.create(growing(2));
    program.free();
    expect(program.state).toBe("freed");
    const freed = { code: "VERISIM_PROGRAM_FREED" };
    expect(thrown(() => program.free())).toMatchObject(freed);
    expect(thrown(() => program.writeSlot(0, f32(1)))).toMatchObject(freed);
    expect(thrown(() => program.readSlot(0, f32(1)))).toMatchObject(freed);
    await expect(program.run(0)).rejects.toMatchObject(freed);
    expect(thrown(() => program[Symbol.dispose]())).toBe(null);
  });
});

describe("a running program", () => {
  test("refuses everything else with VERISIM_PROGRAM_BUSY and stops on request", async () => {
    const program = longProgram();
    const controller = new AbortController();
    const running = program.run(0, { steps: forever, signal: controller.signal }).catch((error) => error);
    expect(program.state).toBe("busy");
    const busy = { code: "VERISIM_PROGRAM_BUSY" };
    expect(thrown(() => program.free())).toMatchObject(busy);
    expect(thrown(() => program[Symbol.dispose]())).toMatchObject(busy);
    expect(thrown(() => program.writeSlot(0, f32(1)))).toMatchObject(busy);
    expect(thrown(() => program.readSlot(0, f32(1)))).toMatchObject(busy);
    await expect(program.run(0)).rejects.toMatchObject(busy);
    setTimeout(() => controller.abort(new Error("enough")), 30);
    expect(await running).toMatchObject({ code: "VERISIM_ABORTED", cause: { message: "enough" } });
    // It can be used again; 200 x 0.01 x 0.01 = 0.02.
    expect(program.state).toBe("idle");
    await program.run(0);
    expect(program.readSlot(1, f32(0))[0]).toBeCloseTo(0.02, 6);
    program.free();
  });

  test("that was stopped before it began does nothing", async () => {
    const program = NativeProgram.create(growing(1));
    program.writeSlot(0, f32(1));
    program.writeSlot(1, f32(1));
    const outputs = [f32(-1)];
    for (const signal of [undefined, AbortSignal.abort()])
      await program
        .run(0, { outputs: [f32(0)], signal })
        .catch((error) => expect(error.code).toBe("VERISIM_ABORTED"));
    await expect(program.run(0, { outputs, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "VERISIM_ABORTED",
    });
    expect(outputs[0]![0]).toBe(-1);
    expect(program.readSlot(2, f32(0))[0]).toBe(1);
    program.free();
  });

  test("does not write to arrays that were given away meanwhile", async () => {
    const program = NativeProgram.create(growing(2));
    const output = new Float32Array(400_000);
    const running = program.run(0, { steps: 100_000, outputs: [output] });
    const moved = structuredClone(output, { transfer: [output.buffer] });
    await expect(running).rejects.toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
    expect(moved.every((value) => value === 0)).toBe(true);
    program.free();
  });

  test("runs beside others on one pool", async () => {
    const programs = Array.from({ length: 4 }, () => NativeProgram.create(growing(60)));
    const ones = new Float32Array(3600).fill(1);
    const outputs = programs.map(() => new Float32Array(3600 * 20));
    for (const program of programs) for (const index of [0, 1]) program.writeSlot(index, ones);
    await Promise.all(
      programs.map((program, i) => program.run(0, { steps: 20, outputs: [outputs[i]!], threads: 2 })),
    );
    for (const output of outputs) expect([output[0], output.at(-1)]).toEqual([60, 1200]);
    for (const program of programs) program.free();
  });
});

describe("environments", () => {
  const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const imports = `Promise.all([import(${module("./native-program.ts")}), import(${module("../../fixtures/assembler.ts")})])`;
  const body = `.then(async ([{ NativeProgram }, { assemble, product }]) => {
    const whole = { space: 0, length: 40_000 };
    const program = NativeProgram.create(assemble({ slots: [{ words: 40_000 }, { words: 40_000 }], entries:
      [{ instructions: [product([200, 200, 200], [whole, whole, { ...whole, space: 1 }])] }] }));
    void program.run(0, { steps: ${forever}, threads: 2 });`;
  const nodeOptions = ["--conditions=verisim-source"];

  test("a worker thread that is ended in the middle of a run ends at once and takes nothing with it", async () => {
    for (let round = 0; round < 3; round++) {
      const code = `${imports}${body} require("node:worker_threads").parentPort.postMessage("started"); });`;
      const worker = new Worker(code, { eval: true, execArgv: nodeOptions });
      await new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      });
      const begin = performance.now();
      await worker.terminate();
      expect(performance.now() - begin).toBeLessThan(5_000);
    }
    const program = NativeProgram.create(growing(1));
    await program.run(0, { outputs: [f32(0)] });
    program.free();
  });

  test("a process may exit in the middle of a run", () => {
    const code = `${imports}${body} setTimeout(() => process.exit(7), 20); });`;
    const { status, signal, stderr } = spawnSync(process.execPath, [...nodeOptions, "--eval", code], {
      encoding: "utf8",
      timeout: 30_000,
    });
    expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: "" });
  });

  test("names of kernels and pointwise ops are all different", () => {
    for (const names of [kernelNames(), pointwiseNames()]) {
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
