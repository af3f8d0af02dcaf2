// Every kernel of every golden program, compiled by NVIDIA's compiler: no GPU is needed for that. Once compiled, a text is
// not compiled again until it changes. Here the written kernels are compiled for one device and as PTX, the generated ones as
// PTX of the oldest device; the slow tests compile all for every device of a release.
import { rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  compilerProblem,
  compileTexts,
  familiesText,
  writeArchive,
} from "../../../../tools/cuda/compiler.mjs";
import { buildShim, cache, shimProblem, useShim } from "../../../../tools/cuda/shim.mjs";
import { goldenEntries } from "../testing/golden-entries.ts";
import { caseContext } from "../testing/op-cases.ts";
import { goldenCudaTexts } from "../testing/programs/cuda-texts.ts";
import { runCompiled } from "../testing/run-compiled.ts";
import { nativeDevices } from "./native-program.ts";

const problem = compilerProblem();

describe.skipIf(problem)(`kernel text and NVRTC${problem ? ` (skipped: ${problem})` : ""}`, () => {
  const minutes = 5 * 60_000;

  it("compiles the families for sm_90 and as PTX", { timeout: minutes }, async () => {
    const text = familiesText();
    expect(text).not.toContain("#include");
    expect(text.match(/^VS_KERNEL \w+/gm)).toHaveLength(22);
    await compileTexts([text], ["sm_90", "compute_75"]);
  });

  it("compiles the fused groups of every golden program", { timeout: minutes }, async () => {
    const texts = goldenCudaTexts();
    for (const text of texts) {
      expect(text).toMatch(/^VS_KERNEL group0\(/m);
      expect(text).not.toContain("#include");
    }
    await compileTexts(texts, ["compute_75"]);
  });

  it("says what is wrong with a text", async () => {
    await expect(compileTexts(["VS_KERNEL"], ["sm_90"])).rejects.toThrow(/verisim\.cu\(1\): error/);
  });
});

describe.skipIf(shimProblem())("the archive of compiled kernels", () => {
  it("is all that a program needs: no compiler", async () => {
    const archive = path.join(cache, `test-${process.pid}.kernels`);
    useShim();
    await writeArchive(archive, ["sm_80", "sm_90"], buildShim());
    process.env.VERISIM_CUDA_KERNELS = archive;
    process.env.VERISIM_NVRTC_LIBRARY = "none";
    try {
      expect(nativeDevices().find(({ name }) => name === "cuda")).toMatchObject({
        available: true,
        description: expect.stringContaining("fused groups interpreted"),
      });
      const { spec, entry, inputs } = goldenEntries().find(({ name }) => name.startsWith("tiny-step"))!;
      const run = { state: spec.state, inputs, context: caseContext };
      const shipped = await runCompiled(entry, run, "cuda");
      useShim();
      const compiled = await runCompiled(entry, run, "cuda");
      expect(shipped).toEqual(compiled);
    } finally {
      rmSync(archive);
    }
  });
});
