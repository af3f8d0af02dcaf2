// Calls of the CUDA driver, recorded by a driver library without a GPU: their order, that everything is given back, and
// what happens when any one of them fails.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { shimProblem, useShim } from "../../../../tools/cuda/shim.mjs";
import { goldenEntries } from "../testing/golden-entries.ts";
import { caseContext } from "../testing/op-cases.ts";
import { runCompiled } from "../testing/run-compiled.ts";
import { NativeProgram, nativeDevices } from "./native-program.ts";

const problem = shimProblem();
const folder = mkdtempSync(path.join(tmpdir(), "verisim-cuda-"));
let logs = 0;
const newLog = (): string => path.join(folder, `${logs++}.log`);
const linesOf = (log: string): string[] => readFileSync(log, "utf8").trim().split("\n");
const count = (lines: readonly string[], name: string): number =>
  lines.filter((line) => line === name).length;
const cudaDevice = (): { description: string; available: boolean } =>
  nativeDevices().find(({ name }) => name === "cuda")!;

const golden = goldenEntries().find(({ name }) => name.startsWith("tiny-step"))!;
const run = { state: golden.spec.state, inputs: golden.inputs, context: caseContext, steps: 3 };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(problem)(`calls of the CUDA driver${problem ? ` (skipped: ${problem})` : ""}`, () => {
  let log = "";
  beforeEach(() => {
    log = newLog();
  });

  it("come in order and give everything back", async () => {
    useShim({ log, fused: "written" });
    await runCompiled(golden.entry, run, "cuda");
    const lines = linesOf(log);
    expect(lines.filter((line) => line.startsWith("VIOLATION"))).toEqual([]);
    const order = [
      "cuInit",
      "cuDevicePrimaryCtxRetain",
      "cuStreamCreate",
      "cuMemAlloc",
      "cuStreamBeginCapture",
    ];
    const places = order.map((name) => lines.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(lines.slice(-2)).toEqual(["cuCtxPopCurrent", "cuDevicePrimaryCtxRelease"]);
    for (const [made, given] of [
      ["cuMemAlloc", "cuMemFree"],
      ["cuModuleLoadData", "cuModuleUnload"],
      ["cuStreamCreate", "cuStreamDestroy"],
      ["cuGraphInstantiate", "cuGraphExecDestroy"],
      ["cuStreamEndCapture", "cuGraphDestroy"],
      ["cuCtxPushCurrent", "cuCtxPopCurrent"],
    ] as const)
      expect([made, count(lines, made)]).toEqual([made, count(lines, given)]);
    // One capture, replayed: the kernels are launched once, however many steps.
    expect(count(lines, "cuStreamBeginCapture")).toBe(1);
    expect(count(lines, "cuGraphLaunch")).toBe(3);
  });

  it("share one context among programs, which goes with the last", async () => {
    useShim({ log });
    const words = Int32Array.of(0x56534d31, 1, 16, 0, 0, 16);
    const first = NativeProgram.create(words, "cuda");
    const second = NativeProgram.create(words, "cuda");
    first.free();
    second.writeSlot(0, Float32Array.of(1, 2, 3), 5);
    expect([...second.readSlot(0, new Float32Array(4), 4)]).toEqual([0, 1, 2, 3]);
    expect(count(linesOf(log), "cuDevicePrimaryCtxRelease")).toBe(0);
    second.free();
    const lines = linesOf(log);
    expect(count(lines, "cuDevicePrimaryCtxRetain")).toBe(1);
    expect(count(lines, "cuDevicePrimaryCtxRelease")).toBe(1);
    expect(lines.filter((line) => line.startsWith("VIOLATION"))).toEqual([]);
  });

  it("of programs that run at once take turns: no capture holds another's work", async () => {
    useShim({ log });
    const other = goldenEntries().find(({ name }) => name.startsWith("convolution-step"))!;
    const otherRun = { state: other.spec.state, inputs: other.inputs, context: caseContext };
    const manySteps = { ...run, steps: 200 };
    const alone = [
      await runCompiled(golden.entry, manySteps, "cuda"),
      await runCompiled(other.entry, otherRun, "cuda"),
    ];
    const together = await Promise.all([
      runCompiled(golden.entry, manySteps, "cuda"),
      runCompiled(other.entry, otherRun, "cuda"),
      runCompiled(golden.entry, manySteps, "cuda"),
    ]);
    expect(together).toEqual([...alone, alone[0]]);
    expect(linesOf(log).filter((line) => line.startsWith("VIOLATION"))).toEqual([]);
  });

  it("go to the board that was asked for", () => {
    useShim({ log });
    const words = Int32Array.of(0x56534d31, 0, 0, 0);
    expect(() => NativeProgram.create(words, "cuda:1")).toThrow(/counts 1 devices, number 1 was wanted/);
    expect(() => NativeProgram.create(words, "cuda:x")).toThrow(/knows no device cuda:x/);
    process.env.VERISIM_FAKE_CUDA_DEVICES = "2";
    const program = NativeProgram.create(words, "cuda:1");
    expect(program.info.device).toBe("cuda:1");
    program.free();
    delete process.env.VERISIM_FAKE_CUDA_DEVICES;
  });

  it("may fail at any place: a coded error, and nothing is left behind", async () => {
    const codes = new Set<string>();
    let position = 1;
    for (; position < 1000; position++) {
      log = newLog();
      useShim({ log, fail: position });
      let code = "";
      try {
        await runCompiled(golden.entry, run, "cuda");
      } catch (error) {
        code = (error as { code?: string }).code ?? String(error);
      }
      const lines = linesOf(log);
      expect(lines.filter((line) => line.startsWith("VIOLATION"))).toEqual([]);
      expect(count(lines, "cuDevicePrimaryCtxRetain") - count(lines, "cuDevicePrimaryCtxRelease")).toBe(
        lines.includes("FAILED cuDevicePrimaryCtxRetain") ? 1 : 0,
      );
      if (!lines.some((line) => line.startsWith("FAILED"))) {
        expect(code).toBe("");
        break;
      }
      expect(code).toMatch(/^VERISIM_(DEVICE_UNAVAILABLE|CUDA_FAILED|OUT_OF_MEMORY)$/);
      codes.add(code);
    }
    expect(position).toBeGreaterThan(100);
    expect(codes.size).toBe(3);
  });

  it("end in words that say what was tried where there is no driver", () => {
    useShim({ log });
    process.env.VERISIM_CUDA_LIBRARY = "/nowhere/libcuda.so.1";
    expect(cudaDevice()).toMatchObject({
      available: false,
      description: expect.stringMatching(/^no CUDA device: \/nowhere\/libcuda\.so\.1: cannot open/),
    });
    expect(() => NativeProgram.create(Int32Array.of(0x56534d31, 0, 0, 0), "cuda")).toThrow(
      expect.objectContaining({ code: "VERISIM_DEVICE_UNAVAILABLE" }),
    );
  });

  it("end in words where the driver counts no device, or nothing was compiled for the one there is", () => {
    useShim({ log });
    process.env.VERISIM_FAKE_CUDA_DEVICES = "0";
    expect(cudaDevice().description).toContain("the driver counts 0 devices");
    delete process.env.VERISIM_FAKE_CUDA_DEVICES;
    process.env.VERISIM_NVRTC_LIBRARY = "/nowhere/libnvrtc.so";
    expect(cudaDevice()).toMatchObject({
      available: false,
      description: expect.stringMatching(/no compiled kernels at none; \/nowhere\/libnvrtc\.so/),
    });
  });
});
