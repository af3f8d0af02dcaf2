// The runtime that plans and does not run: counts of kernels, products and arena bytes for goldens, so that a slower plan
// fails a test without a clock, on a machine without the addon.

import { compileEntries } from "../compile/compile.ts";
import type { KernelNames } from "../compile/emit.ts";
import { type PlanSummary, summarize } from "../compile/print-steps.ts";
import { operations, pointwiseOperations } from "../ops/index.ts";
import { type ProgramSpec, traceProgram } from "../program-spec.ts";

/** Every kernel and op that rows name. */
export function namesOfRows(): KernelNames {
  const kernels = [...operations.values()].filter(({ kind }) => kind === "kernel" || kind === "update");
  return {
    kernels: ["fused", "gemm", ...kernels.map(({ name }) => name)],
    pointwise: [...pointwiseOperations.keys()],
  };
}

/** The plan of every entry of a program, by name. */
export function planProgram(spec: ProgramSpec): Record<string, PlanSummary> {
  const { entries } = compileEntries(traceProgram(spec), namesOfRows());
  return Object.fromEntries(entries.map(({ name, planned }) => [name, summarize(planned)]));
}
