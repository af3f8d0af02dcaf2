// The golden programs at sizes that the float64 reference can run: what every runtime must compute alike.

import type { ProgramSpec } from "../../program-spec.ts";
import { attentionStep } from "./attention-step.ts";
import { convolutionStep } from "./convolution-step.ts";
import { ctganStep } from "./ctgan-step.ts";
import { type EncodedTable, type Layout, randomTable } from "./encoded-table.ts";
import { sampler } from "./sampler.ts";
import { tinyStep } from "./tiny-step.ts";
import { tvaeStep } from "./tvae-step.ts";

/** Two numeric and three categorical columns. */
export const toyLayout: Layout = { modes: [3, 2], categories: [2, 5, 3] };

const toyTable: EncodedTable = randomTable(toyLayout, 200, 1);

/** A golden program: training programs have the entry `train`, the sampler has `sample`. */
export interface GoldenProgram {
  readonly name: string;
  readonly make: () => ProgramSpec;
}

/** Sizes of the networks of a toy CTGAN. */
export const toySizes = { embedding: 8, generator: [12, 12], critic: [12, 12], pac: 2 } as const;

export const goldenPrograms: readonly GoldenProgram[] = [
  {
    name: "ctgan-step",
    make: () => ctganStep({ ...toySizes, table: toyTable, batch: 20, learningRate: 5e-3 }),
  },
  { name: "tvae-step", make: () => tvaeStep({ table: toyTable, batch: 20, embedding: 4, hidden: [12, 10] }) },
  { name: "tiny-step", make: () => tinyStep({ rows: 64, features: 4, hidden: [8, 8], batch: 16 }) },
  { name: "attention-step", make: () => attentionStep() },
  { name: "convolution-step", make: () => convolutionStep() },
  { name: "sampler", make: () => sampler({ ...toySizes, layout: toyLayout, rows: 6 }) },
];
export * from "./attention-step.ts";
export * from "./convolution-step.ts";
export * from "./ctgan-step.ts";
export * from "./encoded-table.ts";
export * from "./sampler.ts";
export * from "./tiny-step.ts";
export * from "./tvae-step.ts";
