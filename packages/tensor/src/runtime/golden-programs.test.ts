// The golden programs on the processor: one step agrees with the float64 reference, fused and unfused agree with each
// other, and any number of threads writes the same bytes over many steps.
import { describe, expect, it } from "vitest";
import type { ReferenceArray } from "../ops/operation.ts";
import { traceProgram } from "../program-spec.ts";
import { zerosData } from "../tensor-data.ts";
import { caseContext, disagreement } from "../testing/op-cases.ts";
import { adultLayout, ctganStep, goldenPrograms, randomTable } from "../testing/programs/index.ts";
import { runCompiled } from "../testing/run-compiled.ts";
import { isTensor } from "../trace.ts";
import { leavesOf, mapTree } from "../tree.ts";
import { runReference } from "./reference.ts";

const isArray = (value: unknown): value is ReferenceArray =>
  (value as ReferenceArray | null)?.data instanceof Float64Array;

/** Roundings of a step add up along chains of some hundred ops; Adam's first steps divide by small roots. */
const stepTolerance = 2e-3;

const bytesOf = (arrays: readonly ArrayBufferView[]): Buffer[] =>
  arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));

describe.each(goldenPrograms.map(({ name, make }) => [name, make] as const))(
  "%s on the native runtime",
  (_, make) => {
    const spec = make();
    const entry = traceProgram(spec)[0]!;
    const inputs = mapTree(
      spec.entries[entry.name]!.inputs ?? {},
      (value): value is object => typeof value === "object" && value !== null && "shape" in value,
      (type) => {
        const { shape, dtype, data } = type as {
          shape: number[];
          dtype?: "f32" | "i32";
          data?: Float32Array;
        };
        return data === undefined ? zerosData(shape, dtype) : type;
      },
    );
    const run = { state: spec.state, inputs, context: caseContext };

    it("agrees with the reference after a step", async () => {
      expect(entry.outputs.every(({ tensor }) => isTensor(tensor))).toBe(true);
      const expected = runReference(entry, run);
      const wanted = [expected.outputs, expected.state].flatMap((tree) =>
        leavesOf(tree, isArray).map(({ value }) => value),
      );
      const { outputs, state } = await runCompiled(entry, { ...run, threads: 1 }, "cpu");
      const got = [...outputs, ...state];
      expect(got.map((array, i) => disagreement(array, wanted[i]!, stepTolerance))).toEqual(
        wanted.map(() => ""),
      );
    });

    it("gives the same without fusion", async () => {
      const fused = await runCompiled(entry, run, "cpu");
      const apart = await runCompiled(entry, { ...run, fuse: false }, "cpu");
      for (const [i, array] of [...fused.outputs, ...fused.state].entries()) {
        const other = [...apart.outputs, ...apart.state][i]!;
        const wanted = {
          shape: [other.length],
          dtype: array instanceof Int32Array ? "i32" : "f32",
          data: Float64Array.from(other),
        } as const;
        expect(disagreement(array, wanted, stepTolerance)).toBe("");
      }
    });

    it("writes the same bytes for any number of threads over 30 steps", async () => {
      const [one, two, four] = await Promise.all(
        [1, 2, 4].map((threads) => runCompiled(entry, { ...run, steps: 30, threads }, "cpu")),
      );
      for (const other of [two!, four!]) {
        const equal = bytesOf([...other.outputs, ...other.state]).map((bytes, i) =>
          bytes.equals(bytesOf([...one!.outputs, ...one!.state])[i]!),
        );
        expect(equal).toEqual(equal.map(() => true));
      }
    });
  },
);

describe("the CTGAN step at the sizes of Adult", () => {
  it("writes the same bytes with one thread, two and three", async () => {
    const spec = ctganStep({ table: randomTable(adultLayout, 1000, 1) });
    const entry = traceProgram(spec)[0]!;
    const run = { state: spec.state, context: caseContext, steps: 2 };
    const [one, ...others] = await Promise.all(
      [1, 2, 3].map((threads) => runCompiled(entry, { ...run, threads }, "cpu")),
    );
    expect(Number.isFinite(one!.outputs[0]![1])).toBe(true);
    for (const other of others)
      for (const [i, bytes] of bytesOf([...other.outputs, ...other.state]).entries())
        expect(bytes.equals(bytesOf([...one!.outputs, ...one!.state])[i]!)).toBe(true);
  });
});
