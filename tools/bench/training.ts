// Times the steps of a training program: warmed up, then as many per run as asked, in one call.

import { buildProgram, type ProgramSpec } from "@verisim/tensor";

import { serve, time } from "./serve.ts";

/** Answers every line with the seconds of one step. */
export async function serveTraining(spec: ProgramSpec, stepsPerRun: number, warmUp: number): Promise<void> {
  const start = performance.now();
  const program = buildProgram(spec);
  const buildMs = Math.round(performance.now() - start);
  await program.run("train", { steps: warmUp });
  await serve(async () => {
    let outputs: unknown;
    const seconds = await time(async () => {
      outputs = await program.run("train", { steps: stepsPerRun });
    });
    const last = Object.fromEntries(
      Object.entries(outputs as Record<string, { data: Float32Array }>).map(([name, { data }]) => [
        name,
        data.at(-1),
      ]),
    );
    return { seconds: seconds / stepsPerRun, steps: stepsPerRun, buildMs, ...last, plan: program.plan.train };
  });
}
