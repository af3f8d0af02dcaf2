// The fused groups of the golden programs as CUDA sees them.

import { compileEntries } from "../../compile/compile.ts";
import { traceProgram } from "../../program-spec.ts";
import { cudaText, kernelNames, pointwiseNames } from "../../runtime/native-program.ts";
import { goldenPrograms } from "./index.ts";

/** Kernel text of each golden program. */
export function goldenCudaTexts(): string[] {
  const names = { kernels: kernelNames(), pointwise: pointwiseNames() };
  return goldenPrograms.map(({ make }) => cudaText(compileEntries(traceProgram(make()), names).words));
}
