// Written kernels and the fused groups of every golden program, compiled for every device of a release;
// `cuda-compile.test.ts` takes one.

import { describe, it } from "vitest";
import { compilerProblem, compileTexts, familiesText } from "../../../../tools/cuda/compiler.mjs";
import { goldenCudaTexts } from "../testing/programs/cuda-texts.ts";

const problem = compilerProblem();

describe.skipIf(problem)(`kernel text and NVRTC${problem ? ` (skipped: ${problem})` : ""}`, () => {
  it("compiles the families for sm_80, sm_90, sm_100 and as PTX", async () => {
    await compileTexts([familiesText()]);
  });

  it("compiles the fused groups of every golden program for sm_80, sm_90, sm_100 and as PTX", async () => {
    await compileTexts(goldenCudaTexts());
  });
});
